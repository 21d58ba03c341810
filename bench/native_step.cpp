// SPDX-License-Identifier: BSL-1.0
// What a step of the founding case costs in the machine's own arithmetics: 64 samples x 1000
// features, a linear model, Adam. Its shares are those of the least that it could cost: reading
// the inputs twice, in the arithmetic's own type, from the cache that they fit; in x87 its
// multiplications and additions, out of registers. `model` and `rule` are the step's two parts.
#include <cstdint>
#include <memory>

#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/kernel/roofline.hpp"
#include "ulpscope/model/linear.hpp"
#include "ulpscope/rule/adam.hpp"
#include "versus.hpp"

namespace {

using namespace ulpscope;

constexpr std::size_t samples = 64, features = 1000;

/// The founding case without a study file.
template <class T>
struct Founding {
  std::vector<T> inputs, w, gradient;
  std::unique_ptr<Model<T>> model;
  std::unique_ptr<Rule<T>> rule;
  std::uint64_t t = 0;
  T loss{};

  Founding() {
    Dataset data = Gaussian{}.draw();
    const std::vector<float> start = uniform_values(features + 1, features, data.generator);
    inputs.assign(data.inputs.begin(), data.inputs.end());
    w.assign(start.begin(), start.end());
    gradient.resize(w.size());
    Samples<T> all{samples, features, 0, inputs, {data.targets.begin(), data.targets.end()}, {}};
    model = std::make_unique<Linear::In<T>>(Linear{}, std::move(all));
    rule = std::make_unique<Adam::In<T>>(Adam{}, w.size());
  }

  void forth_and_back() {
    benchmark::DoNotOptimize(loss = model->loss_and_gradient(t, w, gradient));
  }
  void update() { rule->step(++t, w, gradient); }
};

template <class T>
void by_reading_twice(benchmark::State& state, bool model, bool rule) {
  Founding<T> founding;
  const kernel::ReadBytes inputs(founding.inputs.size() * sizeof(T));
  founding.forth_and_back();
  bench::in_turns(
      state, 20,
      [&] {
        if (model) founding.forth_and_back();
        if (rule) founding.update();
      },
      [&] {
        inputs();
        inputs();
      });
}

void by_multiplying(benchmark::State& state) {
  Founding<long double> founding;
  founding.forth_and_back();
  bench::in_turns(
      state, 1,
      [&] {
        founding.forth_and_back();
        founding.update();
      },
      [] { kernel::multiply_add_x87(2 * samples * features); });
}

template <class T>
void add() {
  const std::string name(ArithmeticTraits<T>::name);
  const auto add_part = [&](const std::string& part, bool model, bool rule) {
    benchmark::RegisterBenchmark(
        (part + "/" + name).c_str(),
        [=](benchmark::State& state) { by_reading_twice<T>(state, model, rule); })
        ->Unit(benchmark::kMicrosecond)
        ->UseManualTime()
        ->Iterations(500);
  };
  add_part("founding_step", true, true);
  add_part("founding_model", true, false);
  add_part("founding_rule", false, true);
}

const bool registered = [] {
  add<float>();
  add<double>();
  benchmark::RegisterBenchmark("founding_step/x87", by_multiplying)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime()
      ->Iterations(500);
  return true;
}();

}  // namespace
