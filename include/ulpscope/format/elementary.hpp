// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>

/// Elementary functions that give the same bits on every processor: libm picks its code by the
/// instruction set it finds, and the results differ in the last place. These use + - * / alone
/// and stay within one ulp of the true value.
namespace ulpscope::elementary {

/// log(x) for a normal x > 0.
///
/// x = 2^k m with sqrt(1/2) <= m < sqrt(2); log m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.1716,
/// from the Taylor series of atanh, whose first omitted term is below 2^-60 of the sum. With
/// f = m - 1 and h = f^2/2 the identity 2 s = f - s f = f - h + s h keeps the leading terms
/// exact where the sum cancels (the arrangement of W. J. Cody and W. Waite, "Software Manual
/// for the Elementary Functions", 1980). log 2 is split so that k times its head is exact.
inline double log(double x) {
  constexpr double ln2_head = 0x1.62e42fefap-1;       // 33 bits
  constexpr double ln2_tail = 0x1.cf79abc9e3b39p-40;  // log 2 - ln2_head
  constexpr double root_half = 0x1.6a09e667f3bcdp-1;
  int k = 0;
  double m = std::frexp(x, &k);
  if (m < root_half) {
    m *= 2;
    --k;
  }
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  double series = 0;  // sum over n >= 1 of 2 z^n / (2n+1), smallest terms first
  for (int n = 11; n >= 1; --n) series = z * (series + 2.0 / (2 * n + 1));
  const double h = 0.5 * f * f;
  // log m = 2s + s*series = f - h + s*(h + series), as 2s = f - h + s*h.
  const double correction = s * (h + series) + k * ln2_tail;
  return k * ln2_head - ((h - correction) - f);
}

namespace detail {

/// 2 pi r in two parts, for |r| <= 1/8, a multiple of 2^-32: head is the nearest double, tail
/// what it lacks.
struct Angle {
  double head, tail;
};

inline Angle angle(double r) {
  constexpr double two_pi_head = 0x1.921fb4p+2;          // 23 bits: its product with r is exact
  constexpr double two_pi_tail = 0x1.4442d18469899p-22;  // 2 pi - two_pi_head
  const double exact = two_pi_head * r;
  const double small = two_pi_tail * r;
  const double head = exact + small;
  return {head, (exact - head) + small};
}

/// Taylor series on |x| <= pi/4; the first omitted terms are below 2^-57. The tail of the angle
/// enters by its first-order term.
inline double cos_small(Angle x) {
  const double z = x.head * x.head;
  double series = 0;  // cos x = 1 - z/2 + z^2 * series / 2
  for (int n = 16; n >= 4; n -= 2) series = 1.0 / ((n - 1) * n) * (1 - z * series);
  const double half = 0.5 * z;
  const double head = 1 - half;
  return head + (((1 - head) - half) + (half * z * series - x.head * x.tail));
}

inline double sin_small(Angle x) {
  const double z = x.head * x.head;
  double series = 0;  // sin x = x - x z * series
  for (int n = 17; n >= 3; n -= 2) series = 1.0 / ((n - 1) * n) * (1 - z * series);
  return x.head - (x.head * (z * series) - x.tail * (1 - 0.5 * z));
}

/// The function's value at u + shift/4 turns is one of +-cos, +-sin of the reduced angle.
inline double turns(double u, int shift) {
  const int quarter = (static_cast<int>(8 * u) + 1) / 2;  // 4u to the nearest whole number
  const Angle x = angle(u - 0.25 * quarter);
  switch ((quarter + shift) % 4) {
    case 0: return cos_small(x);
    case 1: return -sin_small(x);
    case 2: return -cos_small(x);
    default: return sin_small(x);
  }
}

}  // namespace detail

/// cos(2 pi u) and sin(2 pi u) for 0 <= u < 1, a multiple of 2^-32, so that the reduction to an
/// eighth of a turn is exact.
inline double cos_turns(double u) { return detail::turns(u, 0); }
inline double sin_turns(double u) { return detail::turns(u, 3); }

}  // namespace ulpscope::elementary
