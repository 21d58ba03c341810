// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "ulpscope/kernel/ifma_functions.hpp"

namespace ulpscope::kernel {

/// Whether numbers of T are computed with by eights, where the processor can.
template <class T>
inline constexpr bool has_eight = has_kernel<T>&& has_lanes<significand_bits<T>>;

template <class T>
class Eight;

#if ULPSCOPE_X86

/// Eight numbers of T that are added, multiplied and so on at once, each result rounded once to
/// nearest even as T's own operations do. Only where has_ifma().
///
/// What the lanes do not know (infinities, NaN, exponents near the ends of T's range or beyond, and
/// quotients and roots too close to the middle between two numbers to decide) leaves a doubt, which
/// goes on to all that is computed from it: then T's own operations are to be used instead.
template <class T>
class Eight {
  static_assert(has_eight<T>);
  static constexpr int p = significand_bits<T>, limbs = limb_count<T>;
  using Functions = IfmaFunctions<p>;

 public:
  static constexpr std::size_t lanes = IfmaLanes<p>::lanes;

  Eight() = default;

  /// From the first `count` values, one at least; the others are the first one again.
  explicit Eight(const T* values, std::size_t count = lanes) {
    alignas(64) std::uint64_t whole[limbs][lanes];
    for (std::size_t k = 0; k < lanes; ++k) {
      const T& x = values[k < count ? k : 0];
      const bool number = x.backend().exponent() <= T::backend_type::max_exponent;
      const auto bits = number ? significand_of(x) : Limbs<limbs>{};
      for (int i = 0; i < limbs; ++i) whole[i][k] = bits[i];
      store_.exponent[k] = number ? std::int64_t{x.backend().exponent()} + 1 : zero_exponent;
      store_.negative = static_cast<std::uint8_t>(store_.negative | (x.backend().sign() << k));
      store_.doubt |= !number && x.backend().exponent() != T::backend_type::exponent_zero;
    }
    Functions::pack(whole, store_);
  }

  /// The same number in all lanes.
  explicit Eight(const T& x) : Eight(&x, 1) {}

  /// Writes the first `count` numbers, unless there is a doubt: then nothing, and the answer is no.
  [[nodiscard]] bool store(T* values, std::size_t count = lanes) const {
    if (store_.doubt) return false;
    alignas(64) std::uint64_t whole[limbs][lanes];
    Functions::unpack(store_, whole);
    for (std::size_t k = 0; k < count; ++k) {
      Limbs<limbs> bits{};
      for (int i = 0; i < limbs; ++i) bits[i] = whole[i][k];
      const bool negative = ((store_.negative >> k) & 1U) != 0;
      if (bits[limbs - 1] != 0) {  // the leading bit's limb
        assemble(bits, store_.exponent[k] - 1, negative, values[k]);
      } else {
        values[k] = negative ? T(-T(0)) : T(0);
      }
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

#endif

}  // namespace ulpscope::kernel
