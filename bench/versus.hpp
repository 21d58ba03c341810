// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <benchmark/benchmark.h>
#include <vector>

#include "ulpscope/store/host.hpp"

namespace ulpscope::bench {

/// Seconds that the processor worked for `calls` calls.
template <class F>
double seconds(std::size_t calls, F& f) {
  const double start = processor_seconds();
  for (std::size_t i = 0; i < calls; ++i) f();
  return processor_seconds() - start;
}

inline double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Two pieces of work in turns, so that both see the machine at the same pace. The time is that of
/// the first; counters have its best, and what share of it the second takes: of the medians, and of
/// the best.
template <class F, class G>
void in_turns(benchmark::State& state, std::size_t calls, F&& work, G&& measure) {
  std::vector<double> of_work, of_measure;
  for (auto _ : state) {
    of_measure.push_back(seconds(calls, measure));
    of_work.push_back(seconds(calls, work));
    state.SetIterationTime(of_work.back() / static_cast<double>(calls));
  }
  const double best = *std::min_element(of_work.begin(), of_work.end());
  state.counters["best_us"] = 1e6 * best / static_cast<double>(calls);
  state.counters["share"] = median(of_measure) / median(of_work);
  state.counters["share_of_best"] = *std::min_element(of_measure.begin(), of_measure.end()) / best;
}

}  // namespace ulpscope::bench
