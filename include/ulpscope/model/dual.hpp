// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "ulpscope/format/functions.hpp"

namespace ulpscope {

/// A value and its derivative along a direction. A gradient evaluated in such numbers yields the
/// Hessian times that direction, exactly but for round-off (B. A. Pearlmutter, doi
/// 10.1162/neco.1994.6.1.147).
template <class T>
struct Dual {
  T value{}, slope{};

  Dual() = default;
  Dual(T x, T along = T(0)) : value(std::move(x)), slope(std::move(along)) {}
  explicit Dual(int x) : value(static_cast<T>(x)), slope(0) {}

  friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value, a.slope + b.slope};
  }
  friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.slope - b.slope};
  }
  friend Dual operator-(const Dual& a) { return {-a.value, -a.slope}; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.value * b.slope + a.slope * b.value};
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const T quotient = a.value / b.value;
    return {quotient, (a.slope - quotient * b.slope) / b.value};
  }
  friend bool operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }
  friend bool operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
};

namespace elementary {

template <class T>
Dual<T> exp(const Dual<T>& x) {
  const T e = elementary::exp(x.value);
  return {e, e * x.slope};
}
template <class T>
Dual<T> log1p(const Dual<T>& y) {
  return {elementary::log1p(y.value), y.slope / (T(1) + y.value)};
}
template <class T>
Dual<T> tanh(const Dual<T>& x) {
  const T t = elementary::tanh(x.value);
  return {t, (T(1) - t * t) * x.slope};
}
template <class T>
Dual<T> normal_density(const Dual<T>& z) {
  const T density = elementary::normal_density(z.value);
  return {density, -(z.value * density) * z.slope};
}
template <class T>
Dual<T> normal_distribution(const Dual<T>& z) {
  return {elementary::normal_distribution(z.value), elementary::normal_density(z.value) * z.slope};
}

}  // namespace elementary

/// Operations in the place of a role's (KeptRole), of any number type and never rounded beyond it.
struct PlainOperations {
  static bool plain() { return true; }
  static int site(std::uint64_t, std::uint64_t, std::uint64_t) { return 0; }
  template <class E>
  static E sum(const E& a, const E& b, int) {
    return a + b;
  }
  template <class E>
  static E difference(const E& a, const E& b, int) {
    return a - b;
  }
  template <class E>
  static E product(const E& a, const E& b, int) {
    return a * b;
  }
  template <class E>
  static E quotient(const E& a, const E& b, int) {
    return a / b;
  }
  template <class E>
  static E function(const E& value, int) {
    return value;
  }
  template <class E>
  static void store(std::span<E>, int) {}
};

/// add_row_sum (row_sum.hpp) of dual numbers.
template <class M, class T>
void add_row_sum(std::span<const M> matrix, std::span<const Dual<T>> weights,
                 std::span<Dual<T>> out, const PlainOperations&, std::uint64_t, std::uint64_t,
                 std::uint64_t) {
  for (std::size_t r = 0; r < weights.size(); ++r) {
    for (std::size_t k = 0; k < out.size(); ++k) {
      const M& value = matrix[r * out.size() + k];
      if constexpr (std::is_same_v<M, T>) {
        out[k].value = out[k].value + weights[r].value * value;
        out[k].slope = out[k].slope + weights[r].slope * value;
      } else {
        out[k] = out[k] + weights[r] * value;
      }
    }
  }
}

}  // namespace ulpscope
