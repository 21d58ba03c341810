// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/forecast.hpp"

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/trained.hpp"
#include "ulpscope/study/varied.hpp"

namespace ulpscope {

namespace {

constexpr std::uint64_t window = 25;  // of the median that the floor is the minimum of
constexpr std::uint64_t stride = 10;  // steps from one sharpness to the next

std::optional<std::uint64_t> step_of(const Metrics& metrics, std::string_view name) {
  const std::string& text = metrics[metric_place(name)];
  return text.empty() ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

Cell with_probes(const Cell& cell, const std::string& probes) {
  return varied(cell, {{"record.probes", probes}});
}

/// Losses as literals, of all steps from 0 on.
struct Fall {
  std::vector<std::string> losses;
  std::vector<std::uint64_t> steps;

  void resize(std::size_t count) {
    losses.resize(count);
    steps.resize(count);
  }
  std::uint64_t last() const { return steps.back(); }
};

/// Up to the floor; none, and why, where there is no floor.
template <class T>
Fall fall_to_floor(const Cell& cell, std::uint64_t steps, std::string& lack) {
  using std::isfinite;
  Training<T> training(with_probes(cell, "[]"));
  Fall fall;
  bool converged = false;
  std::uint64_t next = window;  // to look at: what looking takes grows with the steps
  for (std::uint64_t t = 0; t < steps; ++t) {
    const T loss = training.loss(t);
    if (!isfinite(loss)) {
      lack = "the loss is not finite at step " + std::to_string(t);
      return {};
    }
    fall.losses.push_back(hex_literal(loss));
    fall.steps.push_back(t);
    if (t == next || t + 1 == steps) {
      next = t + std::max(window, t / 32);
      const Metrics metrics = measure_literals<T>(cell, fall.losses, fall.steps, {});
      const auto floor_step = step_of(metrics, "floor_step");
      const auto settled = step_of(metrics, "converged");
      converged = settled.has_value();
      if (settled && floor_step && t >= *floor_step + floor_patience) {
        fall.resize(std::max(*floor_step, *settled) + 1);
        return fall;
      }
    }
    training.update(t + 1);
  }
  lack = std::string(converged ? "the loss is still falling" : "the loss has not converged") +
         " at step " + std::to_string(steps - 1);
  return {};
}

/// The gradients' root mean squares, added up from the last steps before the floor.
template <class T>
class GradientLevel {
 public:
  void add(std::span<const T> gradient) {
    squares_.resize(gradient.size(), T(0));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      squares_[i] = squares_[i] + gradient[i] * gradient[i];
    }
    ++count_;
  }
  std::vector<T> values() const {
    using std::sqrt;
    const T count = convert<T>(count_);
    std::vector<T> all;
    for (const T& sum : squares_) all.push_back(sqrt(T(sum / count)));
    return all;
  }

 private:
  std::vector<T> squares_;
  double count_ = 0;
};

/// The metrics of the fall, with growths foreseen from its end on.
template <class T>
Metrics foreseen(const Cell& cell, const Fall& fall, std::uint64_t steps) {
  Training<T> training(with_probes(cell, "[\"sharpness\"]"));
  GradientLevel<T> level;
  T loss(0);
  for (std::uint64_t t = 1; t <= fall.last(); ++t) {
    loss = training.loss(t - 1);
    training.update(t, t == fall.last());
    if (t + window > fall.last()) level.add(training.gradient());
  }
  std::vector<T> gradient = level.values();
  RuleRun<T>& rule = training.rule();
  Growths growths;
  const auto look = [&](std::uint64_t t) {
    rule.row();
    if (const auto growth = rule.growth()) growths.push_back({t, *growth});
  };
  const auto measured = [&] { return measure_literals<T>(cell, fall.losses, fall.steps, growths); };
  look(fall.last());
  Metrics metrics = measured();
  for (std::uint64_t t = fall.last() + 1; t < steps && !growths.empty(); ++t) {
    for (T& g : gradient) g = -g;
    const bool recorded = (t - fall.last()) % stride == 0;
    rule.step(t, loss, gradient, recorded);
    if (!recorded) continue;
    look(t);
    if (!growths.back().growth.unstable()) continue;
    metrics = measured();
    if (step_of(metrics, "growth_onset")) break;
  }
  return metrics;
}

}  // namespace

Forecast forecast_onset(const Cell& cell) {
  Forecast forecast;
  const std::uint64_t steps = std::stoull(cell[key::steps]);
  if (const auto at = switch_step(cell)) {
    forecast.lack = "the precision changes at step " + std::to_string(*at);
    return forecast;
  }
  return in_arithmetic(cell[key::arithmetic], [&]<class T>() {
    const Fall fall = fall_to_floor<T>(cell, steps, forecast.lack);
    if (fall.steps.empty()) return forecast;
    const Metrics metrics = foreseen<T>(cell, fall, steps);
    forecast.floor_step = step_of(metrics, "floor_step").value();
    forecast.floor = metrics[metric_place("floor")];
    forecast.crossing = step_of(metrics, "crossing");
    forecast.onset = step_of(metrics, "growth_onset");
    return forecast;
  });
}

Magnitudes first_magnitudes(const Cell& cell) {
  return in_arithmetic(cell[key::arithmetic], [&]<class T>() {
    using std::isfinite;
    Magnitudes magnitudes;
    Training<T> training(with_probes(cell, "[\"sharpness\"]"));
    T smallest(0), largest(0), parameter(0);
    for (const T& w : training.parameters()) {
      const T size = w < T(0) ? T(-w) : w;
      if (parameter < size) parameter = size;
    }
    training.loss(0);
    training.update(1, true);
    for (const T& g : training.gradient()) {
      const T size = g < T(0) ? T(-g) : g;
      if (!isfinite(size) || !(T(0) < size)) continue;
      if (smallest == T(0) || size < smallest) smallest = size;
      if (largest < size) largest = size;
    }
    if (T(0) < smallest) {
      magnitudes.smallest_gradient = hex_literal(smallest);
      magnitudes.largest_gradient = hex_literal(largest);
    }
    if (isfinite(parameter)) magnitudes.largest_parameter = hex_literal(parameter);
    training.rule().row();
    if (const auto growth = training.rule().growth()) {
      magnitudes.gains = growth->gains;
      magnitudes.first_scaled = growth->scaled;
    }
    return magnitudes;
  });
}

}  // namespace ulpscope
