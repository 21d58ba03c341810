// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/rule/linear_step.hpp"

namespace ulpscope {

/// A step's sharpness, times the learning rate, and what follows from it.
struct Growth {
  double scaled = 0;
  Gains gains;

  bool unstable() const {
    const auto limit = gains.limit();
    return limit && scaled > *limit;
  }
  /// log of the factor by which the loss, a square of distances, grows in a step.
  double log_factor() const { return log_factor(scaled); }
  double log_factor(double z) const {
    const double factor = gains.growth(z);
    if (!(factor >= std::numeric_limits<double>::min()))
      return -std::numeric_limits<double>::infinity();
    if (!std::isfinite(factor)) return std::numeric_limits<double>::infinity();
    return 2 * elementary::log(factor);
  }
};

/// The recorded steps' growths, ascending.
struct GrowthRow {
  std::uint64_t step = 0;
  Growth growth;
};
using Growths = std::vector<GrowthRow>;

/// The first recorded step after `converged` whose sharpness is above the threshold.
inline std::optional<std::uint64_t> crossing_of(const Growths& rows, std::uint64_t converged) {
  for (const auto& [step, growth] : rows) {
    if (step > converged && growth.unstable()) return step;
  }
  return std::nullopt;
}

/// The first step t at which a loss of `floor` at the crossing would be above `level`, if it grew
/// by the factor exp(a_s) from each step s to the next:
///
///   log loss_t = log floor + sum over s = crossing .. t-1 of a_s,   a_s = 2 log(growth factor)
///
/// never below the floor. Between recorded steps the sharpness times the learning rate is
/// interpolated linearly; the gains are those of the recorded step before. Nothing where the last
/// recorded step comes first.
///
/// log_level: of level / floor.
inline std::optional<std::uint64_t> growth_onset_of(const Growths& rows, std::uint64_t crossing,
                                                    double log_level) {
  double log_loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].step < crossing) continue;
    if (log_loss > log_level) return rows[i].step;
    if (i + 1 == rows.size()) break;
    const auto length = static_cast<double>(rows[i + 1].step - rows[i].step);
    const double from = rows[i].growth.scaled, to = rows[i + 1].growth.scaled;
    for (std::uint64_t step = rows[i].step; step < rows[i + 1].step; ++step) {
      if (log_loss > log_level) return step;
      const double share = static_cast<double>(step - rows[i].step) / length;
      const double a = rows[i].growth.log_factor(from + share * (to - from));
      log_loss = log_loss + a > 0 ? log_loss + a : 0;
    }
  }
  return std::nullopt;
}

}  // namespace ulpscope
