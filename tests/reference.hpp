// SPDX-License-Identifier: BSL-1.0
#pragma once

// Rounding into a format by its definition, on MPFR: the oracle of the tests of rounding.
#include <cmath>
#include <string>
#include <vector>

#include "mpfr.hpp"
#include "ulpscope/format/format.hpp"

namespace ulpscope::test {

/// A number that rounds as x does wherever less than so many bits are kept, and compares as x does
/// to all numbers of so many bits: set(result, mode) rounds x, as MPFR's own functions do.
template <class Set>
Mpfr stand_in(Set&& set, int bits) {
  Mpfr truncated(bits), result(bits + 2);
  const int ternary = set(truncated, MPFR_RNDZ);
  mpfr_set(result, truncated, MPFR_RNDN);
  if (ternary < 0) mpfr_nextabove(result);  // truncated is too small
  if (ternary > 0) mpfr_nextbelow(result);
  return result;
}

/// x to the format's p bits, with the spacing of its subnormals, if it keeps any, but without
/// limits to its range.
inline Mpfr unlimited(const Mpfr& x, const Format& format, mpfr_rnd_t mode) {
  Mpfr result(format.p);
  int ternary = mpfr_set(result, x, mode);
  if (format.subnormals != Subnormals::kept) return result;
  const ExponentRange range(format.emin, mpfr_get_emax_max() - 1, format.p, true);
  ternary = mpfr_check_range(result, ternary, mode);
  mpfr_subnormalize(result, ternary, mode);
  return result;
}

inline Mpfr power_of_two(std::int64_t exponent, bool negative = false) {
  Mpfr result(2);
  mpfr_set_si_2exp(result, negative ? -1 : 1, exponent, MPFR_RNDN);
  return result;
}

inline Mpfr largest_finite(const Format& format) {
  Mpfr result(format.p + 1);
  mpfr_set_ui_2exp(result, 1, format.p, MPFR_RNDN);
  mpfr_sub_si(result, result, 1 + format.top_codes, MPFR_RNDN);
  mpfr_mul_2si(result, result, format.emax - format.p + 1, MPFR_RNDN);
  return result;
}

inline Mpfr special(double value, int p) {
  Mpfr result(p);
  mpfr_set_d(result, value, MPFR_RNDN);
  return result;
}

inline Mpfr infinite_in(const Format& format, bool negative) {
  if (format.overflow == Overflow::nan) return special(NAN, format.p);
  Mpfr result =
      format.overflow == Overflow::infinity ? special(INFINITY, format.p) : largest_finite(format);
  mpfr_setsign(result, result, negative, MPFR_RNDN);
  return result;
}

/// Whether the last of the p significand bits of y is set; in the rounded kind of subnormals, of
/// 0 and 2^emin the latter is odd.
inline bool last_bit(const Mpfr& y, const Format& format, bool gap) {
  if (mpfr_zero_p(y)) return false;
  if (gap) return true;
  std::int64_t leading = mpfr_get_exp(y) - 1;
  if (format.subnormals == Subnormals::kept) leading = std::max(leading, format.emin);
  Mpfr scaled = y;
  mpfr_mul_2si(scaled, scaled, format.p - 1 - leading, MPFR_RNDN);
  mpz_t significand;
  mpz_init(significand);
  mpfr_get_z(significand, scaled, MPFR_RNDZ);
  const bool odd = mpz_odd_p(significand);
  mpz_clear(significand);
  return odd;
}

/// x rounded into the format, by the definition of each mode.
inline Mpfr reference(const Mpfr& x, const Format& format, Mode mode, std::uint32_t word = 0) {
  const bool negative = mpfr_signbit(x);
  if (mpfr_inf_p(x)) return infinite_in(format, negative);
  if (!mpfr_regular_p(x)) return x;
  Mpfr inner = unlimited(x, format, MPFR_RNDZ);
  Mpfr outer = unlimited(x, format, MPFR_RNDA);
  const Mpfr smallest = power_of_two(format.emin, negative);
  const bool gap = format.subnormals == Subnormals::rounded && mpfr_cmpabs(x, smallest) < 0;
  if (gap) {
    mpfr_set_zero(inner, negative ? -1 : 1);
    mpfr_set(outer, smallest, MPFR_RNDN);
  }
  const bool same_sign_up = mode == (negative ? Mode::down : Mode::up);
  Mpfr result = inner;
  if (!mpfr_equal_p(inner, outer)) {
    // inner + part of the gap.
    const auto border = [&](std::uint64_t numerator, int shift) {
      Mpfr at(format.p + 40);  // exact
      mpfr_sub(at, outer, inner, MPFR_RNDN);
      mpfr_mul_ui(at, at, numerator, MPFR_RNDN);
      mpfr_div_2ui(at, at, static_cast<unsigned>(shift), MPFR_RNDN);
      mpfr_add(at, at, inner, MPFR_RNDN);
      return at;
    };
    bool away = false;
    switch (mode) {
      case Mode::nearest_even: {
        const int half = mpfr_cmpabs(x, border(1, 1));
        away = half > 0 || (half == 0 && last_bit(inner, format, gap));
        break;
      }
      case Mode::nearest_away: away = mpfr_cmpabs(x, border(1, 1)) >= 0; break;
      case Mode::toward_zero: break;
      case Mode::up:
      case Mode::down: away = same_sign_up; break;
      case Mode::odd: away = !last_bit(inner, format, gap); break;
      case Mode::stochastic:  // word < floor(2^32 f) is word + 1 <= 2^32 f
        away = mpfr_cmpabs(x, border(std::uint64_t{word} + 1, 32)) >= 0;
        break;
    }
    if (away) result = outer;
  }
  if (format.subnormals == Subnormals::flushed && mpfr_cmpabs(result, smallest) < 0) {
    mpfr_set_zero(result, negative ? -1 : 1);
  }
  Mpfr largest = largest_finite(format);
  if (mpfr_cmpabs(result, largest) <= 0) return result;
  if (mode == Mode::toward_zero || mode == Mode::odd ||
      ((mode == Mode::up || mode == Mode::down) && !same_sign_up)) {
    mpfr_setsign(largest, largest, negative, MPFR_RNDN);
    return largest;
  }
  return infinite_in(format, negative);
}

/// Formats of all kinds: named ones, and some that no table has.
inline const std::vector<NamedFormat>& various_formats() {
  static const std::vector<NamedFormat> all = [] {
    std::vector<NamedFormat> rows{{"binary16", binary16_format},
                                  {"bfloat16", bfloat16_format},
                                  {"tf32", tf32_format},
                                  {"e5m2", e5m2_format},
                                  {"e4m3", e4m3_format},
                                  {"e3m2", e3m2_format},
                                  {"e2m3", e2m3_format},
                                  {"e2m1", e2m1_format},
                                  {"p1", {1, -5, 5}},
                                  {"p2", {2, -20, 3}},
                                  {"binary32", {24, -126, 127}},
                                  {"binary64", {53, -1022, 1023}},
                                  {"quad", {113, -16382, 16383}}};
    const std::size_t ieee = rows.size();
    for (std::size_t i = 0; i < ieee; ++i) {
      const auto [name, format] = rows[i];
      if (name != "binary16" && name != "e4m3" && name != "e2m1" && name != "p1" &&
          name != "binary32" && name != "binary64")
        continue;
      for (const Subnormals kind : {Subnormals::flushed, Subnormals::rounded}) {
        for (const Overflow overflow : {Overflow::infinity, Overflow::nan, Overflow::largest}) {
          Format other = format;
          other.subnormals = kind;
          other.overflow = overflow;
          std::string text = name + (kind == Subnormals::flushed ? ", flushed" : ", rounded");
          text += overflow == Overflow::infinity ? ""
                  : overflow == Overflow::nan    ? ", nan"
                                                 : ", sat";
          rows.push_back({text, other});
        }
      }
    }
    return rows;
  }();
  return all;
}

}  // namespace ulpscope::test
