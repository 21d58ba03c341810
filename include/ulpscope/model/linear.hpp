// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/format/random.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"

namespace ulpscope {

/// A perceptron without activation: one output, a weight a feature, and last a bias.
///
///   z_i = (sum over j of w_j x_ij) + b        j ascending
///   r_i = z_i - y_i
///   loss = sum over i of r_i^2                i ascending; mean-squared: divided by samples
///   s_i = 2 r_i                               mean-squared: divided by samples
///   gradient_j = sum over i of s_i x_ij       i ascending;  bias: sum over i of s_i
struct Linear {
  static constexpr std::string_view name = "linear";
  static constexpr std::string_view summary = "one weight a feature and a bias; squared errors";

  std::string loss = "sum-squared";

  static auto options() {
    return std::tuple{Option{"loss", &Linear::loss, "how errors become a loss", {}, [] {
                               return std::vector<std::string_view>{"sum-squared", "mean-squared"};
                             }}};
  }

  /// Sizes of a run as real numbers, so that nothing overflows before it is refused: parameters,
  /// and the values of T that the model holds (both layouts of the inputs, a few per sample).
  static double parameters(double features) { return features + 1; }
  static double values(double samples, double features) {
    return 2 * samples * features + 3 * samples;
  }

  /// Weights, then the bias: u*2*s - s with s = 1/sqrt(features), u = next()/2^32, in binary64,
  /// rounded to binary32.
  static std::vector<float> start(std::size_t features, std::mt19937& generator) {
    std::vector<float> values(features + 1);
    const double s = 1 / std::sqrt(static_cast<double>(features));
    for (float& value : values) {
      const double u = uniform(generator);
      value = static_cast<float>(u * 2 * s - s);
    }
    return values;
  }

  template <class T>
  class In;
};

template <class T>
class Linear::In final : public Model<T> {
 public:
  /// inputs: samples x features, row by row; targets: one a sample.
  In(const Linear& options, std::span<const float> inputs, std::span<const float> targets)
      : samples_(targets.size()),
        features_(inputs.size() / targets.size()),
        mean_(options.loss == "mean-squared"),
        by_sample_(inputs.begin(), inputs.end()),
        by_feature_(inputs.size()),
        targets_(targets.begin(), targets.end()),
        z_(samples_),
        s_(samples_) {
    for (std::size_t i = 0; i < samples_; ++i) {
      for (std::size_t j = 0; j < features_; ++j) {
        by_feature_[j * samples_ + i] = by_sample_[i * features_ + j];
      }
    }
  }

  std::size_t parameters() const override { return features_ + 1; }

  T loss_and_gradient(std::span<const T> parameters, std::span<T> gradient) override {
    const std::span<const T> weights = parameters.first(features_);
    const T& bias = parameters[features_];
    weighted_row_sum<T>(by_feature_, weights, z_);
    T sum(0);
    T bias_gradient(0);
    const T n = convert<T>(static_cast<double>(samples_));
    for (std::size_t i = 0; i < samples_; ++i) {
      const T r = (z_[i] + bias) - targets_[i];
      sum = sum + r * r;
      s_[i] = mean_ ? T(2) * r / n : T(2) * r;
      bias_gradient = bias_gradient + s_[i];
    }
    weighted_row_sum<T>(by_sample_, s_, gradient.first(features_));
    gradient[features_] = bias_gradient;
    return mean_ ? sum / n : sum;
  }

 private:
  std::size_t samples_, features_;
  bool mean_;
  std::vector<T> by_sample_, by_feature_, targets_, z_, s_;
};

}  // namespace ulpscope
