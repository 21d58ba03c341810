// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "ulpscope/format/option.hpp"
#include "ulpscope/model/network.hpp"

namespace ulpscope {

/// A perceptron without activation: one output, a weight a feature, and last a bias.
///
///   z_i = (sum over j of w_j x_ij) + b        activations; j ascending
///   r_i = z_i - y_i                           loss
///   loss = sum over i of r_i^2                loss; i ascending; mean-squared: divided by samples
///   s_i = 2 r_i                               gradient; mean-squared: divided by samples
///   gradient_j = sum over i of s_i x_ij       gradient; i ascending;  bias: sum over i of s_i
///
/// Stored are x and y (data, once), z, the loss, s and the gradient (network.hpp). Convex; its
/// least loss is 0 where there are more features than samples.
struct Linear : NetworkOf<Linear> {
  static constexpr std::string_view name = "linear";
  static constexpr std::string_view summary = "one weight a feature and a bias; squared errors";
  static constexpr Targets needs = Targets::real;

  std::string loss = "sum-squared";

  static auto options() {
    return std::tuple{
        Option{"loss", &Linear::loss, "how errors become a loss", {}, &Loss::regression}};
  }

  Layers layers(std::size_t features, std::size_t) const {
    return {{features, 1}, Loss::named(loss)};
  }
};

}  // namespace ulpscope
