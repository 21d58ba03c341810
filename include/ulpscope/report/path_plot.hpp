// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "ulpscope/report/drawing.hpp"
#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// A cell's way over a surface.
struct Path {
  std::size_t style;
  std::vector<std::pair<double, double>> points;
};

/// Paths over the contour lines of a function of x and y.
struct PathPlot {
  std::string title;                ///< not drawn if empty
  std::vector<std::string> labels;  ///< by style
  std::vector<std::string> notes;
  std::string formula;  ///< of x and y, as gnuplot writes it
  double x_min, x_max, y_min, y_max;
  std::vector<std::pair<double, double>> minimisers;
  std::vector<Path> paths;
};

/// The points of a trace's columns x and y up to the first that is not finite. Throws
/// std::runtime_error without such columns, or on a field that is no number.
std::vector<std::pair<double, double>> read_path(const Csv& trace, const std::string& file);

/// Moves the view to the minimiser nearest to where the paths end, so many times nearer.
void zoom_in(PathPlot& plot, double zoom);

/// Points nearer to the one before than a line is wide are left out, the last one never; a dot
/// marks each end, a cross the start, a star the minimisers.
Drawing drawing_of(const PathPlot& plot);

}  // namespace ulpscope
