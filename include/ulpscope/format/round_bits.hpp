// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "ulpscope/format/format.hpp"

namespace ulpscope {

/// How float and double lie in memory: sign, biased exponent, significand without its leading bit.
template <class T>
struct Carrier {
  static_assert(std::numeric_limits<T>::is_iec559 && (sizeof(T) == 4 || sizeof(T) == 8));
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Int = std::make_signed_t<Bits>;

  static constexpr int width = 8 * sizeof(T);
  static constexpr int p = std::numeric_limits<T>::digits;
  static constexpr int stored = p - 1;  ///< bits of the significand that are stored
  static constexpr int emin = std::numeric_limits<T>::min_exponent - 1;
  static constexpr int emax = std::numeric_limits<T>::max_exponent - 1;
  static constexpr int bias = emax;
  static constexpr Bits sign = Bits{1} << (width - 1);
  static constexpr Bits leading = Bits{1} << stored;  ///< the significand's bit that is not stored
  static constexpr Bits infinity = Bits{2 * emax + 1} << stored;
  static constexpr Bits quiet_nan = infinity | leading >> 1;

  /// The bits of 2^e, for e from the smallest subnormal number's on.
  static constexpr Bits power(int e) {
    return e >= emin ? static_cast<Bits>(e + bias) << stored : Bits{1} << (e - emin + stored);
  }
};

/// Whether the numbers of the format are numbers of T, all of them; false where it has no number
/// but zero, too.
template <class T>
constexpr bool holds(const Format& format) {
  using C = Carrier<T>;
  return format.p >= 1 && format.p <= C::p && format.emin <= format.emax &&
         format.emax <= C::emax && format.emin - format.p >= C::emin - C::p &&
         format.top_codes >= 0 && std::int64_t{format.top_codes} >> (format.p - 1) == 0;
}

/// What rounding the bits of a T into a format needs to know of the format. Exponents are biased
/// as T's are, and go on below 1 for T's subnormal numbers.
template <class T>
struct Grid {
  using C = Carrier<T>;
  using Bits = typename C::Bits;
  using Int = typename C::Int;

  Int drop;           ///< bits that a number of T has more than one of the format
  Int emin;           ///< below it the spacing stays; so far down that it is not met, unless kept
  Int tiny_exponent;  ///< of `tiny`
  Bits tiny;          ///< numbers below it lie between the neighbours 0 and this; 0 where flushed
  Bits middle;        ///< half of `tiny`, or 0 where T has no number between 0 and `tiny`
  Bits smallest;      ///< what is rounded to less becomes 0
  Bits largest;       ///< finite
  Bits beyond;        ///< infinity, NaN or `largest`
  bool deep;          ///< whether the leading bit of T's subnormal numbers matters

