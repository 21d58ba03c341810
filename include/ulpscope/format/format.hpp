// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// What becomes of values between 0 and 2^emin.
enum class Subnormals : std::uint8_t {
  kept,     ///< multiples of 2^(emin - p + 1), as IEEE 754 has them
  flushed,  ///< rounded to p bits, in any mode, then 0 if still below 2^emin
  rounded   ///< to 0 or 2^emin, the two neighbours, as the mode says
};

/// What rounding beyond the largest finite number gives; an infinity is beyond it, too.
enum class Overflow : std::uint8_t { infinity, nan, largest };

struct SubnormalsName {
  std::string_view name;
  Subnormals subnormals;
};
/// The names in options and lists.
inline constexpr std::array subnormals_names{SubnormalsName{"kept", Subnormals::kept},
                                             SubnormalsName{"flushed", Subnormals::flushed},
                                             SubnormalsName{"rounded", Subnormals::rounded}};

/// A set of representable numbers: m 2^(e - p + 1) with |m| < 2^p and emin <= e <= emax, all p
/// bits significant from 2^emin on; and 0.
struct Format {
  int p = 0;                        ///< significand bits, the hidden bit included
  std::int64_t emin = 0, emax = 0;  ///< of the leading bit, as IEEE 754 counts
  Subnormals subnormals = Subnormals::kept;
  Overflow overflow = Overflow::infinity;
  bool nan = true;    ///< whether it has a NaN; without one, a NaN that is rounded stays one
  int top_codes = 0;  ///< how many of the largest significands at emax are no finite numbers

  bool operator==(const Format&) const = default;
};

struct NamedFormat {
  std::string name;
  Format format;
};

// The small formats; those of 8 bits and less as OCP defines them (OCP 8-bit Floating Point
// Specification, 2023; OCP Microscaling Formats Specification, 2023).
inline constexpr Format binary16_format{11, -14, 15};
inline constexpr Format bfloat16_format{8, -126, 127};
inline constexpr Format tf32_format{11, -126, 127};
inline constexpr Format e5m2_format{3, -14, 15};
inline constexpr Format e4m3_format{4, -6, 8, Subnormals::kept, Overflow::nan, true, 1};
inline constexpr Format e3m2_format{3, -2, 4, Subnormals::kept, Overflow::largest, false};
inline constexpr Format e2m3_format{4, 0, 2, Subnormals::kept, Overflow::largest, false};
inline constexpr Format e2m1_format{2, 0, 2, Subnormals::kept, Overflow::largest, false};

/// The one table of formats: those of the arithmetics, then the others.
const std::vector<NamedFormat>& formats();

/// The names of the arithmetics, in the order of their list: each is a format's, too.
std::vector<std::string_view> arithmetic_names();

/// Whether a carrier has every number of a format.
constexpr bool holds(const Format& carrier, const Format& format) {
  const bool top = format.emax < carrier.emax ||
                   (format.emax == carrier.emax &&
                    (carrier.top_codes == 0 || format.top_codes >= carrier.top_codes));
  // The smallest step between numbers, or the smallest number where small ones are flushed.
  const std::int64_t step = format.emin - format.p + 1;
  const std::int64_t smallest = format.subnormals == Subnormals::kept ? step : format.emin;
  const bool bottom = carrier.subnormals == Subnormals::kept ? step >= carrier.emin - carrier.p + 1
                                                             : smallest >= carrier.emin;
  return format.p <= carrier.p && format.emin <= format.emax && top && bottom;
}

/// The limits of spelled formats: as many significand bits as the widest arithmetic has.
inline constexpr int widest_significand = 335, widest_exponent = 30;

/// A format by its name, or by its spelling: p11e5 (11 significand bits, 5 exponent bits, as
/// IEEE 754 would have them), p11 (as wide in range as its carrier). Nothing where it is neither.
std::optional<Format> find_format(std::string_view name, const Format& carrier);

enum class Mode : std::uint8_t {
  nearest_even,
  nearest_away,
  toward_zero,
  up,
  down,
  odd,
  stochastic
};

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
                                  ModeName{"odd", Mode::odd},
                                  ModeName{"stochastic", Mode::stochastic}};

}  // namespace ulpscope
