// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace ulpscope::kernel {

/// A matrix whose values are all finite numbers of binary32, whatever arithmetic they are used in:
/// row by row, in blocks of `width` columns, so that a block's values are read one after the other,
/// from the start of a cache line on. The last block is filled up with zeros.
template <std::size_t width>
class Binary32Blocks {
 public:
  static constexpr std::size_t lanes = width;

  Binary32Blocks() = default;

  /// Finite values, row by row.
  Binary32Blocks(std::span<const float> values, std::size_t columns) {
    if (columns > 0) fill(values.data(), values.size() / columns, columns, columns, 1);
  }

  /// The value in row r, column k is values[r * row_step + k * column_step].
  void fill(const float* values, std::size_t rows, std::size_t columns, std::size_t row_step,
            std::size_t column_step) {
    rows_ = rows;
    columns_ = columns;
    lines_.assign(1 + blocks() * rows * lanes / line, Line{});
    for (std::size_t first = 0; first < columns; first += lanes) {
      float* out = reinterpret_cast<float*>(lines_.data()) + first * rows;
      const std::size_t count = std::min(lanes, columns - first);
      for (std::size_t r = 0; r < rows; ++r, out += lanes) {
        const float* const in = values + r * row_step + first * column_step;
        for (std::size_t k = 0; k < count; ++k) out[k] = in[k * column_step];
      }
    }
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  /// All blocks.
  std::span<const float> values() const { return {block(0), blocks() * rows_ * lanes}; }
  std::size_t blocks() const { return (columns_ + lanes - 1) / lanes; }
  /// rows() x lanes values of the columns from `lanes` times `index` on; never null.
  const float* block(std::size_t index) const {
    return reinterpret_cast<const float*>(lines_.data()) + index * rows_ * lanes;
  }

 private:
  static constexpr std::size_t line = 16;
  struct alignas(line * sizeof(float)) Line {
    float values[line];
  };

  std::size_t rows_ = 0, columns_ = 0;
  std::vector<Line> lines_{1};
};

}  // namespace ulpscope::kernel
