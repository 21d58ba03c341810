// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ulpscope/format/decimal.hpp"
#include "ulpscope/format/layout.hpp"

namespace ulpscope {

class SharedRows;

/// What a model asks of its data.
enum class Targets : std::uint8_t {
  none,   ///< it has no samples at all
  real,   ///< a number a sample; labels count as numbers
  labels  ///< a class 0, 1, ... a sample
};

/// Sizes of a run as real numbers, so that nothing overflows before it is refused.
struct Sizes {
  double samples = 0, features = 0, classes = 0;
};

/// Samples in the arithmetic T, in the format of data. Labels are whole numbers, never rounded.
template <class T>
struct Samples {
  std::size_t count = 0, features = 0;
  std::size_t classes = 0;            ///< 0 where targets are real numbers
  std::vector<T> inputs;              ///< count x features, row by row; or in `narrow`
  std::vector<T> targets;             ///< one a sample; the label where there are classes
  std::vector<std::uint32_t> labels;  ///< one a sample, where there are classes
  std::vector<float> narrow{};        ///< what T rounds to them, all finite
  SharedRows* shared = nullptr;       ///< where other runs may have the same inputs
};

/// Where training starts: values of binary32, or decimal numbers that each arithmetic rounds once.
using Start = std::variant<std::vector<float>, std::vector<Decimal>>;

/// The samples of a mini-batch, in the order in which sums run over them; empty: all, from 0 on.
using Batch = std::span<const std::uint32_t>;

/// A model with its loss over a fixed set of samples, in the arithmetic T.
template <class T>
class Model {
 public:
  virtual ~Model() = default;

  virtual Layout layout() const = 0;
  std::size_t parameters() const { return layout().size(); }

  /// The loss of the batch at these parameters, after `step` updates; fills the gradient. Both
  /// spans have parameters() values. What is rounded where, each model says.
  virtual T loss_and_gradient(std::uint64_t step, std::span<const T> parameters,
                              std::span<T> gradient, Batch batch = {}) = 0;

  /// product = H direction, H the Hessian of the loss over all samples at these parameters: exact
  /// derivatives evaluated in T, whatever the roles' formats.
  virtual void hessian_vector(std::span<const T> parameters, std::span<const T> direction,
                              std::span<T> product) = 0;
};

}  // namespace ulpscope
