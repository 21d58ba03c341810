// SPDX-License-Identifier: BSL-1.0
// What a step of the founding case costs in each arithmetic, and of it Adam's share.
#include <benchmark/benchmark.h>

#include "ulpscope/study/founding.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;

/// One step of the founding case: loss, gradient, update; 64 samples x 1000 features.
template <class T>
void founding_step(benchmark::State& state) {
  Training<T> training(founding_cell(ArithmeticTraits<T>::name));
  std::uint64_t t = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(training.loss(t));
    training.update(++t);
  }
  state.SetItemsProcessed(state.iterations());
}

/// Adam alone on `range` parameters; items are parameters.
template <class T>
void adam(benchmark::State& state) {
  const auto parameters = static_cast<std::size_t>(state.range(0));
  std::mt19937 generator(1);
  const std::vector<float> start = normal_values(parameters, generator);
  const std::vector<float> slope = normal_values(parameters, generator);
  std::vector<T> w(start.begin(), start.end());
  const std::vector<T> g(slope.begin(), slope.end());
  const Cell cell = founding_cell(ArithmeticTraits<T>::name);
  const auto rule = make_rule<T>(cell, parameters, precision_of(cell).rule);
  std::uint64_t t = 0;
  for (auto _ : state) rule->step(++t, w, g);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

const bool registered = [] {
  for_each_arithmetic([]<class T>() {
    const std::string name(ArithmeticTraits<T>::name);
    benchmark::RegisterBenchmark(("founding_step/" + name).c_str(), founding_step<T>)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(("adam/" + name).c_str(), adam<T>)
        ->Unit(benchmark::kMicrosecond)
        ->Arg(1000);
  });
  return true;
}();

}  // namespace
