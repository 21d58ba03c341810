// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/philox.hpp"

namespace ulpscope {

/// Four standard normal values, a function of counter and seed: Philox's words w as u = w / 2^32,
/// two pairs of them as in normal_values (data/gaussian.hpp), in double, the same bits everywhere.
inline std::array<double, 4> normal_block(const std::array<std::uint32_t, 4>& counter,
                                          std::uint64_t seed) {
  const auto words =
      philox(counter, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
  std::array<double, 4> values{};
  for (std::size_t i = 0; i < 4; i += 2) {
    const double u1 = words[i] * 0x1p-32;
    const double u2 = words[i + 1] * 0x1p-32;
    const double rho = std::sqrt(-2 * elementary::log(1 - u2));
    values[i] = rho * elementary::cos_turns(u1);
    values[i + 1] = rho * elementary::sin_turns(u1);
  }
  return values;
}

}  // namespace ulpscope
