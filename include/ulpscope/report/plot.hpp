// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ulpscope/report/curve.hpp"

namespace ulpscope {

/// How many line styles there are; style i looks like style i modulo this.
inline constexpr std::size_t line_styles = 12;

/// A cell as it is drawn. Cells of one label, such as the seeds of a sweep, share their style.
struct Line {
  std::size_t style;
  Curve curve;
};

/// What a plot shows, whatever draws it.
struct Plot {
  std::string title;                ///< not drawn if empty
  std::vector<std::string> labels;  ///< by style
  std::vector<Line> lines;
  std::vector<std::string> notes;
};

/// The gnuplot script that draws losses over steps, its data included: an SVG into its first
/// argument, a PDF as wide as a column of a paper into its second.
std::string gnuplot_script(const Plot& plot, const std::string& comment);

}  // namespace ulpscope
