// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>

#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/probe/metrics.hpp"
#include "ulpscope/rule/rules.hpp"
#include "ulpscope/study/run_cell.hpp"

namespace ulpscope {

/// Calls f with the options of the listed kind that the cell has in this section.
template <class... K, class F>
auto with_kind(TypeList<K...>, const Cell& cell, const std::string& section, F&& f) {
  using Result = std::common_type_t<decltype(f(K{}))...>;
  std::optional<Result> result;
  const auto visit = [&]<class Kind>(std::type_identity<Kind>) {
    if (cell[section + ".kind"] == Kind::name) {
      result = f(read_options<Kind>(cell.section(section)));
    }
  };
  (visit(std::type_identity<K>{}), ...);
  if (!result) throw std::logic_error(section + " of a cell that no list has");
  return std::move(*result);
}

/// Which steps a trace has a row for, besides the first and the last.
class Recording {
 public:
  explicit Recording(const std::string& every) : every_(every == "log" ? 0 : std::stoull(every)) {}

  /// "log": steps of at most two significant digits, 90 in each decade from 10 on.
  bool operator()(std::uint64_t step) const {
    if (every_ > 0) return step % every_ == 0;
    while (step >= 100 && step % 10 == 0) step /= 10;
    return step < 100;
  }

  /// About how many rows a trace of so many steps has.
  double rows(double steps) const {
    if (every_ > 0) return steps / static_cast<double>(every_) + 2;
    return steps < 100 ? steps : 90 * std::log10(steps);
  }

 private:
  std::uint64_t every_;
};

/// One cell's model and rule in the arithmetic T: the one place where they meet.
template <class T>
class Training {
 public:
  explicit Training(const Cell& cell) {
    Dataset data =
        with_kind(DataKinds{}, cell, "data", [](const auto& kind) { return kind.draw(); });
    with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
      const std::vector<float> start = Kind::start(data.features, data.generator);
      parameters_.assign(start.begin(), start.end());
      model_ = std::make_unique<typename Kind::template In<T>>(
          options, std::span<const float>(data.inputs), std::span<const float>(data.targets));
      return true;
    });
    gradient_.resize(parameters_.size());
    with_kind(Rules{}, cell, "rule", [&]<class Kind>(const Kind& options) {
      rule_ = std::make_unique<typename Kind::template In<T>>(options, parameters_.size());
      return true;
    });
  }

  /// The loss at the current parameters; the gradient is kept for the update.
  T loss() { return model_->loss_and_gradient(parameters_, gradient_); }

  /// Update number t = 1, 2, ...; loss() has been called since the last.
  void update(std::uint64_t t) { rule_->step(t, parameters_, gradient_); }

  /// Parameters and the rule's states.
  std::vector<State<T>> states() {
    std::vector<State<T>> all{{"parameters", parameters_}};
    for (const State<T>& state : rule_->states()) all.push_back(state);
    return all;
  }

 private:
  std::unique_ptr<Model<T>> model_;
  std::unique_ptr<Rule<T>> rule_;
  std::vector<T> parameters_, gradient_;
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// run_cell in the arithmetic T.
template <class T>
std::optional<Run> train(const Cell& cell, Recorder& recorder, const Control& control) {
  using std::isfinite;
  const std::uint64_t steps = std::stoull(cell["study.steps"]);
  const Recording recorded(cell["record.every"]);
  Training<T> training(cell);
  std::vector<T> losses;
  losses.reserve(steps);
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t t = 0;
  for (bool finite = true; finite && t < steps; control.step = t) {
    if (control.stop) return std::nullopt;
    losses.push_back(training.loss());
    const T& loss = losses.back();
    finite = isfinite(loss);
    if (recorded(t) || t + 1 == steps || !finite) recorder.trace(t, decimal_text(loss));
    if (finite) training.update(++t);
  }
  const double seconds = seconds_since(start);

  for (const State<T>& state : training.states()) {
    for (std::size_t i = 0; i < state.values.size(); ++i) {
      recorder.final_value(state.name, i, hex_literal(state.values[i]));
    }
  }
  const auto level = [&](const char* key) {
    return hyper<T>(cell[key]) * convert<HyperArithmetic<T>>(losses.front());
  };
  return Run{measure(losses, level("record.converged_level"), level("record.onset_level")), t,
             seconds};
}

/// measure_cost in the arithmetic T.
template <class T>
Cost cost(const Cell& cell, const std::atomic<bool>& stop) {
  const auto start = std::chrono::steady_clock::now();
  Training<T> training(cell);
  const double setup = seconds_since(start);
  const auto first = std::chrono::steady_clock::now();
  std::uint64_t t = 0;
  do {
    training.loss();
    training.update(++t);
  } while (!stop && (t < 2 || seconds_since(first) < 0.05));
  return {setup, seconds_since(first) / static_cast<double>(t)};
}

/// footprint in the arithmetic T.
template <class T>
Footprint footprint(const Cell& cell) {
  const auto size = [&](const char* key) { return std::stod(cell[key]); };
  const double samples = size("data.samples");
  const double features = size("data.features");
  const double steps = size("study.steps");
  double model = 0;
  double parameters = 0;
  with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind&) {
    model = Kind::values(samples, features);
    parameters = Kind::parameters(features);
    return true;
  });
  constexpr double states = 4;  // parameters and at most three states of a rule
  constexpr double digits = std::numeric_limits<T>::max_digits10;
  const double data = (samples * features + samples) * sizeof(float);
  const double files = Recording(cell["record.every"]).rows(steps) * (digits + 14) +
                       states * parameters * (0.83 * digits + 35);
  return {data + sizeof(T) * (model + (states + 1) * parameters + steps) + files, files};
}

/// Instantiates all of this for T: once in a translation unit of its own, `extern` elsewhere.
#define ULPSCOPE_TRAIN(extern_or_not, T)                                                      \
  extern_or_not template class Training<T>;                                                   \
  extern_or_not template std::optional<Run> train<T>(const Cell&, Recorder&, const Control&); \
  extern_or_not template Cost cost<T>(const Cell&, const std::atomic<bool>&);                 \
  extern_or_not template Footprint footprint<T>(const Cell&);

}  // namespace ulpscope
