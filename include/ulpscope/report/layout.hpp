// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ulpscope/report/drawing.hpp"

namespace ulpscope {

/// Where things stand, in cm from the bottom: notes, key, the axis with its labels, the plot,
/// title.
struct FigureLayout {
  std::vector<std::string> title;
  std::vector<std::string> notes;
  std::size_t key_columns;
  std::size_t key_rows;
  double entry_width;
  bool slanted;         ///< the labels of the x axis
  double label_height;  ///< of these, beyond a line of text
  double left;          ///< of the axes
  double right;         ///< of the axes
  double bottom;        ///< of the axes, the lower ones where there are two
  double main_bottom;   ///< of the main axes
  double width;         ///< of the figure: more than asked where labels would leave no plot
  double height;        ///< of the figure
};

inline constexpr double text_line = 0.36;    // from one line of text to the next
inline constexpr double character = 0.145;   // mean width
inline constexpr double panel_gap = 0.4;     // between two plots
inline constexpr double sample_width = 0.6;  // of a line in the key

FigureLayout layout_of(const Drawing& drawing);

}  // namespace ulpscope
