// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "ulpscope/format/roles.hpp"
#include "ulpscope/kernel/native_sum.hpp"
#include "ulpscope/kernel/rounded_sum.hpp"
#include "ulpscope/kernel/soft_sum.hpp"
#include "ulpscope/kernel/wide_sum.hpp"

namespace ulpscope {

/// Adds to out[k], in the order of r from 0 on, weights[r] * matrix[r * out.size() + k], each
/// product and each sum rounded in T (native_sum.hpp, soft_sum.hpp, wide_sum.hpp).
template <class T>
void add_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out) {
  kernel::add_row_sum<T>(matrix, out.size(), weights, out);
}

namespace detail {

/// The sums below by vectors, in float or double and with a rounding that has a kernel; a row of
/// terms that may need more care is added by single operations.
template <class T>
void rounded_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                     const KeptRole<T>& role, std::uint64_t step, std::uint64_t operation,
                     std::uint64_t first) {
  using Kernel = kernel::RoundedSum<T>;
  const Kernel kernel(role.format.rounding);
  T one[Kernel::most], two[Kernel::most];
  for (std::size_t begin = 0; begin < out.size(); begin += Kernel::most) {
    const std::size_t count = std::min(Kernel::most, out.size() - begin);
    T *sums = one, *next = two;
    std::copy_n(out.data() + begin, count, sums);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      const T* const x = matrix.data() + r * out.size() + begin;
      const std::uint64_t at = operation + 2 * r;
      if (!kernel.add_term(sums, weights[r], x, next, count)) {
        for (std::size_t k = 0; k < count; ++k) {
          const std::uint64_t index = first + begin + k;
          const T term = role.product(weights[r], x[k], role.site(index, step, at));
          next[k] = role.sum(sums[k], term, role.site(index, step, at + 1));
        }
      }
      std::swap(sums, next);
    }
    std::copy_n(sums, count, out.data() + begin);
  }
}

}  // namespace detail

/// The same by a role's operations: where it rounds every one, each product and each sum is rounded
/// once into its format. Term r has the operations `operation` + 2 r and the next; the sites' index
/// is `first` + k.
template <class T>
void add_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                 const KeptRole<T>& role, std::uint64_t step, std::uint64_t operation,
                 std::uint64_t first = 0) {
  if (!role.format.every) return add_row_sum<T>(matrix, weights, out);
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (kernel::RoundedSum<T>::fits(role.format.rounding)) {
      return detail::rounded_row_sum(matrix, weights, out, role, step, operation, first);
    }
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    T sum = out[k];
    for (std::size_t r = 0; r < weights.size(); ++r) {
      const std::uint64_t at = operation + 2 * r;
      const T term =
          role.product(weights[r], matrix[r * out.size() + k], role.site(first + k, step, at));
      sum = role.sum(sum, term, role.site(first + k, step, at + 1));
    }
    out[k] = sum;
  }
}

/// The sums alone.
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out) {
  std::fill(out.begin(), out.end(), T(0));
  add_row_sum<T>(matrix, weights, out);
}
template <class T, class Kept>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                      const Kept& role, std::uint64_t step, std::uint64_t operation,
                      std::uint64_t first = 0) {
  std::fill(out.begin(), out.end(), T(0));
  add_row_sum(matrix, weights, out, role, step, operation, first);
}

}  // namespace ulpscope
