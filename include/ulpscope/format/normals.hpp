// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/random.hpp"

namespace ulpscope {

/// `count` standard normal values from pairs of uniform ones (G. E. P. Box and M. E. Muller,
/// doi 10.1214/aoms/1177706645), rounded to binary32: u1, u2 = next()/2^32, the radius
/// rho = sqrt(-2 log(1-u2)), then rho cos(2 pi u1) and rho sin(2 pi u1). With an odd count the
/// last pair's second value is dropped.
inline std::vector<float> normal_values(std::size_t count, std::mt19937& generator) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; i += 2) {
    const double u1 = uniform(generator);
    const double u2 = uniform(generator);
    const double rho = std::sqrt(-2 * elementary::log(1 - u2));
    values[i] = static_cast<float>(rho * elementary::cos_turns(u1));
    if (i + 1 < count) values[i + 1] = static_cast<float>(rho * elementary::sin_turns(u1));
  }
  return values;
}

/// Four standard normal values, a function of counter and seed: Philox's words w as u = w / 2^32,
/// two pairs of them as in normal_values, in double, the same bits everywhere.
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
