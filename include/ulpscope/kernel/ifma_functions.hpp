// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include "ulpscope/kernel/ifma_lanes.hpp"

#if ULPSCOPE_X86

namespace ulpscope::kernel {

/// Numbers of p bits in memory, as code without the instructions handles them: limbs by lanes.
template <int p>
struct IfmaStore {
  static constexpr int n = IfmaLanes<p>::n, lanes = IfmaLanes<p>::lanes;
  alignas(64) std::int64_t limbs[n][lanes];
  alignas(64) std::int64_t exponent[lanes];
  std::uint8_t negative = 0;
  bool doubt = false;  ///< in any lane
};

/// Operations on such numbers, each rounded once to nearest even, exponents without bounds.
template <int p>
class IfmaFunctions : IfmaLanes<p> {
  using Base = IfmaLanes<p>;
  using Base::all, Base::carry, Base::high_product, Base::low_product, Base::n;
  using typename Base::Numbers;
  using typename Base::V;

 public:
  using Store = IfmaStore<p>;

  [[ULPSCOPE_IFMA, gnu::noinline]] static void add(const Store& a, const Store& b, Store& result) {
    Numbers x = loaded(a);
    Base::add(x, loaded(b));
    stored(x, a.doubt || b.doubt, result);
  }

  [[ULPSCOPE_IFMA, gnu::noinline]] static void subtract(const Store& a, const Store& b,
                                                        Store& result) {
    Numbers x = loaded(a), y = loaded(b);
    y.negative = static_cast<__mmask8>(~y.negative);
    Base::add(x, y);
    stored(x, a.doubt || b.doubt, result);
  }

