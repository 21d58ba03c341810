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
///   z_i = (sum over j of w_j x_ij) + b        activations; j ascending
///   r_i = z_i - y_i                           loss
///   loss = sum over i of r_i^2                loss; i ascending; mean-squared: divided by samples
///   s_i = 2 r_i                               gradient; mean-squared: divided by samples
///   gradient_j = sum over i of s_i x_ij       gradient; i ascending;  bias: sum over i of s_i
///
/// Stored are x and y (data, once), z, the loss, s and the gradient. Where a role rounds every
/// operation, the sums' products and sums are such operations, too.
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
  /// inputs: samples x features, row by row; targets: one a sample; both in the format of data.
  In(const Linear& options, std::vector<T> inputs, std::vector<T> targets,
     const Roles<T>& roles = Roles<T>())
      : roles_(roles),
        samples_(targets.size()),
        features_(inputs.size() / targets.size()),
        mean_(options.loss == "mean-squared"),
        by_sample_(std::move(inputs)),
        by_feature_(by_sample_.size()),
        targets_(std::move(targets)),
        z_(samples_),
        s_(samples_) {
    for (std::size_t i = 0; i < samples_; ++i) {
      for (std::size_t j = 0; j < features_; ++j) {
        by_feature_[j * samples_ + i] = by_sample_[i * features_ + j];
      }
    }
  }

  std::size_t parameters() const override { return features_ + 1; }

  T loss_and_gradient(std::uint64_t step, std::span<const T> parameters,
                      std::span<T> gradient) override {
    const auto& forward = roles_[Role::activations];
    weighted_row_sum<T>(by_feature_, parameters.first(features_), z_, forward, step, 0);
    for (std::size_t i = 0; i < samples_; ++i) {
      z_[i] = forward.sum(z_[i], parameters[features_], forward.site(i, step, 2 * features_));
    }
    forward.store(z_, forward.site(0, step, 0));

    const auto& of_loss = roles_[Role::loss];
    const auto& backward = roles_[Role::gradient];
    const T n = convert<T>(static_cast<double>(samples_));
    T sum(0);
    for (std::size_t i = 0; i < samples_; ++i) {
      const T r = of_loss.difference(z_[i], targets_[i], of_loss.site(i, step, 0));
      const T square = of_loss.product(r, r, of_loss.site(i, step, 1));
      sum = of_loss.sum(sum, square, of_loss.site(i, step, 2));
      s_[i] = backward.product(T(2), r, backward.site(i, step, 0));
      if (mean_) s_[i] = backward.quotient(s_[i], n, backward.site(i, step, 1));
    }
    if (mean_) sum = of_loss.quotient(sum, n, of_loss.site(0, step, 3));
    of_loss.store({&sum, 1}, of_loss.site(0, step, 4));
    backward.store(s_, backward.site(0, step, 2));

    T bias(0);
    for (std::size_t i = 0; i < samples_; ++i) {
      bias = backward.sum(bias, s_[i], backward.site(i, step, 3));
    }
    weighted_row_sum<T>(by_sample_, s_, gradient.first(features_), backward, step, 4);
    gradient[features_] = bias;
    backward.store(gradient, backward.site(0, step, 4));
    return sum;
  }

 private:
  Roles<T> roles_;
  std::size_t samples_, features_;
  bool mean_;
  std::vector<T> by_sample_, by_feature_, targets_, z_, s_;
};

}  // namespace ulpscope
