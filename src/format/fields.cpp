// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/fields.hpp"

#include <bit>

namespace ulpscope {
namespace {

using boost::multiprecision::cpp_int;

std::string binary(const cpp_int& x, int bits) {
  std::string text;
  for (int bit = bits - 1; bit >= 0; --bit) {
    text += bit_test(x, static_cast<unsigned>(bit)) ? '1' : '0';
  }
  return text;
}

}  // namespace

std::string bit_fields(const Rounded& x, const Format& format, bool leading_bit) {
  // One code for zero and what is below 2^emin, one for each exponent, perhaps one for the rest.
  const auto codes = static_cast<std::uint64_t>(format.emax - format.emin + 2);
  const bool all_numbers = std::has_single_bit(codes);
  if (!all_numbers && !std::has_single_bit(codes + 1)) return "-";
  const int width = static_cast<int>(std::bit_width(codes)) - (all_numbers ? 1 : 0);
  const int fraction_bits = format.p - 1;
  const cpp_int leading = cpp_int(1) << fraction_bits;
  const cpp_int top = (cpp_int(1) << width) - 1;

  cpp_int exponent = top, fraction = 0;
  bool has_leading = true;
  if (x.infinite) {
    if (all_numbers) return "-";
  } else if (x.nan && all_numbers) {
    if (!format.nan || format.top_codes == 0) return "-";
    fraction = leading - 1;
  } else if (x.nan) {  // a quiet one: the first bit set; without a bit it would be infinity
    if (!format.nan || fraction_bits == 0) return "-";
    fraction = leading >> 1;
  } else {
    has_leading = x.significand >= leading;
    exponent = has_leading ? x.exponent + fraction_bits - format.emin + 1 : 0;
    fraction = has_leading ? cpp_int(x.significand - leading) : x.significand;
  }
  std::string text = (x.negative ? "1 " : "0 ") + binary(exponent, width);
  if (leading_bit || fraction_bits > 0) text += ' ';
  if (leading_bit) text += has_leading ? '1' : '0';
  return text + binary(fraction, fraction_bits);
}

}  // namespace ulpscope
