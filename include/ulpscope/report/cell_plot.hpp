// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "ulpscope/report/column.hpp"
#include "ulpscope/report/drawing.hpp"

namespace ulpscope {

/// The cells that a figure shows, all of them done, and how the lines are named.
struct CellPlot {
  std::vector<Records::Row> rows;
  std::vector<std::size_t> styles;  ///< a row each
  std::vector<std::string> labels;  ///< by style
  Column x, y, value, border;
};

/// These add axes, key, elements and notes to a drawing that has its texts and its width.
void draw_metric(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                 Drawing& drawing);
void draw_heat_map(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                   Drawing& drawing);
void draw_distribution(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                       Drawing& drawing);

/// What a heat map's boxes are filled with, #rrggbb: for a number's place from 0, the lowest, to 1,
/// and for a verdict, "mixed", or a text that is neither.
std::string heat_colour(double share);
std::string category_colour(const std::string& name);

}  // namespace ulpscope
