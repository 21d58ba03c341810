// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>

#include "ulpscope/kernel/limbs.hpp"

/// Quotients and square roots of whole numbers, digit by digit, the digits being limbs: exact, with
/// a remainder. A digit takes no division: the divisor's upper limbs are inverted once
/// (N. Moeller, T. Granlund: Improved division by invariant integers, IEEE Trans. Computers 60(2),
/// 2011, doi:10.1109/TC.2010.143).
namespace ulpscope::kernel {

/// floor((2^128 - 1) / d) - 2^64; the leading bit of d is set.
inline std::uint64_t inverse(std::uint64_t d) {
  return static_cast<std::uint64_t>(~uint128{0} / d);
}

/// floor((2^192 - 1) / d) - 2^64 for d of two limbs; `v` is the upper limb's inverse (algorithm 6).
inline std::uint64_t inverse(uint128 d, std::uint64_t v) {
  const auto high = static_cast<std::uint64_t>(d >> 64U), low = static_cast<std::uint64_t>(d);
  std::uint64_t p = high * v + low;
  if (p < low) {
    --v;
    if (p >= high) {
      --v;
      p -= high;
    }
    p -= high;
  }
  const uint128 t = uint128{v} * low;
  p += static_cast<std::uint64_t>(t >> 64U);
  if (p < static_cast<std::uint64_t>(t >> 64U)) {
    --v;
    if (((uint128{p} << 64U) | static_cast<std::uint64_t>(t)) >= d) --v;
  }
  return v;
}

/// A divisor whose leading bit is set.
template <int m>
struct Divisor {
  Limbs<m> limbs;
  std::uint64_t v = 0;

  uint128 top() const {
    if constexpr (m == 1)
      return limbs[0];
    else
      return (uint128{limbs[m - 1]} << 64U) | limbs[m - 2];
  }
  /// The upper limb's inverse may be known.
  explicit Divisor(const Limbs<m>& d, std::uint64_t of_upper) : limbs(d), v(of_upper) {
    if constexpr (m > 1) v = inverse(top(), v);
  }
  explicit Divisor(const Limbs<m>& d) : Divisor(d, inverse(d[m - 1])) {}
};

/// An estimate of the quotient's digit, from the three upper limbs of the dividend and the two of
/// the divisor: right for these, so at most one too large for all (algorithms 4 and 5).
template <int m>
inline std::uint64_t estimate(const Divisor<m>& d, std::uint64_t u2, std::uint64_t u1,
                              std::uint64_t u0) {
  const uint128 top = (uint128{u2} << 64U) | u1;
  if constexpr (m == 1) {
    const uint128 q = uint128{d.v} * u2 + top;
    auto digit = static_cast<std::uint64_t>(q >> 64U) + 1;
    std::uint64_t r = u1 - digit * d.limbs[0];
    if (r > static_cast<std::uint64_t>(q)) {
      --digit;
      r += d.limbs[0];
    }
    return r >= d.limbs[0] ? digit + 1 : digit;
  } else {
    if (top >= d.top()) [[unlikely]]
      return ~std::uint64_t{0};
    const uint128 q = uint128{d.v} * u2 + top;
    auto digit = static_cast<std::uint64_t>(q >> 64U);
    const std::uint64_t high = u1 - digit * d.limbs[m - 1];
    uint128 r = ((uint128{high} << 64U) | u0) - uint128{d.limbs[m - 2]} * digit - d.top();
    ++digit;
    if (static_cast<std::uint64_t>(r >> 64U) >= static_cast<std::uint64_t>(q)) {
      --digit;
      r += d.top();
    }
    return r >= d.top() ? digit + 1 : digit;
  }
}

/// The next digit of a quotient: divides r 2^64 + next, r being less than the divisor, and leaves
/// the remainder in r.
template <int m>
inline std::uint64_t next_digit(Limbs<m>& r, std::uint64_t next, const Divisor<m>& d) {
  std::uint64_t digit = estimate<m>(d, r[m - 1], m > 1 ? r[m - 2] : next, m > 2 ? r[m - 3] : next);
  std::uint64_t high = r[m - 1];
  for (int i = m - 1; i > 0; --i) r[i] = r[i - 1];
  r[0] = next;
  uint128 product = 0;
  std::uint64_t borrow = 0;
  for (int i = 0; i < m; ++i) {
    product += uint128{digit} * d.limbs[i];
    borrow = 1 - add_carry(r[i], ~static_cast<std::uint64_t>(product), 1 - borrow, r[i]);
    product >>= 64U;
  }
  high -= static_cast<std::uint64_t>(product) + borrow;
  while (high != 0) [[unlikely]] {  // the estimate was too large
      --digit;
      std::uint64_t carry = 0;
      for (int i = 0; i < m; ++i) carry = add_carry(r[i], d.limbs[i], carry, r[i]);
      high += carry;
    }
  return digit;
}

/// floor(sqrt(a)), and the rest; a has one of its upper two bits set.
inline std::uint64_t root(uint128 a, uint128& rest) {
  // From binary64 to 50 bits or more; a step of Newton's doubles them, to within one.
  const double start = std::sqrt(static_cast<double>(a));
  const auto x = start >= 0x1p64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(start);
  uint128 s = (uint128{x} + a / x) / 2;
  if (s >> 64U != 0) s = ~std::uint64_t{0};
  while (s * s > a) --s;
  while (a - s * s > 2 * s) ++s;
  rest = a - s * s;
  return static_cast<std::uint64_t>(s);
}

}  // namespace ulpscope::kernel
