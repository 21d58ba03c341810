// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ulpscope/format/option.hpp"

namespace ulpscope {

/// What is done to a gradient before the rule sees it:
///
///   clip-value   g_i = min(max(g_i, lower), upper)                (torch clip_grad_value_)
///   clip-norm    n = sqrt(g_1^2 + g_2^2 + ...), the sum in order; c = max_norm / (n + 1e-6);
///                g_i = g_i c where not c >= 1                     (torch clip_grad_norm_;
///                R. Pascanu et al., arXiv 1211.5063)
///   accumulate   the sum of `steps` gradients, in order; with `average`, divided by steps
///   noise        g_i = g_i + std z_i, z standard normal           (A. Neelakantan et al.,
///                arXiv 1511.06807)
///
/// A parameter at its default, 0, counts as not given. Every operation is of the role gradient, and
/// what results is stored by it; lower, upper, max_norm, 1e-6, steps and std are hyperparameters. z
/// is a function of seed, i, the update's number, the part and the transform's place, computed in
/// binary64 and rounded once to the arithmetic.
struct TransformOptions {
  std::string kind = "none";
  Decimal lower = "0", upper = "0";
  Decimal max_norm = "0";
  std::uint64_t steps = 0;
  bool average = false;
  Decimal deviation = "0";
  std::uint64_t seed = 0;

  static std::vector<std::string_view> kinds() {
    return {"none", "clip-value", "clip-norm", "accumulate", "noise"};
  }

  static auto options() {
    static constexpr Constraint parts{
        "a whole number from 0 to 1000000", "4",
        [](const Decimal& x) { return x.exponent() >= 0 && x >= "0" && x <= "1000000"; }};
    using O = TransformOptions;
    return std::tuple{
        Option{"kind", &O::kind, "what is done to the gradient", {}, kinds},
        Option{"lower", &O::lower, "clip-value: the least value, not 0", any_real},
        Option{"upper", &O::upper, "clip-value: the greatest value, not 0", any_real},
        Option{"max_norm", &O::max_norm, "clip-norm: the greatest norm", non_negative},
        Option{"steps", &O::steps, "accumulate: gradients an update", parts},
        Option{"average", &O::average, "accumulate: their mean, not their sum"},
        Option{"std", &O::deviation, "noise: its standard deviation", non_negative},
        Option{"seed", &O::seed, "noise: of Philox", seed64}};
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    const std::string given = "kind = \"" + kind + "\" ";
    const auto only = [&](bool set, const char* name, const char* of) {
      if (!set || kind == of) return std::string();
      return given + "has no " + name + "; expected it with kind = \"" + of +
             "\" alone; for example kind = \"" + of + "\"";
    };
    for (const std::string& why :
         {only(!lower.zero(), "lower", "clip-value"), only(!upper.zero(), "upper", "clip-value"),
          only(!max_norm.zero(), "max_norm", "clip-norm"), only(steps != 0, "steps", "accumulate"),
          only(average, "average", "accumulate"), only(!deviation.zero(), "std", "noise"),
          only(seed != 0, "seed", "noise")}) {
      if (!why.empty()) return why;
    }
    if (kind == "clip-value") {
      if (lower.zero()) return given + "needs a lower that is not 0; for example lower = -1";
      if (upper.zero()) return given + "needs an upper that is not 0; for example upper = 1";
      if (lower > upper) {
        return "lower = " + lower.canonical() + " is above upper = " + upper.canonical() +
               "; expected lower <= upper; for example lower = -1, upper = 1";
      }
    }
    if (kind == "clip-norm" && max_norm.zero())
      return given + "needs a max_norm that is not 0; for example max_norm = 1";
    if (kind == "accumulate" && steps == 0) return given + "needs steps; for example steps = 4";
    if (kind == "noise" && deviation.zero())
      return given + "needs a std that is not 0; for example std = 0.01";
    return {};
  }
};

}  // namespace ulpscope
