// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

#include "ulpscope/kernel/binary32_matrix.hpp"
#include "ulpscope/kernel/ifma_sum.hpp"
#include "ulpscope/kernel/multiply_add.hpp"

/// Weighted sums of the rows of a matrix of binary32 values in wide arithmetic, with the bits of
/// the plain loop:
///
///   out[k] = sum over r of weights[r] * matrix[r][k], r ascending from 0 on
///
/// each product and each sum rounded once. Both directions of a dense layer are such sums: outputs
/// are samples in the forward pass and features in the gradient.
namespace ulpscope::kernel {

/// The kernels know no overflow or underflow. Whether there can be any in a weighted sum: binary32
/// values are multiples of 2^-149 below 2^128; a sum of less than 2^63 products is below 2^64 times
/// the largest, and, if it is not zero, at least as large as the last bit of the smallest.
template <class T>
bool in_range(std::span<const T> weights) {
  using Backend = typename T::backend_type;
  constexpr std::int64_t least = std::int64_t{Backend::min_exponent} + 149 + significand_bits<T>;
  constexpr std::int64_t greatest = std::int64_t{Backend::max_exponent} - 128 - 64;
  return std::all_of(weights.begin(), weights.end(), [](const T& w) {
    const std::int64_t e = w.backend().exponent();
    return e == Backend::exponent_zero || (least <= e && e <= greatest);
  });
}

namespace detail {

/// The loop that the others are measured by; `out` may end within the last block.
template <class T>
void row_sum_plain(const Binary32Matrix& matrix, std::span<const T> weights, std::span<T> out) {
  constexpr std::size_t lanes = Binary32Matrix::lanes;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const float* values = matrix.block(k / lanes) + k % lanes;
    T sum(0);
    for (const T& w : weights) {
      sum = sum + w * T(*values);
      values += lanes;
    }
    out[k] = sum;
  }
}

/// One output at a time, by 64-bit limbs. Terms that are zero change no sum: none is -0.
template <class T>
void row_sum_limbs(const Binary32Matrix& matrix, std::span<const T> weights, std::span<T> out) {
  constexpr int n = limb_count<T>, p = significand_bits<T>;
  constexpr std::size_t lanes = Binary32Matrix::lanes;
  std::vector<Number<n>> numbers;
  numbers.reserve(weights.size());
  for (const T& w : weights) numbers.push_back(taken_apart(w));
  for (std::size_t k = 0; k < out.size(); ++k) {
    const float* values = matrix.block(k / lanes) + k % lanes;
    Number<n> sum;
    for (const Number<n>& w : numbers) {
      const float x = *values;
      values += lanes;
      if (x == 0 || w.is_zero()) continue;
      sum = add<p, n>(sum, multiply<p, n>(w, Short(x)));
    }
    put_together(sum, out[k]);
  }
}

#if ULPSCOPE_X86
/// Eight outputs at a time, by the limbs of AVX-512 IFMA.
template <class T>
void row_sum_ifma(const Binary32Matrix& matrix, std::span<const T> weights, std::span<T> out) {
  using Sum = IfmaSum<significand_bits<T>>;
  constexpr std::size_t lanes = Sum::lanes;
  static_assert(lanes == Binary32Matrix::lanes);
  std::vector<typename Sum::Weight> packed;
  packed.reserve(weights.size());
  for (const T& w : weights) packed.push_back(Sum::weight(taken_apart(w)));
  for (std::size_t block = 0; block < matrix.blocks(); ++block) {
    Sum sum;
    sum.add_rows(matrix.block(block), packed.data(), packed.size());
    const std::size_t first = block * lanes, last = std::min(first + lanes, out.size());
    for (std::size_t k = first; k < last; ++k) {
      put_together(sum.template lane<limb_count<T>>(static_cast<int>(k - first)), out[k]);
    }
  }
}
#endif

}  // namespace detail

/// How a sum is computed; the bits are the same.
enum class Kernel { plain, limbs, ifma };

/// The fastest that this processor has.
inline Kernel best_kernel() {
#if ULPSCOPE_X86
  if (has_ifma()) return Kernel::ifma;
#endif
  return Kernel::limbs;
}

/// The sums, by the plain loop where a weight is infinite, NaN, or so near to the ends of T's range
/// that a result might leave it. As many weights as rows, as many results as columns.
template <class T>
requires has_kernel<T>
void row_sum(const Binary32Matrix& matrix, std::span<const T> weights, std::span<T> out,
             Kernel kernel = best_kernel()) {
  if (kernel == Kernel::plain || !in_range<T>(weights)) {
    return detail::row_sum_plain<T>(matrix, weights, out);
  }
#if ULPSCOPE_X86
  if constexpr (has_lanes<significand_bits<T>>) {
    if (kernel == Kernel::ifma) return detail::row_sum_ifma<T>(matrix, weights, out);
  }
#endif
  detail::row_sum_limbs<T>(matrix, weights, out);
}

}  // namespace ulpscope::kernel