  /// The product has 2 n limbs; of the lower ones, those below the guard limb only say whether it
  /// is exact: in the guard's lowest bit, which is far below the unit.
  [[ULPSCOPE_IFMA, gnu::noinline]] static void multiply(const Store& a, const Store& b,
                                                        Store& result) {
    const Numbers x = loaded(a), y = loaded(b);
    V all_limbs[2 * n];
    for (V& limb : all_limbs) limb = zero();
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j) {
        all_limbs[i + j] = low_product(all_limbs[i + j], x.limbs[i], y.limbs[j]);
        all_limbs[i + j + 1] = _mm512_madd52hi_epu64(all_limbs[i + j + 1], x.limbs[i], y.limbs[j]);
      }
    }
    carry(all_limbs);
    V lost = zero(), upper[n + 1];
    for (int i = 0; i + 1 < n; ++i) lost |= all_limbs[i];
    for (int i = 0; i <= n; ++i) upper[i] = all_limbs[n - 1 + i];
    upper[0] = _mm512_mask_or_epi64(upper[0], _mm512_test_epi64_mask(lost, lost), upper[0], all(1));
    Numbers product{};
    Base::round_normal(upper, x.exponent + y.exponent, product);
    product.negative = static_cast<__mmask8>(x.negative ^ y.negative);
    clear(product, static_cast<__mmask8>(zeros(x) | zeros(y)));
    stored(product, a.doubt || b.doubt, result);
  }

  /// a / b = a (4 h) where h approaches 1 / (4 b) from below: h + 4 h (1/4 - b h) has the error's
  /// square for an error (Newton's method).
  [[ULPSCOPE_IFMA, gnu::noinline]] static void divide(const Store& a, const Store& b,
                                                      Store& result) {
    const Numbers x = loaded(a), y = loaded(b);
    // In units of the upper limb's last bit: 2^52 / (4 b), b being 2^52 times too large.
    const __m512d upper = _mm512_maskz_cvtepi64_pd(0xFF, y.limbs[n - 1]);
    V h[n];
    start(_mm512_div_pd(_mm512_set1_pd(0x1p102 * below_one), upper), h);
    refine<divisors>(y.limbs, h);
    V q[n];
    multiply_high<n>(x.limbs, h, q);
    Numbers quotient{};
    const __mmask8 doubt = round_near(q, x.exponent - y.exponent + all(2), quotient);
    quotient.negative = static_cast<__mmask8>(x.negative ^ y.negative);
    clear(quotient, zeros(x));
    const bool any = (doubt & ~zeros(x)) != 0 || zeros(y) != 0;
    stored(quotient, any || a.doubt || b.doubt, result);
  }

  /// sqrt(a) = a (4 h) where h approaches 1 / (4 sqrt(a)) from below: h + 8 h (1/16 - a h^2).
  [[ULPSCOPE_IFMA, gnu::noinline]] static void square_root(const Store& a, const Store&,
                                                           Store& result) {
    Numbers x = loaded(a);
    // An even exponent, and a in [1/4, 1): its lowest bit is zero.
    const __mmask8 odd = _mm512_test_epi64_mask(x.exponent, all(1));
    x.exponent = _mm512_mask_add_epi64(x.exponent, odd, x.exponent, all(1));
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      V half = x.limbs[i] >> 1;
      if (i + 1 < n) half |= (x.limbs[i + 1] & all(1)) << 51;
      x.limbs[i] = _mm512_mask_mov_epi64(x.limbs[i], odd, half);
    }
    const __m512d upper = _mm512_maskz_cvtepi64_pd(0xFF, x.limbs[n - 1]);
    V h[n];
    start(_mm512_div_pd(_mm512_set1_pd(0x1p76 * below_one), _mm512_maskz_sqrt_pd(0xFF, upper)), h);
    refine<squares>(x.limbs, h);
    V q[n];
    multiply_high<n>(x.limbs, h, q);
    Numbers root{};
    const __mmask8 doubt = round_near(q, (x.exponent >> 1) + all(2), root);
    root.negative = x.negative;  // of a zero
    clear(root, zeros(x));
    const bool any = ((doubt | x.negative) & ~zeros(x)) != 0;
    stored(root, any || a.doubt, result);
  }

  /// Limbs of 52 bits from whole numbers of p bits in m limbs of 64.
  template <int m>
  [[ULPSCOPE_IFMA, gnu::noinline]] static void pack(const std::uint64_t (&whole)[m][Base::lanes],
                                                    Store& result) {
    V x[m + 1];
    for (int i = 0; i < m; ++i) x[i] = _mm512_load_si512(whole[i]);
    x[m] = zero();
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      const int at = 52 * i - Base::below, limb = std::max(at, 0) / 64, bit = std::max(at, 0) % 64;
      V bits =
          at < 0 ? x[0] << -at : _mm512_maskz_srli_epi64(0xFF, x[limb], static_cast<unsigned>(bit));
      if (bit > 12) bits |= x[limb + 1] << (64 - bit);
      _mm512_store_si512(result.limbs[i], bits & all(Base::limb_mask));
    }
  }

  /// And back.
  template <int m>
  [[ULPSCOPE_IFMA, gnu::noinline]] static void unpack(const Store& a,
                                                      std::uint64_t (&whole)[m][Base::lanes]) {
    V x[n + 2];
    for (int i = 0; i < n; ++i) x[i] = _mm512_load_si512(a.limbs[i]);
    x[n] = x[n + 1] = zero();
#pragma GCC unroll 8
    for (int i = 0; i < m; ++i) {
      const int at = 64 * i + Base::below, limb = at / 52, bit = at % 52;
      V bits = (x[limb] >> bit) | (x[limb + 1] << (52 - bit));
      if (bit > 40) bits |= x[limb + 2] << (104 - bit);
      _mm512_store_si512(whole[i], bits);
    }
  }

  /// Whether the leading bits' exponents are within bounds, except for zeros.
  [[ULPSCOPE_IFMA, gnu::noinline]] static bool within(const Store& a, std::int64_t least,
                                                      std::int64_t greatest) {
    const Numbers x = loaded(a);
    const __mmask8 outside =
        static_cast<__mmask8>(_mm512_cmpgt_epi64_mask(x.exponent, all(greatest + 1)) |
                              _mm512_cmplt_epi64_mask(x.exponent, all(least + 1)));
    return (outside & ~zeros(x)) == 0;
  }

 private:
  enum Approached { divisors, squares };  ///< 1 / (4 a) or 1 / (4 sqrt(a))
  static constexpr double below_one = 1 - 0x1p-48;
  /// Errors start between 2^-49 and 2^-47; with each step at least 46 bits become twice as many,
  /// and the limbs that hold them.
  static constexpr int converged = n == 1 ? 46 : n == 2 ? 92 : n <= 4 ? 184 : 368;
  /// How far, in units of the lowest limb, the result may lie above what is computed: what Newton's
  /// method leaves, and 64 for what products lack; times 8 for the three bits by which it is
  /// shifted up. Small beside half a unit in the last place.
  static constexpr std::int64_t error =
      ((std::int64_t{1} << std::max(0, 52 * n - converged)) + 64) * 8;
  static_assert(error < Base::unit / 64);

  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline V zero() { return _mm512_setzero_si512(); }

  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline Numbers loaded(const Store& a) {
    Numbers x{};
    for (int i = 0; i < n; ++i) x.limbs[i] = _mm512_load_si512(a.limbs[i]);
    x.exponent = _mm512_load_si512(a.exponent);
    x.negative = a.negative;
    return x;
  }
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void stored(const Numbers& x, bool doubt,
                                                                  Store& a) {
    for (int i = 0; i < n; ++i) _mm512_store_si512(a.limbs[i], x.limbs[i]);
    _mm512_store_si512(a.exponent, x.exponent);
    a.negative = x.negative;
    a.doubt = doubt;
  }
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline __mmask8 zeros(const Numbers& x) {
    return _mm512_testn_epi64_mask(x.limbs[n - 1], x.limbs[n - 1]);
  }
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void clear(Numbers& x, __mmask8 these) {
    for (V& limb : x.limbs) limb = _mm512_mask_mov_epi64(limb, these, zero());
    x.exponent = _mm512_mask_mov_epi64(x.exponent, these, all(zero_exponent));
  }

  /// h from binary64, in units of the upper limb's last bit: 50 bits.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void start(__m512d x, V (&h)[n]) {
    for (V& limb : h) limb = zero();
    h[n - 1] = _mm512_maskz_cvttpd_epi64(0xFF, x) & all(Base::limb_mask);
  }

  /// z = x y of m limbs, less than two units of the lowest one too small: of the lower half, only
  /// the upper limb is computed, for what it carries.
  template <int m>
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void multiply_high(const V* x, const V* y,
                                                                         V* z) {
    V upper[m + 1];
    for (V& limb : upper) limb = zero();
#pragma GCC unroll 8
    for (int i = 0; i < m; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < m; ++j) {
        const int k = i + j - (m - 1);
        if (k >= 0) upper[k] = low_product(upper[k], x[i], y[j]);
        if (k + 1 >= 0) upper[k + 1] = _mm512_madd52hi_epu64(upper[k + 1], x[i], y[j]);
      }
    }
    carry(upper);
    for (int i = 0; i < m; ++i) z[i] = upper[i + 1];
  }

  /// A step of Newton's method in the upper m limbs, after those that make h good enough for it.
  ///
  /// h stays below what it approaches: b h and a h^2 are less than five units too small (two for
  /// each product, less than one for the limbs below), and eight are taken from the difference. It
  /// stays positive: an error is at least 2^-49, or its square, and so on, far above these units.
  /// The new h is less than 2^3 h 8 + 2 <= 34 units too small for that, a h less than 36.
  template <Approached what, int m = n>
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void refine(const V (&a)[n], V (&h)[n]) {
    if constexpr (m > 1) {
      refine<what, (m + 1) / 2>(a, h);
      constexpr int first = n - m;
      V product[m], rest[m], step[m];
      if constexpr (what == divisors) {
        multiply_high<m>(a + first, h + first, product);
      } else {
        multiply_high<m>(h + first, h + first, step);
        multiply_high<m>(step, a + first, product);
      }
      for (int i = 0; i < m; ++i) rest[i] = zero() - product[i];
      rest[m - 1] += all(std::int64_t{1} << (what == divisors ? 50 : 48));  // 1/4, 1/16
      rest[0] -= all(8);
      for (V& limb : rest) limb = limb << (what == divisors ? 2 : 3);
      carry(rest);
      multiply_high<m>(h + first, rest, step);
      V sum[m];
      for (int i = 0; i < m; ++i) sum[i] = h[first + i] + step[i];
      carry(sum);
      for (int i = 0; i < m; ++i) h[first + i] = sum[i];
    }
  }

  /// Rounds what lies at most `error` above x, in no lane exactly in the middle between two
  /// numbers: that takes a quotient or a root of more bits than any have. Returns the lanes where
  /// it may lie on either side of the middle.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline __mmask8 round_near(const V (&x)[n],
                                                                          V exponent, Numbers& a) {
    const V up = _mm512_lzcnt_epi64(x[n - 1]) - all(12);
    const V factor = all(1) << up;
    a.limbs[0] = low_product(zero(), x[0], factor);
#pragma GCC unroll 8
    for (int i = 1; i < n; ++i) {
      a.limbs[i] = low_product(high_product(x[i - 1], factor), x[i], factor);
    }
    a.exponent = exponent - up;
    const V to_middle = all(Base::unit / 2) - (a.limbs[0] & all(Base::unit - 1));
    const __mmask8 doubt = _mm512_cmple_epu64_mask(to_middle, all(error));
    Base::round(a.limbs[0], all(Base::unit), 0);
    Base::carry_out(a);
    return doubt;
  }
};

}  // namespace ulpscope::kernel

#endif
