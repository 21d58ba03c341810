// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/run_state.hpp"

namespace ulpscope {

class SharedRows;

/// Takes what a cell records, as the texts that stand in its files.
class Recorder {
 public:
  virtual ~Recorder() = default;
  /// A row of the trace: step, then the loss and the fields of the cell's probes.
  virtual void trace(std::uint64_t step, const std::vector<std::string>& fields) = 0;
  /// A row of the final state: parameters and every state of the rule, values as C99 literals.
  virtual void final_value(std::string_view role, std::size_t index, const std::string& value) = 0;
  /// The rows so far, as lines of trace.csv; and the other way round, before a run goes on.
  virtual std::vector<std::string> rows() const { return {}; }
  virtual void resume(const std::vector<std::string>&) {}
};

/// Keeps what an interrupted run goes on from.
class Keeper {
 public:
  virtual ~Keeper() = default;
  /// Where an earlier run of the same cell was, if that is known.
  virtual std::optional<RunState> load() = 0;
  virtual void save(const RunState& state) = 0;
};

/// How a run is watched and steered from other threads; it looks after each step.
struct Control {
  const std::atomic<bool>& stop;     ///< the run shall end, its state saved
  std::atomic<bool>& save;           ///< the state shall be saved, which resets this
  std::atomic<std::uint64_t>& step;  ///< updates done so far
  Keeper* keeper = nullptr;          ///< none: the run begins at step 0 and saves nothing
  SharedRows* shared = nullptr;      ///< of runs at the same time that may have the same inputs
};

/// A finished run.
struct Run {
  Metrics metrics;
  std::uint64_t steps = 0;  ///< updates done; fewer than planned where the loss was not finite
  double seconds = 0;       ///< wall time of the steps
  /// What a run of more steps goes on from; nothing where more steps change nothing, or where they
  /// would have changed what was before.
  std::optional<RunState> end{};
};

/// Trains one cell. Row t of the trace is the loss after t updates; a loss that is not finite
/// ends the run. Nothing, where it was stopped. Its numbers depend on the cell alone, not on where
/// it was interrupted. Throws std::runtime_error where the keeper has a state of another run.
std::optional<Run> run_cell(const Cell& cell, Recorder& recorder, const Control& control);

/// What cells have in common that can share their inputs (SharedRows), to advance together where
/// reading them takes the time: in the machine's own arithmetics, by all samples at once, and with
/// inputs that no second cache holds. Empty for a cell that can share them with none.
std::string shared_inputs(const Cell& cell);

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
  double rule;   ///< for parameters and states, and for their file before it is written
  double trace;  ///< for losses, and their file before it is written
  double disk;
  double shared;  ///< of the model, what cells that advance together have once

  double memory() const { return data + model + rule + trace; }
};
Footprint footprint(const Cell& cell);

}  // namespace ulpscope
