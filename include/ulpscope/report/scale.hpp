// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ulpscope/report/drawing.hpp"

namespace ulpscope {

/// How values stand on an axis: numbers as they are, or by their logarithms; words side by side.
class Scale {
 public:
  /// `wanted` is "log", "linear", "words", or empty for what the values ask for: words if one is
  /// no number, logarithms if all are positive, but for zeros, and span two decades or more or
  /// go beyond the range of double.
  Scale(std::vector<std::string> values, const std::string& wanted);

  bool is_log() const { return kind_ == Kind::log; }
  /// Nothing for a value that has no place: not finite, on a linear scale beyond a quarter of the
  /// largest double, or not positive among logarithms.
  std::optional<double> place(const std::string& value) const;
  /// Of a value without a place: beyond the upper end, not the lower one.
  bool above(const std::string& value) const;
  /// From the lowest to the highest value, with some room beside them unless they are logarithms
  /// that go `to_decades`.
  PlotAxis axis(const std::string& title, bool to_decades) const;
  /// The words side by side; numbers among them stand in order of size.
  const std::vector<std::string>& words() const { return words_; }

 private:
  enum class Kind { linear, log, words };
  Kind kind_ = Kind::linear;
  std::vector<std::string> words_;
  double low_ = 0, high_ = 0;
};

}  // namespace ulpscope
