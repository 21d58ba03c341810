// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace ulpscope::kernel {

/// Turns a matrix round: out[k * rows + r] = in[r * stride + k], k < columns. By fours, as vectors
/// of four are what every instruction set has.
inline void turn(const float* in, std::size_t stride, std::size_t rows, std::size_t columns,
                 float* out) {
  using Four __attribute__((vector_size(16))) = float;
  using Unaligned __attribute__((vector_size(16), aligned(alignof(float)), may_alias)) = float;
  const std::size_t by_fours = rows - rows % 4, columns_by_fours = columns - columns % 4;
  for (std::size_t r = 0; r < by_fours; r += 4) {
    for (std::size_t k = 0; k < columns_by_fours; k += 4) {
      Four x[4];
      for (std::size_t i = 0; i < 4; ++i) {
        x[i] = *reinterpret_cast<const Unaligned*>(in + (r + i) * stride + k);
      }
      const Four low01 = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
      const Four low23 = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
      const Four high01 = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
      const Four high23 = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
      const Four turned[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                              __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                              __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                              __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
      for (std::size_t i = 0; i < 4; ++i) {
        *reinterpret_cast<Unaligned*>(out + (k + i) * rows + r) = turned[i];
      }
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = r < by_fours ? columns_by_fours : 0; k < columns; ++k) {
      out[k * rows + r] = in[r * stride + k];
    }
  }
}

}  // namespace ulpscope::kernel
