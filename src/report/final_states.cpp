// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/final_states.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

/// (-1)^negative 0x1.<digits> 2^exponent, or zero.
struct Literal {
  bool negative = false;
  bool zero = false;
  std::int64_t exponent = 0;
  std::string_view digits;  ///< behind the point
};

/// Nothing on a text that is none as records have them.
std::optional<Literal> read_literal(std::string_view text) {
  Literal literal;
  literal.negative = text.starts_with('-');
  if (literal.negative) text.remove_prefix(1);
  const std::size_t power = text.find('p');
  const bool zero = text.starts_with("0x0p");
  if (power == std::string_view::npos || !(zero || text.starts_with("0x1"))) return std::nullopt;
  literal.zero = zero;
  std::string_view digits = text.substr(3, power - 3);
  if (!digits.empty() && digits.front() != '.') return std::nullopt;
  if (!digits.empty()) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  literal.digits = digits;
  std::string_view exponent = text.substr(power + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  const auto [end, error] =
      std::from_chars(exponent.data(), exponent.data() + exponent.size(), literal.exponent);
  if (error != std::errc() || end != exponent.data() + exponent.size()) return std::nullopt;
  return literal;
}

bool less(const Literal& a, const Literal& b) {
  const auto sign = [](const Literal& x) { return x.zero ? 0 : x.negative ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) < sign(b);
  if (a.zero) return false;
  const auto magnitudes =
      a.exponent != b.exponent ? a.exponent <=> b.exponent : a.digits <=> b.digits;
  return a.negative ? magnitudes > 0 : magnitudes < 0;
}

struct StateValue {
  Literal literal;
  const std::string* text;
};

}  // namespace

std::vector<FinalState> final_states(const Csv& final, const std::string& file) {
  const auto role_at = final.column("role"), value_at = final.column("value");
  if (!role_at || !value_at) throw std::runtime_error(file + ": expected columns role and value");
  std::vector<FinalState> states;
  std::vector<StateValue> values;
  const auto close = [&] {
    if (values.empty()) return;
    const auto by_size = [](const StateValue& a, const StateValue& b) {
      return less(a.literal, b.literal);
    };
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end(), by_size);
    FinalState& state = states.back();
    state.middle = *middle->text;
    state.low = *std::min_element(values.begin(), middle + 1, by_size)->text;
    state.high = *std::max_element(middle, values.end(), by_size)->text;
    values.clear();
  };
  for (const auto& row : final.rows) {
    const std::string& text = row[*value_at];
    if (states.empty() || states.back().role != row[*role_at]) {
      close();
      states.push_back({row[*role_at], 0, 0, 0, "", "", ""});
    }
    FinalState& state = states.back();
    ++state.count;
    if (text == "inf" || text == "-inf" || text == "nan") {
      ++state.not_finite;
      continue;
    }
    const auto literal = read_literal(text);
    if (!literal) {
      throw std::runtime_error(fmt::format("{}: no hexadecimal literal: \"{}\"", file, text));
    }
    state.zeros += literal->zero ? 1 : 0;
    values.push_back({*literal, &text});
  }
  close();
  return states;
}

std::string decimal_of_literal(const std::string& text) {
  const auto literal = read_literal(text);
  if (!literal) return text;
  if (literal->zero) return "0";
  // 52 bits of the significand do for the few digits that are shown.
  double significand = 1;
  double place = 1;
  for (const char c : literal->digits.substr(0, 13)) {
    place /= 16;
    significand += place * (c <= '9' ? c - '0' : c - 'a' + 10);
  }
  const double log =
      std::log10(significand) + static_cast<double>(literal->exponent) * std::log10(2.0);
  double power = std::floor(log);
  std::string digits = fmt::format("{:.4f}", std::pow(10, log - power));
  if (digits.starts_with("10")) {
    digits = "1.0000";
    ++power;
  }
  return fmt::format("{}{}e{:.0f}", literal->negative ? "-" : "", digits, power);
}

}  // namespace ulpscope
