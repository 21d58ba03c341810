// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/kernel/ifma_functions.hpp"

#if ULPSCOPE_X86

namespace ulpscope::kernel {

/// Eight numbers of T that are added, multiplied and so on at once, each result rounded once to
/// nearest even as T's own operations do. Only where has_ifma().
///
/// What the lanes do not know (infinities, NaN, exponents near the ends of T's range or beyond, and
/// quotients and roots too close to the middle between two numbers to decide) leaves a doubt, which
/// goes on to all that is computed from it: then T's own operations are to be used instead.
template <class T>
requires has_kernel<T>
class Eight {
  static constexpr int p = significand_bits<T>, n = IfmaLanes<p>::n;
  using Functions = IfmaFunctions<p>;

 public:
  static constexpr std::size_t lanes = IfmaLanes<p>::lanes;

  Eight() = default;

  /// From the first `count` values; the other lanes are zero.
  explicit Eight(const T* values, std::size_t count = lanes) {
    for (std::size_t k = 0; k < lanes; ++k) {
      Number<limb_count<T>> x;
      if (k < count) {
        if (!known(values[k]))
          store_.doubt = true;
        else
          x = taken_apart(values[k]);
      }
      for (int i = 0; i < n; ++i) {
        store_.limbs[i][k] = bits_from<limb_count<T>>(x.significand, 52 * (n - 1 - i));
      }
      store_.exponent[k] = x.exponent + (x.is_zero() ? 0 : 1);
      store_.negative = static_cast<std::uint8_t>(store_.negative | (x.negative ? 1U << k : 0));
    }
  }

  /// Writes the first `count` numbers, unless there is a doubt: then nothing, and the answer is no.
  [[nodiscard]] bool store(T* values, std::size_t count = lanes) const {
    if (store_.doubt) return false;
    for (std::size_t k = 0; k < count; ++k) {
      Number<limb_count<T>> x;
      for (int i = 0; i < n; ++i) {
        set_bits<limb_count<T>>(x.significand, 52 * (n - 1 - i),
                                static_cast<std::uint64_t>(store_.limbs[i][k]));
      }
      x.exponent = store_.exponent[k] - 1;
      x.negative = ((store_.negative >> k) & 1U) != 0;
      put_together(x, values[k]);
    }
    return true;
  }

  friend Eight operator+(const Eight& a, const Eight& b) { return operation<Functions::add>(a, b); }
  friend Eight operator-(const Eight& a, const Eight& b) {
    return operation<Functions::subtract>(a, b);
  }
  friend Eight operator*(const Eight& a, const Eight& b) {
    return operation<Functions::multiply>(a, b);
  }
  friend Eight operator/(const Eight& a, const Eight& b) {
    return operation<Functions::divide>(a, b);
  }
  friend Eight sqrt(const Eight& a) { return operation<Functions::square_root>(a, a); }

 private:
  /// Within T's range by so much that no sum of a few results leaves int64_t; a result that leaves
  /// T's range is found where it is computed.
  static bool known(const T& x) {
    const auto e = x.backend().exponent();
    return e <= T::backend_type::max_exponent || e == T::backend_type::exponent_zero;
  }

  template <auto function>
  static Eight operation(const Eight& a, const Eight& b) {
    Eight result;
    function(a.store_, b.store_, result.store_);
    result.store_.doubt |= !in_range(result.store_);
    return result;
  }

  static bool in_range(const IfmaStore<p>& x) {
    return Functions::within(x, T::backend_type::min_exponent, T::backend_type::max_exponent);
  }

  IfmaStore<p> store_;
};

}  // namespace ulpscope::kernel

#endif
