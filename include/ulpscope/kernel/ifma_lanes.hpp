// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/simd.hpp"
#include "ulpscope/kernel/limbs.hpp"

namespace ulpscope::kernel {

/// Whether this processor has what the kernels of eight lanes take.
inline bool has_ifma() {
#if ULPSCOPE_X86
  static const bool has = best_simd() == Simd::avx512 && __builtin_cpu_supports("avx512cd") &&
                          __builtin_cpu_supports("avx512ifma");
  return has;
#else
  return false;
#endif
}

namespace detail {

template <int p, class... T>
constexpr bool is_significand_of(TypeList<T...>) {
  return ((is_wide<T> && significand_bits<T> == p) || ...);
}

}  // namespace detail

/// Whether the lanes know numbers of p bits: those of the arithmetics, for which they are tested.
/// About half of all other p would not fit, their last bit not being in the lowest limb.
template <int p>
inline constexpr bool has_lanes =
    (ULPSCOPE_X86 != 0) && detail::is_significand_of<p>(Arithmetics{});

}  // namespace ulpscope::kernel

#if ULPSCOPE_X86
#include <immintrin.h>

/// Wide numbers in eight lanes, by the multiplication of 52-bit limbs that AVX-512 IFMA has: the
/// lower and the upper half of the product of two limbs, each added to a 64-bit lane. The 12 bits
/// above a limb take the carries. A shift is a multiplication, too: by 2^(52 - d), the upper half
/// of one limb and the lower half of the next one above are a limb of x 2^-d.
/// (S. Gueron, V. Krasnov: Accelerating big integer arithmetic using Intel IFMA extensions,
/// ARITH 2016, has the instructions' use for whole numbers.)
namespace ulpscope::kernel {

/// The attribute of functions for these instructions, which the rest of the program does without.
#define ULPSCOPE_IFMA gnu::target("avx512f,avx512dq,avx512vl,avx512bw,avx512cd,avx512ifma")

/// The 52 bits of a significand from so many below its top on.
template <int m>
std::int64_t bits_from(const Limbs<m>& x, int from_top) {
  constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 52U) - 1;
  const int at = 64 * m - 52 - from_top;  // the lowest one's place
  if (at <= -52) return 0;
  if (at < 0) return static_cast<std::int64_t>((x[0] << -at) & limb_mask);
  const int limb = at / 64, bit = at % 64;
  std::uint64_t bits = x[limb] >> bit;
  if (bit > 12 && limb + 1 < m) bits |= x[limb + 1] << (64 - bit);
  return static_cast<std::int64_t>(bits & limb_mask);
}

/// Sets these bits, which are zero.
template <int m>
void set_bits(Limbs<m>& x, int from_top, std::uint64_t bits) {
  const int at = 64 * m - 52 - from_top;
  if (at <= -52) return;
  if (at < 0) {
    x[0] |= bits >> -at;
    return;
  }
  const int limb = at / 64, bit = at % 64;
  x[limb] |= bits << bit;
  if (bit > 12 && limb + 1 < m) x[limb + 1] |= bits >> (64 - bit);
}

/// Numbers of p bits, a lane each: a fraction of n limbs of 52 bits, the leading bit at the top of
/// the upper limb, times 2^exponent; zero has zero limbs, and an exponent about zero_exponent.
template <int p>
struct IfmaLanes {
  using V = __m512i;
  using U = unsigned long long __attribute__((vector_size(64)));  // for logical shifts

  static constexpr int lanes = 8;
  /// So many that a product with the 24 bits of a binary32, halved once, fits without rest.
  static constexpr int n = (p + 25 + 51) / 52;
  static constexpr int below = 52 * n - p;  ///< bits of the lowest limb below the unit
  static_assert(below >= 3 && below <= 51);
  static constexpr std::int64_t limb_mask = (std::int64_t{1} << 52) - 1;
  static constexpr std::int64_t unit = std::int64_t{1} << below;

  struct Numbers {
    V limbs[n];
    V exponent;
    __mmask8 negative;
  };

  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline V all(std::int64_t x) {
    return _mm512_set1_epi64(x);
  }
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline V low_product(V sum, V x, V y) {
    return _mm512_madd52lo_epu64(sum, x, y);
  }
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline V high_product(V x, V y) {
    return _mm512_madd52hi_epu64(_mm512_setzero_si512(), x, y);
  }

