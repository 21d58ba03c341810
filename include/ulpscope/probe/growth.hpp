// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
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
    if (!std::isfinite(z)) return std::numeric_limits<double>::infinity();
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
/// interpolated linearly; the gains are those of the recorded step before. What the sharpness does
/// after the onset is a consequence of it: from the last recorded step up to the onset on, the line
/// through this and the one before goes on. So this is no forecast: it asks whether the sharpness
/// that was measured explains the onset. Nothing where the last recorded step comes first, or the
/// onset before the crossing.
///
/// log_level: of level / floor.
inline std::optional<std::uint64_t> growth_onset_of(const Growths& rows, std::uint64_t crossing,
                                                    double log_level,
                                                    std::optional<std::uint64_t> onset = {}) {
  if (onset && *onset < crossing) return std::nullopt;
  std::size_t first = 0;
  while (first < rows.size() && rows[first].step < crossing) ++first;
  std::size_t last = first;  // known from here on by the line alone
  while (last + 1 < rows.size() && (!onset || rows[last + 1].step <= *onset)) ++last;
  double log_loss = 0;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (log_loss > log_level) return rows[i].step;
    if (i + 1 == rows.size()) break;
    const std::size_t from = i < last ? i : std::max<std::size_t>(last, 1) - 1;
    const GrowthRow &a = rows[from], &b = rows[from + 1];
    double slope = (b.growth.scaled - a.growth.scaled) / static_cast<double>(b.step - a.step);
    if (!std::isfinite(slope)) slope = 0;
    for (std::uint64_t step = rows[i].step; step < rows[i + 1].step; ++step) {
      if (log_loss > log_level) return step;
      const double z = a.growth.scaled + static_cast<double>(step - a.step) * slope;
      log_loss = std::max(0.0, log_loss + a.growth.log_factor(z));
    }
  }
  return std::nullopt;
}

}  // namespace ulpscope
