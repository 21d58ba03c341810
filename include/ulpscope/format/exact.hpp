// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "ulpscope/format/format.hpp"

namespace ulpscope {

/// A real number as a fraction of whole numbers; the denominator is positive.
struct Fraction {
  bool negative = false;
  boost::multiprecision::cpp_int numerator = 0, denominator = 1;
};

/// The exact value of a decimal number or C99 hexadecimal literal. Throws std::invalid_argument
/// on anything else, and on exponents beyond +-10^5.
Fraction exact_value(std::string_view text);

/// A number of a format: (-1)^negative * significand * 2^exponent, or infinity.
struct Rounded {
  bool negative = false;
  bool infinite = false;
  boost::multiprecision::cpp_int significand = 0;
  std::int64_t exponent = 0;  ///< of the last of the p bits: 2^exponent is an ulp

  std::string hex() const;                ///< C99 literal, "inf" or "-inf"
  std::string decimal(int digits) const;  ///< scientific, so many significant digits
};

/// x rounded once into the format: exact integer arithmetic, so correct for every format, mode
/// and input. The slow way, for single values.
Rounded exact_round(const Fraction& x, const Format& format, Mode mode);

/// The next number of the format away from zero (+1) or toward and through it (-1); of
/// infinity, itself and the largest finite number.
Rounded neighbour(const Rounded& x, const Format& format, int direction);

/// (rounded - x) / |x| to 3 digits; "0" where x is representable.
std::string relative_error(const Fraction& x, const Rounded& rounded);

}  // namespace ulpscope
