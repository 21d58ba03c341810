// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// A set of representable numbers: m * 2^(e - p + 1) with |m| < 2^p and emin <= e <= emax.
/// Values of at least 2^(emin) have all p significand bits. Overflow gives infinity.
struct Format {
  std::string name;
  int p;                    ///< significand bits, the hidden bit included
  std::int64_t emin, emax;  ///< of the leading bit, as IEEE 754 counts
  bool subnormals;          ///< false: what rounds below 2^emin is zero
};

/// The one table of formats: those of the arithmetics.
const std::vector<Format>& formats();

enum class Mode { nearest_even, nearest_away, toward_zero, up, down, odd };

struct ModeName {
  std::string_view name;
  Mode mode;
};
/// The one list of modes.
inline constexpr std::array modes{ModeName{"nearest-even", Mode::nearest_even},
                                  ModeName{"nearest-away", Mode::nearest_away},
                                  ModeName{"toward-zero", Mode::toward_zero},
                                  ModeName{"up", Mode::up},
                                  ModeName{"down", Mode::down},
                                  ModeName{"odd", Mode::odd}};

}  // namespace ulpscope
