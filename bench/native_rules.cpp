// SPDX-License-Identifier: BSL-1.0
// What an update costs per parameter in the machine's own arithmetics: Adam from the first cache
// out into memory, beside copying, and every rule at 10^3, 10^5 and 10^7 parameters, early in
// training and late, when second moments are subnormal numbers. Items are parameters.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "ulpscope/format/normals.hpp"
#include "ulpscope/rule/rules.hpp"
#include "versus.hpp"

namespace {

using namespace ulpscope;

/// A rule with its states as they are early or late in training.
template <class T, class Options>
class Trained {
 public:
  Trained(std::size_t parameters, bool late) : rule_(Options{}, parameters) {
    std::mt19937 generator(1);
    // Late the squared gradient itself is in the middle of the subnormal numbers.
    const T scale = late ? std::ldexp(T(1), std::numeric_limits<T>::min_exponent / 2 -
                                                std::numeric_limits<T>::digits / 4)
                         : T(1);
    // A million are enough, again and again.
    const std::size_t drawn = std::min<std::size_t>(parameters, 1U << 20U);
    const std::vector<float> start = normal_values(drawn, generator);
    const std::vector<float> slope = normal_values(drawn, generator);
    for (std::size_t i = 0; i < parameters; ++i) {
      w_.push_back(T(start[i % drawn]));
      g_.push_back(scale * T(slope[i % drawn]));
    }
    if (!late) return;
    for (const State<T>& state : rule_.states()) {
      if (!state.name.starts_with("second_moment")) continue;
      for (std::size_t i = 0; i < state.values.size(); ++i) {
        state.values[i] = scale * scale * T(std::abs(start[i % drawn]));
      }
    }
  }

  void step() { rule_.step(++t_, w_, g_); }

 private:
  typename Options::template In<T> rule_;
  std::vector<T> w_, g_;
  std::uint64_t t_ = 0;
};

template <class T, class Options>
void update(benchmark::State& state, bool late) {
  Trained<T, Options> trained(static_cast<std::size_t>(state.range(0)), late);
  trained.step();
  for (auto _ : state) trained.step();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// Adam's share of the pace at which as many bytes are copied as it has to read and write: four
/// values read and three written for each parameter.
template <class T>
void beside_copy(benchmark::State& state) {
  const auto parameters = static_cast<std::size_t>(state.range(0));
  Trained<T, Adam> trained(parameters, false);
  trained.step();
  std::vector<T> from(parameters * 7 / 2, T(1)), to(from.size());
  bench::in_turns(
      state, std::max<std::size_t>(1, 100000 / parameters), [&] { trained.step(); },
      [&] {
        std::memcpy(to.data(), from.data(), from.size() * sizeof(T));
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
      });
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class T, class... Options>
void add(TypeList<Options...>) {
  const std::string arithmetic(ArithmeticTraits<T>::name);
  benchmark::RegisterBenchmark(("adam_beside_copy/" + arithmetic).c_str(), beside_copy<T>)
      ->Arg(1000)
      ->Arg(100'000)
      ->Arg(10'000'000)
      ->UseManualTime()
      ->Iterations(50);
  for (const bool late : {false, true}) {
    const auto add_rule = [&](std::string_view rule, void (*run)(benchmark::State&, bool)) {
      const std::string name =
          "update/" + arithmetic + "/" + std::string(rule) + (late ? "/late" : "/early");
      benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { run(state, late); })
          ->Arg(1000)
          ->Arg(100'000)
          ->Arg(10'000'000);
    };
    (add_rule(Options::name, update<T, Options>), ...);
  }
}

const bool registered = [] {
  add<float>(Rules{});
  add<double>(Rules{});
  add<long double>(Rules{});
  return true;
}();

}  // namespace
