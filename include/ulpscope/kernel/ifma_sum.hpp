// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/kernel/ifma_lanes.hpp"

#if ULPSCOPE_X86

namespace ulpscope::kernel {

/// Eight sums of products of wide numbers with p bits and of binary32 values.
template <int p>
class IfmaSum {
  using Base = IfmaLanes<p>;
  using V = typename Base::V;
  using Numbers = typename Base::Numbers;
  static constexpr int n = Base::n, below = Base::below;

 public:
  static constexpr int lanes = Base::lanes;

  /// One factor of all lanes' products.
  struct Weight {
    std::int64_t limbs[n];
    std::int64_t exponent;  ///< of the product with a binary32, less the field in its binary64
    std::int64_t sign;      ///< all bits where it is negative
  };

  template <int m>
  static Weight weight(const Number<m>& x) {
    Weight w{};
    for (int i = 0; i < n; ++i) w.limbs[i] = bits_from<m>(x.significand, 52 * (n - 1 - i));
    w.exponent = x.exponent + 1 - 1021;
    w.sign = x.negative ? -1 : 0;
    return w;
  }

  [[ULPSCOPE_IFMA]] IfmaSum() {
    for (V& limb : sum_.limbs) limb = _mm512_setzero_si512();
    sum_.exponent = Base::all(zero_exponent);
    sum_.negative = 0;
  }

  /// Adds, row after row, a weight times eight binary32 values: each product and each sum is
  /// rounded to nearest even.
  [[ULPSCOPE_IFMA, gnu::noinline]] void add_rows(const float* values, const Weight* weights,
                                                 std::size_t rows) {
    Numbers sum = sum_;
    for (std::size_t r = 0; r < rows; ++r, values += lanes, ++weights) {
      Numbers product;
      multiply(*weights, values, product);
      Base::add(sum, product);
    }
    sum_ = sum;
  }

  /// A lane's sum; a zero is positive.
  template <int m>
  [[ULPSCOPE_IFMA]] Number<m> lane(int k) const {
    alignas(64) std::int64_t limb[lanes], exponent[lanes];
    Number<m> x;
    _mm512_store_si512(exponent, sum_.exponent);
    for (int i = 0; i < n; ++i) {
      _mm512_store_si512(limb, sum_.limbs[i]);
      set_bits<m>(x.significand, 52 * (n - 1 - i), static_cast<std::uint64_t>(limb[k]));
    }
    if (x.is_zero()) return x;
    x.exponent = exponent[k] - 1;
    x.negative = ((sum_.negative >> k) & 1) != 0;
    return x;
  }

 private:
  /// weight * values, rounded. The product is exact in n limbs: the values' significands are
  /// multiples of 2^27 in [2^50, 2^51), the weight's lowest limb one of 2^below. So the product is
  /// a fraction in [1/8, 1/2), and 1/2 at most when it is rounded: two places for the leading bit,
  /// hence for the unit, and no need to normalise.
  [[ULPSCOPE_IFMA, gnu::always_inline]] static inline void multiply(const Weight& w,
                                                                    const float* values,
                                                                    Numbers& q) {
    // As binary64 even the subnormals have a leading bit; zero stays zero.
    const V x = _mm512_castpd_si512(_mm512_maskz_cvtps_pd(0xFF, _mm256_loadu_ps(values)));
    const __mmask8 not_zero = _mm512_test_epi64_mask(x, Base::all(0x7FFFFFFFFFFFFFFF));
    const V significand = _mm512_ternarylogic_epi64(
        x, Base::all(0x000FFFFFFFFFFFFF), Base::all(0x0010000000000000), 0xEA);  // x & b | c
    const V y = _mm512_maskz_srli_epi64(not_zero, significand, 2);
    const V field = (x >> 52) & Base::all(0x7FF);
    q.exponent =
        _mm512_mask_add_epi64(Base::all(zero_exponent), not_zero, Base::all(w.exponent), field);
    q.negative = static_cast<__mmask8>(_mm512_movepi64_mask(x) ^ static_cast<__mmask8>(w.sign));
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      q.limbs[i] = Base::high_product(Base::all(w.limbs[i]), y);
      if (i + 1 < n) q.limbs[i] = Base::low_product(q.limbs[i], Base::all(w.limbs[i + 1]), y);
    }
    Base::carry(q.limbs);
    const __mmask8 upper =
        _mm512_cmpge_epu64_mask(q.limbs[n - 1], Base::all(std::int64_t{1} << 50));
    const V to = _mm512_mask_blend_epi64(upper, Base::all(std::int64_t{1} << (below - 2)),
                                         Base::all(std::int64_t{1} << (below - 1)));
    Base::round(q.limbs[0], to, 0xFF);
    if (_mm512_cmpgt_epu64_mask(q.limbs[0], Base::all(Base::limb_mask)) != 0) [[unlikely]]
      Base::carry(q.limbs);
  }

  Numbers sum_;
};

}  // namespace ulpscope::kernel

#endif
