// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/data/teacher.hpp"

namespace ulpscope {

/// Rows in the order in which they come, with features that are rarely or lately seen: what they
/// have not shown, a rule's averages do not know. Standard normal inputs x, of which
///
///   the first `late` features are 0 in rows 0 .. late_rows - 1,
///   the last `rare` features are 0 in every row but with probability `rare_share`,
///
/// and targets W x / sqrt(features) + noise z of what is left, W and z standard normal. Drawn in
/// this order: x row by row, W, z, then a word of the generator for each rare feature, row by row:
/// seen if it is below 2^32 * rare_share. Computed in binary64, sums in order of the index, rounded
/// to binary32. Beside `batch.order = "sequential"` each row is used once.
struct Stream {
  static constexpr std::string_view name = "stream";
  static constexpr std::string_view summary = "a linear teacher; features rarely or lately seen";

  std::uint64_t samples = 64;
  std::uint64_t features = 16;
  Decimal noise = "0.01";
  std::uint64_t late = 0;
  std::uint64_t late_rows = 0;
  std::uint64_t rare = 0;
  Decimal rare_share = "0.01";
  std::uint64_t seed = 545345;

  static auto options() {
    static constexpr Constraint share{"a number from 0 to 1", "0.01",
                                      [](const Decimal& x) { return x >= "0" && x <= "1"; }};
    return std::tuple{
        Option{"samples", &Stream::samples, "rows", positive_count},
        Option{"features", &Stream::features, "inputs a sample", positive_count},
        Option{"noise", &Stream::noise, "standard deviation added to the targets", non_negative},
        Option{"late", &Stream::late, "features that are 0 at first", any_count},
        Option{"late_rows", &Stream::late_rows, "rows in which these are", any_count},
        Option{"rare", &Stream::rare, "features that are 0 in most rows", any_count},
        Option{"rare_share", &Stream::rare_share, "of the rows has each of these", share},
        Option{"seed", &Stream::seed, "of std::mt19937", seed32}};
  }

  std::vector<Idle> idle() const {
    std::vector<Idle> idle;
    if (late == 0) idle.push_back({"late_rows", "late = 1"});
    if (rare == 0) idle.push_back({"rare_share", "rare = 4"});
    return idle;
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (late > features || rare > features - late) {
      return "late = " + std::to_string(late) + " and rare = " + std::to_string(rare) +
             " features are more than features = " + std::to_string(features) +
             "; expected at most so many together; for example late = 1 and rare = 0";
    }
    return {};
  }

  Extent extent() const {
    return {samples, features, 0, static_cast<double>(features) + static_cast<double>(samples)};
  }

  Dataset draw() const {
    Dataset data{samples, features, 0, {}, {}, std::mt19937(static_cast<std::uint32_t>(seed))};
    data.inputs = normal_values(samples * features, data.generator);
    const std::vector<float> w = normal_values(features, data.generator);
    const std::vector<float> z = normal_values(samples, data.generator);
    const double scale = detail::in_double(noise);
    const double seen_below = 0x1p32 * detail::in_double(rare_share);
    data.targets.reserve(samples);
    for (std::size_t s = 0; s < samples; ++s) {
      float* const x = data.inputs.data() + s * features;
      if (s < late_rows) std::fill_n(x, late, 0.0F);
      for (std::size_t j = features - rare; j < features; ++j) {
        if (static_cast<double>(data.generator()) >= seen_below) x[j] = 0;
      }
      const std::vector<double> row(x, x + features);
      const double o = detail::layer(row, w)[0] + scale * double{z[s]};
      data.targets.push_back(static_cast<float>(o));
    }
    return data;
  }
};

}  // namespace ulpscope
