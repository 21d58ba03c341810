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
#include "ulpscope/model/both_ways.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"
#include "ulpscope/model/start.hpp"

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

  static constexpr Targets needs = Targets::real;

  static double parameters(const Sizes& sizes) { return sizes.features + 1; }
  /// Values of T that the model holds: both layouts of the inputs, a few per sample.
  static double values(const Sizes& sizes) {
    return 2 * sizes.samples * sizes.features + 3 * sizes.samples;
  }

  /// Weights, then the bias.
  static Start start(std::size_t features, std::size_t, std::mt19937& generator) {
    return uniform_values(features + 1, features, generator);
  }

  template <class T>
  class In;
};

template <class T>
class Linear::In final : public Model<T> {
 public:
  In(const Linear& options, Samples<T> samples, const Roles<T>& roles = Roles<T>())
      : roles_(roles),
        features_(samples.features),
        mean_(options.loss == "mean-squared"),
        all_(std::move(samples)) {}

  Layout layout() const override { return Layout(std::vector<Shape>{{1, features_}, {1, 1}}); }

  T loss_and_gradient(std::uint64_t step, std::span<const T> parameters, std::span<T> gradient,
                      Batch batch = {}) override {
    const BothWays<T>& x = batch.empty() ? all_ : all_.part(batch, part_);
    const auto& forward = roles_[Role::activations];
    z_.resize(x.count);
    s_.resize(x.count);
    weighted_row_sum<T>(x.by_feature, parameters.first(features_), z_, forward, step, 0);
    for (std::size_t i = 0; i < x.count; ++i) {
      z_[i] = forward.sum(z_[i], parameters[features_], forward.site(i, step, 2 * features_));
    }
    forward.store(z_, forward.site(0, step, 0));

    const auto& of_loss = roles_[Role::loss];
    const auto& backward = roles_[Role::gradient];
    const T n = convert<T>(static_cast<double>(x.count));
    T sum(0);
    for (std::size_t i = 0; i < x.count; ++i) {
      const T r = of_loss.difference(z_[i], x.targets[i], of_loss.site(i, step, 0));
      const T square = of_loss.product(r, r, of_loss.site(i, step, 1));
      sum = of_loss.sum(sum, square, of_loss.site(i, step, 2));
      s_[i] = backward.product(T(2), r, backward.site(i, step, 0));
      if (mean_) s_[i] = backward.quotient(s_[i], n, backward.site(i, step, 1));
    }
    if (mean_) sum = of_loss.quotient(sum, n, of_loss.site(0, step, 3));
    of_loss.store({&sum, 1}, of_loss.site(0, step, 4));
    backward.store(s_, backward.site(0, step, 2));

    T bias(0);
    for (std::size_t i = 0; i < x.count; ++i) {
      bias = backward.sum(bias, s_[i], backward.site(i, step, 3));
    }
    weighted_row_sum<T>(x.by_sample, s_, gradient.first(features_), backward, step, 4);
    gradient[features_] = bias;
    backward.store(gradient, backward.site(0, step, 4));
    return sum;
  }

  /// H = 2 X^T X, divided by samples for mean-squared; X has a last column of ones.
  void hessian_vector(std::span<const T>, std::span<const T> direction,
                      std::span<T> product) override {
    const T n = convert<T>(static_cast<double>(all_.count));
    std::vector<T> s(all_.count);
    weighted_row_sum<T>(all_.by_feature, direction.first(features_), s);
    T bias(0);
    for (T& value : s) {
      value = T(2) * (value + direction[features_]);
      if (mean_) value = value / n;
      bias = bias + value;
    }
    weighted_row_sum<T>(all_.by_sample, s, product.first(features_));
    product[features_] = bias;
  }

 private:
  Roles<T> roles_;
  std::size_t features_;
  bool mean_;
  BothWays<T> all_, part_;
  std::vector<T> z_, s_;
};

}  // namespace ulpscope
