// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/simd.hpp"
#include "ulpscope/format/unrounded.hpp"

/// Whole numbers of a fixed count of 64-bit limbs, the lowest first, and what rounding asks of
/// them. Nothing here allocates, and no loop's length depends on a value.
namespace ulpscope::kernel {

template <int n>
struct Limbs {
  std::uint64_t limb[n];

  constexpr std::uint64_t& operator[](std::integral auto i) { return limb[i]; }
  constexpr std::uint64_t operator[](std::integral auto i) const { return limb[i]; }
  constexpr std::uint64_t* begin() { return limb; }
  constexpr std::uint64_t* end() { return limb + n; }
  constexpr const std::uint64_t* begin() const { return limb; }
  constexpr const std::uint64_t* end() const { return limb + n; }
  bool operator==(const Limbs&) const = default;
};

/// The arithmetics that the kernels know: Boost's of fixed size, with a bit or two below the last
/// one in its limb, where rounding looks.
template <class T>
inline constexpr bool has_kernel = false;
template <unsigned p, int min, int max>
inline constexpr bool has_kernel<WideFloat<p, min, max>> = p >= 4 && p % 64 >= 1 && p % 64 <= 61;

/// How many limbs hold the significand of T.
template <class T>
inline constexpr int limb_count = (significand_bits<T> + 63) / 64;

/// The exponent of zero: so small that a zero is far below whatever it is added to, also after
/// exponents have been added to it.
inline constexpr std::int64_t zero_exponent = -(std::int64_t{1} << 40);

/// A finite number: (-1)^negative (significand / 2^(64 n - 1)) 2^exponent. The significand's
/// leading bit is at the top of its limbs; in zero all limbs are zero, and the exponent is about
/// zero_exponent.
template <int n>
struct Number {
  Limbs<n> significand{};
  std::int64_t exponent = zero_exponent;
  bool negative = false;

  bool is_zero() const { return significand[n - 1] == 0; }
};

template <int n>
bool any_bit(const Limbs<n>& x) {
  std::uint64_t all = 0;
  for (const std::uint64_t limb : x) all |= limb;
  return all != 0;
}

/// x 2^by, with what is shifted out at the top lost; 0 <= by < 64.
template <int n>
inline void shift_left(Limbs<n>& x, int by) {
  for (int i = n - 1; i > 0; --i) {
    x[i] = (x[i] << by) | ((x[i - 1] >> 1) >> (63 - by));
  }
  x[0] <<= by;
}

/// floor(x / 2^by); 0 <= by < 64.
template <int n>
inline void shift_right(Limbs<n>& x, int by) {
  for (int i = 0; i + 1 < n; ++i) {
    x[i] = (x[i] >> by) | ((x[i + 1] << 1) << (63 - by));
  }
  x[n - 1] >>= by;
}

/// a + b + carry; returns the carry out.
inline std::uint64_t add_carry(std::uint64_t a, std::uint64_t b, std::uint64_t carry,
                               std::uint64_t& sum) {
#if ULPSCOPE_X86  // compilers do not find the carry flag by themselves
  unsigned long long all = 0;
  carry = __builtin_ia32_addcarryx_u64(static_cast<unsigned char>(carry), a, b, &all);
  sum = all;
  return carry;
#else
  const uint128 all = uint128{a} + b + carry;
  sum = static_cast<std::uint64_t>(all);
  return static_cast<std::uint64_t>(all >> 64U);
#endif
}

/// The significand of a T that is finite and not zero, as Boost has it: a whole number of p bits.
template <class T>
inline Limbs<limb_count<T>> significand_of(const T& x) {
  constexpr int n = limb_count<T>;
  const auto* limbs = x.backend().bits().limbs();
  if constexpr (n == 1) {
    return {static_cast<std::uint64_t>(*limbs)};
  } else if constexpr (n == 2) {
    const auto bits = static_cast<uint128>(*limbs);
    return {static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(bits >> 64U)};
  } else {
    Limbs<n> bits{};
    for (int i = 0; i < n; ++i) bits[i] = limbs[i];
    return bits;
  }
}

/// Makes a T of such a significand, the leading bit's exponent, which is one of T's, and a sign.
template <class T>
inline void assemble(const Limbs<limb_count<T>>& bits, std::int64_t exponent, bool negative,
                     T& result) {
  constexpr int n = limb_count<T>;
  auto& backend = result.backend();
  if constexpr (n == 1) {
    using Bits = std::remove_reference_t<decltype(*backend.bits().limbs())>;
    *backend.bits().limbs() = static_cast<Bits>(bits[0]);
  } else if constexpr (n == 2) {
    *backend.bits().limbs() = (uint128{bits[1]} << 64U) | bits[0];
  } else {
    backend.bits().resize(n, n);
    for (int i = 0; i < n; ++i) backend.bits().limbs()[i] = bits[i];
  }
  backend.exponent() = static_cast<typename T::backend_type::exponent_type>(exponent);
  backend.sign() = negative;
}

/// A finite T with its limbs at the top. Infinity and NaN are told apart by the caller.
template <class T>
Number<limb_count<T>> taken_apart(const T& x) {
  constexpr int n = limb_count<T>;
  Number<n> result;
  result.negative = x.backend().sign();
  if (x.backend().exponent() > T::backend_type::max_exponent) return result;  // zero
  result.significand = significand_of(x);
  shift_left<n>(result.significand, 64 * n - significand_bits<T>);
  result.exponent = x.backend().exponent();
  return result;
}

/// A number with at most the bits of T as a T; its exponent is one of T's.
template <class T, int n>
void put_together(const Number<n>& x, T& result) {
  static_assert(n == limb_count<T>);
  if (x.is_zero()) {
    result = x.negative ? T(-T(0)) : T(0);
    return;
  }
  Limbs<n> bits = x.significand;
  shift_right<n>(bits, 64 * n - significand_bits<T>);
  assemble(bits, x.exponent, x.negative, result);
}

/// Rounds to the upper p bits of n limbs, to nearest even: x, whose leading bit is at the top, has
/// one limb more, the guard, and `sticky` says whether anything is left below that.
///
/// The bits below the unit (the last bit kept) and the sticky bit decide together: up where they
/// are more than half a unit, or half a unit and the unit is odd. With half a unit added, that is
/// where the sum carries into the unit; where it ends in zeros, guard and sticky included, the
/// rest was half a unit exactly, and the unit's bit is cleared: an odd unit was carried into and is
/// zero already, an even one goes back to what it was.
template <int p, int n>
inline Limbs<n> round_to_even(const Limbs<n + 1>& x, bool sticky, std::int64_t& exponent) {
  constexpr int below = 64 * n - p;  // bits of the lowest limb below the unit
  static_assert(below >= 2 && below < 64);
  constexpr std::uint64_t unit = std::uint64_t{1} << below;
  Limbs<n> result{};
  std::uint64_t low = 0;
  std::uint64_t carry = add_carry(x[1], unit / 2, 0, low);
  const bool tie = (low & (unit - 1)) == 0 && x[0] == 0 && !sticky;
  result[0] = low & ~(unit - 1) & ~(tie ? unit : 0);
  for (int i = 1; i < n; ++i) carry = add_carry(x[i + 1], 0, carry, result[i]);
  if (carry != 0) [[unlikely]] {  // all ones became a power of two: the limbs are zero
    result[n - 1] = std::uint64_t{1} << 63U;
    ++exponent;
  }
  return result;
}

}  // namespace ulpscope::kernel
