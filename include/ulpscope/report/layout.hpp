// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/report/plot.hpp"

namespace ulpscope {

// A figure is as wide as a column of a paper, with text of 8 pt; all lengths are in cm.
inline constexpr double figure_width = 8.5;

// gnuplot's points for losses that have no place on the axis.
inline constexpr std::string_view zero_point = "pt 11 ps 0.6";
inline constexpr std::string_view overflow_point = "pt 2 ps 0.8";

/// The looks of a line style, as gnuplot options: its colour; colour, width and dashes.
std::string colour_of(std::size_t style);
std::string line_of(std::size_t style);

/// An entry of the key: a sample and what it stands for.
struct Entry {
  std::string line;   ///< a line's looks
  std::string point;  ///< or a point's
  std::string title;
};

/// What stands around a plot.
struct Frame {
  std::string title;  ///< not drawn if empty
  std::vector<std::string> notes;
  std::vector<Entry> key;
  std::string x, y;           ///< what the axes show
  std::size_t y_label_width;  ///< characters of the longest label on the y axis
  double plot_height;
};

/// Where things stand, from the bottom: notes, key, the axis with its labels, the plot, title.
struct FigureLayout {
  std::vector<std::string> title;
  std::vector<std::string> notes;
  std::vector<Entry> key;
  std::string x, y;
  std::size_t key_rows;
  double entry_width;
  double left;         ///< of the axes
  double right;        ///< of the axes
  double bottom;       ///< of the axes
  double plot_height;  ///< of the axes
  double height;       ///< of the figure
};

/// A key's entries for lines with these labels; none for a single line without one.
std::vector<Entry> line_key(const std::vector<std::string>& labels);

FigureLayout layout_of(const Frame& frame);

/// All text around the plot, as gnuplot labels. gnuplot's own titles and key stand elsewhere in
/// each terminal, and its key leaves out what does not fit.
std::string labels_text(const FigureLayout& layout);

/// What stands before a plot's own ranges, tics and labels: margins, grid, borders.
std::string frame_text(const FigureLayout& layout);

/// Draws the elements, which stand after `plot`, into ARG1 as SVG and into ARG2 as PDF.
std::string draw_text(const FigureLayout& layout, const std::string& elements);

}  // namespace ulpscope
