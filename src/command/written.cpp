// SPDX-License-Identifier: BSL-1.0
#include "written.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "ulpscope/format/literal.hpp"

namespace ulpscope {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether the texts are the same but for the case of letters; `lower` has small ones.
bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

std::optional<Written> read_special(std::string_view text) {
  Written x;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    x.value.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (same_word(text, "inf") || same_word(text, "infinity")) {
    x.kind = Written::Kind::infinite;
  } else if (same_word(text, "nan")) {
    x.kind = Written::Kind::nan;
  } else {
    return std::nullopt;
  }
  return x;
}

bool is_number(const std::string& text) {
  try {
    exact_value(text);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

/// A text with a decimal comma with a point instead, else the longest beginning that is a number.
std::optional<std::string> nearest_number(std::string text) {
  if (text.size() > 100) return std::nullopt;
  const std::size_t comma = text.find(',');
  if (comma != std::string::npos) text[comma] = '.';
  while (!text.empty() && !is_number(text)) text.pop_back();
  if (text.empty()) return std::nullopt;
  return text;
}

/// A double and whether it is the text's value; else it is the double nearest to it.
struct Nearest {
  double value;
  bool exact;
};

/// significand * 2^exponent, if it is a double.
std::optional<Nearest> exact_double(std::uint64_t significand, std::int64_t exponent) {
  if (significand == 0) return Nearest{0, true};
  const int zeros = std::countr_zero(significand);
  significand >>= static_cast<unsigned>(zeros);
  exponent += zeros;
  const int bits = 64 - std::countl_zero(significand);
  if (bits > 53 || exponent < -1074 || exponent + bits > 1024) return std::nullopt;
  return Nearest{std::ldexp(static_cast<double>(significand), static_cast<int>(exponent)), true};
}

/// Digits and a point at the front of a text, which go from it: their number if it has 64 bits at
/// most, and the power of the base that goes with it.
struct Digits {
  std::uint64_t number = 0;
  std::int64_t exponent = 0;
  bool whole = true;  ///< false: more digits than `number` has room for
  bool any = false;
};
template <unsigned base>
Digits take_digits(std::string_view& text) {
  constexpr std::uint64_t room = (~std::uint64_t{0} - (base - 1)) / base;
  Digits digits;
  bool point = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    unsigned digit = base;
    if (is_digit(c)) {
      digit = static_cast<unsigned>(c - '0');
    } else if (c == '.' && !point) {
      point = true;
      continue;
    } else if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    }
    if (digit == base) break;
    digits.any = true;
    digits.whole = digits.whole && digits.number <= room;
    digits.number = digits.number * base + digit;
    digits.exponent -= point ? 1 : 0;
  }
  text.remove_prefix(at);
  return digits;
}

/// An exponent that is all of the text after its letter; nothing beyond four digits, which no
/// double has.
std::optional<int> read_exponent(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 4) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    number = 10 * number + (c - '0');
  }
  return negative ? -number : number;
}

std::optional<Nearest> hexadecimal_double(std::string_view text) {
  Digits digits = take_digits<16>(text);
  if (!digits.any || !digits.whole) return std::nullopt;
  std::int64_t exponent = 4 * digits.exponent;
  if (!text.empty()) {
    if ((text[0] | 0x20) != 'p') return std::nullopt;
    const auto power = read_exponent(text.substr(1));
    if (!power) return std::nullopt;
    exponent += *power;
  }
  return exact_double(digits.number, exponent);
}

std::optional<Nearest> decimal_double(std::string_view text) {
  const std::string_view all = text;
  const Digits digits = take_digits<10>(text);
  if (!digits.any) return std::nullopt;
  std::int64_t exponent = digits.exponent;
  if (!text.empty()) {
    if ((text[0] | 0x20) != 'e') return std::nullopt;
    const auto power = read_exponent(text.substr(1));
    if (!power) return std::nullopt;
    exponent += *power;
  }
  // number * 10^exponent is number * 5^exponent times a power of two; 5^27 has 63 bits.
  if (digits.whole && digits.number == 0) return Nearest{0, true};
  if (digits.whole && exponent >= -27 && exponent <= 27) {
    std::uint64_t five = 1;
    for (std::int64_t k = 0; k < std::abs(exponent); ++k) five *= 5;
    std::optional<Nearest> exact;
    if (exponent < 0 && digits.number % five == 0) {
      exact = exact_double(digits.number / five, exponent);
    } else if (exponent >= 0 && digits.number <= ~std::uint64_t{0} / five) {
      exact = exact_double(digits.number * five, exponent);
    }
    if (exact) return exact;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
  if (error != std::errc() || end != all.data() + all.size()) return std::nullopt;
  return Nearest{value, false};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

Written read_written(std::string_view text) {
  if (const auto special = read_special(text)) return *special;
  try {
    return {Written::Kind::finite, exact_value(text)};
  } catch (const std::invalid_argument& error) {
    const auto near = nearest_number(std::string(text));
    throw std::invalid_argument(std::string(error.what()) + "; expected a number" +
                                (near ? "; did you mean \"" + *near + "\"?" : "") +
                                "; for example 0.1, 0x1.8p-3, inf or nan");
  }
}

Rounded round_written(const Written& x, const Rounding& rounding, std::uint64_t index) {
  if (x.kind == Written::Kind::nan) {
    Rounded result;
    result.nan = true;
    return result;
  }
  if (x.kind == Written::Kind::infinite) return exact_infinity(x.value.negative, rounding.format);
  const bool draws = rounding.mode == Mode::stochastic;
  return exact_round(x.value, rounding.format, rounding.mode,
                     draws ? random_word(rounding.seed, {index}) : 0);
}

LiteralRounder::LiteralRounder(const Rounding& rounding) : rounding_(rounding) {
  if (holds(Grid<double>::carrier, rounding.format)) grid_ = Grid<double>(rounding.format);
}

std::optional<double> LiteralRounder::by_doubles(std::string_view text, std::uint64_t index) const {
  if (!grid_) return std::nullopt;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
  const auto nearest = hexadecimal ? hexadecimal_double(text.substr(2)) : decimal_double(text);
  if (!nearest) return std::nullopt;
  const bool draws = rounding_.mode == Mode::stochastic;
  const std::uint32_t word = draws ? random_word(rounding_.seed, {index}) : 0;
  const auto rounded = [&](std::uint64_t bits) {
    const auto magnitude = std::bit_cast<double>(bits);
    return round_to_grid(negative ? -magnitude : magnitude, *grid_, rounding_.mode, word);
  };
  const auto bits = std::bit_cast<std::uint64_t>(nearest->value);
  const double result = rounded(bits);
  if (nearest->exact) return result;
  // The value is none of the doubles: it lies between the nearest and one of those beside it.
  const bool own = rounding_.format == Grid<double>::carrier;
  if (own && rounding_.mode == Mode::nearest_even) return result;
  const auto same = [&](double other) {
    return std::bit_cast<std::uint64_t>(other) == std::bit_cast<std::uint64_t>(result);
  };
  if (bits == 0 || !same(rounded(bits - 1)) || !same(rounded(bits + 1))) return std::nullopt;
  return result;
}

void LiteralRounder::append(std::string& out, std::string_view text, std::uint64_t index) const {
  if (const auto result = by_doubles(text, index)) {
    append_hex_literal(out, *result);
  } else {
    out += round_written(read_written(text), rounding_, index).hex();
  }
}

}  // namespace ulpscope
