// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope::kernel {

/// A matrix whose values are all finite numbers of binary32, whatever arithmetic they are used in:
/// row by row, in blocks of eight columns, so that a block's values are read one after the other.
/// The last block is filled up with zeros.
class Binary32Matrix {
 public:
  static constexpr std::size_t lanes = 8;

  Binary32Matrix() = default;

  /// Nothing if a value is not a finite binary32.
  template <class T>
  static std::optional<Binary32Matrix> pack(std::span<const T> matrix, std::size_t columns) {
    Binary32Matrix packed;
    packed.columns_ = columns;
    packed.rows_ = columns == 0 ? 0 : matrix.size() / columns;
    packed.values_.assign(packed.blocks() * packed.rows_ * lanes, 0.0F);
    for (std::size_t r = 0; r < packed.rows_; ++r) {
      for (std::size_t k = 0; k < columns; ++k) {
        const T& x = matrix[r * columns + k];
        const float narrow = convert<float>(x);
        if (!std::isfinite(narrow) || convert<T>(narrow) != x) return std::nullopt;
        packed.values_[((k / lanes) * packed.rows_ + r) * lanes + k % lanes] = narrow;
      }
    }
    return packed;
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t blocks() const { return (columns_ + lanes - 1) / lanes; }
  /// rows() x lanes values of the columns from `lanes` times `index` on.
  const float* block(std::size_t index) const { return values_.data() + index * rows_ * lanes; }

 private:
  std::size_t rows_ = 0, columns_ = 0;
  std::vector<float> values_;
};

}  // namespace ulpscope::kernel
