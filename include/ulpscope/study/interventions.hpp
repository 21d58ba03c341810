// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/intervention.hpp"

// [intervention]: what happens in mid-run, once, so that a cause shows by what follows.
namespace ulpscope {

/// Of "sharpness 0.9" the number, which is positive; nothing for another text.
std::optional<double> ratio_in(std::string_view at);

namespace detail {

/// After how many updates a switch acts.
template <class Kind>
auto at_option() {
  return Option{"at", &Kind::at, "updates after which it acts", positive_count,
                [] { return std::vector<std::string_view>{"none"}; }};
}

/// What acts on the second moment may go by the sharpness, too, see SharpnessTrigger.
template <class Kind>
auto at_or_ratio_option() {
  return Option{
      "at",
      &Kind::at,
      "updates after which it acts, or as \"sharpness 0.9\" the sharpness by the threshold",
      positive_count,
      [] { return std::vector<std::string_view>{"none"}; },
      [](std::string_view text) { return ratio_in(text).has_value(); }};
}

template <class Kind>
std::string at_missing(const Kind& kind) {
  if (kind.at != "none") return {};
  return "kind = \"" + std::string(Kind::name) + "\" needs at; for example at = 2000";
}

template <class Kind>
Intervention on_second_moment(Intervention::Kind what, const Kind& kind) {
  return {what, ratio_in(kind.at) ? Intervention::never : std::stoull(kind.at)};
}

}  // namespace detail

struct NoIntervention {
  static constexpr std::string_view name = "none";
  static constexpr std::string_view summary = "nothing happens";

  static std::tuple<> options() { return {}; }
  Intervention act() const { return {}; }
};

struct Freeze {
  static constexpr std::string_view name = "freeze";
  static constexpr std::string_view summary =
      "the second moment and its bias correction stay as they are";

  std::string at = "none";

  static auto options() { return std::tuple{detail::at_or_ratio_option<Freeze>()}; }
  std::string conflict() const { return detail::at_missing(*this); }
  Intervention act() const { return detail::on_second_moment(Intervention::Kind::freeze, *this); }
};

struct Reset {
  static constexpr std::string_view name = "reset";
  static constexpr std::string_view summary =
      "the second moment and its bias correction begin anew";

  std::string at = "none";

  static auto options() { return std::tuple{detail::at_or_ratio_option<Reset>()}; }
  std::string conflict() const { return detail::at_missing(*this); }
  Intervention act() const { return detail::on_second_moment(Intervention::Kind::reset, *this); }
};

struct Hold {
  static constexpr std::string_view name = "hold";
  static constexpr std::string_view summary =
      "a second moment below a value becomes this, then what it is stored in rounds it";

  std::string at = "none";
  Decimal least = "1e-12";

  static auto options() {
    return std::tuple{detail::at_or_ratio_option<Hold>(),
                      Option{"least", &Hold::least, "the second moment's least value", positive}};
  }
  std::string conflict() const { return detail::at_missing(*this); }
  Intervention act() const {
    Intervention what = detail::on_second_moment(Intervention::Kind::hold, *this);
    what.least = least;
    return what;
  }
};

/// The run goes on under the precision of [switch]. Parameters and states are handed over exactly
/// where the new arithmetic has them, else rounded once to nearest even; a role's new format rounds
/// what is stored from then on. Data are rounded anew from what was drawn.
struct Switch {
  static constexpr std::string_view name = "switch";
  static constexpr std::string_view summary = "the run goes on with the precision of [switch]";

  std::string at = "none";

  static auto options() { return std::tuple{detail::at_option<Switch>()}; }
  std::string conflict() const { return detail::at_missing(*this); }
  Intervention act() const { return {}; }
};

/// The one list of interventions.
using Interventions = TypeList<NoIntervention, Freeze, Reset, Hold, Switch>;

}  // namespace ulpscope
