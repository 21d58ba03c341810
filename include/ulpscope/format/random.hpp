// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <random>

namespace ulpscope {

/// next()/2^32: a multiple of 2^-32 in [0, 1), exact in binary64.
inline double uniform(std::mt19937& generator) {
  return static_cast<double>(static_cast<std::uint32_t>(generator())) * 0x1p-32;
}

}  // namespace ulpscope
