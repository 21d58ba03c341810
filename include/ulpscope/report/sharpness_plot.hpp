// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ulpscope/report/drawing.hpp"
#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// A cell of a figure of the sharpness.
struct SharpnessCell {
  std::size_t style;
  Csv trace;         ///< with the columns step, loss, sharpness and threshold
  std::string file;  ///< names the trace in messages
  /// Floor, crossing, predicted and measured onset, with their steps; an empty step is none.
  std::vector<std::pair<Mark, std::string>> events;
};

/// Losses over steps on a logarithmic axis, and below them over the same steps the sharpness
/// divided by the threshold, with a line at 1. Events are marked on the losses, the crossing on
/// both, each at the last recorded step that is not after it.
struct SharpnessPlot {
  std::string title;                ///< not drawn if empty
  std::vector<std::string> labels;  ///< by style
  std::vector<std::string> notes;
  std::string scale;    ///< of the lower axis: "log", "linear", or empty: as the values ask for
  std::size_t buckets;  ///< of steps, to which a cell's trace is thinned
  std::vector<SharpnessCell> cells;
};

/// Cells without a threshold are counted in a note. Throws std::runtime_error where a trace has
/// not its columns, or a field that is no number.
Drawing drawing_of(SharpnessPlot plot);

}  // namespace ulpscope
