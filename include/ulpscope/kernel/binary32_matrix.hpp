// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/kernel/binary32_blocks.hpp"

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

/// As the kernels of wide numbers read it.
using Binary32Matrix = Binary32Blocks<8>;

}  // namespace ulpscope::kernel
