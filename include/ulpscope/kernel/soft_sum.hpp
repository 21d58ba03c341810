// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>

#include "ulpscope/format/simd.hpp"
#include "ulpscope/format/soft.hpp"

/// Weighted sums of the rows of a matrix in low precision:
///
///   out[k] = sum over r of weights[r] * matrix[r][k], r ascending from 0 on
///
/// each product and each sum rounded as Soft's own operations are: in double, then into the format.
/// Sums of many outputs run side by side, never split.
namespace ulpscope::kernel {

namespace detail {

/// Rounds doubles to nearest even into a format that has its subnormal numbers, by double's own
/// rounding: the sum of |x|, in the binade of 2^e, and 2^(e + d) has the spacing of 2^e in the
/// format, where d is how many bits double has more, and is even where the format's number is.
/// Below the normal numbers the spacing stays that of emin; anywhere beyond `high` all is beyond
/// the largest number. Without branches, so that a loop over it becomes vector code.
template <Format own>
struct SoftRounding {
  using G = Grid<double>;
  static_assert(own.subnormals == Subnormals::kept && own.p < G::digits);
  static_assert(own.emin >= G::carrier.emin && own.emax < G::carrier.emax / 2);

  [[gnu::always_inline]] static double rounded(double x) {
    constexpr G grid(own);
    constexpr double low = std::bit_cast<double>(G::power(own.emin));
    constexpr double high = std::bit_cast<double>(G::power(own.emax + 1));
    constexpr double up = std::bit_cast<double>(G::power(G::digits - own.p));
    constexpr double largest = std::bit_cast<double>(grid.largest);
    constexpr double beyond = std::bit_cast<double>(grid.beyond);
    const auto bits = std::bit_cast<G::Bits>(x);
    const auto a = std::bit_cast<double>(bits & ~G::sign);
    const auto binade = std::bit_cast<double>(bits & G::infinity);
    const double least = binade > low ? binade : low;
    const double spacing = (least < high ? least : high) * up;
    const double nearest = (a + spacing) - spacing;
    const double result = nearest > largest ? beyond : nearest;  // a NaN stays
    return std::bit_cast<double>(std::bit_cast<G::Bits>(result) | (bits & G::sign));
  }
};

/// A loop for run(): adds to some outputs all rows, which are `stride` values apart.
template <Format own>
struct SoftSums {
  static constexpr std::size_t most = 128;  ///< outputs at once: their sums fit the first cache

  const Soft<own>* matrix;
  std::size_t stride;
  std::span<const Soft<own>> weights;
  std::span<Soft<own>> out;

  [[gnu::always_inline]] void operator()() const {
    using R = SoftRounding<own>;
    const std::size_t n = out.size();
    double sum[most];
    for (std::size_t k = 0; k < n; ++k) sum[k] = static_cast<double>(out[k]);
    const Soft<own>* x = matrix;
    for (const Soft<own> weight : weights) {
      const auto w = static_cast<double>(weight);
      for (std::size_t k = 0; k < n; ++k) {
        sum[k] = R::rounded(sum[k] + R::rounded(w * static_cast<double>(x[k])));
      }
      x += stride;
    }
    for (std::size_t k = 0; k < n; ++k) out[k] = Soft<own>(sum[k]);
  }
};

}  // namespace detail

/// Adds to `out` the sums over the first out.size() columns of a matrix of low precision, whose
/// rows are `stride` values apart.
template <class T>
requires is_soft<T>
void add_row_sum(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
                 std::span<T> out, Simd simd = best_simd()) {
  using Sums = detail::SoftSums<T::format>;
  if (weights.empty()) return;  // then there may be no matrix, either
  for (std::size_t first = 0; first < out.size(); first += Sums::most) {
    const auto part = out.subspan(first, std::min(Sums::most, out.size() - first));
    run(simd, Sums{matrix.data() + first, stride, weights, part});
  }
}

}  // namespace ulpscope::kernel
