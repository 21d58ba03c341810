// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include "ulpscope/data/teacher.hpp"
#include "ulpscope/format/orthonormal.hpp"

namespace ulpscope {

/// Inputs X = U diag(s) V^T of a given rank and condition, and targets y = X w + noise z that a
/// linear teacher w gives. U (samples x rank) and V (features x rank) have orthonormal columns, s_j
/// = condition^(-j / (rank - 1)) goes from 1 down to 1 / condition; w and z are standard normal.
/// Drawn in this order: U and V column by column, w, z. Computed in binary64, sums in order of the
/// index; inputs are rounded to binary32, targets computed from the rounded ones. That rounding
/// moves every singular value by up to 2^-24 of the largest, zeros included: so the condition is
/// at most 10^6.
struct LowRank {
  static constexpr std::string_view name = "low-rank";
  static constexpr std::string_view summary = "inputs of a given rank and condition";

  std::uint64_t samples = 64;
  std::uint64_t features = 1000;
  std::uint64_t rank = 8;
  Decimal condition = "1e3";
  Decimal noise = "0";
  std::uint64_t seed = 545345;

  static auto options() {
    static constexpr Constraint ratio{"a number from 1 to 1e6", "1e3",
                                      [](const Decimal& x) { return x >= "1" && x <= "1e6"; }};
    return std::tuple{
        Option{"samples", &LowRank::samples, "rows", positive_count},
        Option{"features", &LowRank::features, "inputs a sample", positive_count},
        Option{"rank", &LowRank::rank, "singular values that are not 0", positive_count},
        Option{"condition", &LowRank::condition, "the largest of them / the smallest", ratio},
        Option{"noise", &LowRank::noise, "standard deviation added to the targets", non_negative},
        Option{"seed", &LowRank::seed, "of std::mt19937", seed32}};
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (rank > std::min(samples, features)) {
      return "rank = " + std::to_string(rank) + " is above samples = " + std::to_string(samples) +
             " or features = " + std::to_string(features) + "; expected at most the smaller; for " +
             "example rank = " + std::to_string(std::min(samples, features));
    }
    if (rank == 1 && condition != "1")
      return "rank = 1 has a single singular value; expected rank >= 2, or no condition but 1; "
             "for example condition = 1";
    return {};
  }

  Extent extent() const { return {samples, features, 0}; }

  /// s_0 = 1, ..., s_(rank - 1) = 1 / condition.
  std::vector<double> singular_values() const {
    std::vector<double> s(rank, 1);
    const Dec50 log = elementary::log2(from_decimal<Dec50>(condition));
    for (std::size_t j = 1; j < rank; ++j) {
      s[j] = convert<double>(elementary::exp2(Dec50(-log * j / (rank - 1))));
    }
    return s;
  }

  Dataset draw() const {
    Dataset data{samples, features, 0, {}, {}, std::mt19937(static_cast<std::uint32_t>(seed))};
    const std::vector<double> u = orthonormal(samples, rank, data.generator);
    const std::vector<double> v = orthonormal(features, rank, data.generator);
    const std::vector<float> w = normal_values(features, data.generator);
    const std::vector<float> z = normal_values(samples, data.generator);
    const std::vector<double> s = singular_values();
    const double scale = detail::in_double(noise);
    data.inputs.reserve(samples * features);
    std::vector<double> row(features);
    for (std::size_t i = 0; i < samples; ++i) {
      std::fill(row.begin(), row.end(), 0.0);
      for (std::size_t j = 0; j < rank; ++j) {
        const double share = u[j * samples + i] * s[j];
        for (std::size_t k = 0; k < features; ++k) row[k] += share * v[j * features + k];
      }
      double y = 0;
      for (std::size_t k = 0; k < features; ++k) {
        data.inputs.push_back(static_cast<float>(row[k]));
        y += double{data.inputs.back()} * double{w[k]};
      }
      data.targets.push_back(static_cast<float>(y + scale * double{z[i]}));
    }
    return data;
  }
};

}  // namespace ulpscope
