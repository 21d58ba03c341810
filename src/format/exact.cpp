// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/exact.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/literal.hpp"

namespace ulpscope {
namespace {

using boost::multiprecision::cpp_int;

/// [-]0x1.8p-3
Fraction hex_value(std::string_view text) {
  const auto bad = [&] {
    return std::invalid_argument("\"" + std::string(text) + "\" is not a hexadecimal literal");
  };
  Fraction x;
  std::size_t at = 0;
  if (text[at] == '-' || text[at] == '+') x.negative = text[at++] == '-';
  at += 2;  // 0x
  std::int64_t exponent = 0;
  bool point = false;
  bool digits = false;
  for (; at < text.size() && text[at] != 'p' && text[at] != 'P'; ++at) {
    if (text[at] == '.' && !point) {
      point = true;
      continue;
    }
    const auto lower = static_cast<char>(text[at] | 0x20);
    const bool decimal = text[at] >= '0' && text[at] <= '9';
    if (!decimal && !(lower >= 'a' && lower <= 'f')) throw bad();
    x.numerator = 16 * x.numerator + (decimal ? text[at] - '0' : lower - 'a' + 10);
    exponent -= point ? 4 : 0;
    digits = true;
  }
  if (!digits) throw bad();
  if (at < text.size()) {
    const std::string_view written = text.substr(at + 1);
    const Decimal power(written);
    // A decimal number may have more than a sign and digits, the power may not.
    if (written.find_first_of("_.eE") != std::string_view::npos || power > "100000" ||
        power < "-100000")
      throw bad();
    exponent += std::stoll((power.negative() ? "-" : "") + power.digits() +
                           std::string(static_cast<std::size_t>(power.exponent()), '0'));
  }
  (exponent < 0 ? x.denominator : x.numerator) <<= exponent < 0 ? -exponent : exponent;
  return x;
}

Rounded as_rounded(const RoundedTo<cpp_int>& x) {
  using Result = RoundedTo<cpp_int>;
  return {x.negative, x.kind == Result::Kind::infinite, x.significand, x.exponent,
          x.kind == Result::Kind::nan};
}

}  // namespace

Fraction exact_value(std::string_view text) {
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (text.substr(sign, 2) == "0x" || text.substr(sign, 2) == "0X") return hex_value(text);
  const Decimal decimal(text);
  const auto power = static_cast<unsigned>(std::abs(decimal.exponent()));
  Fraction x{text[0] == '-', cpp_int(decimal.digits()), 1};  // a negative zero keeps its sign
  (decimal.exponent() < 0 ? x.denominator : x.numerator) *= pow(cpp_int(10), power);
  return x;
}

Rounded exact_round(const Fraction& x, const Format& format, Mode mode, std::uint32_t word) {
  Unrounded<cpp_int> quotient{x.negative, 0, 0};
  if (x.numerator != 0) {
    // As many bits as the drawn word and the last place ask for, and whether there is more.
    const std::int64_t have =
        static_cast<std::int64_t>(msb(x.numerator)) - static_cast<std::int64_t>(msb(x.denominator));
    const std::int64_t shift = std::max<std::int64_t>(0, format.p + 34 - have);
    cpp_int remainder;
    divide_qr(cpp_int(x.numerator << shift), x.denominator, quotient.significand, remainder);
    quotient.exponent = -shift;
    quotient.sticky = remainder != 0;
  }
  return as_rounded(round_once(quotient, format, mode, word));
}

Rounded exact_infinity(bool negative, const Format& format) {
  return as_rounded(round_infinity<cpp_int>(negative, format));
}

Rounded neighbour(const Rounded& x, const Format& format, int direction) {
  if (x.nan) return x;
  const Rounded largest = as_rounded(detail::largest_number<cpp_int>(x.negative, format));
  const std::int64_t lowest_unit = format.emin - format.p + 1;
  const cpp_int normal = cpp_int(1) << (format.p - 1);  // significands from here on have all bits
  const cpp_int least = format.subnormals == Subnormals::kept ? cpp_int(1) : normal;
  const bool outward = direction > 0;
  if (x.infinite) return outward ? x : largest;
  if (x.significand == 0) {  // inward: through zero to the other side
    return {outward ? x.negative : !x.negative, false, least, lowest_unit};
  }
  Rounded next = x;
  if (outward) {
    if (x.exponent == largest.exponent && x.significand == largest.significand) {
      return format.overflow == Overflow::infinity ? exact_infinity(x.negative, format) : x;
    }
    if (++next.significand == 2 * normal) {
      next.significand = normal;
      ++next.exponent;
    }
  } else if (x.exponent == lowest_unit && x.significand == least) {
    next.significand = 0;
  } else if (x.exponent > lowest_unit && x.significand == normal) {
    next.significand = 2 * normal - 1;
    --next.exponent;
  } else {
    --next.significand;
  }
  return next;
}

std::string Rounded::hex() const {
  if (nan) return "nan";
  if (infinite) return negative ? "-inf" : "inf";
  std::vector<std::uint64_t> words;
  export_bits(significand, std::back_inserter(words), 64, false);
  std::string text;
  append_hex_literal(text, negative, words, exponent);
  return text;
}

std::string Rounded::decimal(int digits) const {
  if (nan) return "nan";
  if (infinite) return negative ? "-inf" : "inf";
  using Wider = WideFloat<400>;
  const Wider magnitude = ldexp(Wider(significand), static_cast<int>(exponent));
  return (negative ? "-" : "") + magnitude.str(digits - 1, std::ios_base::scientific);
}

std::string relative_error(const Fraction& x, const Rounded& rounded) {
  if (rounded.nan) return "nan";
  if (rounded.infinite) return rounded.negative ? "-inf" : "inf";
  if (x.numerator == 0) return "0";
  cpp_int value = rounded.significand * x.denominator;
  cpp_int exact = x.numerator;
  (rounded.exponent < 0 ? exact : value) <<=
      rounded.exponent < 0 ? -rounded.exponent : rounded.exponent;
  if (value == exact) return "0";
  using Wider = WideFloat<400>;
  const cpp_int error = x.negative ? cpp_int(exact - value) : cpp_int(value - exact);
  return Wider(Wider(error) / Wider(exact)).str(2, std::ios_base::scientific);
}

}  // namespace ulpscope
