// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cfenv>
#include <limits>
#include <optional>
#include <string>

namespace ulpscope {

namespace detail {

/// Whether halving T's smallest normal value gives a value and doubling that gives it back;
/// volatile keeps the compiler from answering for the machine.
template <class T>
bool keeps_subnormals() {
  volatile T smallest = std::numeric_limits<T>::min();
  volatile T half = smallest / 2;
  volatile T back = half * 2;
  return half != 0 && back == smallest;
}

/// Whether 1 + epsilon is kept in T: false where the x87 unit is set to a shorter significand.
template <class T>
bool keeps_significand() {
  volatile T one = 1;
  volatile T last = std::numeric_limits<T>::epsilon();
  volatile T sum = one + last;
  return sum != one;
}

}  // namespace detail

/// What is wrong with the floating-point environment of this thread, if anything: results are
/// defined for rounding to nearest even, subnormals kept, and long double at full precision.
/// Libraries built with -ffast-math and some hosts change these for a whole process.
inline std::optional<std::string> environment_fault() {
  if (std::fegetround() != FE_TONEAREST) return "the rounding mode is not round to nearest even";
  // The vector unit has a rounding mode of its own, which fegetround need not show.
  volatile double one = 1;
  volatile double quarter_ulp = std::numeric_limits<double>::epsilon() / 4;
  volatile double above = one + quarter_ulp;
  volatile double below = one - quarter_ulp;
  if (above != one || below != one) return "the rounding mode is not round to nearest even";
  if (!detail::keeps_subnormals<float>() || !detail::keeps_subnormals<double>()) {
    return "subnormal numbers are flushed to zero";
  }
  if (!detail::keeps_significand<long double>())
    return "long double has less than its full precision";
  return std::nullopt;
}

}  // namespace ulpscope
