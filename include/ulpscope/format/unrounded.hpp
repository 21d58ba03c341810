// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "ulpscope/format/rounding.hpp"

namespace ulpscope {

__extension__ typedef unsigned __int128 uint128;

/// Unsigned whole numbers of so many bits, without allocation.
template <unsigned bits>
using FixedInteger = boost::multiprecision::number<
    boost::multiprecision::cpp_int_backend<bits, bits, boost::multiprecision::unsigned_magnitude,
                                           boost::multiprecision::unchecked, void>,
    boost::multiprecision::et_off>;

/// The number of the highest bit; x is not zero.
template <class I>
std::int64_t highest_bit(const I& x) {
  if constexpr (std::is_same_v<I, uint128>) {
    const auto high = static_cast<std::uint64_t>(x >> 64U);
    return high != 0 ? 127 - std::countl_zero(high)
                     : 63 - std::countl_zero(static_cast<std::uint64_t>(x));
  } else {
    return static_cast<std::int64_t>(msb(x));
  }
}

/// A real number before it is rounded: (-1)^negative (significand + rest) 2^exponent, with a rest
/// from 0 to below 1 that is not 0 where `sticky`. A sticky one has 34 bits more than the format it
/// is rounded into, so that all that a mode asks for is in the significand.
template <class I>
struct Unrounded {
  bool negative;
  I significand;
  std::int64_t exponent;
  bool sticky = false;
};

/// What rounding gives: (-1)^negative significand 2^exponent, an infinity or a NaN.
template <class I>
struct RoundedTo {
  enum class Kind : std::uint8_t { finite, infinite, nan };
  Kind kind = Kind::finite;
  bool negative = false;
  I significand = 0;
  std::int64_t exponent = 0;  ///< 2^exponent is an ulp
};

/// Rounds once into the format, as Rounder has it; `word` is for Mode::stochastic. By whole numbers
/// alone, so right for every format.
template <class I>
RoundedTo<I> round_once(const Unrounded<I>& x, const Format& format, Mode mode,
                        std::uint32_t word) {
  using Result = RoundedTo<I>;
  Result result{Result::Kind::finite, x.negative, 0, format.emin - format.p + 1};
  if (x.significand == 0 && !x.sticky) return result;
  const std::int64_t top = highest_bit(x.significand);
  const std::int64_t e = x.exponent + top;  // of the leading bit
  // The unit: an ulp. Below 2^emin it stays as it is, or is all of 2^emin, or goes on getting
  // smaller until what is still below is flushed.
  std::int64_t unit = e - format.p + 1;
  if (e < format.emin && format.subnormals == Subnormals::kept) {
    unit = format.emin - format.p + 1;
  }
  const bool gap = e < format.emin && format.subnormals == Subnormals::rounded;
  if (gap) unit = format.emin;
  const std::int64_t shift = unit - x.exponent;
  result.exponent = unit;
  if (shift <= 0) {
    result.significand = x.significand << static_cast<unsigned>(-shift);
  } else {
    const auto by = static_cast<unsigned>(shift);
    const bool all_dropped = shift > top;
    if (!all_dropped) result.significand = x.significand >> by;
    const I rest = all_dropped ? x.significand : I(x.significand ^ I(result.significand << by));
    const bool inexact = rest != 0 || x.sticky;
    int half = -1;  // how the rest compares to half a unit
    if (shift - 1 <= top) {
      const I middle = I(1) << (by - 1);
      half = rest < middle ? -1 : rest > middle || x.sticky ? 1 : 0;
    }
    const bool odd = (result.significand & 1U) != 0;
    bool away = false;
    switch (mode) {
      case Mode::nearest_even: away = half > 0 || (half == 0 && odd); break;
      case Mode::nearest_away: away = half >= 0; break;
      case Mode::toward_zero: break;
      case Mode::up: away = inexact && !x.negative; break;
      case Mode::down: away = inexact && x.negative; break;
      case Mode::odd: away = inexact && !odd; break;
      case Mode::stochastic: {
        const I scaled =
            shift >= 32 ? (shift - 32 > top ? I(0) : I(rest >> (by - 32))) : I(rest << (32 - by));
        away = word < static_cast<std::uint64_t>(scaled);
        break;
      }
    }
    if (away) ++result.significand;
  }
  if (result.significand == 0) {
    result.exponent = format.emin - format.p + 1;
    return result;
  }
  if (gap) {  // one unit, that is 2^emin, with all its bits
    result.significand <<= static_cast<unsigned>(format.p - 1);
    result.exponent = format.emin - format.p + 1;
  } else if (highest_bit(result.significand) == format.p) {  // carried: one more exponent
    result.significand >>= 1U;
    ++result.exponent;
  }
  const std::int64_t leading = result.exponent + highest_bit(result.significand);
  if (format.subnormals == Subnormals::flushed && leading < format.emin) {
    return {Result::Kind::finite, x.negative, 0, format.emin - format.p + 1};
  }
  const I largest =
      (I(1) << static_cast<unsigned>(format.p)) - 1U - static_cast<unsigned>(format.top_codes);
  const std::int64_t largest_exponent = format.emax - format.p + 1;
  const bool beyond =
      leading > format.emax || (leading == format.emax && result.exponent == largest_exponent &&
                                result.significand > largest);
  if (!beyond) return result;
  result.significand = largest;
  result.exponent = largest_exponent;
  const bool reaches = mode == Mode::nearest_even || mode == Mode::nearest_away ||
                       mode == Mode::stochastic || mode == (x.negative ? Mode::down : Mode::up);
  if (reaches && format.overflow == Overflow::infinity) result.kind = Result::Kind::infinite;
  if (reaches && format.overflow == Overflow::nan) result.kind = Result::Kind::nan;
  return result;
}

/// What an infinity becomes in a format.
template <class I>
RoundedTo<I> round_infinity(bool negative, const Format& format) {
  using Result = RoundedTo<I>;
  Result result{Result::Kind::infinite, negative, 0, 0};
  if (format.overflow == Overflow::nan) result.kind = Result::Kind::nan;
  if (format.overflow == Overflow::largest) {
    result.kind = Result::Kind::finite;
    result.significand =
        (I(1) << static_cast<unsigned>(format.p)) - 1U - static_cast<unsigned>(format.top_codes);
    result.exponent = format.emax - format.p + 1;
  }
  return result;
}

}  // namespace ulpscope
