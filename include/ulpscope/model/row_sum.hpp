// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "ulpscope/format/roles.hpp"
#include "ulpscope/kernel/rounded_sum.hpp"

namespace ulpscope {

namespace detail {

/// What outputs are computed in: sixteen bytes of float or double side by side, a register of
/// every x86-64 and 64-bit Arm processor; single values of other types.
template <class T>
struct Lanes {
  static constexpr std::size_t count = 1;
  using type = T;
  using unaligned = T;
};

template <class T>
requires(std::is_same_v<T, float> || std::is_same_v<T, double>) struct Lanes<T> {
  static constexpr std::size_t count = 16 / sizeof(T);
  typedef T type __attribute__((vector_size(16)));
  typedef T unaligned __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
};

/// The first `registers` * Lanes<T>::count outputs of weighted_row_sum, side by side over all rows.
template <std::size_t registers, class T>
inline void row_sum_block(const T* matrix, std::size_t columns, std::span<const T> weights,
                          T* out) {
  using L = Lanes<T>;
  typename L::type sum[registers] = {};
  for (const T& weight : weights) {
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

/// Outputs from k on, as long as a block fits; returns the first that is left.
template <std::size_t registers, class T>
std::size_t row_sum_blocks(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                           std::size_t k) {
  constexpr std::size_t width = registers * Lanes<T>::count;
  for (; k + width <= out.size(); k += width) {
    row_sum_block<registers>(matrix.data() + k, out.size(), weights, out.data() + k);
  }
  return k;
}

}  // namespace detail

/// out[k] = sum over r of weights[r] * matrix[r * out.size() + k], summed in the order of r from
/// 0, each product and each sum rounded in T.
///
/// The sums run side by side, never split: vectors go across k, so that the bits are the same
/// for every vector width.
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out) {
  // Eight vector registers hide the latency of an addition; four long doubles share a cache line.
  constexpr std::size_t many = detail::Lanes<T>::count > 1   ? 8
                               : std::is_floating_point_v<T> ? 4
                                                             : 1;
  if (weights.empty()) return std::fill(out.begin(), out.end(), T(0));  // no row to point into
  std::size_t k = detail::row_sum_blocks<many>(matrix, weights, out, 0);
  k = detail::row_sum_blocks<1>(matrix, weights, out, k);
  for (; k < out.size(); ++k) {
    T sum(0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      sum = sum + weights[r] * matrix[r * out.size() + k];
    }
    out[k] = sum;
  }
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
  std::array<T, Kernel::most> one, two;
  for (std::size_t begin = 0; begin < out.size(); begin += Kernel::most) {
    const std::size_t count = std::min(Kernel::most, out.size() - begin);
    T *sums = one.data(), *next = two.data();
    std::fill_n(sums, count, T(0));
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

/// The same sums as a role's operations: where it rounds every one, each product and each sum is
/// rounded once into its format. Term r has the operations `operation` + 2 r and the next; the
/// sites' index is `first` + k.
template <class T>
void weighted_row_sum(std::span<const T> matrix, std::span<const T> weights, std::span<T> out,
                      const KeptRole<T>& role, std::uint64_t step, std::uint64_t operation,
                      std::uint64_t first = 0) {
  if (!role.format.every) return weighted_row_sum<T>(matrix, weights, out);
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (kernel::RoundedSum<T>::fits(role.format.rounding)) {
      return detail::rounded_row_sum(matrix, weights, out, role, step, operation, first);
    }
  }
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
