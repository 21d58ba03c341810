// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ulpscope/report/curve.hpp"
#include "ulpscope/report/drawing.hpp"

namespace ulpscope {

/// A cell as it is drawn. Cells of one label, such as the seeds of a sweep, share their style.
struct Line {
  std::size_t style = 0;
  Curve curve;
};

/// What a plot shows, whatever draws it.
struct Plot {
  std::string title;                ///< not drawn if empty
  std::vector<std::string> labels;  ///< by style
  std::vector<Line> lines;
  std::vector<std::string> notes;
  std::string quantity = "loss";  ///< up the axis; empty where lines say it
};

/// Losses, or another quantity, over steps on a logarithmic axis.
Drawing drawing_of(const Plot& plot);

/// The decades and steps that lines span.
struct Axes {
  double bottom, top, first, last;
};
Axes axes_of(const std::vector<Line>& lines);

/// The ranges of the lines' values, over them their medians, over these marks; log10 up the axis.
std::vector<Element> elements_of(const std::vector<Line>& lines, const Axes& axes);

}  // namespace ulpscope
