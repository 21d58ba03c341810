// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/prediction.hpp"

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/literal.hpp"

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
  if (role.rounding.mode == Mode::stochastic) return "no";

  Format format = role.rounding.format;
  const auto p = static_cast<unsigned>(format.p);
  format.emin = -4;
  format.emax = 4;
  Fraction decayed = exact_value(beta2->canonical);
  if (role.encoding == Encoding::sqrt) {
    decayed = exact_value(hex_literal(Dec100(sqrt(hyper<Dec100>(Decimal(beta2->canonical))))));
  }
  const boost::multiprecision::cpp_int unit = boost::multiprecision::cpp_int(1) << (p - 1);
  decayed.numerator *= unit + 1;
  decayed.denominator *= unit;
  const Rounded rounded = exact_round(decayed, format, role.rounding.mode);
  const auto ulps = rounded.exponent + static_cast<std::int64_t>(p) - 1;  // of 1
  return ulps == 0 && rounded.significand == unit + 1 ? "yes" : "no";
}

}  // namespace ulpscope
