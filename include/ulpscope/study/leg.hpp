// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/probe/metrics.hpp"
#include "ulpscope/study/run_cell.hpp"
#include "ulpscope/study/saved_values.hpp"

namespace ulpscope {

/// What one CellRun makes of a run: all of it, or what is before or after a switch of precision.
struct Leg {
  std::uint64_t end;     ///< updates done at its end
  std::string before{};  ///< the model's arithmetic before the switch; empty in the first leg
};

/// How a leg ended: with the run, or with the state from which the next one goes on; with neither
/// where it was stopped.
struct LegEnd {
  std::optional<Run> run;
  std::optional<RunState> state;
};

/// The metrics of losses as literals, the first ones of a run in the arithmetic `before`: in that
/// or the cell's own, whichever has all numbers of both, else in the first that has. Every loss is
/// exact there.
Metrics measure_both(const Cell& cell, const std::string& before,
                     const std::vector<std::string>& losses,
                     const std::vector<std::uint64_t>& steps, const Growths& growths);

/// The metrics of a cell's losses in the arithmetic T.
template <class T>
Metrics measured(const Cell& cell, const Losses<T>& losses, const Growths& growths) {
  const auto level = [&](const char* key) {
    return hyper<T>(cell[key]) * convert<HyperArithmetic<T>>(losses.values.front());
  };
  return measure(losses, level("record.converged_level"), level("record.onset_level"), growths);
}

/// The same of literals that T has.
template <class T>
Metrics measure_literals(const Cell& cell, const std::vector<std::string>& losses,
                         const std::vector<std::uint64_t>& steps, const Growths& growths) {
  Losses<T> values{{}, steps};
  for (const std::string& loss : losses) values.values.push_back(rounded_literal<T>(loss));
  return measured(cell, values, growths);
}

}  // namespace ulpscope
