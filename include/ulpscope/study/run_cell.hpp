// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Takes what a cell records, as the texts that stand in its files.
class Recorder {
 public:
  virtual ~Recorder() = default;
  /// A row of the trace: step, then the loss and the fields of the cell's probes.
  virtual void trace(std::uint64_t step, const std::vector<std::string>& fields) = 0;
  /// A row of the final state: parameters and every state of the rule, values as C99 literals.
  virtual void final_value(std::string_view role, std::size_t index, const std::string& value) = 0;
};

/// How a run is watched and stopped from other threads.
struct Control {
  const std::atomic<bool>& stop;
  std::atomic<std::uint64_t>& step;  ///< updates done so far
};

/// A finished run.
struct Run {
  Metrics metrics;
  std::uint64_t steps;  ///< updates done; fewer than planned where the loss was not finite
  double seconds;       ///< wall time of the steps
};

/// Trains one cell. Row t of the trace is the loss after t updates; a loss that is not finite
/// ends the run. Nothing, where it was stopped. Its numbers depend on the cell alone.
std::optional<Run> run_cell(const Cell& cell, Recorder& recorder, const Control& control);

/// What a cell will cost, from a few steps of it, 50 ms or two steps, whichever is longer.
struct Cost {
  double setup_seconds;
  double step_seconds;
};
Cost measure_cost(const Cell& cell, const std::atomic<bool>& stop);

/// What a cell takes in bytes, computed from its sizes before anything is allocated: memory while
/// it runs, and about as much disk afterwards.
struct Footprint {
  double data;   ///< memory for the samples as they are drawn
  double model;  ///< for its copies of them and its layers
  double rule;   ///< for parameters and states
  double trace;  ///< for losses, and for files before they are written
  double disk;

  double memory() const { return data + model + rule + trace; }
};
Footprint footprint(const Cell& cell);

}  // namespace ulpscope
