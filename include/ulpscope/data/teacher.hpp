// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

namespace detail {

/// A decimal option in double, rounded once.
inline double in_double(const Decimal& x) { return convert<double>(from_decimal<Dec50>(x)); }

/// tanh(x) = (1 - t) / (1 + t), t = e^(-2x), for x >= 0: within a few 2^-53, from + - * / alone.
inline double teacher_tanh(double x) {
  const double t = elementary::exp2(-2 * std::abs(x) / elementary::log_of_2<double>());
  const double value = (1 - t) / (1 + t);
  return x < 0 ? -value : value;
}

/// outputs x inputs sums of x_j w_ij in order of j, each divided by the root of their number.
inline std::vector<double> layer(std::span<const double> x, std::span<const float> w) {
  std::vector<double> y(w.size() / x.size());
  const double root = std::sqrt(static_cast<double>(x.size()));
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) y[i] += x[j] * double{w[i * x.size() + j]};
    y[i] /= root;
  }
  return y;
}

}  // namespace detail

/// Samples that a random network, the teacher, has labelled (E. Gardner and B. Derrida, doi
/// 10.1088/0305-4470/22/12/004): standard normal inputs x, and
///
///   o = W x / sqrt(features)                                        hidden = 0
///   o = V tanh(W x / sqrt(features)) / sqrt(hidden)                 else
///   target = o + noise z                                            classes = 0, one output
///   target = the index of the largest of o_i + noise z_i, the first of equals    classes outputs
///
/// W, V and z standard normal. Drawn in this order: x row by row, W and V row by row, z sample by
/// sample. Computed in binary64 from the drawn values, which are rounded to binary32, sums in order
/// of the index; targets are rounded to binary32.
struct Teacher {
  static constexpr std::string_view name = "teacher";
  static constexpr std::string_view summary = "normal inputs, targets from a random network";

  std::uint64_t samples = 64;
  std::uint64_t features = 1000;
  std::uint64_t hidden = 0;
  Decimal noise = "0";
  std::uint64_t classes = 0;
  std::uint64_t seed = 545345;

  static auto options() {
    static constexpr Constraint labels{
        "0, or a whole number from 2 to 1000000", "10", [](const Decimal& x) {
          return x.exponent() >= 0 && x >= "0" && x != "1" && x <= "1000000";
        }};
    return std::tuple{
        Option{"samples", &Teacher::samples, "rows", positive_count},
        Option{"features", &Teacher::features, "inputs a sample", positive_count},
        Option{"hidden", &Teacher::hidden, "width of the teacher's tanh layer; 0: linear",
               any_count},
        Option{"noise", &Teacher::noise, "standard deviation added to its outputs", non_negative},
        Option{"classes", &Teacher::classes, "labels by its largest output; 0: real targets",
               labels},
        Option{"seed", &Teacher::seed, "of std::mt19937", seed32}};
  }

  Extent extent() const {
    const auto outputs = static_cast<double>(std::max<std::uint64_t>(classes, 1));
    const auto inputs = static_cast<double>(features), units = static_cast<double>(hidden);
    const double weights = hidden > 0 ? (inputs + outputs) * units : inputs * outputs;
    return {samples, features, classes, weights + outputs * static_cast<double>(samples)};
  }

  Dataset draw() const {
    Dataset data{samples, features, classes,
                 {},      {},       std::mt19937(static_cast<std::uint32_t>(seed))};
    const std::size_t outputs = std::max<std::size_t>(classes, 1);
    data.inputs = normal_values(samples * features, data.generator);
    std::vector<float> first, last;
    if (hidden > 0) first = normal_values(hidden * features, data.generator);
    last = normal_values(outputs * (hidden > 0 ? hidden : features), data.generator);
    const std::vector<float> z = normal_values(samples * outputs, data.generator);
    const double scale = detail::in_double(noise);
    data.targets.reserve(samples);
    for (std::size_t s = 0; s < samples; ++s) {
      const auto begin = data.inputs.begin() + static_cast<std::ptrdiff_t>(s * features);
      std::vector<double> x(begin, begin + static_cast<std::ptrdiff_t>(features));
      if (hidden > 0) {
        x = detail::layer(x, first);
        for (double& value : x) value = detail::teacher_tanh(value);
      }
      std::vector<double> o = detail::layer(x, last);
      for (std::size_t i = 0; i < outputs; ++i) o[i] += scale * double{z[s * outputs + i]};
      data.targets.push_back(
          classes == 0 ? static_cast<float>(o[0])
                       : static_cast<float>(std::max_element(o.begin(), o.end()) - o.begin()));
    }
    return data;
  }
};

}  // namespace ulpscope
