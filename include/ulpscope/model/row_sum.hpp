// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>

#include "ulpscope/format/roles.hpp"
#include "ulpscope/kernel/native_sum.hpp"

namespace ulpscope {

/// out[k] = sum over r of weights[r] * matrix[r * out.size() + k], summed in the order of r from
/// 0, each product and each sum rounded in T (native_sum.hpp).
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out) {
  kernel::row_sum<T>(matrix, weights, out);
}

/// The same sums as a role's operations: where it rounds every one, each product and each sum is
/// rounded once into its format. Term r has the operations `operation` + 2 r and the next; the
/// sites' index is `first` + k.
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                      const KeptRole<T>& role, std::uint64_t step, std::uint64_t operation,
                      std::uint64_t first = 0) {
  if (!role.format.every) return weighted_row_sum<T>(matrix, weights, out);
  for (std::size_t k = 0; k < out.size(); ++k) {
    T sum(0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      const std::uint64_t at = operation + 2 * r;
      const T term =
          role.product(weights[r], matrix[r * out.size() + k], role.site(first + k, step, at));
      sum = role.sum(sum, term, role.site(first + k, step, at + 1));
    }
    out[k] = sum;
  }
}

}  // namespace ulpscope
