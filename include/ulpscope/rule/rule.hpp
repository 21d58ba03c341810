// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

/// A quantity that a rule keeps from step to step, one value a parameter.
template <class T>
struct State {
  std::string_view name;  ///< as in final.csv: first_moment, second_moment, ...
  std::span<T> values;
};

/// An optimizer's update rule in the arithmetic T.
///
/// The rule's struct of hyper-parameters, Rules below its own header, says equation, source and
/// order of evaluation; every operation is T's and rounds once.
template <class T>
class Rule {
 public:
  virtual ~Rule() = default;

  /// Update number t = 1, 2, ... of the parameters, in place; both spans have one value a
  /// parameter. Hyper-parameters of step t are functions of t alone, never of the calls before.
  virtual void step(std::uint64_t t, std::span<T> parameters, std::span<const T> gradient) = 0;

  /// Everything that the next step depends on besides t, in a fixed order.
  virtual std::vector<State<T>> states() = 0;
};

/// base^t in wide arithmetic, one multiplication for the next t, by t - 1 multiplications from
/// scratch for any other: the bits are those of ((base * base) * base) ... either way.
template <class W>
class Power {
 public:
  explicit Power(W base) : base_(std::move(base)) {}

  const W& at(std::uint64_t t) {
    if (t < t_) {
      t_ = 0;
      value_ = 1;
    }
    for (; t_ < t; ++t_) value_ *= base_;
    return value_;
  }

 private:
  W base_;
  W value_ = 1;
  std::uint64_t t_ = 0;
};

}  // namespace ulpscope
