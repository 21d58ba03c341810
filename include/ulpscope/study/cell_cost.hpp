// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <type_traits>

#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/recording.hpp"
#include "ulpscope/study/run_cell.hpp"
#include "ulpscope/study/training.hpp"

// What a cell costs in time and memory, in its arithmetic.
namespace ulpscope {

/// measure_cost in the arithmetic T.
template <class T>
Cost cost(const Cell& cell, const std::atomic<bool>& stop) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point at) {
    return std::chrono::duration<double>(Clock::now() - at).count();
  };
  const auto start = Clock::now();
  Training<T> training(cell);
  const double setup = since(start);
  const auto first = Clock::now();
  std::uint64_t t = 0;
  do {
    if (!training.in_batches()) training.loss(t);
    training.update(++t);
  } while (!stop && (t < 2 || since(first) < 0.05));
  const double step = since(first) / static_cast<double>(t);
  // What a recorded step takes besides: probes, and with mini-batches the loss over all samples.
  const auto recorded = Clock::now();
  training.loss(t);
  training.update(++t, true);
  training.rule().row();
  const double row = std::max(0.0, since(recorded) - step);
  const double steps = std::stod(cell[key::steps]);
  return {setup, step + row * Recording(cell["record.every"]).rows(steps) / steps};
}

/// can_share_inputs in the arithmetic T.
template <class T>
bool can_share_inputs(const Cell& cell) {
  // Curvature is measured in between, while others would wait.
  if (has_probe(cell, "sharpness")) return false;
  const auto samples = static_cast<double>(cell.extent.samples);
  const auto features = static_cast<double>(cell.extent.features);
  if (!Inputs<T>::can_be_shared(samples, features, false)) return false;
  return with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind&) {
    if constexpr (Kind::needs == Targets::none) {
      return false;
    } else {
      return read_options<BatchOptions>(cell.section("batch")).size == "all" &&
             Inputs<T>::can_be_shared(samples, features,
                                      rounds_sums(Roles<T>(precision_of(cell).model)));
    }
  });
}

/// footprint in the arithmetic T.
template <class T>
Footprint footprint(const Cell& cell) {
  const Extent& extent = cell.extent;
  const Sizes sizes{static_cast<double>(extent.samples), static_cast<double>(extent.features),
                    static_cast<double>(extent.classes)};
  const double steps = std::stod(cell[key::steps]);
  double model = 0;
  double parameters = 0;
  double own_inputs = 0;  // bytes of the model's copies
  const Precision precision = precision_of(cell);
  with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
    model = options.values(sizes);
    parameters = options.parameters(sizes);
    if constexpr (Kind::needs != Targets::none) {
      const Roles<T> roles(precision.model);
      own_inputs = Inputs<T>::bytes(sizes.samples, sizes.features, rounds_sums(roles));
    }
    return true;
  });
  double probe_fields = 0;
  for (const ProbeInfo& probe : probe_list) {
    if (has_probe(cell, probe.name)) probe_fields += static_cast<double>(probe.columns().size());
  }
  constexpr double digits = std::numeric_limits<T>::max_digits10;
  constexpr double states = 5;  // parameters and at most four of a rule, compensation included
  double rule = 0;              // bytes in memory
  double values = 0;            // bytes in final.csv
  const std::string& arithmetic = precision.rule_arithmetic;
  for_each_arithmetic([&]<class R>() {
    if (arithmetic != ArithmeticTraits<R>::name) return;
    rule = sizeof(R) * (states + 1) * parameters;
    if (!std::is_same_v<T, R>) rule += 2 * sizeof(T) * parameters;
    if (has_probe(cell, "shadow")) {
      rule += sizeof(ShadowArithmetic<R>) * (states + 2) * parameters;
    }
    values = states * parameters * (0.83 * std::numeric_limits<R>::max_digits10 + 35);
  });
  const double inputs =
      (sizes.samples * sizes.features + sizes.samples + extent.besides) * sizeof(float);
  const double rows = Recording(cell["record.every"]).rows(steps);
  const double row_text = (1 + probe_fields) * (digits + 8) + 6;
  const double trace = rows * row_text;
  // A state is written as text, a loss a step and a row a recorded one among it: texts one by one,
  // then all together.
  constexpr double text = sizeof(std::string) + 16;
  double state = steps * (text + 2 * (digits + 8)) + rows * (text + 2 * row_text);
  if (has_probe(cell, "sharpness")) state += rows * (2 * sizeof(GrowthRow) + 6 * (text + 2 * 24));
  const double losses = (sizeof(T) + sizeof(std::uint64_t)) * steps + state;
  return {inputs,
          sizeof(T) * model + own_inputs + curvature_bytes(cell, model, parameters),
          rule + sizeof(T) * parameters + values,
          losses + trace,
          trace + values,
          can_share_inputs<T>(cell) ? own_inputs : 0};
}

}  // namespace ulpscope
