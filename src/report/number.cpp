// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "ulpscope/format/decimal.hpp"

namespace ulpscope {
namespace {

/// The number to `count` significant digits, padded with zeros up to them; ties to even.
Number rounded(Number number, std::size_t count) {
  std::string& digits = number.digits;
  if (digits.size() <= count) {
    digits.resize(count, '0');
    return number;
  }
  const std::string rest = digits.substr(count);
  digits.resize(count);
  const bool odd = (digits.back() - '0') % 2 == 1;
  // There are no trailing zeros, so a lone 5 is a tie and "5..." is above it.
  if (rest < "5" || (rest == "5" && !odd)) return number;
  std::size_t at = count;
  while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
  if (at > 0) {
    ++digits[at - 1];
  } else {
    digits.insert(digits.begin(), '1');
    digits.pop_back();
    ++number.exponent;
  }
  return number;
}

std::string sign(const Number& number) { return number.negative ? "-" : ""; }

}  // namespace

std::optional<Number> read_number(std::string_view text) {
  // The exponent is read here: Decimal stops at 10^5, a run in a wide exponent range need not.
  const std::size_t e = text.find_first_of("eE");
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+') && !power.starts_with("+-")) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc() || end != power.data() + power.size()) return std::nullopt;
    if (exponent < -furthest_exponent || exponent > furthest_exponent) return std::nullopt;
  }
  try {
    const Decimal mantissa(text.substr(0, e));
    if (mantissa.zero()) return Number{};
    const auto more = static_cast<std::int64_t>(mantissa.digits().size()) - 1;
    return Number{mantissa.negative(), mantissa.digits(), exponent + mantissa.exponent() + more};
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

double log10_of(const Number& number) {
  std::string mantissa = number.digits.substr(0, 18);
  mantissa.insert(1, ".");
  double value = 0;
  std::from_chars(mantissa.data(), mantissa.data() + mantissa.size(), value);
  return static_cast<double>(number.exponent) + std::log10(value);
}

std::string scientific(const Number& number, std::size_t digits) {
  if (number.zero()) return "0";
  const Number r = rounded(number, digits);
  return sign(r) + r.digits[0] + (digits > 1 ? "." : "") + r.digits.substr(1) + "e" +
         std::to_string(r.exponent);
}

std::string plain(const Number& number, std::size_t digits) {
  if (number.zero()) return "0";
  const auto count = std::max(static_cast<std::int64_t>(digits), number.exponent + 1);
  const Number r = rounded(number, static_cast<std::size_t>(count));
  if (r.exponent < 0) {
    return sign(r) + "0." + std::string(static_cast<std::size_t>(-r.exponent - 1), '0') + r.digits;
  }
  const auto whole = static_cast<std::size_t>(r.exponent + 1);
  std::string text = r.digits;
  if (text.size() < whole) text.resize(whole, '0');
  if (text.size() > whole) text.insert(whole, ".");
  return sign(r) + text;
}

}  // namespace ulpscope
