// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>

namespace ulpscope {

/// A model with its loss over a fixed set of samples, in the arithmetic T.
template <class T>
class Model {
 public:
  virtual ~Model() = default;

  virtual std::size_t parameters() const = 0;

  /// The loss at these parameters; fills the gradient. Both spans have parameters() values.
  virtual T loss_and_gradient(std::span<const T> parameters, std::span<T> gradient) = 0;
};

}  // namespace ulpscope
