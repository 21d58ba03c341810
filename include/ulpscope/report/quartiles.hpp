// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ulpscope {

/// Median and quartiles that occur among the values: the smallest value with at least a quarter,
/// half, three quarters of them at or below it. So none is computed, and none leaves the range of
/// its arithmetic.
struct Quartiles {
  std::string low, middle, high;
  std::size_t count;
};

/// Of the values that are numbers, infinite or "> 6000", which is larger than any number; nothing
/// if there is none.
std::optional<Quartiles> quartiles(std::vector<std::string> values);

/// Those values, the smallest first.
std::vector<std::string> in_order_of_size(std::vector<std::string> values);

/// "3 relapsed, 2 stable": how often each text occurs, the most frequent first; no empty ones.
std::string counts(const std::vector<std::string>& texts);

}  // namespace ulpscope