  /// For a format that T holds.
  constexpr explicit Grid(const Format& format) {
    const int low = static_cast<int>(format.emin);
    const int high = static_cast<int>(format.emax);
    const int ulp = format.p - 1;  // an ulp of 2^e is 2^(e - ulp)
    const bool kept = format.subnormals == Subnormals::kept;
    const bool flushed = format.subnormals == Subnormals::flushed;
    drop = C::p - format.p;
    emin = kept ? low + C::bias : -2 * C::width;
    const int last = kept ? low - ulp : low;
    tiny_exponent = last + C::bias;
    tiny = flushed ? 0 : C::power(last);
    middle = flushed || last == C::emin - C::stored ? 0 : C::power(last - 1);
    smallest = flushed ? C::power(low) : 0;
    const auto missing = static_cast<Bits>(format.top_codes);
    largest = high < C::emin
                  ? ((Bits{2} << ulp) - 1 - missing) << (high - ulp - C::emin + C::stored)
                  : C::power(high) + (((Bits{1} << ulp) - 1 - missing) << (C::stored - ulp));
    beyond = format.overflow == Overflow::infinity ? C::infinity
             : format.overflow == Overflow::nan    ? C::quiet_nan
                                                   : largest;
    deep = kept ? low < C::emin : low <= C::emin;
  }
};

/// The bits of a T, rounded into the format: the one place where a native number is rounded, by
/// whole-number operations alone, which no compiler may take for the identity. Without branches,
/// so that loops over it become vector code.
///
/// Of the magnitude's bits the last `drop` go; what is added before they go decides where to. A
/// carry moves on into the exponent, which then is the right one.
template <Mode mode, class T>
constexpr typename Carrier<T>::Bits round_bits(typename Carrier<T>::Bits bits, const Grid<T>& grid,
                                               [[maybe_unused]] std::uint32_t word = 0) {
  using C = Carrier<T>;
  using Bits = typename C::Bits;
  using Int = typename C::Int;
  const Bits sign = bits & C::sign;
  const Bits a = bits ^ sign;

  // The exponent of the leading bit, and of the one that stands for it where that is 0.
  Int exponent = static_cast<Int>(a >> C::stored);
  const Int field = std::max<Int>(exponent, 1);
  if (grid.deep) {
    // A subnormal number as so many units: exact, and the exponent of the difference says it.
    constexpr Bits unit = C::power(C::stored);
    const T units = std::bit_cast<T>((a & (C::leading - 1)) | unit) - std::bit_cast<T>(unit);
    const Int leading = static_cast<Int>(std::bit_cast<Bits>(units) >> C::stored);
    exponent = exponent == 0 ? leading - (C::stored + C::bias - 1) : exponent;
  }
  const Int drop = std::clamp<Int>(grid.drop + std::max(exponent, grid.emin) - field, 0, C::stored);
  const Bits rest = (Bits{1} << drop) - 1;
  // The significand's last bit that stays: the leading one where p = 1.
  const Bits last = (a | C::leading) >> drop & 1;
  const bool tiny = a < grid.tiny;

  Bits added = 0;           // to the magnitude, before its last bits go
  bool away = false;        // whether a number below `tiny` becomes that
  Bits over = grid.beyond;  // what rounding beyond the largest number gives
  if constexpr (mode == Mode::nearest_even) {
    added = (rest + last) >> 1;
    away = a > grid.middle;
  } else if constexpr (mode == Mode::nearest_away) {
    added = (rest + 1) >> 1;
    away = a >= grid.middle && a != 0;
  } else if constexpr (mode == Mode::toward_zero) {
    over = grid.largest;
  } else if constexpr (mode == Mode::up || mode == Mode::down) {
    const bool outward = (sign != 0) == (mode == Mode::down);
    added = outward ? rest : 0;
    away = outward && a != 0;
    over = outward ? grid.beyond : grid.largest;
  } else if constexpr (mode == Mode::odd) {
    added = last != 0 ? 0 : rest;
    away = a != 0;
    over = grid.largest;
  } else {
    // floor(2^32 * fraction), the fraction being that of the gap below the magnitude.
    const Bits significand = (a & (C::leading - 1)) | (a < C::leading ? 0 : C::leading);
    const Bits part = tiny ? significand : significand & rest;
    const Int gap = tiny ? C::stored + grid.tiny_exponent - field : drop;
    const Int up = std::clamp<Int>(32 - gap, 0, C::width - 1);
    const Int down = std::clamp<Int>(gap - 32, 0, C::width - 1);
    const bool moves = word < (part << up) >> down;
    added = moves ? rest : 0;
    away = moves;
  }

  Bits result = (a + added) & ~rest;
  result = tiny ? (away ? grid.tiny : 0) : result;
  result = result < grid.smallest ? 0 : result;
  result = result > grid.largest ? over : result;
  result = a == C::infinity ? grid.beyond : result;
  result = a > C::infinity ? a : result;
  return sign | result;
}

/// As above, the mode known at run time.
template <class T>
constexpr typename Carrier<T>::Bits round_bits(typename Carrier<T>::Bits bits, const Grid<T>& grid,
                                               Mode mode, std::uint32_t word) {
  switch (mode) {
    case Mode::nearest_even: return round_bits<Mode::nearest_even>(bits, grid);
    case Mode::nearest_away: return round_bits<Mode::nearest_away>(bits, grid);
    case Mode::toward_zero: return round_bits<Mode::toward_zero>(bits, grid);
    case Mode::up: return round_bits<Mode::up>(bits, grid);
    case Mode::down: return round_bits<Mode::down>(bits, grid);
    case Mode::odd: return round_bits<Mode::odd>(bits, grid);
    case Mode::stochastic: break;
  }
  return round_bits<Mode::stochastic>(bits, grid, word);
}

/// x rounded once into a format that its type holds; stochastic rounding draws the word.
inline double round_to_format(double x, const Format& format, Mode mode, std::uint32_t word = 0) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return std::bit_cast<double>(round_bits<double>(bits, Grid<double>(format), mode, word));
}
inline float round_to_format(float x, const Format& format, Mode mode, std::uint32_t word = 0) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>(round_bits<float>(bits, Grid<float>(format), mode, word));
}

}  // namespace ulpscope
