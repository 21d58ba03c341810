// SPDX-License-Identifier: BSL-1.0
#pragma once

// What tests of rules share: gradients, runs, and the one list of cases of all rules.
#include <functional>

#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/rule/rules.hpp"

namespace ulpscope::test {

constexpr std::size_t count = 33;

template <class T>
using Vector = std::vector<T>;

/// Values of both signs with magnitudes in [1/2, 2]: exact but in the low precisions.
template <class T>
Vector<T> draw(std::uint32_t seed) {
  std::mt19937 generator(seed);
  Vector<T> all;
  for (std::size_t i = 0; i < count; ++i) {
    const auto magnitude = static_cast<float>(0.5 + 1.5 * uniform(generator));
    all.push_back(T(generator() % 2 == 0 ? magnitude : -magnitude));
  }
  return all;
}

template <class T>
Vector<T> gradient(std::uint64_t t) {
  return draw<T>(static_cast<std::uint32_t>(1000 + t));
}

template <class T>
Vector<T> start() {
  return draw<T>(1);
}

template <class T>
Vector<T> negated(Vector<T> values) {
  for (T& value : values) value = -value;
  return values;
}

/// The parameters after updates first .. last.
template <class T>
void advance(Rule<T>& rule, Vector<T>& w, std::uint64_t first, std::uint64_t last,
             const std::function<Vector<T>(std::uint64_t)>& g = gradient<T>) {
  for (std::uint64_t t = first; t <= last; ++t) rule.step(t, w, g(t));
}

template <class T, class Options>
Vector<T> run(const Options& options, std::uint64_t steps,
              const std::function<Vector<T>(std::uint64_t)>& g = gradient<T>) {
  typename Options::template In<T> rule(options, count);
  Vector<T> w = start<T>();
  advance<T>(rule, w, 1, steps, g);
  return w;
}

inline Sgd sgd(const char* momentum, const char* dampening, bool nesterov, const char* decay) {
  Sgd options;
  options.lr = "0.1";
  options.momentum = momentum;
  options.dampening = dampening;
  options.nesterov = nesterov;
  options.weight_decay = decay;
  return options;
}

/// An eps that shows in binary32, factors that forget within a few steps.
inline Adam adam(bool amsgrad, const char* decay) {
  Adam options;
  options.lr = "0.1";
  options.beta1 = "0.8";
  options.beta2 = "0.9";
  options.eps = "0.01";
  options.weight_decay = decay;
  options.amsgrad = amsgrad;
  return options;
}

inline const std::vector<Sgd> sgd_cases{sgd("0", "0", false, "0"), sgd("0.9", "0", false, "0"),
                                        sgd("0.9", "0.3", false, "0"), sgd("0.9", "0", true, "0"),
                                        sgd("0.9", "0", true, "0.1")};
inline const std::vector<Adam> adam_cases{adam(false, "0"), adam(true, "0"), adam(false, "0.1")};

/// f for each case of sgd and adam.
template <class F>
void for_each_basic_case(F&& f) {
  for (const Sgd& options : sgd_cases) f(options);
  for (const Adam& options : adam_cases) f(options);
}

/// f for each case of each rule.
template <class F>
void for_each_case(F&& f) {
  for_each_basic_case(f);
  f(Asgd{.lr = "0.1", .t0 = "2", .weight_decay = "0.1"});
  f(Rprop{.lr = "0.1", .step_min = "0.02", .step_max = "0.2"});
  f(Adagrad{.lr = "0.1", .lr_decay = "0.1", .initial_accumulator_value = "0.1", .eps = "0.01"});
  f(Adadelta{.lr = "0.5", .eps = "0.01"});
  f(Rmsprop{.lr = "0.1", .alpha = "0.9", .eps = "0.01"});
  f(Rmsprop{.lr = "0.1", .alpha = "0.9", .eps = "0.01", .momentum = "0.5", .centered = true});
  f(AdamW{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01", .weight_decay = "0.5"});
  f(Adamax{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"});
  f(Nadam{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"});
  f(Radam{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"});
  f(Yogi{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"});
  f(AdaBelief{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"});
  f(Lion{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9"});
  f(Lion{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .weight_decay = "0.1"});
  f(Adafactor{.lr = "0.1"});
}

}  // namespace ulpscope::test
