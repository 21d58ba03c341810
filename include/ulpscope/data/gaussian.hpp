// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/option.hpp"
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

/// Independent standard normal inputs and targets: nothing to learn, all to fit.
struct Gaussian {
  static constexpr std::string_view name = "gaussian";
  static constexpr std::string_view summary = "independent standard normal inputs and targets";

  std::uint64_t samples = 64;
  std::uint64_t features = 1000;
  std::uint64_t seed = 545345;

  static auto options() {
    return std::tuple{Option{"samples", &Gaussian::samples, "rows", positive_count},
                      Option{"features", &Gaussian::features, "inputs a sample", positive_count},
                      Option{"seed", &Gaussian::seed, "of std::mt19937", seed32}};
  }

  Extent extent() const { return {samples, features, 0, ""}; }
  Dataset draw() const {
    Dataset data{samples, features, 0, {}, {}, std::mt19937(static_cast<std::uint32_t>(seed))};
    data.inputs = normal_values(samples * features, data.generator);
    data.targets = normal_values(samples, data.generator);
    return data;
  }
};

}  // namespace ulpscope
