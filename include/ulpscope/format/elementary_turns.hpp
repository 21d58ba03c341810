// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <limits>

namespace ulpscope::elementary {

namespace detail {

/// atan(1/n) = 1/n - 1/(3 n^3) + 1/(5 n^5) - ..., n >= 5.
template <class W>
W inverse_arctangent(int n) {
  const W z = W(1) / (W(n) * W(n));
  constexpr int terms = std::numeric_limits<W>::digits / 4 + 2;  // 1/25 a term: over 4 bits
  W series(0);
  for (int k = terms; k >= 0; --k) series = W(1) / W(2 * k + 1) - z * series;
  return series / W(n);
}

/// Terms of the series of cos and sin on [-pi/4, pi/4] that leave a remainder below a quarter of an
/// ulp: n! > (n/e)^n.
template <class W>
inline constexpr int circular_terms = 8 + std::numeric_limits<W>::digits / 4;

/// 1 - x^2/2 + x^4/24 - ..., from z = x^2.
template <class W>
W cos_series(const W& z) {
  W series(1);
  for (int n = circular_terms<W> / 2 * 2; n >= 2; n -= 2) {
    series = W(1) - z * series / (W(n - 1) * W(n));
  }
  return series;
}

/// x - x^3/6 + x^5/120 - ...
template <class W>
W sin_series(const W& x) {
  const W z = x * x;
  W series(1);
  for (int n = circular_terms<W> / 2 * 2; n >= 2; n -= 2) {
    series = W(1) - z * series / (W(n) * W(n + 1));
  }
  return x * series;
}

}  // namespace detail

/// pi = 16 atan(1/5) - 4 atan(1/239) (J. Machin, 1706), in any number type W.
template <class W>
const W& pi() {
  static const W value = W(16) * detail::inverse_arctangent<W>(5) -  //
                         W(4) * detail::inverse_arctangent<W>(239);
  return value;
}

/// cos(pi x), x in half turns, |x| <= 2^20, of any number type W that knows numeric_limits and
/// floor: within eight ulps of 1/2, from + - * / of W alone, so that all processors give the same
/// bits. x is first reduced to within a quarter of a multiple of 1/2, which is exact; whole numbers
/// and halves give -1, 0 and 1 exactly.
template <class W>
W cos_half_turns(const W& x) {
  using std::floor;
  const W nearest = floor(W(W(2) * x + W(1) / W(2)));
  const W angle = pi<W>() * (x - nearest / W(2));
  switch (static_cast<int>(nearest - W(4) * floor(W(nearest / W(4))))) {
    case 0: return detail::cos_series(W(angle * angle));
    case 1: return W(-detail::sin_series(angle));
    case 2: return W(-detail::cos_series(W(angle * angle)));
    default: return detail::sin_series(angle);
  }
}

}  // namespace ulpscope::elementary
