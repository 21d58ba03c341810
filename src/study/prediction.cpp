// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/prediction.hpp"

#include <cmath>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

std::string second_moment_stalls(const Cell& cell) {
  const Setting* const beta2 = cell.find("rule.beta2");
  if (!beta2 || !cell.find("precision.second_moment")) return {};
  const Precision precision = precision_of(cell);
  RoleFormat role;
  for_each_arithmetic([&]<class R>() {
    if (precision.rule_arithmetic == ArithmeticTraits<R>::name)
      role.rounding.format = own_format<R>();
  });
  if (const auto& given = precision.rule[Role::second_moment]) role = *given;
  if (role.fresh || role.encoding == Encoding::log2 || role.encoding == Encoding::block8) return {};
  const long double b = std::stold(beta2->canonical);
  const long double factor = role.encoding == Encoding::sqrt ? std::sqrt(b) : b;
  const long double ulp = std::ldexp(1.0L, 1 - static_cast<int>(role.rounding.format.p));
  const long double decrease = (1 - factor) * (1 + ulp);
  const auto text = [](bool stalls) { return stalls ? "yes" : "no"; };
  switch (role.rounding.mode) {
    case Mode::nearest_even: return text(decrease < ulp / 2);
    case Mode::nearest_away: return text(decrease <= ulp / 2);
    case Mode::up:
    case Mode::odd: return text(decrease < ulp);
    case Mode::toward_zero:
    case Mode::down:
    case Mode::stochastic: break;
  }
  return text(false);
}

}  // namespace ulpscope
