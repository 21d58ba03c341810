// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <tuple>

#include "ulpscope/data/dataset.hpp"

namespace ulpscope {

/// No samples, for models that are a function of their parameters alone. What is drawn after the
/// data comes from std::mt19937 as it is by default.
struct None {
  static constexpr std::string_view name = "none";
  static constexpr std::string_view summary = "no samples: for models that need none";

  static std::tuple<> options() { return {}; }

  Extent extent() const { return {}; }
  Dataset draw() const { return {}; }
};

}  // namespace ulpscope
