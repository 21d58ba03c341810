// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope::kernel {

/// The values as finite binary32, none if one of them is no such number.
template <class T>
std::vector<float> binary32_values(std::span<const T> values) {
  std::vector<float> all;
  all.reserve(values.size());
  for (const T& x : values) {
    const float narrow = convert<float>(x);
    if (!std::isfinite(narrow) || convert<T>(narrow) != x) return {};
    all.push_back(narrow);
  }
  return all;
}

/// A matrix whose values are all finite numbers of binary32, whatever arithmetic they are used in:
/// row by row, in blocks of eight columns, so that a block's values are read one after the other.
/// The last block is filled up with zeros.
class Binary32Matrix {
 public:
  static constexpr std::size_t lanes = 8;

  Binary32Matrix() = default;

  /// Finite values, row by row.
  Binary32Matrix(std::span<const float> values, std::size_t columns)
      : rows_(columns == 0 ? 0 : values.size() / columns), columns_(columns) {
    values_.assign(blocks() * rows_ * lanes, 0.0F);
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t k = 0; k < columns; ++k) {
        values_[((k / lanes) * rows_ + r) * lanes + k % lanes] = values[r * columns + k];
      }
    }
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
