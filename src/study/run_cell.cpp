// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/run_cell.hpp"

#include <algorithm>

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/trained.hpp"

namespace ulpscope {

std::optional<Run> run_cell(const Cell& cell, Recorder& recorder, const Control& control) {
  std::optional<RunState> state;
  if (control.keeper) state = control.keeper->load();
  const auto leg_of = [&](const Cell& as, const Leg& leg) {
    return in_arithmetic(as[key::arithmetic],
                         [&]<class T>() { return train<T>(as, recorder, control, leg, state); });
  };
  const std::uint64_t steps = std::stoull(cell[key::steps]);
  const auto at = switch_step(cell);
  if (!at) return leg_of(cell, {steps}).run;
  if (!state || state->lists.count("before_switch") == 0) {
    LegEnd first = leg_of(cell, {*at});
    if (!first.state) return std::move(first.run);
    state = std::move(first.state);
    state->carried = true;
  }
  const Cell after = after_switch(cell);
  return leg_of(after, {steps, cell[key::arithmetic]}).run;
}

Metrics measure_both(const Cell& cell, const std::string& before,
                     const std::vector<std::string>& losses,
                     const std::vector<std::uint64_t>& steps, const Growths& growths) {
  const std::string& own = cell[key::arithmetic];
  std::optional<Metrics> metrics;
  for (const bool any : {false, true}) {
    for_each_arithmetic([&]<class T>() {
      const std::string_view name = ArithmeticTraits<T>::name;
      bool fits = !metrics && (any || name == own || name == before);
      for_each_arithmetic([&]<class U>() {
        const std::string_view other = ArithmeticTraits<U>::name;
        if (other == own || other == before) fits = fits && holds(own_format<T>(), own_format<U>());
      });
      if (fits) metrics = measure_literals<T>(cell, losses, steps, growths);
    });
  }
  if (!metrics) throw std::logic_error("no arithmetic that has the losses of both");
  return *metrics;
}

std::string shared_inputs(const Cell& cell) {
  const bool can =
      in_arithmetic(cell[key::arithmetic], [&]<class T>() { return can_share_inputs<T>(cell); });
  if (!can) return "";
  std::string common;
  for (const auto& block : cell.settings.blocks()) {
    for (const Setting& setting : *block) {
      if (setting.key.starts_with("data.") || setting.key.starts_with("precision.data.")) {
        common += setting.key + "=" + setting.canonical + ",";
      }
    }
  }
  return common;
}

Cost measure_cost(const Cell& cell, const std::atomic<bool>& stop) {
  const auto cost_of = [&](const Cell& as) {
    return in_arithmetic(as[key::arithmetic], [&]<class T>() { return cost<T>(as, stop); });
  };
  const Cost first = cost_of(cell);
  const auto at = switch_step(cell);
  if (!at) return first;
  const Cost second = cost_of(after_switch(cell));
  const double share = static_cast<double>(*at) / std::stod(cell[key::steps]);
  return {first.setup_seconds + second.setup_seconds,
          share * first.step_seconds + (1 - share) * second.step_seconds};
}

Footprint footprint(const Cell& cell) {
  const auto footprint_of = [](const Cell& as) {
    return in_arithmetic(as[key::arithmetic], [&]<class T>() { return footprint<T>(as); });
  };
  const Footprint first = footprint_of(cell);
  if (!switch_step(cell)) return first;
  const Footprint second = footprint_of(after_switch(cell));
  return {std::max(first.data, second.data), std::max(first.model, second.model),
          std::max(first.rule, second.rule), std::max(first.trace, second.trace),
          std::max(first.disk, second.disk), std::min(first.shared, second.shared)};
}

}  // namespace ulpscope
