// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/kernel/long_division.hpp"

/// Square roots and quotients of wide numbers, rounded once to nearest even: the bits of Boost's
/// own operations in a fraction of their time. Both are computed to all bits of the limbs, which
/// are at least two more than the significand's, with a remainder that says whether anything lies
/// below: what rounding asks for, exactly.
namespace ulpscope::kernel {

namespace detail {

/// A limb of a by its place below the top; zero below the last one.
template <int place, int n>
constexpr std::uint64_t from_top(const Limbs<n>& a) {
  if constexpr (place < n)
    return a[n - 1 - place];
  else
    return 0;
}

/// x -= y; returns what is borrowed.
template <int n>
inline std::uint64_t subtract(Limbs<n>& x, const Limbs<n>& y) {
  std::uint64_t carry = 1;
  for (int i = 0; i < n; ++i) carry = add_carry(x[i], ~y[i], carry, x[i]);
  return 1 - carry;
}

template <int n>
inline std::uint64_t add_to(Limbs<n>& x, const Limbs<n>& y) {
  std::uint64_t carry = 0;
  for (int i = 0; i < n; ++i) carry = add_carry(x[i], y[i], carry, x[i]);
  return carry;
}

/// x where it is chosen, else zero; without a branch.
template <int n>
inline Limbs<n> chosen(const Limbs<n>& x, bool choice) {
  Limbs<n> result{};
  for (int i = 0; i < n; ++i) result[i] = x[i] & (choice ? ~std::uint64_t{0} : 0);
  return result;
}

/// From the root s of the upper 2 j limbs of a, whose rest is a - s^2 <= 2 s, to that of 2 n limbs,
/// limb by limb; `v` is the inverse of the root's upper limb.
///
/// With B = 2^64 and a's next limbs x and y, (rest B + x) / (2 s) has the quotient q, the root's
/// next limb or one more, and a remainder u; the rest is u B + y - q^2, and if that is negative q
/// was one more. (P. Zimmermann: Karatsuba square root, INRIA RR-3805, 1999, with lower parts of
/// one limb.) Divided is by s, which fills its limbs: of that quotient, 2 q and perhaps 1, the
/// leading bit is found by comparison.
template <int j, int n>
inline Limbs<n> root_from(const Limbs<n>& a, const Limbs<j>& s, Limbs<j + 1> rest, std::uint64_t v,
                          bool& inexact) {
  if constexpr (j == n) {
    inexact = any_bit<n + 1>(rest);
    return s;
  } else {
    Limbs<j + 1> divisor{};
    for (int i = 0; i < j; ++i) divisor[i] = s[i];
    Limbs<j + 1> less = rest;
    const bool upper = subtract<j + 1>(less, divisor) == 0;
    if (upper) rest = less;
    std::uint64_t digit = 0;
    Limbs<j + 1> u{};
    if (rest == divisor) [[unlikely]] {  // rest was 2 s: q would be B, and is one less
      digit = ~std::uint64_t{0};
      u[0] = from_top<2 * j, n>(a);
      add_to<j + 1>(u, divisor);
    } else {
      Limbs<j> r{};
      for (int i = 0; i < j; ++i) r[i] = rest[i];
      digit = next_digit<j>(r, from_top<2 * j, n>(a), Divisor<j>(s, v));
      for (int i = 0; i < j; ++i) u[i] = r[i];
    }
    add_to<j + 1>(u, chosen<j + 1>(divisor, (digit & 1U) != 0));
    const std::uint64_t q = (digit >> 1U) | (upper ? std::uint64_t{1} << 63U : 0);

    Limbs<j + 1> next{};
    next[0] = q;
    for (int i = 0; i < j; ++i) next[i + 1] = s[i];
    Limbs<j + 2> next_rest{}, square{};
    next_rest[0] = from_top<2 * j + 1, n>(a);
    for (int i = 0; i <= j; ++i) next_rest[i + 1] = u[i];
    square[0] = static_cast<std::uint64_t>(uint128{q} * q);
    square[1] = static_cast<std::uint64_t>((uint128{q} * q) >> 64U);
    if (subtract<j + 2>(next_rest, square) != 0) {  // a - (s - 1)^2 = a - s^2 + s + (s - 1)
      Limbs<j + 2> all{};
      for (int step = 0; step < 2; ++step) {
        for (int i = 0; i <= j; ++i) all[i] = next[i];
        add_to<j + 2>(next_rest, all);
        if (step == 0) subtract<j + 1>(next, Limbs<j + 1>{1});
      }
    }
    return root_from<j + 1, n>(a, next, next_rest, v, inexact);
  }
}

template <class T>
bool finite_and_not_zero(const T& x) {  // the exponents of all others are beyond the largest
  return x.backend().exponent() <= T::backend_type::max_exponent;
}

}  // namespace detail

/// The square root of x; of infinities, NaN, zeros and negative numbers what Boost has.
template <class T>
requires has_kernel<T> T square_root(const T& x) {
  constexpr int n = limb_count<T>;
  if (!detail::finite_and_not_zero(x) || x.backend().sign()) [[unlikely]]
    return sqrt(x);
  Number<n> number = taken_apart(x);
  // A fraction in [1/4, 1) times an even power of two; the lowest bit is zero.
  const bool odd = (number.exponent & 1) != 0;
  number.exponent += odd ? 1 : 2;
  shift_right<n>(number.significand, odd ? 0 : 1);
  const auto& a = number.significand;
  uint128 rest = 0;
  const uint128 top = (uint128{detail::from_top<0, n>(a)} << 64U) | detail::from_top<1, n>(a);
  const std::uint64_t first = root(top, rest);
  bool inexact = false;
  const Limbs<n> all = detail::root_from<1, n>(
      a, {first}, {static_cast<std::uint64_t>(rest), static_cast<std::uint64_t>(rest >> 64U)},
      n > 1 ? inverse(first) : 0, inexact);

  Limbs<n + 1> guarded{};
  for (int i = 0; i < n; ++i) guarded[i + 1] = all[i];
  number.exponent = number.exponent / 2 - 1;
  number.significand = round_to_even<significand_bits<T>, n>(guarded, inexact, number.exponent);
  T result(0);
  put_together(number, result);
  return result;
}

/// a / b; of infinities, NaN and zeros, and at the ends of the range, what Boost has.
template <class T>
requires has_kernel<T> T divide(const T& a, const T& b) {
  constexpr int n = limb_count<T>;
  using Backend = typename T::backend_type;
  const std::int64_t exponent = std::int64_t{a.backend().exponent()} - b.backend().exponent();
  if (!detail::finite_and_not_zero(a) || !detail::finite_and_not_zero(b) ||
      exponent <= Backend::min_exponent + 1 || exponent >= Backend::max_exponent) [[unlikely]] {
    return a / b;
  }
  const Number<n> x = taken_apart(a), y = taken_apart(b);
  Limbs<n> rest = x.significand;
  const bool one = detail::subtract<n>(rest, y.significand) == 0;  // the quotient is not below 1
  if (!one) rest = x.significand;
  const Divisor<n> divisor(y.significand);
  Limbs<n + 1> quotient{};
  for (int i = n; i > 0; --i) quotient[i] = next_digit<n>(rest, 0, divisor);
  quotient[0] = 0;
  shift_right<n + 1>(quotient, one ? 1 : 0);
  quotient[n] |= one ? std::uint64_t{1} << 63U : 0;

  Number<n> result;
  result.negative = x.negative != y.negative;
  result.exponent = exponent - (one ? 0 : 1);
  result.significand =
      round_to_even<significand_bits<T>, n>(quotient, any_bit<n>(rest), result.exponent);
  T all(0);
  put_together(result, all);
  return all;
}

}  // namespace ulpscope::kernel
