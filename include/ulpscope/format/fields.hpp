// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "ulpscope/format/exact.hpp"

namespace ulpscope {

/// The bits of a number of the format, "sign exponent significand", as an interchange format of
/// IEEE 754 has them: the exponent biased, the leading bit of the significand left out. The largest
/// exponent stands for infinities and NaNs, or for numbers where those then fill all exponents; its
/// last code is the NaN in a format that has one (OCP's e4m3). With `leading_bit` that bit is
/// written, as x87's 80 bits have it. "-" where the exponents fill no whole number of bits, or
/// where x has no code.
std::string bit_fields(const Rounded& x, const Format& format, bool leading_bit = false);

}  // namespace ulpscope
