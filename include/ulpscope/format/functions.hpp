// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/double_double.hpp"
#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/elementary_turns.hpp"

/// The functions of which activations and losses are made, in every arithmetic T: computed in a
/// wider type and rounded once into T, from + - * / and sqrt, so that all processors give the same
/// bits. Values are the nearest to the true ones but where those are within 2^-16 ulp of a middle
/// between two; binary64's subnormal values are within an ulp of those.
namespace ulpscope::elementary {

/// Where a function of T is computed: 29 bits more than binary32, 47 more than binary64, at
/// least 55 more than other types.
template <class T>
using Inner = std::conditional_t<
    std::is_same_v<T, float> || is_soft<T>, double,
    std::conditional_t<std::is_same_v<T, double>, DoubleDouble, HyperArithmetic<T>>>;

namespace detail {

template <class T>
Inner<T> inner(const T& x) {
  if constexpr (std::is_same_v<T, double>)
    return x;
  else
    return convert<Inner<T>>(x);
}

template <class T>
T rounded(const Inner<T>& x) {
  if constexpr (std::is_same_v<T, double>)
    return static_cast<double>(x);
  else
    return convert<T>(x);
}

/// 1/1!, 1/2!, ...: as many as leave a remainder below a quarter of an ulp of (e^r - 1)/r for
/// |r| <= log(2)/2, as n! > (n/e)^n.
template <class W>
const std::vector<W>& inverse_factorials() {
  static const std::vector<W> values = [] {
    std::vector<W> all{W(1)};
    for (int n = 2; n <= 8 + std::numeric_limits<W>::digits / 4; ++n) {
      all.push_back(all.back() / W(n));
    }
    return all;
  }();
  return values;
}

/// e^r - 1 for |r| <= log(2)/2.
template <class W>
W exp_series(const W& r) {
  const std::vector<W>& terms = inverse_factorials<W>();
  W series = terms.back();
  for (std::size_t n = terms.size() - 1; n-- > 0;) series = terms[n] + r * series;
  return r * series;
}

/// factor 2^k
template <class W>
struct Scaled {
  W factor;
  int k;
};

/// e^x: x = k log 2 + r. The power of two is left for the end, as a DoubleDouble loses bits below
/// double's normal range.
template <class W>
Scaled<W> exp_scaled(const W& x) {
  using std::floor;
  const W beyond(1'000'000'000);  // |k| log 2 of every type's exponents
  if (x > beyond) return {std::numeric_limits<W>::infinity(), 0};
  if (x < -beyond) return {W(0), 0};
  const W k = floor(W(x / log_of_2<W>() + W(1) / W(2)));
  const W r = x - k * log_of_2<W>();
  return {W(1) + exp_series(r), static_cast<int>(static_cast<double>(k))};
}

template <class W>
W exp_inner(const W& x) {
  using std::ldexp;
  const auto [factor, k] = exp_scaled(x);
  return ldexp(factor, k);
}

/// log(1 + y) for y >= 0, finite.
template <class W>
W log1p_inner(const W& y) {
  using std::frexp;
  if (y <= W(1)) {
    const W s = y / (W(2) + y);
    return y * (atanh_series(W(s * s)) / (W(2) + y));  // s may be below the normal range
  }
  int k = 0;
  const W m = frexp(W(W(1) + y), &k);  // 1/2 <= m < 1
  const W s = (m - W(1)) / (W(1) + m);
  return W(k) * log_of_2<W>() + s * atanh_series(W(s * s));
}

/// tanh(x) = (e^2x - 1) / ((e^2x - 1) + 2); from e^-2x where that does not cancel.
template <class W>
W tanh_inner(const W& x) {
  const W twice = x < W(0) ? W(W(-2) * x) : W(W(2) * x);
  W value;
  if (W(3) * twice <= W(1)) {
    const W e = exp_series(twice);
    value = e / (e + W(2));
  } else {
    const W e = exp_inner(W(-twice));
    value = (W(1) - e) / (W(1) + e);
  }
  return x < W(0) ? W(-value) : value;
}

/// e^(-z^2/2) / sqrt(2 pi)
template <class W>
W density_inner(const W& z) {
  using std::ldexp;
  using std::sqrt;
  static const W scale = W(1) / sqrt(W(W(2) * pi<W>()));
  const auto [factor, k] = exp_scaled(W(W(-1) / W(2) * z * z));
  return ldexp(W(scale * factor), k);
}

/// Nodes t and weights e^(-t^2) of the midpoint rule of step h for the integral of
/// e^(-t^2) / (t^2 + x^2) over t > 0; its error beside the pole's share is about e^(-pi^2/h^2).
template <class W>
struct Midpoints {
  W pi_by_step;          ///< pi / h
  std::vector<W> nodes;  ///< t^2
  std::vector<W> weights;

  Midpoints() {
    using std::sqrt;
    const W bits(std::numeric_limits<W>::digits + 8);
    pi_by_step = sqrt(W(bits * log_of_2<W>()));
    const W h = pi<W>() / pi_by_step;
    for (int k = 0;; ++k) {
      const W t = (W(k) + W(1) / W(2)) * h;
      if (t > pi_by_step) break;
      nodes.push_back(t * t);
      weights.push_back(exp_inner(W(-(t * t))));
    }
  }
};

/// erfc(x) / 2, x > 0: erfc(x) is x/pi e^(-x^2) times the integral of e^(-t^2) / (t^2 + x^2) over
/// all t, by the midpoint rule and, below pi/h, its pole's share (C. Chiarella and A. Reichel, doi
/// 10.1090/S0025-5718-1968-0223070-2).
template <class W>
W half_erfc_inner(const W& x) {
  using std::ldexp;
  static const Midpoints<W> rule;
  const W square = x * x;
  W sum(0);
  for (std::size_t n = rule.nodes.size(); n-- > 0;) {
    sum = sum + rule.weights[n] / (rule.nodes[n] + square);
  }
  const auto [factor, k] = exp_scaled(W(-square));
  W value = ldexp(W(x * factor * sum / rule.pi_by_step), k);
  if (rule.pi_by_step < x) return value;
  return value + W(1) / (W(1) + exp_inner(W(W(2) * x * rule.pi_by_step)));
}

/// The share of a standard normal variable's values that are below z. Within 1 of zero from
/// 1/2 + density(z) (z + z^3/3 + z^5/(3 5) + ...), beyond by erfc(|z|/sqrt(2)) / 2.
template <class W>
W distribution_inner(const W& z) {
  using std::sqrt;
  const W half = W(1) / W(2);
  const W square = z * z;
  if (square <= W(1)) {
    // A term is at most 1/(2n+1) of the one before: n! > (n/e)^n.
    W series(1);
    for (int n = 16 + std::numeric_limits<W>::digits / 4; n >= 1; --n) {
      series = W(1) + square * series / W(2 * n + 1);
    }
    return half + density_inner(z) * (z * series);
  }
  static const W root = sqrt(half);
  const W size = z < W(0) ? W(-z) : z;
  const W tail = half_erfc_inner(W(size * root));
  return z < W(0) ? tail : W(W(1) - tail);
}

/// f computed inside; a NaN stays. Beyond 1e5 in magnitude, where all these functions are flat or
/// below every type's range, x counts as +-1e5.
template <class T, class F>
T computed(const T& x, F&& f) {
  if (x != x) return x;
  const Inner<T> limit(1e5), z = inner(x);
  return rounded<T>(f(z > limit ? limit : z < -limit ? Inner<T>(-limit) : z));
}

}  // namespace detail

/// e^x
template <class T>
T exp(const T& x) {
  return x != x ? x : detail::rounded<T>(detail::exp_inner(detail::inner(x)));
}

/// log(1 + y), y >= 0
template <class T>
T log1p(const T& y) {
  using std::isfinite;
  return isfinite(y) ? detail::rounded<T>(detail::log1p_inner(detail::inner(y))) : y;
}

template <class T>
T tanh(const T& x) {
  return detail::computed(x, [](const Inner<T>& z) { return detail::tanh_inner(z); });
}

/// The standard normal density, and its integral up to z.
template <class T>
T normal_density(const T& z) {
  return detail::computed(z, [](const Inner<T>& x) { return detail::density_inner(x); });
}
template <class T>
T normal_distribution(const T& z) {
  return detail::computed(z, [](const Inner<T>& x) { return detail::distribution_inner(x); });
}

}  // namespace ulpscope::elementary
