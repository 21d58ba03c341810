// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// A recorded value of a trace as it stands there.
struct TracePoint {
  double step;
  std::optional<double> log;  ///< log10; nothing for one that is 0, below or not finite
  std::string text;
};

/// Some of a column's recorded values: the first and the last, and of each of about `stretches`
/// stretches of rows the smallest, the largest, and the first of those that have no logarithm. Half
/// of the stretches are equally long, half by the logarithm of the row, so that neither axis is
/// left with few. Throws std::runtime_error that names the file without such a column, and on a
/// field that is no number.
std::vector<TracePoint> thinned(const Csv& trace, const std::string& column, std::size_t stretches,
                                const std::string& file);

}  // namespace ulpscope
