// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>

#include "ulpscope/kernel/limbs.hpp"

/// Product and sum of wide numbers, each rounded once to nearest even, with no bound to the
/// exponent: whether a result is within the range of a type is the caller's question.
namespace ulpscope::kernel {

/// A binary32 as the kernels read it: (-1)^negative (significand / 2^63) 2^exponent. Not zero.
struct Short {
  std::uint64_t significand;
  std::int64_t exponent;
  bool negative;

  explicit Short(float x) {
    // As binary64 even the subnormals have a leading bit.
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(x));
    significand = (bits << 11U) | (std::uint64_t{1} << 63U);
    exponent = static_cast<std::int64_t>((bits >> 52U) & 0x7FFU) - 1023;
    negative = (bits >> 63U) != 0;
  }
};

namespace detail {

/// A product's significand, exact, with its leading bit in one of the two upper places, as a number
/// of p bits; the exponent is that of the upper place.
template <int p, int n, int m>
inline Number<n> rounded_product(Limbs<m>& q, std::int64_t exponent, bool negative) {
  // Twice the product where the leading bit is in the lower place: it is added to itself.
  const std::uint64_t twice = (q[m - 1] >> 63U) - 1;
  std::uint64_t carry = 0;
  for (int i = 0; i < m; ++i) carry = add_carry(q[i], q[i] & twice, carry, q[i]);
  Limbs<n + 1> upper{};
  for (int i = 0; i <= n; ++i) upper[i] = q[m - n - 1 + i];
  std::uint64_t lower = 0;
  for (int i = 0; i < m - n - 1; ++i) lower |= q[i];
  Number<n> result;
  result.exponent = exponent + static_cast<std::int64_t>(twice);
  result.negative = negative;
  result.significand = round_to_even<p, n>(upper, lower != 0, result.exponent);
  return result;
}

}  // namespace detail

/// a b, a not being zero.
template <int p, int n>
inline Number<n> multiply(const Number<n>& a, const Short& b) {
  Limbs<n + 1> q{};
  uint128 sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += uint128{a.significand[i]} * b.significand;
    q[i] = static_cast<std::uint64_t>(sum);
    sum >>= 64U;
  }
  q[n] = static_cast<std::uint64_t>(sum);
  return detail::rounded_product<p, n, n + 1>(q, a.exponent + b.exponent + 1,
                                              a.negative != b.negative);
}

/// a b, neither being zero.
template <int p, int n>
inline Number<n> multiply(const Number<n>& a, const Number<n>& b) {
  Limbs<2 * n> q{};
  for (int k = 0; k < n; ++k) {
    uint128 sum = 0;
    for (int i = 0; i < n; ++i) {
      sum += uint128{a.significand[i]} * b.significand[k] + q[i + k];
      q[i + k] = static_cast<std::uint64_t>(sum);
      sum >>= 64U;
    }
    q[n + k] = static_cast<std::uint64_t>(sum);
  }
  return detail::rounded_product<p, n, 2 * n>(q, a.exponent + b.exponent + 1,
                                              a.negative != b.negative);
}

/// What is left of the small operand where it lies a limb or more below the big one: moved down by
/// whole limbs. Returns whether bits were lost.
template <int n>
[[gnu::noinline]] bool move_down(Limbs<n>& x, std::int64_t limbs) {
  bool lost = false;
  for (; limbs > 0; --limbs) {
    lost |= x[0] != 0;
    for (int i = 0; i + 1 < n; ++i) x[i] = x[i + 1];
    x[n - 1] = 0;
  }
  return lost;
}

/// The leading bit's limb to the top, after cancellation, x not being zero; returns by how many
/// bits.
template <int n>
[[gnu::noinline]] int move_up(Limbs<n>& x) {
  int bits = 0;
  for (; x[n - 1] == 0; bits += 64) {
    for (int i = n - 1; i > 0; --i) x[i] = x[i - 1];
    x[0] = 0;
  }
  return bits;
}

/// a + b. A zero that comes from anything but two negative zeros is positive, as in IEEE 754.
///
/// The operand with the larger exponent (of equal ones: the larger upper limb) is `big`. Both are
/// halved for the carry, and have a guard limb below: the small one is then exact unless its
/// exponent is a limb or more smaller; what it loses there is the sticky bit. A difference with
/// sticky bit is one less, and the rest below is still not zero: big - (small + rest) =
/// (big - small - 1) + (1 - rest), 0 < rest < 1. As the leading bit moves down by one place at most
/// where the exponents differ by two or more, the guard limb stays below the unit, and the sticky
/// bit below it is all that rounding asks for.
///
/// With exponents further apart than p + 1 the small operand is below a quarter of big's unit, and
/// below half the distance to the next number also where big is a power of two: big is the result.
template <int p, int n>
inline Number<n> add(const Number<n>& a, const Number<n>& b) {
  const bool swap = a.exponent < b.exponent ||
                    (a.exponent == b.exponent && a.significand[n - 1] < b.significand[n - 1]);
  const std::int64_t difference = a.exponent - b.exponent;
  const std::int64_t distance = difference < 0 ? -difference : difference;
  if (distance > p + 1) [[unlikely]]
    return swap ? b : a;

  // The order is as good as random: no branch on it.
  const std::uint64_t other = swap ? ~std::uint64_t{0} : 0;
  Limbs<n> big{}, small{};
  for (int i = 0; i < n; ++i) {
    const std::uint64_t change = (a.significand[i] ^ b.significand[i]) & other;
    big[i] = a.significand[i] ^ change;
    small[i] = b.significand[i] ^ change;
  }
  // Halved: by 1 and by 1 to 64 bits, into the guard limb, so that nothing is lost yet.
  Limbs<n + 1> x{}, y{};
  const auto by = static_cast<int>(distance & 63);
  for (int i = 0; i <= n; ++i) {
    x[i] = (i > 0 ? big[i - 1] >> 1U : 0) | (i < n ? big[i] << 63U : 0);
    y[i] = (i > 0 ? (small[i - 1] >> by) >> 1U : 0) | (i < n ? small[i] << (63 - by) : 0);
  }
  bool sticky = false;
  if (distance >= 64) [[unlikely]]
    sticky = move_down<n + 1>(y, distance / 64);

  // The difference as a sum with the complement, its one left out where the sticky bit takes it.
  const bool subtract = a.negative != b.negative;
  const std::uint64_t complement = subtract ? ~std::uint64_t{0} : 0;
  std::uint64_t carry = subtract && !sticky ? 1 : 0;
  for (int i = 0; i <= n; ++i) carry = add_carry(x[i], y[i] ^ complement, carry, x[i]);

  Number<n> result;
  result.negative = swap ? b.negative : a.negative;
  if (subtract && carry == 0) [[unlikely]] {  // equal upper limbs, and small is the larger one
    carry = 1;
    for (int i = 0; i <= n; ++i) carry = add_carry(~x[i], 0, carry, x[i]);
    result.negative = !result.negative;
  }
  result.exponent = (swap ? b.exponent : a.exponent) + 1;
  if (x[n] == 0) [[unlikely]] {
    if (!any_bit<n + 1>(x)) {
      result.exponent = zero_exponent;
      result.negative = a.negative && b.negative;
      return result;
    }
    result.exponent -= move_up<n + 1>(x);
  }
  const int up = std::countl_zero(x[n]);
  shift_left<n + 1>(x, up);
  result.exponent -= up;
  result.significand = round_to_even<p, n>(x, sticky, result.exponent);
  return result;
}

}  // namespace ulpscope::kernel
