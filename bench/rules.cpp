// SPDX-License-Identifier: BSL-1.0
// What an update costs per parameter in the arithmetics that are computed in software: every rule
// at 10^3, 10^5 and 10^7 parameters, early in training and, where the arithmetic has subnormal
// numbers, late, when second moments are such. Items are parameters. Those of the machine are in
// native_rules.cpp.
#include <benchmark/benchmark.h>
#include <cmath>
#include <string>

#include "ulpscope/format/normals.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;

Cell cell_of(std::string_view arithmetic, std::string_view rule) {
  Study study;
  const auto set = [&](std::string_view key, std::string_view value) {
    study.base.push_back({std::string(key), {Value::Kind::text, std::string(value), {}}});
  };
  set(key::arithmetic, arithmetic);
  set("rule.kind", rule);
  return make_plan(study).cells.front();
}

template <class T>
void update(benchmark::State& state, const std::string& name, bool late) {
  const auto parameters = static_cast<std::size_t>(state.range(0));
  const Format format = own_format<T>();
  // Late the squared gradient is in the middle of the subnormal numbers.
  const double scale =
      late ? std::ldexp(1.0, static_cast<int>(format.emin / 2 - format.p / 4)) : 1.0;
  std::mt19937 generator(1);
  const std::size_t drawn = std::min<std::size_t>(parameters, 1U << 20U);
  const std::vector<float> start = normal_values(drawn, generator);
  const std::vector<float> slope = normal_values(drawn, generator);
  std::vector<T> w, g;
  for (std::size_t i = 0; i < parameters; ++i) {
    w.push_back(convert<T>(start[i % drawn]));
    g.push_back(convert<T>(scale * double{slope[i % drawn]}));
  }
  const Cell cell = cell_of(ArithmeticTraits<T>::name, name);
  const auto rule = make_rule<T>(cell, parameters, precision_of(cell).rule);
  if (late) {
    for (const State<T>& values : rule->states()) {
      if (!values.name.starts_with("second_moment")) continue;
      for (std::size_t i = 0; i < values.values.size(); ++i) {
        values.values[i] = convert<T>(scale * scale * std::abs(double{start[i % drawn]}));
      }
    }
  }
  std::uint64_t t = 0;
  rule->step(++t, w, g);
  for (auto _ : state) rule->step(++t, w, g);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class T, class... Options>
void add(TypeList<Options...>) {
  for (const bool late : {false, true}) {
    if (late && !is_soft<T>) continue;
    for (const std::string_view rule : {Options::name...}) {
      const std::string name = "update/" + std::string(ArithmeticTraits<T>::name) + "/" +
                               std::string(rule) + (late ? "/late" : "/early");
      benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { update<T>(state, std::string(rule), late); })
          ->Arg(1000)
          ->Arg(100'000)
          ->Arg(10'000'000);
    }
  }
}

const bool registered = [] {
  for_each_arithmetic([]<class T>() {
    if constexpr (!is_native<T>) add<T>(Rules{});
  });
  return true;
}();

}  // namespace
