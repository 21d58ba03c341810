// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/growth.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/probe/statistics.hpp"

namespace ulpscope {

/// The losses of a run with their steps, ascending: every step, or with mini-batches the recorded
/// ones. A run ends at its first loss that is not finite, so only the last may be.
template <class T>
struct Losses {
  std::vector<T> values;
  std::vector<std::uint64_t> steps;

  void add(std::uint64_t step, const T& loss) {
    steps.push_back(step);
    values.push_back(loss);
  }
};

/// The metrics of a run. The levels are the losses below which a run counts as converged and above
/// which as relapsed; `growths`: of the recorded steps, none without the probe `sharpness`.
template <class T>
Metrics measure(const Losses<T>& run, const HyperArithmetic<T>& converged_level,
                const HyperArithmetic<T>& onset_level, const Growths& growths = {}) {
  constexpr std::uint64_t settle = 100;  // steps below the level until a run counts as converged
  constexpr std::uint64_t window = 25;   // Adam rings: a single low loss means nothing
  const std::vector<T>& losses = run.values;
  using std::isfinite;
  // Levels and multiples of a loss need not be numbers of T.
  const auto wide = [](const T& loss) { return convert<HyperArithmetic<T>>(loss); };
  const bool finite = isfinite(losses.back());
  const std::size_t end = finite ? losses.size() : losses.size() - 1;

  std::optional<std::size_t> converged;
  for (std::size_t t = 0, low = 0; t < end && !converged; ++t) {  // low since then
    if (!(wide(losses[t]) < converged_level))
      low = t + 1;
    else if (run.steps[t] - run.steps[low] + 1 >= settle)
      converged = t;
  }
  std::optional<std::size_t> onset;
  for (std::size_t t = converged.value_or(losses.size()) + 1; t < losses.size() && !onset; ++t) {
    if (!(wide(losses[t]) <= onset_level)) onset = t;
  }

  std::optional<std::size_t> floor_step;
  T floor(0);
  std::vector<T> sorted;  // the trailing window
  for (std::size_t t = 0, oldest = 0; t < std::min(end, onset.value_or(end)); ++t) {
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), losses[t]), losses[t]);
    for (; run.steps[oldest] + window <= run.steps[t]; ++oldest) {
      sorted.erase(std::lower_bound(sorted.begin(), sorted.end(), losses[oldest]));
    }
    const T& middle = sorted[sorted.size() / 2];
    if (run.steps[t] + 1 >= window && (!floor_step || middle < floor)) {
      floor = middle;
      floor_step = t;
    }
  }

  std::optional<T> tail;
  if (end > 0) {
    const auto from = static_cast<std::ptrdiff_t>(end - std::max<std::size_t>(end / 10, 1));
    const auto to = static_cast<std::ptrdiff_t>(end);
    tail = median(std::vector<T>(losses.begin() + from, losses.begin() + to));
  }

  Metrics metrics;
  const auto set = [&](std::string_view name, std::string text) {
    metrics[metric_place(name)] = std::move(text);
  };
  const auto decide = [&](std::string verdict, std::size_t step) {
    set("verdict", std::move(verdict));
    set("verdict_step", std::to_string(run.steps[step]));
  };
  const std::size_t last = losses.size() - 1;
  if (converged) set("converged", std::to_string(run.steps[*converged]));
  if (floor_step) {
    set("floor", decimal_text(floor));
    set("floor_step", std::to_string(run.steps[*floor_step]));
  }
  if (const auto crossing =
          converged ? crossing_of(growths, run.steps[*converged]) : std::nullopt) {
    set("crossing", std::to_string(*crossing));
    if (floor_step && floor > T(0)) {
      const HyperArithmetic<T> ratio = onset_level / wide(floor);
      const double log_ratio = convert<double>(HyperArithmetic<T>(elementary::log2(ratio))) *
                               elementary::log_of_2<double>();
      const auto reached = growth_onset_of(growths, *crossing, log_ratio,
                                           onset ? std::optional(run.steps[*onset]) : std::nullopt);
      if (reached) set("growth_onset", std::to_string(*reached));
    }
  }
  if (onset) {
    set("onset", std::to_string(run.steps[*onset]));
    const auto from = losses.begin() + static_cast<std::ptrdiff_t>(*onset);
    set("peak", decimal_text(finite ? *std::max_element(from, losses.end()) : losses.back()));
  }
  if (tail) set("tail", decimal_text(*tail));
  if (!finite || wide(*tail) > 10 * wide(losses.front())) {
    decide("diverged", last);
  } else if (onset) {
    decide("relapsed", *onset);
  } else if (converged) {
    decide("stable", *converged);
  } else {
    decide("unconverged", last);
  }
  return metrics;
}

}  // namespace ulpscope
