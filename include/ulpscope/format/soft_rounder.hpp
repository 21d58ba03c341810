// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/operation.hpp"
#include "ulpscope/format/soft.hpp"

namespace ulpscope {

/// Rounder of a soft type: double's, which has all its numbers.
template <Format row>
class Rounder<Soft<row>> {
  using T = Soft<row>;

 public:
  explicit Rounder(const Rounding& rounding) : wide_(rounding) {
    if (!holds(row, rounding.format)) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
  }

  bool exact() const { return rounding().format == row && rounding().mode == Mode::nearest_even; }
  const Rounding& rounding() const { return wide_.rounding(); }
  const Rounder<double>& wide() const { return wide_; }

  T operator()(const T& x, const Site& site) const {
    return T(wide_(static_cast<double>(x), site));
  }
  void operator()(std::span<T> values, const Site& first) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = (*this)(values[i], {first.index + i, first.step, first.stream});
    }
  }

 private:
  Rounder<double> wide_;
};

// A result that is rounded once in double is a number of the format, and so of the soft type.
template <Format row>
Soft<row> add(const Soft<row>& a, const Soft<row>& b, const Rounder<Soft<row>>& rounder,
              const Site& site) {
  return Soft<row>(add(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}
template <Format row>
Soft<row> subtract(const Soft<row>& a, const Soft<row>& b, const Rounder<Soft<row>>& rounder,
                   const Site& site) {
  return Soft<row>(subtract(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}
template <Format row>
Soft<row> multiply(const Soft<row>& a, const Soft<row>& b, const Rounder<Soft<row>>& rounder,
                   const Site& site) {
  return Soft<row>(multiply(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}
template <Format row>
Soft<row> divide(const Soft<row>& a, const Soft<row>& b, const Rounder<Soft<row>>& rounder,
                 const Site& site) {
  return Soft<row>(divide(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}
template <Format row>
Soft<row> square_root(const Soft<row>& a, const Rounder<Soft<row>>& rounder, const Site& site) {
  return Soft<row>(square_root(static_cast<double>(a), rounder.wide(), site));
}

}  // namespace ulpscope
