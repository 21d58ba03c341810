// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <type_traits>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

/// What probes compute in: binary64 for values that it has exactly, else the arithmetic itself.
template <class T>
using ProbeArithmetic = std::conditional_t<holds(own_format<double>(), own_format<T>()), double, T>;

/// The median: of an even count, half the sum of the two middle values. `values` is not empty.
template <class T>
T median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const T below = *std::max_element(values.begin(), middle);
  if constexpr (is_soft<T>) {  // half a value need not be one of T; in double all is rounded once
    return T((static_cast<double>(below) + static_cast<double>(*middle)) / 2);
  } else {
    return below / T(2) + *middle / T(2);  // the sum could overflow
  }
}

/// The smallest value, the median and the largest; all three NaN where one of the values is.
template <class T>
std::array<T, 3> quantiles(const std::vector<T>& values) {
  const auto nan = std::find_if(values.begin(), values.end(), [](const T& x) { return x != x; });
  if (nan != values.end()) return {*nan, *nan, *nan};
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  return {*least, median(values), *largest};
}

/// The Euclidean norm, scaled by the largest magnitude so that no square over- or underflows; the
/// sum runs in the order of the values.
template <class W>
W norm(const std::vector<W>& values) {
  using std::sqrt;
  W largest(0);
  for (const W& x : values) {
    const W magnitude = x < W(0) ? W(-x) : x;
    if (!(magnitude <= largest)) largest = magnitude;  // a NaN stays
  }
  if (largest == W(0) || !(largest == largest)) return largest;
  W sum(0);
  for (const W& x : values) {
    const W scaled = x / largest;
    sum = sum + scaled * scaled;
  }
  return largest * sqrt(sum);
}

template <class T>
std::vector<ProbeArithmetic<T>> widened(std::span<const T> values) {
  std::vector<ProbeArithmetic<T>> all;
  all.reserve(values.size());
  for (const T& x : values) all.push_back(convert<ProbeArithmetic<T>>(x));
  return all;
}

}  // namespace ulpscope
