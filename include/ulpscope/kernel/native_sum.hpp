// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include "ulpscope/format/simd.hpp"
#include "ulpscope/kernel/binary32_blocks.hpp"

/// Weighted sums of the rows of a matrix in the machine's own arithmetics:
///
///   out[k] = sum over r of weights[r] * matrix[r][k], r ascending from 0 on
///
/// each product and each sum rounded in T. The sums run side by side, never split: vectors go
/// across k, so that the bits are the same for every instruction set. Both directions of a dense
/// layer are such sums: outputs are samples in the forward pass and features in the gradient.
/// add_row_sum goes on from the sums that are in `out`, so that a matrix may come in parts.
namespace ulpscope::kernel {

namespace detail {

/// What outputs are computed in: `bytes` bytes of float or double side by side, single values of
/// other types.
template <class T, std::size_t bytes>
struct Lanes {
  static constexpr std::size_t count = 1;
  using type = T;
  using unaligned = T;
};

template <class T, std::size_t bytes>
inline constexpr bool in_vectors = (std::is_same_v<T, float> ||
                                    std::is_same_v<T, double>)&&(bytes > sizeof(T));

template <class T, std::size_t bytes>
requires in_vectors<T, bytes>
struct Lanes<T, bytes> {
  static constexpr std::size_t count = bytes / sizeof(T);
  using type __attribute__((vector_size(bytes))) = T;
  using unaligned __attribute__((vector_size(bytes), aligned(alignof(T)), may_alias)) = T;
};

/// Values of X, as those of T: exact.
template <class T, std::size_t bytes, class X>
[[gnu::always_inline]] inline typename Lanes<T, bytes>::type loaded(const X* values) {
  using L = Lanes<T, bytes>;
  if constexpr (std::is_same_v<T, X>) {
    return *reinterpret_cast<const typename L::unaligned*>(values);
  } else if constexpr (L::count == 1) {
    return T(*values);
  } else {
    using Narrow = typename Lanes<X, L::count * sizeof(X)>::unaligned;
    const Narrow& narrow = *reinterpret_cast<const Narrow*>(values);
#if ULPSCOPE_X86 && !defined(__clang__)
    // GCC 12 has four instructions for this one, and more without AVX.
    typename L::type wide;
    if constexpr (bytes > 16) {
      asm("vcvtps2pd %1, %0" : "=v"(wide) : "m"(narrow));
    } else {
      asm("cvtps2pd %1, %0" : "=x"(wide) : "m"(narrow));
    }
    return wide;
#else
    return __builtin_convertvector(narrow, typename L::type);
#endif
  }
}

/// Adds to registers * Lanes::count outputs side by side all rows, which are `stride` values apart.
template <std::size_t registers, std::size_t bytes, class T, class X>
[[gnu::always_inline]] inline void row_sum_block(const X* matrix, std::size_t stride,
                                                 std::span<const T> weights, T* out) {
  using L = Lanes<T, bytes>;
  typename L::type sum[registers];
#pragma GCC unroll 8
  for (std::size_t k = 0; k < registers; ++k) sum[k] = loaded<T, bytes>(out + k * L::count);
  for (const T& weight : weights) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < registers; ++k) {
      sum[k] = sum[k] + weight * loaded<T, bytes>(matrix + k * L::count);
    }
    matrix += stride;
  }
#pragma GCC unroll 8
  for (std::size_t k = 0; k < registers; ++k) {
    *reinterpret_cast<typename L::unaligned*>(out + k * L::count) = sum[k];
  }
}

/// A loop for run_by_width(): all outputs of a matrix in blocks of `width` columns, one block after
/// the other, each row by row; the last one may be narrower than `width` outputs.
template <class T, class X>
struct RowSums {
  const X* matrix;
  std::size_t width;
  std::span<const T> weights;
  std::span<T> out;

  template <std::size_t bytes>
  [[gnu::always_inline]] void operator()() const {
    const X* block = matrix;
    for (std::size_t first = 0; first < out.size(); first += width) {
      // Eight vector registers hide the latency of an addition; four long doubles and as many
      // temporaries fill the x87 stack.
      constexpr bool vectors = Lanes<T, bytes>::count > 1;
      const auto part = out.subspan(first, std::min(width, out.size() - first));
      std::size_t k = 0;
      if constexpr (vectors) k = blocks<8, bytes>(block, part, k);
      if constexpr (std::is_floating_point_v<T>) k = blocks<4, bytes>(block, part, k);
      k = blocks<1, bytes>(block, part, k);
      if constexpr (vectors && bytes > 32) k = blocks<1, 32>(block, part, k);
      if constexpr (vectors && bytes > 16) k = blocks<1, 16>(block, part, k);
      if constexpr (vectors) k = blocks<1, sizeof(T)>(block, part, k);
      block += width * weights.size();
    }
  }

 private:
  /// Outputs from k on, as long as a block of registers fits; returns the first that is left.
  template <std::size_t registers, std::size_t bytes>
  [[gnu::always_inline]] std::size_t blocks(const X* block, std::span<T> part,
                                            std::size_t k) const {
    constexpr std::size_t count = registers * Lanes<T, bytes>::count;
    for (; k + count <= part.size(); k += count) {
      row_sum_block<registers, bytes>(block + k, width, weights, part.data() + k);
    }
    return k;
  }
};

}  // namespace detail

/// Adds to `out` the sums over the first out.size() columns of a matrix of T or of binary32. It has
/// blocks of `stride` columns, one after the other, each row by row: one block is enough for a
/// matrix whose rows are that far apart.
template <class T, class X>
void add_row_sum(std::span<const X> matrix, std::size_t stride, std::span<const T> weights,
                 std::span<T> out, [[maybe_unused]] Simd simd = best_simd()) {
  if (weights.empty()) return;  // there is no row to point into
  const detail::RowSums<T, X> sums{matrix.data(), stride, weights, out};
  if constexpr (detail::Lanes<T, 16>::count > 1) {
    run_by_width(simd, sums);
  } else {
    sums.template operator()<16>();
  }
}

/// The sums alone.
template <class T>
void row_sum(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
             std::span<T> out, Simd simd = best_simd()) {
  std::fill(out.begin(), out.end(), T(0));
  add_row_sum<T, T>(matrix, stride, weights, out, simd);
}

/// Inputs as the kernels of the machine's own arithmetics read them: as binary32 in all of them,
/// which is half as much to read for binary64.
using NativeMatrix = Binary32Blocks<64>;

/// The sums over a matrix of binary32: as many weights as rows, as many results as columns.
template <class T>
requires std::is_floating_point_v<T>
void row_sum(const NativeMatrix& matrix, std::span<const T> weights, std::span<T> out,
             Simd simd = best_simd()) {
  std::fill(out.begin(), out.end(), T(0));
  add_row_sum<T, float>(matrix.values(), NativeMatrix::lanes, weights, out, simd);
}

}  // namespace ulpscope::kernel
