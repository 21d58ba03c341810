// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "ulpscope/format/option.hpp"
#include "ulpscope/model/network.hpp"

namespace ulpscope {

/// Logistic regression (D. R. Cox, doi 10.1111/j.2517-6161.1958.tb00292.x): an output z for two
/// classes, one a class for more, linear in the features; the loss is the cross-entropy of labels
/// and the shares that the outputs stand for (loss.hpp).
///
/// Convex; on separable samples it has no minimiser, and falls towards 0 for ever.
struct Logistic : NetworkOf<Logistic> {
  static constexpr std::string_view name = "logistic";
  static constexpr std::string_view summary = "binary or multinomial regression; cross-entropy";
  static constexpr Targets needs = Targets::labels;

  std::string loss = "mean-cross-entropy";

  static auto options() {
    return std::tuple{Option{
        "loss", &Logistic::loss, "over samples, as PyTorch or summed", {}, &Loss::classification}};
  }

  Layers layers(std::size_t features, std::size_t classes) const {
    const Loss of_outputs = Loss::named(loss);
    return {{features, of_outputs.outputs(classes)}, of_outputs};
  }
};

}  // namespace ulpscope
