// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <vector>

namespace ulpscope {

/// A tensor of parameters, row by row; a vector has one row.
struct Shape {
  std::size_t rows, columns;

  std::size_t size() const { return rows * columns; }
  bool operator==(const Shape&) const = default;
};

/// What the flat vector of a model's parameters consists of: tensors one after the other. A bare
/// count is one vector.
class Layout {
 public:
  Layout(std::size_t count) : tensors_{{1, count}} {}
  explicit Layout(std::vector<Shape> tensors) : tensors_(std::move(tensors)) {}

  const std::vector<Shape>& tensors() const { return tensors_; }
  std::size_t size() const {
    std::size_t count = 0;
    for (const Shape& tensor : tensors_) count += tensor.size();
    return count;
  }

 private:
  std::vector<Shape> tensors_;
};

}  // namespace ulpscope
