// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <stdexcept>

#include "ulpscope/format/native_rounder.hpp"
#include "ulpscope/format/soft.hpp"

namespace ulpscope {

/// Rounder of the low precisions: by double's, as every number of theirs is a double. Where a
/// format's overflow gives an infinity that the low precision lacks, it is what the latter has
/// instead.
template <Format own>
class Rounder<Soft<own>> {
 public:
  using T = Soft<own>;

  explicit Rounder(const Rounding& rounding) : wide_(checked(rounding)) {}

  bool exact() const { return rounding().format == own && rounding().mode == Mode::nearest_even; }
  const Rounding& rounding() const { return wide_.rounding(); }

  T operator()(const T& x, const Site& site) const { return with_word(x, word(site)); }
  void operator()(std::span<T> values, const Site& first) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = (*this)(values[i], {first.index + i, first.step, first.stream});
    }
  }

  std::uint32_t word(const Site& site) const { return wide_.word(site); }
  T with_word(const T& x, std::uint32_t drawn) const {
    return T(wide_.with_word(static_cast<double>(x), drawn));
  }

  const Rounder<double>& wide() const { return wide_; }

 private:
  static const Rounding& checked(const Rounding& rounding) {
    if (!holds(own, rounding.format)) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
    return rounding;
  }

  Rounder<double> wide_;
};

}  // namespace ulpscope
