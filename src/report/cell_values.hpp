// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ulpscope/report/cell_plot.hpp"

// What the drawings of cells have in common.
namespace ulpscope {

/// A column of the cells that are shown.
std::vector<std::string> values_of(const Records& records, const CellPlot& plot,
                                   const Column& column);

/// Notes in the drawing how many cells have none of a column, if any.
void note_missing(const std::vector<std::string>& values, const Column& column, Drawing& drawing);

/// With commas between them.
std::string joined(const std::vector<std::string>& names);

/// Characters to leave for the labels of the axis at the left.
std::size_t label_width(const PlotAxis& axis);

}  // namespace ulpscope
