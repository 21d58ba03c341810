// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

namespace ulpscope {

/// Which steps a trace has a row for, besides the first and the last.
class Recording {
 public:
  explicit Recording(const std::string& every) : every_(every == "log" ? 0 : std::stoull(every)) {}

  /// "log": steps of at most two significant digits, 90 in each decade from 10 on.
  bool operator()(std::uint64_t step) const {
    if (every_ > 0) return step % every_ == 0;
    while (step >= 100 && step % 10 == 0) step /= 10;
    return step < 100;
  }

  /// About how many rows a trace of so many steps has.
  double rows(double steps) const {
    if (every_ > 0) return steps / static_cast<double>(every_) + 2;
    return steps < 100 ? steps : 90 * std::log10(steps);
  }

 private:
  std::uint64_t every_;
};

}  // namespace ulpscope
