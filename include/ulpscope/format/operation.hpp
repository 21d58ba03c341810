// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>

#include "ulpscope/format/rounder.hpp"

/// Operations on numbers of T whose exact result is rounded once, into a rounder's format.
///
/// T's own result r, correctly rounded, decides in nearly all cases. Rounding is monotone: the
/// exact result lies on the same side of every number of T as r does, or r is that number. So they
/// round alike unless r is one of the borders at which rounding into the format changes: the middle
/// between neighbours for the nearest modes, a number of the format for the directed ones and odd.
/// There, where r is not a normal number, and for stochastic rounding, which depends on all bits,
/// the exact result is taken as whole numbers.
///
/// Rounding r itself would round twice, which is innocuous for +, -, *, / and square root of
/// numbers of the format if T has 2 p + 2 bits (S. A. Figueroa, SIGNUM Newsletter 30(3), 1995, doi
/// 10.1145/221332.221334); here operands are any numbers of T.
namespace ulpscope {

namespace detail {

/// Zero bits below the lowest one that is set in a normal number's significand of all its bits.
template <class T>
int trailing_zeros(const T& x) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    using Bits = typename Grid<T>::Bits;
    return std::countr_zero(
        static_cast<Bits>(std::bit_cast<Bits>(x) | Bits{1} << (significand_bits<T> - 1)));
  } else if constexpr (is_native<T>) {
    const auto significand = taken_apart<uint128>(x).significand;
    const auto low = static_cast<std::uint64_t>(significand);
    return low != 0 ? std::countr_zero(low)
                    : 64 + std::countr_zero(static_cast<std::uint64_t>(significand >> 64U));
  } else {
    return static_cast<int>(eval_lsb(x.backend().bits()));
  }
}

/// Whether T's own result r decides how the exact result is rounded.
template <class T>
bool decides(const T& r, const Rounding& rounding) {
  using std::ilogb;
  using std::isfinite;
  const Format& format = rounding.format;
  if (rounding.mode == Mode::stochastic || !isfinite(r) || r == T(0)) return false;
  const std::int64_t e = ilogb(r);
  if (e < own_format<T>().emin) return false;
  if (e < format.emin && format.subnormals == Subnormals::rounded) return false;
  const bool kept = e < format.emin && format.subnormals == Subnormals::kept;
  const std::int64_t unit = (kept ? format.emin : e) - format.p + 1;
  const std::int64_t dropped = unit - (e - significand_bits<T> + 1);
  const std::int64_t zeros = trailing_zeros(r);
  const bool nearest = rounding.mode == Mode::nearest_even || rounding.mode == Mode::nearest_away;
  if (dropped > significand_bits<T>) return false;
  return nearest ? dropped > 0 && zeros != dropped - 1 : zeros < dropped;
}

/// Whole numbers with room for exact sums and products: two registers do for native types.
template <class T>
using Exact = std::conditional_t<is_native<T> && significand_bits<T> <= 64, uint128, Wider<T>>;

template <class T>
Unrounded<Exact<T>> exact_sum(const T& a, const T& b) {
  using I = Exact<T>;
  constexpr int room = is_native<T> && significand_bits<T> <= 64 ? 127 - significand_bits<T>
                                                                 : significand_bits<T> + 90;
  Unrounded<I> x = taken_apart<I>(a), y = taken_apart<I>(b);
  if (x.exponent < y.exponent) std::swap(x, y);
  const std::int64_t distance = x.exponent - y.exponent;
  const auto up = static_cast<unsigned>(std::min<std::int64_t>(distance, room));
  x.significand <<= up;
  x.exponent -= up;
  bool sticky = false;
  if (distance > room) {
    const std::int64_t down = distance - room;
    const I all = y.significand;
    y.significand = down > highest_bit(all) ? I(0) : I(all >> static_cast<unsigned>(down));
    sticky = down > highest_bit(all) || I(y.significand << static_cast<unsigned>(down)) != all;
  }
  if (x.negative == y.negative) {
    return {x.negative, x.significand + y.significand, x.exponent, sticky};
  }
  // With a rest below y, the difference is one less and the rest's complement.
  if (x.significand >= y.significand) {
    return {x.negative, I(x.significand - y.significand) - (sticky ? 1U : 0U), x.exponent, sticky};
  }
  return {y.negative, y.significand - x.significand, x.exponent, false};
}

