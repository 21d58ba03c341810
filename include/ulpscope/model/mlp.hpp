// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "ulpscope/format/option.hpp"
#include "ulpscope/model/network.hpp"

namespace ulpscope {

/// A multilayer perceptron (D. E. Rumelhart, G. E. Hinton and R. J. Williams, doi
/// 10.1038/323533a0): `depth` hidden layers of `width` units, each followed by the activation, and
/// a linear last layer. Squared errors are of one output, against the target or the label as a
/// number; cross-entropy as in logistic regression.
struct Mlp : NetworkOf<Mlp> {
  static constexpr std::string_view name = "mlp";
  static constexpr std::string_view summary = "dense layers with an activation between them";
  static constexpr Targets needs = Targets::real;

  std::uint64_t depth = 1;
  std::uint64_t width = 32;
  std::string activation = "tanh";
  std::string loss = "mean-squared";

  static auto options() {
    static constexpr Constraint layers{"a whole number from 1 to 1000", "2", [](const Decimal& x) {
                                         return x.exponent() >= 0 && x >= "1" && x <= "1000";
                                       }};
    return std::tuple{
        Option{"depth", &Mlp::depth, "hidden layers", layers},
        Option{"width", &Mlp::width, "units of each", positive_count},
        Option{"activation", &Mlp::activation, "between layers", {}, &activation_names},
        Option{"loss", &Mlp::loss, "of the outputs", {}, [] {
                 std::vector<std::string_view> names = Loss::regression();
                 for (const auto name : Loss::classification()) names.push_back(name);
                 return names;
               }}};
  }

  Layers layers(std::size_t features, std::size_t classes) const {
    const Loss of_outputs = Loss::named(loss);
    std::vector<std::size_t> widths(depth + 2, width);
    widths.front() = features;
    widths.back() = of_outputs.outputs(classes);
    return {std::move(widths), of_outputs, activation_named(activation)};
  }
};

}  // namespace ulpscope
