// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "ulpscope/format/format.hpp"

namespace ulpscope {

/// A format's numbers among those of a carrier, float or double, as the carrier's bits: what
/// rounding needs to know. The bits of positive numbers are in the numbers' order.
///
/// Exponents are biased as the carrier's are, and go on below 1 for its subnormal numbers.
template <class T>
struct Grid {
  static_assert(std::numeric_limits<T>::is_iec559 && (sizeof(T) == 4 || sizeof(T) == 8));
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Int = std::make_signed_t<Bits>;

  static constexpr int width = 8 * sizeof(T);
  static constexpr int digits = std::numeric_limits<T>::digits;
  static constexpr int stored = digits - 1;  ///< bits of the significand that are stored
  static constexpr int bias = std::numeric_limits<T>::max_exponent - 1;
  static constexpr Bits sign = Bits{1} << (width - 1);
  static constexpr Bits leading = Bits{1} << stored;  ///< the significand's bit that is not
  static constexpr Bits infinity = Bits{2 * unsigned{bias} + 1} << stored;
  static constexpr Bits quiet_nan = infinity | leading >> 1;
  static constexpr Format carrier{digits, 1 - bias, bias};

  Bits unit = 1;      ///< GCC 12 makes no vector code of a constant that is shifted
  Int drop;           ///< bits that a number of T has more than one of the format
  Int emin;           ///< below it the spacing stays; so far down that it is not met, unless kept
  Int tiny_exponent;  ///< of `tiny`
  Bits tiny;          ///< numbers below it lie between the neighbours 0 and this; 0 where flushed
  Bits middle;        ///< half of `tiny`, or 0 where T has no number between 0 and `tiny`
  Bits smallest;      ///< what is rounded to less becomes 0
  Bits normal;        ///< the smallest number with p bits that is normal in T, too
  Bits largest;       ///< finite
  Bits beyond;        ///< infinity, NaN or `largest`
  bool deep;          ///< whether the leading bit of T's subnormal numbers matters

  /// The bits of 2^k, for k from T's smallest subnormal number on.
  static constexpr Bits power(std::int64_t k) {
    const std::int64_t field = k + bias;
    return field >= 1 ? static_cast<Bits>(field) << stored : Bits{1} << (field + stored - 1);
  }

  /// For a format that T holds.
  constexpr explicit Grid(const Format& format) {
    const std::int64_t low = format.emin, high = format.emax;
    const int ulp = format.p - 1;  // an ulp of 2^e is 2^(e - ulp)
    const bool kept = format.subnormals == Subnormals::kept;
    const bool flushed = format.subnormals == Subnormals::flushed;
    drop = digits - format.p;
    emin = kept ? static_cast<Int>(low + bias) : -2 * width;
    const std::int64_t last = kept ? low - ulp : low;
    tiny_exponent = static_cast<Int>(last + bias);
    tiny = flushed ? 0 : power(last);
    middle = flushed || last + bias + stored <= 1 ? 0 : power(last - 1);
    smallest = flushed ? power(low) : 0;
    normal = power(low < carrier.emin ? carrier.emin : low);
    // The last of p bits at emax; it is subnormal in T where all numbers of the format are.
    const auto missing = static_cast<Bits>(format.top_codes);
    largest = high < carrier.emin
                  ? ((Bits{2} << ulp) - 1 - missing) << (high - ulp + bias + stored - 1)
                  : power(high) + (((Bits{1} << ulp) - 1 - missing) << (stored - ulp));
    beyond = format.overflow == Overflow::infinity ? infinity
             : format.overflow == Overflow::nan    ? quiet_nan
                                                   : largest;
    // Where the two emin are the same, T's subnormal numbers may be taken for numbers of the next
    // lower exponent: those that are lie next to 2^emin, the others become 0 in any case.
    deep = low < carrier.emin;
  }
};

}  // namespace ulpscope
