// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/probe/growth.hpp"
#include "ulpscope/study/recording.hpp"

namespace ulpscope {

/// When an intervention begins that goes by the sharpness: after the first recorded update in which
/// this is at least `ratio` times the threshold, once it was below that in an earlier one. The last
/// step, which a longer run may not record, does not count.
class SharpnessTrigger {
 public:
  /// `every`: as the cell records.
  SharpnessTrigger(double ratio, const std::string& every) : ratio_(ratio), recorded_(every) {}

  /// Update number t, of which a row was measured. True where the intervention begins with it.
  bool pulled_by(std::uint64_t t, const Growth& growth) {
    const auto limit = growth.gains.limit();
    if (begun_after_ || !recorded_(t) || !limit) return false;
    const bool at_least = growth.scaled >= ratio_ * *limit;
    if (at_least && below_) begun_after_ = t;
    below_ = below_ || growth.scaled < ratio_ * *limit;  // NaN is neither
    return begun_after_.has_value();
  }

  /// How many updates there were before it began; nothing as long as it has not.
  std::optional<std::uint64_t> begun_after() const { return begun_after_; }

  std::vector<std::string> state() const {
    return {below_ ? "below" : "", begun_after_ ? std::to_string(*begun_after_) : ""};
  }
  void restore(const std::vector<std::string>& state) {
    below_ = !state.at(0).empty();
    begun_after_.reset();
    if (!state.at(1).empty()) begun_after_ = std::stoull(state[1]);
  }

 private:
  double ratio_;
  Recording recorded_;
  bool below_ = false;  ///< so far in some recorded update
  std::optional<std::uint64_t> begun_after_;
};

}  // namespace ulpscope
