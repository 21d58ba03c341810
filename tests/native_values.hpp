// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace ulpscope::test {

/// Any numbers of T: normal ones near 1, of all exponents, subnormals, both zeros, and, where asked
/// for, infinities and NaN.
template <class T>
class Values {
 public:
  explicit Values(std::uint64_t seed, bool finite) : generator_(seed), finite_(finite) {}

  T operator()() {
    using Limits = std::numeric_limits<T>;
    const std::uint64_t choice = generator_();
    const T sign = choice & 1U ? T(-1) : T(1);
    const T fraction = sign * (1 + static_cast<T>(generator_()) * static_cast<T>(0x1p-64));
    switch (choice / 2 % 16) {
      case 0: return sign * 0;
      case 1: return std::ldexp(fraction, Limits::min_exponent - 2 - exponent(Limits::digits));
      case 2: return std::ldexp(fraction, Limits::min_exponent + exponent(Limits::digits));
      case 3: return std::ldexp(fraction, Limits::max_exponent - 2 - exponent(Limits::digits));
      case 4:
        if (!finite_ && generator_() % 256 == 0) return sign * Limits::infinity();
        if (!finite_ && generator_() % 256 == 0) return Limits::quiet_NaN();
        return sign;
      case 5: return std::ldexp(fraction, Limits::min_exponent / 2 - exponent(2 * Limits::digits));
      case 6: return std::ldexp(fraction, Limits::max_exponent / 2 - exponent(2 * Limits::digits));
      default: return std::ldexp(fraction, 8 - exponent(16));
    }
  }
  std::vector<T> operator()(std::size_t count) {
    std::vector<T> all(count);
    for (T& x : all) x = (*this)();
    return all;
  }

 private:
  int exponent(int below) { return static_cast<int>(generator_() % static_cast<unsigned>(below)); }

  std::mt19937_64 generator_;
  bool finite_;
};

/// Equal bits, whatever a NaN carries.
template <class T>
bool same(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

}  // namespace ulpscope::test
