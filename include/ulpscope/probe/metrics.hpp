// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/metric_list.hpp"

namespace ulpscope {

/// The median: of an even count, half the sum of the two middle values. `values` is not empty.
template <class T>
T median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return *std::max_element(values.begin(), middle) / 2 + *middle / 2;  // the sum could overflow
}

/// The metrics of a run that need only its losses, one a step; a run ends at its first loss that
/// is not finite, so only the last may be. The levels are the losses below which a run counts
/// as converged and above which as relapsed.
template <class T>
Metrics measure(const std::vector<T>& losses, const HyperArithmetic<T>& converged_level,
                const HyperArithmetic<T>& onset_level) {
  constexpr std::size_t settle = 100;  // steps below the level until a run counts as converged
  constexpr std::size_t window = 25;   // Adam rings: a single low loss means nothing
  using std::isfinite;
  // Levels and multiples of a loss need not be numbers of T.
  const auto wide = [](const T& loss) { return convert<HyperArithmetic<T>>(loss); };
  const bool finite = isfinite(losses.back());
  const std::size_t end = finite ? losses.size() : losses.size() - 1;

  std::optional<std::size_t> converged;
  for (std::size_t t = 0, below = 0; t < end && !converged; ++t) {
    below = wide(losses[t]) < converged_level ? below + 1 : 0;
    if (below == settle) converged = t;
  }
  std::optional<std::size_t> onset;
  for (std::size_t t = converged.value_or(losses.size()) + 1; t < losses.size() && !onset; ++t) {
    if (!(wide(losses[t]) <= onset_level)) onset = t;
  }

  std::optional<std::size_t> floor_step;
  T floor(0);
  std::vector<T> sorted;  // the trailing window
  for (std::size_t t = 0; t < std::min(end, onset.value_or(end)); ++t) {
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), losses[t]), losses[t]);
    if (t >= window) {
      sorted.erase(std::lower_bound(sorted.begin(), sorted.end(), losses[t - window]));
    }
    if (t + 1 >= window && (!floor_step || sorted[window / 2] < floor)) {
      floor = sorted[window / 2];
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
    const auto at = std::find_if(metric_list.begin(), metric_list.end(),
                                 [&](const MetricInfo& metric) { return metric.name == name; });
    metrics[static_cast<std::size_t>(at - metric_list.begin())] = std::move(text);
  };
  const auto decide = [&](std::string verdict, std::size_t step) {
    set("verdict", std::move(verdict));
    set("verdict_step", std::to_string(step));
  };
  const std::size_t last = losses.size() - 1;
  if (converged) set("converged", std::to_string(*converged));
  if (floor_step) {
    set("floor", decimal_text(floor));
    set("floor_step", std::to_string(*floor_step));
  }
  if (onset) {
    set("onset", std::to_string(*onset));
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
