// SPDX-License-Identifier: BSL-1.0
#pragma once

// Operands at which sums and products of wide numbers go wrong first.
#include <array>
#include <cmath>
#include <random>

#include "ulpscope/kernel/limbs.hpp"

namespace ulpscope::test {

/// The same number in the same representation, the sign of zero included.
template <class T>
bool same_bits(const T& a, const T& b) {
  return a.backend().sign() == b.backend().sign() &&
         a.backend().exponent() == b.backend().exponent() &&
         (!isfinite(a) || a.backend().bits().compare(b.backend().bits()) == 0);
}

template <class T>
class WideOperands {
 public:
  static constexpr int p = significand_bits<T>;
  static constexpr int n = kernel::limb_count<T>;

  explicit WideOperands(std::uint64_t seed) : generator_(seed) {}

  std::uint64_t word() { return generator_(); }
  int below(int bound) { return static_cast<int>(word() % static_cast<std::uint64_t>(bound)); }

  /// A significand: anything, few bits, long runs of ones or zeros, the ends of a binade.
  T significand() {
    kernel::Number<n> x;
    x.exponent = 0;
    for (auto& limb : x.significand) limb = word();
    switch (below(10)) {
      case 0: x.significand = {}; break;                         // a power of two
      case 1: x.significand = {}; [[fallthrough]];               // and one bit more
      case 2: flip(x, below(4) == 0 ? p - 1 : below(p)); break;  //
      case 3:
        for (auto& limb : x.significand) limb = ~std::uint64_t{0};
        break;  // just below one
      case 4:
        for (auto& limb : x.significand) limb = ~std::uint64_t{0};
        flip(x, 1 + below(p - 1));
        break;
      case 5: cut(x, 1 + below(p)); break;  // few bits
      case 6:                               // a run of ones
        for (int i = below(p), end = i + below(p); i < end; ++i) set(x, i % p);
        break;
      case 7:  // a run of zeros
        for (int i = below(p), end = i + below(p); i < end; ++i) {
          set(x, i % p);
          flip(x, i % p);
        }
        break;
      default: break;
    }
    set(x, 0);
    cut(x, p);
    x.negative = below(2) == 0;
    T result(0);
    kernel::put_together(x, result);
    return result;
  }

  /// At most so many bits, the last of them set.
  T odd(int bits) {
    kernel::Number<n> x;
    x.exponent = 0;
    for (auto& limb : x.significand) limb = word();
    set(x, 0);
    cut(x, bits);
    set(x, bits - 1);
    x.negative = below(2) == 0;
    T result(0);
    kernel::put_together(x, result);
    return result;
  }

  /// So many units in the last place away from x.
  static T ulps(const T& x, int count) { return x + ldexp(T(count), ilogb(x) + 1 - p); }

  /// How far apart exponents are: near, around the borders of limbs and of the significand, far.
  int distance() {
    static constexpr std::array places{52, 64, 104, 128, 156, 192, 208, 256, 320, 364, p, p, p};
    switch (below(4)) {
      case 0: return below(4);
      case 1: return places[static_cast<std::size_t>(below(std::size(places)))] + below(7) - 3;
      case 2: return below(2 * p);
      default: return below(30);
    }
  }

  /// A binary32: one, powers of two, anything, the ends of its range, zeros.
  float short_value() {
    const auto bits = static_cast<std::uint32_t>(word());
    const float sign = (bits >> 31U) != 0 ? -1.0F : 1.0F;
    const float fraction = std::ldexp(static_cast<float>(bits | 0x80000000U), -31);
    switch (below(12)) {
      case 0:
      case 1: return sign;
      case 2: return std::ldexp(sign, below(60) - 30);
      case 3: return std::ldexp(sign, -149 + below(30));
      case 4: return sign * 0x1.FFFFFEp127F;
      case 5: return sign * 0.0F;
      case 6: return sign * 0x1.FFFFFEp0F;
      case 7: return sign * (1 + 0x1p-23F);
      case 8: return std::ldexp(sign * fraction, below(250) - 126);
      default: return sign * fraction;
    }
  }

  /// So many bits, the last of them set.
  float short_odd(int bits) {
    const std::uint32_t whole =
        (static_cast<std::uint32_t>(word()) >> (32 - bits)) | 1U | (1U << (bits - 1));
    return std::ldexp(static_cast<float>(below(2) == 0 ? whole : -static_cast<double>(whole)),
                      -bits);
  }

 private:
  /// Bits are counted from the leading one.
  static std::uint64_t mask(int bit) { return std::uint64_t{1} << (63 - bit % 64); }
  static void set(kernel::Number<n>& x, int bit) {
    x.significand[static_cast<std::size_t>(n - 1 - bit / 64)] |= mask(bit);
  }
  static void flip(kernel::Number<n>& x, int bit) {
    x.significand[static_cast<std::size_t>(n - 1 - bit / 64)] ^= mask(bit);
  }
  /// Keeps the upper bits.
  static void cut(kernel::Number<n>& x, int bits) {
    for (int i = 0; i < n; ++i) {
      const int kept = bits - 64 * (n - 1 - i);
      auto& limb = x.significand[static_cast<std::size_t>(i)];
      if (kept <= 0) limb = 0;
      if (kept > 0 && kept < 64) limb &= ~std::uint64_t{0} << (64 - kept);
    }
  }

  std::mt19937_64 generator_;
};

}  // namespace ulpscope::test
