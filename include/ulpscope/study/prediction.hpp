// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// What a description alone says of a cell: "yes", "no", or nothing where it does not say.
struct PredictionInfo {
  std::string_view name;
  std::string_view summary;
  std::string (*of)(const Cell&);
};

/// Whether a second moment that decays, v <- beta2 v rounded to where it is stored, stops on the
/// way: whether at some significand m of p bits, 1 <= m < 2, rounding gives m back. Of those with
/// the whole ulp 2^(1-p) below them, 1 + ulp decreases least: to nearest, v stops where
///
///   (1 - beta2) (1 + ulp) < ulp / 2,
///
/// upwards and to odd where that is less than an ulp; toward zero and downwards nowhere, by chance
/// never for good. So it is asked of 1 + ulp, by exact rounding. The square root as an encoding is
/// multiplied by sqrt(beta2), in dec100. To a logarithm log2(beta2) is added: it stops where v is
/// far from 1. A code of block8 may stop beside a largest value of its block that stays, else none
/// does.
///
/// Nothing for rules without such a decay, and for second moments that divide fresh. beta2 (alpha
/// of rmsprop) is as written; what a format's smallest numbers do is left out.
std::string second_moment_stalls(const Cell& cell);
/// The same of a second moment that is kept so by a rule that computes in `arithmetic`.
std::string second_moment_stalls(const RoleFormat& role, const Format& arithmetic,
                                 const std::string& beta2);
/// Where log2(v) is what is stored: the least k with a stop in 2^k <= |log2(v)| < 2^(k+1), if there
/// is one that v can have in the arithmetic.
std::optional<std::int64_t> logarithm_stalls_from(const Rounding& rounding,
                                                  const Format& arithmetic, const Decimal& beta2);
/// The key of that decay, if the cell has one.
const Setting* second_moment_decay(const Cell& cell);

/// The one list of predictions.
inline constexpr std::array prediction_list{
    PredictionInfo{"v_stalls", "a second moment that decays stops on the way",
                   [](const Cell& cell) { return second_moment_stalls(cell); }}};

inline std::vector<std::string> prediction_names() {
  std::vector<std::string> names;
  names.reserve(prediction_list.size());
  for (const PredictionInfo& prediction : prediction_list) names.emplace_back(prediction.name);
  return names;
}

}  // namespace ulpscope
