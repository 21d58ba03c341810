// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/prediction.hpp"

#include <algorithm>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/encoding.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/literal.hpp"
#include "ulpscope/format/wide_rounder.hpp"
#include "ulpscope/study/kinds.hpp"

namespace ulpscope {

namespace {

/// Whether v by its block's largest, where that stays, can keep its code.
bool code_stalls(const Rounding& rounding, const Decimal& beta2) {
  using Wide = HyperArithmetic<Dec100>;
  const Wide decay = from_decimal<Wide>(beta2);
  const auto& codes = block8_codes();
  return std::any_of(codes.begin() + 1, codes.end() - 1, [&](double code) {
    return detail::block8_code(Wide(decay * code), rounding, {}) == code;
  });
}

}  // namespace

std::optional<std::int64_t> logarithm_stalls_from(const Rounding& rounding,
                                                  const Format& arithmetic, const Decimal& beta2) {
  using Wide = HyperArithmetic<Dec100>;
  const Rounder<Wide> rounds(rounding);
  const Wide step = elementary::log2(from_decimal<Wide>(beta2));
  const Format& format = rounding.format;
  const Wide ulp = ldexp(Wide(1), 1 - format.p),
             top = ldexp(Wide(1), static_cast<int>(format.emax));
  const Wide largest = top * (2 - ulp * (1 + format.top_codes));
  const auto stays = [&](const Wide& log) { return rounds(Wide(log + step), {}) == log; };
  const std::int64_t furthest = std::max(-arithmetic.emin, arithmetic.emax);
  for (std::int64_t k = std::max<std::int64_t>(format.emin, -64);
       k <= format.emax && std::int64_t{1} << std::max<std::int64_t>(k, 0) <= furthest; ++k) {
    const Wide least = ldexp(Wide(1), static_cast<int>(k));
    // Ties go to every other one; what is beyond the largest may become that again.
    for (const Wide& size : {least, Wide(least * (1 + ulp)), k == format.emax ? largest : least}) {
      if (size <= largest && (stays(size) || stays(Wide(-size)))) return k;
    }
  }
  return std::nullopt;
}

std::string second_moment_stalls(const RoleFormat& role, const Format& arithmetic,
                                 const std::string& beta2) {
  if (role.fresh) return {};
  if (role.rounding.mode == Mode::stochastic) return "no";
  const Decimal decay(beta2);
  if (role.encoding == Encoding::log2) {
    return logarithm_stalls_from(role.rounding, arithmetic, decay) ? "yes" : "no";
  }
  if (role.encoding == Encoding::block8) return code_stalls(role.rounding, decay) ? "yes" : "no";

  Format format = role.rounding.format;
  const auto p = static_cast<unsigned>(format.p);
  format.emin = -4;
  format.emax = 4;
  Fraction decayed = exact_value(beta2);
  if (role.encoding == Encoding::sqrt) {
    decayed = exact_value(hex_literal(Dec100(sqrt(hyper<Dec100>(decay)))));
  }
  const boost::multiprecision::cpp_int unit = boost::multiprecision::cpp_int(1) << (p - 1);
  decayed.numerator *= unit + 1;
  decayed.denominator *= unit;
  const Rounded rounded = exact_round(decayed, format, role.rounding.mode);
  const auto ulps = rounded.exponent + static_cast<std::int64_t>(p) - 1;  // of 1
  return ulps == 0 && rounded.significand == unit + 1 ? "yes" : "no";
}

const Setting* second_moment_decay(const Cell& cell) {
  if (!cell.find("precision.second_moment")) return nullptr;
  return cell["rule.kind"] == "rmsprop" ? cell.find("rule.alpha") : cell.find("rule.beta2");
}

std::string second_moment_stalls(const Cell& cell) {
  const Setting* const decay = second_moment_decay(cell);
  if (!decay) return {};
  const Precision precision = precision_of(cell);
  const Format arithmetic =
      in_arithmetic(precision.rule_arithmetic, []<class R>() { return own_format<R>(); });
  const auto& given = precision.rule[Role::second_moment];
  return second_moment_stalls(given ? *given : RoleFormat{{arithmetic}}, arithmetic,
                              decay->canonical);
}

}  // namespace ulpscope
