// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/exact.hpp"

#include <algorithm>
#include <stdexcept>

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

Rounded taken(const RoundedTo<cpp_int>& x) {
  using Kind = RoundedTo<cpp_int>::Kind;
  return {x.negative, x.kind == Kind::infinite, x.kind == Kind::nan, x.significand, x.exponent};
}

cpp_int largest_significand(const Format& format) {
  return (cpp_int(1) << format.p) - 1 - format.top_codes;
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
  if (x.numerator == 0) return {x.negative, false, false, 0, format.emin - format.p + 1};
  // A quotient of 34 bits more than the format has, and whether there is a remainder.
  const auto have =
      static_cast<std::int64_t>(msb(x.numerator)) - static_cast<std::int64_t>(msb(x.denominator));
  const std::int64_t shift = std::max<std::int64_t>(0, format.p + 35 - have);
  cpp_int quotient, remainder;
  divide_qr(cpp_int(x.numerator << shift), x.denominator, quotient, remainder);
  return taken(round_once(Unrounded<cpp_int>{x.negative, quotient, -shift, remainder != 0}, format,
                          mode, word));
}

Rounded exact_infinity(bool negative, const Format& format) {
  return taken(round_infinity<cpp_int>(negative, format));
}

Rounded neighbour(const Rounded& x, const Format& format, int direction) {
  const bool kept = format.subnormals == Subnormals::kept;
  const std::int64_t last = format.emin - format.p + 1;  // exponent of an ulp at 2^emin
  const cpp_int normal = cpp_int(1) << (format.p - 1);
  const cpp_int smallest = kept ? cpp_int(1) : normal;
  Rounded next = x;
  if (x.nan) return x;
  if (direction > 0) {
    if (x.infinite) return x;
    if (x.significand == 0) return {x.negative, false, false, smallest, last};
    if (x.exponent == format.emax - format.p + 1 && x.significand == largest_significand(format)) {
      if (format.overflow == Overflow::infinity) next = {x.negative, true, false, 0, 0};
      return next;
    }
    if (++next.significand == 2 * normal) {
      next.significand = normal;
      ++next.exponent;
    }
    return next;
  }
  if (x.infinite) {
    return {x.negative, false, false, largest_significand(format), format.emax - format.p + 1};
  }
  if (x.significand == 0) return {!x.negative, false, false, smallest, last};
  if (x.significand == smallest && x.exponent == last) {
    next.significand = 0;
  } else if (x.significand == normal && x.exponent > last) {
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
  return hex_literal(negative, significand, exponent);
}

std::string Rounded::decimal(int digits) const {
  if (nan) return "nan";
  if (infinite) return negative ? "-inf" : "inf";
  using Wider = WideFloat<400>;
  const Wider magnitude = ldexp(Wider(significand), static_cast<int>(exponent));
  return (negative ? "-" : "") + magnitude.str(digits - 1, std::ios_base::scientific);
}

std::string relative_error(const Fraction& x, const Rounded& rounded) {
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
