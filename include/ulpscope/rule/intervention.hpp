// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "ulpscope/format/decimal.hpp"

namespace ulpscope {

/// What is done to a rule's second moment in mid-run, whatever the rule: to all that it keeps in
/// that role (Adam's v and the largest v, Adafactor's averages of rows and columns). It acts on
/// updates number at + 1, at + 2, ...; `at` is 1 or more, or `never` while it is not known.
///
///   freeze   the stored values stay as they are, not rounded anew, and divide, also where the role
///            is used fresh; what is a function of the average's age, such as 1 - b2^t and
///            RAdam's rectification, keeps its value of update `at`
///   reset    before update at + 1 the values are what they were before the first update (zero, or
///            the rule's initial value), and their age counts from there: 1 - b2^(t - at)
///   hold     a value below `least` becomes `least` before it divides and is stored; least is a
///            hyperparameter, and rounded as the role rounds what it computes or stores
///
/// What a rule computes from the second moment and does not keep, such as RMSProp's v - m m, is
/// computed as ever.
struct Intervention {
  enum class Kind : std::uint8_t { none, freeze, reset, hold };
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  Kind kind = Kind::none;
  std::uint64_t at = 0;
  Decimal least = "0";

  bool acts(Kind which, std::uint64_t number) const { return kind == which && number > at; }

  /// How many updates the averages have taken in, in update `number`.
  std::uint64_t age(std::uint64_t number) const {
    if (acts(Kind::freeze, number)) return at;
    return acts(Kind::reset, number) ? number - at : number;
  }
};

/// Whether a rule's state is of the role second_moment.
constexpr bool of_second_moment(std::string_view state) {
  return state.starts_with("second_moment") || state == "row_average" || state == "column_average";
}

}  // namespace ulpscope
