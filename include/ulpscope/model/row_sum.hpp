// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace ulpscope {

namespace detail {

/// Sixteen bytes of T side by side: a register of every x86-64 and 64-bit Arm processor.
template <class T>
struct Lanes {
  static constexpr std::size_t count = 16 / sizeof(T);
  typedef T type __attribute__((vector_size(16)));
  typedef T unaligned __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
};

/// Outputs 0 .. registers * Lanes<T>::count - 1 of weighted_row_sum, in registers over all rows.
template <std::size_t registers, class T>
inline void row_sum_block(const T* matrix, std::size_t columns, std::span<const T> weights,
                          T* out) {
  using L = Lanes<T>;
  typename L::type sum[registers] = {};
  for (const T weight : weights) {
    for (std::size_t k = 0; k < registers; ++k) {
      const auto* values = reinterpret_cast<const typename L::unaligned*>(matrix + k * L::count);
      sum[k] = sum[k] + weight * *values;
    }
    matrix += columns;
  }
  for (std::size_t k = 0; k < registers; ++k) {
    *reinterpret_cast<typename L::unaligned*>(out + k * L::count) = sum[k];
  }
}

}  // namespace detail

/// out[k] = sum over r of weights[r] * matrix[r * out.size() + k], summed in the order of r from
/// 0, each product and each sum rounded in T.
///
/// The sums run side by side, never split: vectors go across k, so that the bits are the same
/// for every vector width.
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out) {
  const std::size_t columns = out.size();
  std::size_t k = 0;
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    constexpr std::size_t lanes = detail::Lanes<T>::count;
    for (; k + 8 * lanes <= columns; k += 8 * lanes) {
      detail::row_sum_block<8>(matrix.data() + k, columns, weights, out.data() + k);
    }
    for (; k + lanes <= columns; k += lanes) {
      detail::row_sum_block<1>(matrix.data() + k, columns, weights, out.data() + k);
    }
  }
  for (; k < columns; ++k) {
    T sum(0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      sum = sum + weights[r] * matrix[r * columns + k];
    }
    out[k] = sum;
  }
}

}  // namespace ulpscope
