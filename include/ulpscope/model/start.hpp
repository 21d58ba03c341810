// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "ulpscope/format/random.hpp"

namespace ulpscope {

/// A layer's start, as PyTorch's layers have it: u*2*s - s with s = 1/sqrt(inputs),
/// u = next()/2^32, in binary64, rounded to binary32.
inline std::vector<float> uniform_values(std::size_t count, std::size_t inputs,
                                         std::mt19937& generator) {
  std::vector<float> values(count);
  const double s = 1 / std::sqrt(static_cast<double>(inputs));
  for (float& value : values) {
    const double u = uniform(generator);
    value = static_cast<float>(u * 2 * s - s);
  }
  return values;
}

}  // namespace ulpscope