template <class T>
Unrounded<Exact<T>> exact_product(const T& a, const T& b) {
  const auto x = taken_apart<Exact<T>>(a), y = taken_apart<Exact<T>>(b);
  return {x.negative != y.negative, x.significand * y.significand, x.exponent + y.exponent};
}

template <class T>
Unrounded<Wider<T>> exact_quotient(const T& a, const T& b) {
  using I = Wider<T>;
  const auto x = taken_apart<I>(a), y = taken_apart<I>(b);
  constexpr unsigned more = significand_bits<T> + 36;
  // Subnormal significands are short: as many bits more.
  const auto shift =
      static_cast<unsigned>(more + significand_bits<T> - 1 - highest_bit(x.significand));
  I quotient, remainder;
  divide_qr(I(x.significand << shift), y.significand, quotient, remainder);
  return {x.negative != y.negative, quotient, x.exponent - y.exponent - shift, remainder != 0};
}

template <class T>
Unrounded<Wider<T>> exact_root(const T& a) {
  using I = Wider<T>;
  const auto x = taken_apart<I>(a);
  // The radicand has an even exponent and twice the bits that the root needs.
  std::int64_t shift = 2 * significand_bits<T> + 80 - highest_bit(x.significand);
  if ((x.exponent - shift) % 2 != 0) ++shift;
  const I radicand = x.significand << static_cast<unsigned>(shift);
  I remainder;
  const I root = sqrt(radicand, remainder);
  return {false, root, (x.exponent - shift) / 2, remainder != 0};
}

/// r, or what an exact result that can be had gives.
template <class T, class ExactResult>
T decide(const T& r, bool has_exact, const Rounder<T>& rounder, const Site& site,
         ExactResult&& exact) {
  if (rounder.exact()) return r;
  if (!has_exact || decides(r, rounder.rounding())) return rounder(r, site);
  const auto x = exact();
  if (x.significand == 0) return r;
  return put_together<T>(round_once(x, rounder.rounding().format, rounder.rounding().mode,
                                    rounder.rounding().mode == Mode::stochastic
                                        ? random_word(rounder.rounding().seed, site)
                                        : 0));
}

template <class T>
bool finite_and_not_zero(const T& x) {
  using std::isfinite;
  return isfinite(x) && x != T(0);
}

}  // namespace detail

template <class T>
T add(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::decide<T>(a + b, detail::finite_and_not_zero(a) && detail::finite_and_not_zero(b),
                           rounder, site, [&] { return detail::exact_sum(a, b); });
}

template <class T>
T subtract(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::decide<T>(a - b, detail::finite_and_not_zero(a) && detail::finite_and_not_zero(b),
                           rounder, site, [&] { return detail::exact_sum(a, T(-b)); });
}

template <class T>
T multiply(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::decide<T>(a * b, detail::finite_and_not_zero(a) && detail::finite_and_not_zero(b),
                           rounder, site, [&] { return detail::exact_product(a, b); });
}

template <class T>
T divide(const T& a, const T& b, const Rounder<T>& rounder, const Site& site) {
  return detail::decide<T>(a / b, detail::finite_and_not_zero(a) && detail::finite_and_not_zero(b),
                           rounder, site, [&] { return detail::exact_quotient(a, b); });
}

template <class T>
T square_root(const T& a, const Rounder<T>& rounder, const Site& site) {
  using std::sqrt;
  return detail::decide<T>(sqrt(a), detail::finite_and_not_zero(a) && a > T(0), rounder, site,
                           [&] { return detail::exact_root(a); });
}

}  // namespace ulpscope
