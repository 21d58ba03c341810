// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ulpscope {

/// A decimal number exactly as it is written in a study file: (-1)^negative * digits * 10^exponent.
///
/// Hyper-parameters keep this form until the arithmetic that uses them is known, so that 1e-400
/// and the digits of a 50-digit arithmetic survive; a parsed double would lose both.
class Decimal {
 public:
  /// Accepts an optional sign, digits with an optional point, an optional exponent; underscores
  /// may stand between digits, as in TOML. Throws std::invalid_argument on anything else
  /// (inf and nan included) and on exponents beyond +-10^5.
  Decimal(std::string_view text);  // NOLINT(google-explicit-constructor): Decimal lr = "1e-3"
  Decimal(const char* text) : Decimal(std::string_view(text)) {}         // NOLINT
  Decimal(const std::string& text) : Decimal(std::string_view(text)) {}  // NOLINT

  bool negative() const { return negative_; }
  bool zero() const { return digits_ == "0"; }
  /// Significant digits without leading or trailing zeros; "0" for zero.
  const std::string& digits() const { return digits_; }
  /// The power of ten of the last digit.
  std::int64_t exponent() const { return exponent_; }

  /// One text for every way to write the same number: 0.001, 1e-3 and 1_0.0e-4 give "1e-3",
  /// 9e-1 gives "0.9": the shortest, at equal length without an exponent.
  std::string canonical() const;

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) = default;

 private:
  bool negative_ = false;
  std::string digits_ = "0";
  std::int64_t exponent_ = 0;
};

namespace detail {

inline constexpr std::int64_t exponent_limit = 100'000;

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads digits, with underscores allowed between two of them, from text[at...].
inline std::string read_digits(std::string_view text, std::size_t& at) {
  std::string digits;
  while (at < text.size()) {
    const bool between = text[at] == '_' && !digits.empty() && text[at - 1] != '_' &&
                         at + 1 < text.size() && is_digit(text[at + 1]);
    if (is_digit(text[at])) {
      digits += text[at];
    } else if (!between) {
      break;
    }
    ++at;
  }
  return digits;
}

}  // namespace detail

inline Decimal::Decimal(std::string_view text) {
  const auto fail = [&](const char* why) {
    throw std::invalid_argument("\"" + std::string(text) + "\" " + why);
  };
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative_ = text[at++] == '-';
  const std::string whole = detail::read_digits(text, at);
  std::string fraction;
  if (at < text.size() && text[at] == '.') fraction = detail::read_digits(text, ++at);
  if (whole.empty() && fraction.empty()) fail("is not a decimal number");
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool below = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) below = text[at++] == '-';
    const std::string power = detail::read_digits(text, at);
    if (power.empty()) fail("is not a decimal number");
    for (const char c : power) {
      if (exponent_ <= detail::exponent_limit) exponent_ = 10 * exponent_ + (c - '0');
    }
    if (exponent_ > detail::exponent_limit) fail("has an exponent beyond +-100000");
    if (below) exponent_ = -exponent_;
  }
  if (at != text.size()) fail("is not a decimal number");

  digits_ = whole + fraction;
  exponent_ -= static_cast<std::int64_t>(fraction.size());
  digits_.erase(0, digits_.find_first_not_of('0'));
  while (!digits_.empty() && digits_.back() == '0') {
    digits_.pop_back();
    ++exponent_;
  }
  if (digits_.empty()) {
    digits_ = "0";
    exponent_ = 0;
    negative_ = false;
  }
}

inline std::string Decimal::canonical() const {
  const std::string sign = negative_ ? "-" : "";
  if (exponent_ == 0) return sign + digits_;
  const std::string scientific = digits_ + "e" + std::to_string(exponent_);
  // Longer without an exponent, and for large ones endless.
  if (exponent_ > 20 || -exponent_ > 20 + static_cast<std::int64_t>(digits_.size())) {
    return sign + scientific;
  }
  std::string plain = digits_;
  if (exponent_ > 0) {
    plain.append(static_cast<std::size_t>(exponent_), '0');
  } else {
    const auto places = static_cast<std::size_t>(-exponent_);
    if (plain.size() <= places) plain.insert(0, places + 1 - plain.size(), '0');
    plain.insert(plain.size() - places, 1, '.');
  }
  return sign + (plain.size() <= scientific.size() ? plain : scientific);
}

inline std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& x) { return x.zero() ? 0 : x.negative_ ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  if (sign(a) == 0) return std::strong_ordering::equal;
  const auto leading = [](const Decimal& x) {
    return x.exponent_ + static_cast<std::int64_t>(x.digits_.size());
  };
  auto magnitude = leading(a) <=> leading(b);
  // Equal leading powers: digit strings then compare as fractions 0.ddd, that is as text.
  if (magnitude == 0) magnitude = a.digits_.compare(b.digits_) <=> 0;
  return a.negative_ ? 0 <=> magnitude : magnitude;
}

}  // namespace ulpscope
