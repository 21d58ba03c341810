// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/format/normals.hpp"
#include "ulpscope/format/option.hpp"

namespace ulpscope {

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

  Extent extent() const { return {samples, features}; }
  Dataset draw() const {
    Dataset data{samples, features, 0, {}, {}, std::mt19937(static_cast<std::uint32_t>(seed))};
    data.inputs = normal_values(samples * features, data.generator);
    data.targets = normal_values(samples, data.generator);
    return data;
  }
};

}  // namespace ulpscope
