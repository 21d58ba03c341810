// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ulpscope {

/// A number as its text has it: d.ddd * 10^exponent. Records hold values such as 1e-5000 and 102
/// digits, so the way to a table or an axis never leads through a double.
struct Number {
  bool negative = false;
  std::string digits = "0";   ///< the first one is not 0 save for zero; no trailing zeros
  std::int64_t exponent = 0;  ///< the power of ten of the first digit; 0 for zero

  bool zero() const { return digits == "0"; }
};

/// A thousand times that of any arithmetic: axes over exponents are exact to 1e-4 up to here.
inline constexpr std::int64_t furthest_exponent = 1'000'000'000'000;

/// Nothing where the text is not a finite decimal number: inf, nan, a word, an empty field, or a
/// larger exponent.
std::optional<Number> read_number(std::string_view text);

/// "> 6000": no value is known but that it is larger than what was looked at.
inline bool is_beyond(std::string_view text) { return text.starts_with("> "); }

/// log10 of the absolute value; the number is not zero.
double log10_of(const Number& number);

/// So many significant digits, ties to even: 1.69e-11; zero is 0.
std::string scientific(const Number& number, std::size_t digits = 3);

/// So many significant digits, or all of a longer integer part, without an exponent: 12.3, 1234.
std::string plain(const Number& number, std::size_t digits = 3);

}  // namespace ulpscope
