// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "ulpscope/format/rounder.hpp"

/// Operations on numbers of T whose exact result is rounded once, into a rounder's format.
///
/// T's own result r, correctly rounded to nearest, decides in nearly all cases. For a mode, and for
/// a drawn word, rounding into a format is a step function that never decreases. Let the border
/// between two steps be a number of T. As rounding to nearest is monotone, too, a border strictly
/// between the exact result x and r is not possible: both lie on the same step, unless r is a
/// border, the only case in which x may lie on either side. The borders are
///   nearest modes   the middles between neighbours, numbers of T if it has a bit more than the
///                   format; if it has as many, r is the neighbour that nearest-even asks for
///   directed, odd   the numbers of the format
///   stochastic      lower neighbour + (word + 1) / 2^32 of the gap, numbers of T if it has 32 bits
///                   more; they are those at which word < floor(2^32 fraction) begins to hold
/// Elsewhere, and where r is not a normal number of T, whose spacing would then be another, the
/// exact result is taken as whole numbers: sums and products as they are, quotients and roots with
/// as many bits as any mode asks for and whether there are more.
///
/// For operands of the format, a mode to nearest and T with 2 p + 2 bits, no exact result is so
/// close to a border that r is one without it (S. A. Figueroa, SIGNUM Newsletter 30(3), 1995, doi
/// 10.1145/221332.221334); here operands are any numbers of T, and modes any. Rounding to odd into
/// more bits first would do as well (S. Boldo, G. Melquiond, IEEE Transactions on Computers 57(4),
/// 2008, doi 10.1109/TC.2007.70819), but needs the same exact residue.
namespace ulpscope {

namespace detail {

/// Whether T's own result r, finite and not zero, decides how the exact result is rounded.
template <class T>
bool decides(const T& r, const Rounding& rounding, std::uint32_t word) {
  const auto x = taken_apart<Significand<T>>(r);
  const std::int64_t e = x.exponent + significand_bits<T> - 1;
  if (e <= own_format<T>().emin) return false;
  const std::int64_t dropped = unit_exponent(rounding.format, e) - x.exponent;
  const int zeros = lowest_bit(x.significand);
  switch (rounding.mode) {
    case Mode::nearest_even:
      if (dropped == 0) return true;
      [[fallthrough]];
    case Mode::nearest_away: return dropped > 0 && zeros != dropped - 1;
    case Mode::stochastic:
      if (dropped < 32) return false;
      // The last word never moves away: word + 1 is 0 then, and the borders are the format's
      // numbers.
      return zeros < dropped - 32 || bits_below(x.significand, dropped) != word + 1;
    default: return zeros < dropped;
  }
}

/// Whole numbers with room for exact results: two machine words do where T has up to 64 bits.
template <class T>
using Exact = std::conditional_t<(significand_bits<T> <= 64), uint128,
                                 FixedInteger<(2 * significand_bits<T> + 96 + 63) / 64 * 64>>;
template <class T>
inline constexpr int exact_bits = significand_bits<T> <= 64 ? 128 : 2 * significand_bits<T> + 96;

/// Bits of quotients and roots beyond those of T: for the rounding modes, the drawn word, and one
/// that the leading bit may lack.
inline constexpr int more_bits = 34;

template <class T>
Unrounded<Exact<T>> exact_sum(const T& a, const T& b) {
  using I = Exact<T>;
  constexpr int room = exact_bits<T> - 1 - significand_bits<T>;  // one bit for the carry
  Unrounded<I> x = taken_apart<I>(a), y = taken_apart<I>(b);
  if (x.exponent < y.exponent) std::swap(x, y);
  const std::int64_t distance = x.exponent - y.exponent;
  const std::int64_t up = std::min<std::int64_t>(distance, room);
  x.significand <<= static_cast<unsigned>(up);
  x.exponent -= up;
  // What of y lies lower than the room goes: it is far below the bits of x.
  if (distance > room) {
    const std::int64_t down = distance - room;
    x.sticky = lowest_bit(y.significand) < down;
    if (down > highest_bit(y.significand)) {
      y.significand = 0;
    } else {
      y.significand >>= static_cast<unsigned>(down);
    }
  }
  if (x.negative == y.negative) {
    x.significand += y.significand;
  } else if (x.significand >= y.significand) {
    x.significand -= y.significand;
    if (x.sticky) --x.significand;  // and the rest's complement lies above
  } else {
    x.significand = y.significand - x.significand;
    x.negative = y.negative;
  }
  return x;
}

template <class T>
Unrounded<Exact<T>> exact_product(const T& a, const T& b) {
  const auto x = taken_apart<Exact<T>>(a), y = taken_apart<Exact<T>>(b);
  return {x.negative != y.negative, x.significand * y.significand, x.exponent + y.exponent};
}

template <class T>
Unrounded<Exact<T>> exact_quotient(const T& a, const T& b) {
  using I = Exact<T>;
  constexpr int bits = significand_bits<T> + more_bits;
  const auto x = taken_apart<I>(a), y = taken_apart<I>(b);
  I quotient, remainder;
  if constexpr (is_machine_integer<I>) {
    // Long division in digits of up to 64 bits: one instruction each.
    const auto divisor = y.significand;
    quotient = x.significand >= divisor ? 1 : 0;  // both have all bits of T
    remainder = quotient != 0 ? x.significand - divisor : x.significand;
    for (int left = bits; left > 0; left -= 64) {
      const int digit = std::min(left, 64);
      remainder <<= digit;
      quotient = (quotient << digit) | (remainder / divisor);
      remainder %= divisor;
    }
  } else {
    divide_qr(I(x.significand << static_cast<unsigned>(bits)), y.significand, quotient, remainder);
  }
  return {x.negative != y.negative, quotient, x.exponent - y.exponent - bits, remainder != 0};
}

/// r: the root as T has it, correctly rounded; so many bits beyond those of T.
template <class T>
Unrounded<Exact<T>> exact_root(const T& a, const T& r, int more) {
  using I = Exact<T>;
  const auto x = taken_apart<I>(a);
  if constexpr (is_machine_integer<I>) {
    // x = square 2^(2 e) where r = root 2^e, and root the integral square root or one above; then
    // more bits one by one, root^2 + remainder = square.
    auto root = taken_apart<I>(r);
    const I square = x.significand << static_cast<unsigned>(x.exponent - 2 * root.exponent);
    if (root.significand * root.significand > square) --root.significand;
    I remainder = square - root.significand * root.significand;
    for (int bit = 0; bit < more; ++bit) {
      remainder <<= 2;
      root.significand <<= 1;
      const I step = 2 * root.significand + 1;
      const I taken = remainder >= step ? 1 : 0;  // no branch: it would be taken at random
      remainder -= step & -taken;
      root.significand += taken;
    }
    return {false, root.significand, root.exponent - more, remainder != 0};
  } else {
    // An even exponent, and twice the bits that the root has.
    std::int64_t shift = significand_bits<T> + 2 * more;
    if ((x.exponent - shift) % 2 != 0) ++shift;
    I remainder;
    const I root = sqrt(I(x.significand << static_cast<unsigned>(shift)), remainder);
    return {false, root, (x.exponent - shift) / 2, remainder != 0};
  }
}

/// r rounded, or the exact result if there is one and r does not decide.
template <class T, class ExactResult>
T decide(const T& r, bool has_exact, const Rounder<T>& rounder, std::uint32_t word,
         ExactResult&& exact) {
  using std::isfinite;
  if (rounder.exact()) return r;
  if (!has_exact || (isfinite(r) && r != T(0) && decides(r, rounder.rounding(), word))) {
    return rounder.with_word(r, word);
  }
  const Unrounded<Exact<T>> x = exact();
  if (x.significand == 0) return r;
  return put_together<T>(round_once(x, rounder.rounding().format, rounder.rounding().mode, word));
}

template <class T>
bool finite_and_not_zero(const T& x) {
  using std::isfinite;
  return isfinite(x) && x != T(0);
}

// The operations with the random word drawn before.

template <class T>
T add_with_word(const T& a, const T& b, const Rounder<T>& rounder, std::uint32_t word) {
  using std::signbit;
  const T r = a + b;
  // IEEE 754 (6.3): an exact zero from operands of opposite signs is negative in mode down.
  if (rounder.rounding().mode == Mode::down && r == T(0) && signbit(a) != signbit(b) && a == -b) {
    return T(-T(0));
  }
  return decide<T>(r, finite_and_not_zero(a) && finite_and_not_zero(b), rounder, word,
                   [&] { return exact_sum(a, b); });
}

template <class T>
T multiply_with_word(const T& a, const T& b, const Rounder<T>& rounder, std::uint32_t word) {
  return decide<T>(a * b, finite_and_not_zero(a) && finite_and_not_zero(b), rounder, word,
                   [&] { return exact_product(a, b); });
}

template <class T>
T divide_with_word(const T& a, const T& b, const Rounder<T>& rounder, std::uint32_t word) {
  return decide<T>(a / b, finite_and_not_zero(a) && finite_and_not_zero(b), rounder, word,
                   [&] { return exact_quotient(a, b); });
}

template <class T>
T square_root_with_word(const T& a, const Rounder<T>& rounder, std::uint32_t word) {
  using std::sqrt;
  const T r = sqrt(a);
  const int more = rounder.rounding().mode == Mode::stochastic ? more_bits : 2;
  return decide<T>(r, finite_and_not_zero(a) && a > T(0), rounder, word,
                   [&] { return exact_root(a, r, more); });
}

}  // namespace detail

/// a + b. Infinities, NaN and zeros as operands give what T's own operation gives, rounded; so in
/// the other operations.
template <class T>
T add(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::add_with_word(a, b, rounder, rounder.word(site));
}

/// a - b, that is a + (-b).
template <class T>
T subtract(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::add_with_word(a, T(-b), rounder, rounder.word(site));
}

/// a b.
template <class T>
T multiply(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::multiply_with_word(a, b, rounder, rounder.word(site));
}

/// a / b; by zero an infinity, 0/0 NaN.
template <class T>
T divide(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::divide_with_word(a, b, rounder, rounder.word(site));
}

/// The square root of a; NaN below zero.
template <class T>
T square_root(const T& a, const Rounder<T>& rounder, const Site& site) {
  return detail::square_root_with_word(a, rounder, rounder.word(site));
}

// Those of the low precisions are double's: the low precision's own result never comes in between,
// so that beyond its largest number there is what the rounder's format says.

template <Format own>
Soft<own> add(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
              const Site& site) {
  return Soft<own>(add(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> subtract(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                   const Site& site) {
  return Soft<own>(subtract(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> multiply(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                   const Site& site) {
  return Soft<own>(multiply(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> divide(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                 const Site& site) {
  return Soft<own>(divide(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> square_root(const Soft<own>& a, const Rounder<Soft<own>>& rounder, const Site& site) {
  return Soft<own>(square_root(static_cast<double>(a), rounder.wide(), site));
}

}  // namespace ulpscope
