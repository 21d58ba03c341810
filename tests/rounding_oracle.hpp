// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "mpfr.hpp"
#include "ulpscope/format/format.hpp"

/// Rounding by the definition of each mode, in MPFR's numbers of 64 bits.
namespace ulpscope::test::oracle {

/// m 2^e.
inline Mpfr scaled(std::int64_t m, std::int64_t e, int p = 64) {
  Mpfr result(p);
  mpfr_set_si_2exp(result, m, e, MPFR_RNDN);
  return result;
}

/// The largest finite number of a format.
inline Mpfr largest(const Format& format) {
  return scaled((std::int64_t{1} << format.p) - 1 - format.top_codes, format.emax - format.p + 1);
}

/// The numbers next to |x| in a format without a largest number (and, where it flushes, without
/// a smallest), as multiples of the last bit of the first.
struct Neighbours {
  Mpfr inner, outer;
  bool inner_odd;
};

inline Neighbours neighbours(const Mpfr& x, const Format& format) {
  // 2^e <= |x| < 2^(e+1).
  const std::int64_t e = mpfr_zero_p(x) ? format.emin : mpfr_get_exp(x) - 1;
  std::int64_t unit = e - format.p + 1;
  if (e < format.emin && format.subnormals == Subnormals::kept) unit = format.emin - format.p + 1;
  if (e < format.emin && format.subnormals == Subnormals::rounded) unit = format.emin;
  Mpfr in_units(64);
  mpfr_mul_2si(in_units, abs(x), -unit, MPFR_RNDN);
  mpz_t whole;
  mpz_init(whole);
  mpfr_get_z(whole, in_units, MPFR_RNDZ);
  const bool odd = mpz_odd_p(whole);
  const bool exact = mpfr_cmp_z(in_units, whole) == 0;
  Mpfr inner(64), outer(64);
  mpfr_set_z_2exp(inner, whole, unit, MPFR_RNDN);
  mpz_add_ui(whole, whole, exact ? 0 : 1);
  mpfr_set_z_2exp(outer, whole, unit, MPFR_RNDN);
  mpz_clear(whole);
  return {inner, outer, odd};
}

/// floor(2^32 * fraction), where the fraction of the gap that x lies in is below it.
inline std::uint64_t threshold(const Mpfr& x, const Neighbours& next) {
  if (mpfr_equal_p(next.inner, next.outer)) return 0;
  Mpfr fraction = (abs(x) - next.inner) / (next.outer - next.inner);  // by a power of two
  mpfr_mul_2ui(fraction, fraction, 32, MPFR_RNDN);
  return mpfr_get_ui(fraction, MPFR_RNDZ);
}

/// x (finite or infinite, at most 64 significant bits) in the format, by the definition of each
/// mode, in MPFR's numbers.
inline Mpfr reference(const Mpfr& x, const Format& format, Mode mode, std::uint32_t word = 0) {
  const bool negative = mpfr_signbit(x);
  const auto overflow = [&] {
    Mpfr result = largest(format);
    if (format.overflow == Overflow::infinity) mpfr_set_inf(result, 1);
    if (format.overflow == Overflow::nan) mpfr_set_nan(result);
    mpfr_setsign(result, result, negative, MPFR_RNDN);
    return result;
  };
  if (mpfr_nan_p(x)) return x;
  if (mpfr_inf_p(x)) return overflow();
  const Neighbours next = neighbours(x, format);
  const Mpfr middle = (next.inner + next.outer) / scaled(2, 0);
  const int side = mpfr_cmp(abs(x), middle);
  bool away = false;
  bool beyond = true;  // what is larger than the largest goes there
  switch (mode) {
    case Mode::nearest_even: away = side > 0 || (side == 0 && next.inner_odd); break;
    case Mode::nearest_away: away = side >= 0; break;
    case Mode::toward_zero: beyond = false; break;
    case Mode::up: away = beyond = !negative; break;
    case Mode::down: away = beyond = negative; break;
    case Mode::odd:
      away = !next.inner_odd;
      beyond = false;
      break;
    case Mode::stochastic: away = word < threshold(x, next); break;
  }
  Mpfr result = away ? next.outer : next.inner;
  if (mpfr_equal_p(next.inner, abs(x))) result = next.inner;
  if (format.subnormals != Subnormals::kept && mpfr_less_p(result, scaled(1, format.emin)))
    mpfr_set_zero(result, 1);
  if (mpfr_greater_p(result, largest(format))) {
    if (beyond) return overflow();
    result = largest(format);
  }
  mpfr_setsign(result, result, negative, MPFR_RNDN);
  return result;
}

}  // namespace ulpscope::test::oracle
