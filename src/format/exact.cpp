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

/// Whether the quotient, cut off at `odd` with this remainder, moves away from zero.
bool moves_away(Mode mode, bool negative, bool odd, const cpp_int& remainder,
                const cpp_int& divisor) {
  if (remainder == 0) return false;
  const int half = cpp_int(2 * remainder).compare(divisor);
  switch (mode) {
    case Mode::nearest_even: return half > 0 || (half == 0 && odd);
    case Mode::nearest_away: return half >= 0;
    case Mode::toward_zero: return false;
    case Mode::up: return !negative;
    case Mode::down: return negative;
    case Mode::odd: return !odd;
  }
  return false;
}

cpp_int shifted(const cpp_int& x, std::int64_t by) { return by > 0 ? cpp_int(x << by) : x; }

/// The value's exponent of the leading bit.
std::int64_t leading(const Rounded& x) {
  return x.exponent + static_cast<std::int64_t>(msb(x.significand));
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

Rounded exact_round(const Fraction& x, const Format& format, Mode mode) {
  Rounded result{x.negative};
  result.exponent = format.emin - format.p + 1;
  if (x.numerator == 0) return result;
  std::int64_t e =
      static_cast<std::int64_t>(msb(x.numerator)) - static_cast<std::int64_t>(msb(x.denominator));
  if (shifted(x.numerator, -e) < shifted(x.denominator, e)) --e;  // now 2^e <= |x| < 2^(e+1)
  // Without subnormals a number below 2^emin has all p bits first, then becomes zero.
  const std::int64_t quantum = (format.subnormals ? std::max(e, format.emin) : e) - format.p + 1;
  const cpp_int divisor = shifted(x.denominator, quantum);
  cpp_int remainder;
  divide_qr(shifted(x.numerator, -quantum), divisor, result.significand, remainder);
  result.exponent = quantum;
  if (moves_away(mode, x.negative, bit_test(result.significand, 0), remainder, divisor)) {
    ++result.significand;
  }
  if (result.significand == 0) return result;
  if (msb(result.significand) == static_cast<unsigned>(format.p)) {  // 2^p: one more exponent
    result.significand >>= 1;
    ++result.exponent;
  }
  if (leading(result) > format.emax) {
    const bool away = mode == Mode::nearest_even || mode == Mode::nearest_away ||
                      mode == (x.negative ? Mode::down : Mode::up);
    result.infinite = away;
    result.significand = (cpp_int(1) << format.p) - 1;
    result.exponent = format.emax - format.p + 1;
  } else if (!format.subnormals && leading(result) < format.emin) {
    result.significand = 0;
    result.exponent = format.emin - format.p + 1;
  }
  return result;
}

Rounded neighbour(const Rounded& x, const Format& format, int direction) {
  // The real number half an ulp (a quarter below a power of two) further, rounded onward.
  const bool outward = direction > 0;
  if (x.significand == 0 && !x.infinite && !outward) {  // through zero to the other side
    return neighbour({!x.negative, false, 0, x.exponent}, format, 1);
  }
  if (x.infinite) {
    if (outward) return x;
    return {x.negative, false, (cpp_int(1) << format.p) - 1, format.emax - format.p + 1};
  }
  Fraction beyond{x.negative, 4 * x.significand + (outward ? 1 : -1), 4};
  if (x.significand == 0) beyond = {x.negative, 1, 4};
  (x.exponent < 0 ? beyond.denominator : beyond.numerator) <<=
      x.exponent < 0 ? -x.exponent : x.exponent;
  const Mode away = x.negative ? Mode::down : Mode::up;
  Rounded next = exact_round(beyond, format, outward ? away : Mode::toward_zero);
  if (next.significand == 0 && outward) {  // no subnormals: the smallest normal number
    next.significand = cpp_int(1) << (format.p - 1);
    next.exponent = format.emin - format.p + 1;
  }
  return next;
}

std::string Rounded::hex() const {
  if (infinite) return negative ? "-inf" : "inf";
  return hex_literal(negative, significand, exponent);
}

std::string Rounded::decimal(int digits) const {
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