  /// Carries go up, of either sign; the upper limb keeps what leaves it.
  template <int m>
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void carry(V (&x)[m]) {
#pragma GCC unroll 8
    for (int i = 0; i + 1 < m; ++i) {
      x[i + 1] += x[i] >> 52;
      x[i] &= all(limb_mask);
    }
  }

  /// Rounds a number by its lowest limb: to multiples of the unit, a power of two, where `exact`
  /// says that nothing is left below the limb. With half a unit added, that is done by clearing the
  /// bits below the unit; where these are zero and nothing is left, the rest was half a unit, and
  /// the unit is cleared to make it even. The sum may carry out of the limb.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void round(V& x, V to, __mmask8 exact) {
    x += to >> 1;
    const V rest = to - all(1);
    const __mmask8 tie = _mm512_mask_testn_epi64_mask(exact, x, rest);
    x &= ~rest;
    x = _mm512_mask_andnot_epi64(x, tie, to, x);
  }

  /// x 2^-by of n + 1 limbs, the lowest one a guard; 1 <= by <= 52, or so large that nothing is
  /// left: then x is zero.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void shift(const V (&x)[n], V by,
                                                                 V (&shifted)[n + 1]) {
    const V factor = _mm512_maskz_srlv_epi64(0xFF, all(std::int64_t{1} << 52), by);
    shifted[n] = high_product(x[n - 1], factor);
    shifted[0] = low_product(_mm512_setzero_si512(), x[0], factor);
#pragma GCC unroll 8
    for (int i = 1; i < n; ++i) {
      shifted[i] = low_product(high_product(x[i - 1], factor), x[i], factor);
    }
  }

  struct Far {
    V x[n], by, shifted[n + 1];
  };
  /// The same for any distance: limbs move down one by one. What falls off sets the lowest bit of
  /// the guard limb, which the other operand, less than 52 bits up, does not reach: sums and
  /// differences then lie strictly between the same two even numbers as the exact ones do, far
  /// below the unit, and are rounded alike.
  [[ULPSCOPE_IFMA, gnu::noinline]] static void shift_far(Far& far) {
    __mmask8 moves[n + 1];
    V by = _mm512_maskz_min_epi64(0xFF, far.by, all(std::int64_t{52} * (n + 2)));
    for (__mmask8& move : moves) {
      move = _mm512_cmpgt_epi64_mask(by, all(52));
      by = _mm512_mask_sub_epi64(by, move, by, all(52));
    }
    shift(far.x, by, far.shifted);
    V lost = _mm512_setzero_si512();
    for (const __mmask8 move : moves) {
      lost = _mm512_mask_or_epi64(lost, move, lost, far.shifted[0]);
      for (int i = 0; i < n; ++i) {
        far.shifted[i] = _mm512_mask_mov_epi64(far.shifted[i], move, far.shifted[i + 1]);
      }
      far.shifted[n] = _mm512_mask_mov_epi64(far.shifted[n], move, _mm512_setzero_si512());
    }
    const __mmask8 sticky = _mm512_test_epi64_mask(lost, lost);
    far.shifted[0] = _mm512_mask_or_epi64(far.shifted[0], sticky, far.shifted[0], all(1));
  }

  struct Cancelled {
    V x[n + 1], exponent;
    __mmask8 negative, of_zero;  ///< the sign, and that of a sum that is zero
  };
  /// Sums whose upper limb is zero or negative: 52 bits cancelled, or more.
  [[ULPSCOPE_IFMA, gnu::noinline]] static void move_up(Cancelled& sum) {
    const V zero = _mm512_setzero_si512();
    const __mmask8 below_zero = _mm512_movepi64_mask(sum.x[n]);
    for (V& limb : sum.x) limb = _mm512_mask_sub_epi64(limb, below_zero, zero, limb);
    carry(sum.x);
    sum.negative = static_cast<__mmask8>(sum.negative ^ below_zero);
    for (int step = 0; step < n; ++step) {
      const __mmask8 up = _mm512_testn_epi64_mask(sum.x[n], sum.x[n]);
      for (int i = n; i > 0; --i) sum.x[i] = _mm512_mask_mov_epi64(sum.x[i], up, sum.x[i - 1]);
      sum.x[0] = _mm512_mask_mov_epi64(sum.x[0], up, zero);
      sum.exponent = _mm512_mask_sub_epi64(sum.exponent, up, sum.exponent, all(52));
    }
    const __mmask8 is_zero = _mm512_testn_epi64_mask(sum.x[n], sum.x[n]);
    sum.exponent = _mm512_mask_mov_epi64(sum.exponent, is_zero, all(zero_exponent));
    sum.negative = static_cast<__mmask8>((sum.negative & ~is_zero) | (sum.of_zero & is_zero));
  }

  /// The leading bit to the top, and rounded; x has a guard limb below, and a leading bit in the
  /// upper limb or nowhere: a zero's limbs are zero, its exponent is not looked after.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void round_normal(const V (&x)[n + 1],
                                                                        V exponent, Numbers& a) {
    const V up = _mm512_lzcnt_epi64(x[n]) - all(12);  // 52 bits of a limb, below 12 of the lane
    const V factor = all(1) << up;
    const V guard = low_product(_mm512_setzero_si512(), x[0], factor);
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      a.limbs[i] = low_product(high_product(x[i], factor), x[i + 1], factor);
    }
    a.exponent = exponent - up;
    round(a.limbs[0], all(unit), _mm512_testn_epi64_mask(guard, guard));
    carry_out(a);
  }

  /// After rounding.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void carry_out(Numbers& a) {
    if (_mm512_cmpgt_epu64_mask(a.limbs[0], all(limb_mask)) == 0) [[likely]]
      return;
    carry(a.limbs);
    // All ones became a power of two: the limbs are zero but for the bit that left the upper one.
    const __mmask8 out = _mm512_cmpgt_epu64_mask(a.limbs[n - 1], all(limb_mask));
    a.limbs[n - 1] = _mm512_mask_mov_epi64(a.limbs[n - 1], out, all(std::int64_t{1} << 51));
    a.exponent = _mm512_mask_add_epi64(a.exponent, out, a.exponent, all(1));
  }

  /// a += q, rounded. The fractions are below 1; q need not be normalised. Both are shifted down to
  /// one above the larger exponent, so that the sum is below 1, and have a guard limb below: exact
  /// up to a distance of 51, as are the limbs' sums and differences. These may be negative; the
  /// upper limbs say which operand to take from which, where they are not the same.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void add(Numbers& a, const Numbers& q) {
    V exponent = _mm512_maskz_max_epi64(0xFF, a.exponent, q.exponent) + all(1);
    const V a_by = exponent - a.exponent, q_by = exponent - q.exponent;
    V x[n + 1], y[n + 1];
    shift(a.limbs, a_by, x);
    shift(q.limbs, q_by, y);
    // Further apart than 51, but not as far as a zero is.
    const V beyond = _mm512_maskz_abs_epi64(0xFF, a.exponent - q.exponent) - all(52);
    if (_mm512_cmplt_epu64_mask(beyond, all(std::int64_t{1} << 36)) != 0) [[unlikely]] {
      Far far{};
      for (int i = 0; i < n; ++i) far.x[i] = a.limbs[i];
      far.by = a_by;
      shift_far(far);
      for (int i = 0; i <= n; ++i) x[i] = far.shifted[i];
      for (int i = 0; i < n; ++i) far.x[i] = q.limbs[i];
      far.by = q_by;
      shift_far(far);
      for (int i = 0; i <= n; ++i) y[i] = far.shifted[i];
    }

    const auto subtract = static_cast<__mmask8>(a.negative ^ q.negative);
    const __mmask8 from_q = _mm512_mask_cmplt_epu64_mask(subtract, x[n], y[n]);
    const auto from_a = static_cast<__mmask8>(subtract ^ from_q);
    a.negative = static_cast<__mmask8>(a.negative ^ from_q);
#pragma GCC unroll 8
    for (int i = 0; i <= n; ++i) {
      V sum = x[i] + y[i];
      sum = _mm512_mask_sub_epi64(sum, from_a, x[i], y[i]);
      x[i] = _mm512_mask_sub_epi64(sum, from_q, y[i], x[i]);
    }
    carry(x);
    if (_mm512_cmplt_epi64_mask(x[n], all(1)) != 0) [[unlikely]] {
      Cancelled sum{};
      for (int i = 0; i <= n; ++i) sum.x[i] = x[i];
      sum.exponent = exponent;
      sum.negative = a.negative;
      sum.of_zero = static_cast<__mmask8>(a.negative & ~subtract);
      move_up(sum);
      for (int i = 0; i <= n; ++i) x[i] = sum.x[i];
      exponent = sum.exponent;
      a.negative = sum.negative;
    }
    round_normal(x, exponent, a);
  }
};

}  // namespace ulpscope::kernel

#endif
