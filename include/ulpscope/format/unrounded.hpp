// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <type_traits>

#include "ulpscope/format/rounding.hpp"

/// Real numbers rounded once into a format, by whole numbers alone. I is an unsigned integer type:
/// std::uint64_t, uint128, or Boost's, of a fixed width or without limit.
namespace ulpscope {

__extension__ using uint128 = unsigned __int128;

/// Unsigned whole numbers of so many bits, without allocation.
template <unsigned bits>
using FixedInteger = boost::multiprecision::number<
    boost::multiprecision::cpp_int_backend<bits, bits, boost::multiprecision::unsigned_magnitude,
                                           boost::multiprecision::unchecked, void>,
    boost::multiprecision::et_off>;

template <class I>
inline constexpr bool is_machine_integer =
    std::is_same_v<I, std::uint64_t> || std::is_same_v<I, uint128>;

/// The place of the highest bit that is set; x is not zero.
template <class I>
int highest_bit(const I& x) {
  if constexpr (std::is_same_v<I, uint128>) {
    const auto high = static_cast<std::uint64_t>(x >> 64U);
    return high != 0 ? 127 - std::countl_zero(high)
                     : 63 - std::countl_zero(static_cast<std::uint64_t>(x));
  } else if constexpr (is_machine_integer<I>) {
    return 63 - std::countl_zero(x);
  } else {
    return static_cast<int>(msb(x));
  }
}

/// The place of the lowest bit that is set; x is not zero.
template <class I>
int lowest_bit(const I& x) {
  if constexpr (std::is_same_v<I, uint128>) {
    const auto low = static_cast<std::uint64_t>(x);
    return low != 0 ? std::countr_zero(low)
                    : 64 + std::countr_zero(static_cast<std::uint64_t>(x >> 64U));
  } else if constexpr (is_machine_integer<I>) {
    return std::countr_zero(x);
  } else {
    return static_cast<int>(lsb(x));
  }
}

/// The bit at a place that x has.
template <class I>
bool bit_at(const I& x, int place) {
  if constexpr (is_machine_integer<I>) {
    return ((x >> place) & 1U) != 0;
  } else {
    return bit_test(x, static_cast<unsigned>(place));
  }
}

/// A real number before it is rounded: (-1)^negative (significand + rest) 2^exponent, with a rest
/// from 0 to below 1 that is not 0 where `sticky`. A sticky significand has a bit more than the
/// format it is rounded into, 32 bits more where the mode is stochastic, so that all that a mode
/// asks for is in it. Zero only where it is exact.
template <class I>
struct Unrounded {
  bool negative = false;
  I significand{};
  std::int64_t exponent = 0;
  bool sticky = false;
};

/// What rounding gives: (-1)^negative significand 2^exponent, an infinity or a NaN. A significand
/// has p bits, less only where it is zero or subnormal; 2^exponent is an ulp.
template <class I>
struct RoundedTo {
  enum class Kind : std::uint8_t { finite, infinite, nan };
  Kind kind = Kind::finite;
  bool negative = false;
  I significand = 0;
  std::int64_t exponent = 0;
};

/// The exponent of the last bit that a format keeps of a number whose leading bit has the exponent
/// e: an ulp. Below 2^emin it stays as it is, or is all of 2^emin, or goes on getting smaller until
/// what is still below is flushed.
constexpr std::int64_t unit_exponent(const Format& format, std::int64_t e) {
  if (e >= format.emin || format.subnormals == Subnormals::flushed) return e - format.p + 1;
  return format.subnormals == Subnormals::kept ? format.emin - format.p + 1 : format.emin;
}

namespace detail {

/// The 32 bits of x below a place > 0: floor(2^32 (x mod 2^place) / 2^place).
template <class I>
std::uint32_t bits_below(const I& x, std::int64_t place) {
  if (place > highest_bit(x) + std::int64_t{32}) return 0;
  const auto low = [&](std::int64_t by) {
    const I all = x >> static_cast<unsigned>(by);
    if constexpr (is_machine_integer<I>) {
      return static_cast<std::uint32_t>(all);
    } else {
      return static_cast<std::uint32_t>(all & 0xFFFFFFFFU);
    }
  };
  return place >= 32 ? low(place - 32) : low(0) << (32 - place);
}

/// Whether a deterministic mode moves away from zero: `odd` is the last bit kept, `half` the first
/// one dropped, `rest` whether anything lies below that.
constexpr bool moves_away(Mode mode, bool negative, bool odd, bool half, bool rest) {
  switch (mode) {
    case Mode::nearest_even: return half && (rest || odd);
    case Mode::nearest_away: return half;
    case Mode::up: return (half || rest) && !negative;
    case Mode::down: return (half || rest) && negative;
    case Mode::odd: return (half || rest) && !odd;
    case Mode::toward_zero:
    case Mode::stochastic: break;
  }
  return false;
}

/// Whether a mode goes beyond the largest number instead of back to it.
constexpr bool reaches_beyond(Mode mode, bool negative) {
  switch (mode) {
    case Mode::toward_zero:
    case Mode::odd: return false;
    case Mode::up: return !negative;
    case Mode::down: return negative;
    default: return true;
  }
}

template <class I>
RoundedTo<I> largest_number(bool negative, const Format& format) {
  // In halves: I may have no more than p bits.
  const I half = (I(1) << static_cast<unsigned>(format.p - 1)) - 1U;
  return {RoundedTo<I>::Kind::finite, negative,
          I(I(half << 1U) + 1U) - static_cast<unsigned>(format.top_codes),
          format.emax - format.p + 1};
}

}  // namespace detail

/// What an infinity becomes in a format, and what overflow gives.
template <class I>
RoundedTo<I> round_infinity(bool negative, const Format& format) {
  using Result = RoundedTo<I>;
  if (format.overflow == Overflow::largest) return detail::largest_number<I>(negative, format);
  return {format.overflow == Overflow::nan ? Result::Kind::nan : Result::Kind::infinite, negative,
          0, 0};
}

/// Rounds once into the format, as Rounder has it; `word` is for Mode::stochastic. I has room for
/// the p bits of the result.
///
/// Flushed: rounded to p bits as if there were no emin, then 0 where still below 2^emin, in every
/// mode. Rounded subnormals: between 0 and 2^emin these two are the neighbours, 0 even and 2^emin
/// odd. Overflow is decided after rounding to p bits as if there were no emax.
template <class I>
RoundedTo<I> round_once(const Unrounded<I>& x, const Format& format, Mode mode,
                        std::uint32_t word) {
  const std::int64_t lowest_unit = format.emin - format.p + 1;
  RoundedTo<I> result{RoundedTo<I>::Kind::finite, x.negative, 0, lowest_unit};
  if (x.significand == 0) return result;
  const int top = highest_bit(x.significand);
  const std::int64_t e = x.exponent + top;
  const std::int64_t unit = unit_exponent(format, e);
  const std::int64_t dropped = unit - x.exponent;  // so many bits, if not negative
  I kept = 0;
  bool carried = false;
  if (dropped <= 0) {
    kept = x.significand << static_cast<unsigned>(-dropped);
  } else {
    if (dropped <= top) kept = x.significand >> static_cast<unsigned>(dropped);
    const bool odd = bit_at(kept, 0);
    const bool half = dropped - 1 <= top && bit_at(x.significand, static_cast<int>(dropped - 1));
    const bool rest = x.sticky || lowest_bit(x.significand) < dropped - 1;
    if (mode == Mode::stochastic ? word < detail::bits_below(x.significand, dropped)
                                 : detail::moves_away(mode, x.negative, odd, half, rest)) {
      ++kept;
      carried = highest_bit(kept) == format.p;
    }
  }
  if (kept == 0) return result;
  if (e < format.emin && format.subnormals == Subnormals::rounded) {  // 2^emin, with all its bits
    result.significand = I(1) << static_cast<unsigned>(format.p - 1);
  } else {
    result.significand = carried ? I(kept >> 1U) : kept;
    result.exponent = carried ? unit + 1 : unit;
  }
  if (result.exponent < lowest_unit) {  // flushed
    result.significand = 0;
    result.exponent = lowest_unit;
    return result;
  }
  const std::int64_t highest_unit = format.emax - format.p + 1;
  if (result.exponent < highest_unit) return result;
  const RoundedTo<I> largest = detail::largest_number<I>(x.negative, format);
  if (result.exponent == highest_unit && result.significand <= largest.significand) return result;
  return detail::reaches_beyond(mode, x.negative) ? round_infinity<I>(x.negative, format) : largest;
}

}  // namespace ulpscope
