// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <locale>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

/// x in scientific decimal with max_digits10 digits (17 for binary64), which read back exactly;
/// "inf", "-inf", "nan" where it is not finite.
template <class T>
std::string decimal_text(const T& x) {
  using std::isfinite;
  using std::isnan;
  if (!isfinite(x)) return isnan(x) ? "nan" : x < T(0) ? "-inf" : "inf";
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(std::numeric_limits<T>::max_digits10 - 1);
  out << std::scientific << x;
  return out.str();
}

/// Appends (-1)^negative * significand * 2^exponent as a C99 hexadecimal literal 0x1.8p-3: the
/// leading digit 1, no trailing zeros. `significand`: an integer's words, the least significant
/// first.
inline void append_hex_literal(std::string& text, bool negative,
                               std::span<const std::uint64_t> significand, std::int64_t exponent) {
  std::size_t words = significand.size();
  while (words > 0 && significand[words - 1] == 0) --words;
  text += negative ? "-0x" : "0x";
  if (words == 0) {
    text += "0p+0";
    return;
  }
  const int unused = std::countl_zero(significand[words - 1]);
  exponent += static_cast<std::int64_t>(64 * words) - unused - 1;
  text += "1.";
  // From behind the leading 1, in words of their own.
  for (std::size_t i = words; i-- > 0;) {
    const std::uint64_t below = i > 0 ? significand[i - 1] : 0;
    std::uint64_t word =  // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): >= 0
        unused == 63 ? below : significand[i] << (unused + 1) | below >> (63 - unused);
    for (int digit = 0; digit < 16; ++digit, word <<= 4U) {
      text += "0123456789abcdef"[word >> 60U];
    }
  }
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  text += exponent < 0 ? "p" : "p+";
  text += std::to_string(exponent);
}

/// Appends x as a C99 hexadecimal literal, exact; "inf", "-inf", "nan" where it is not finite.
template <class T>
void append_hex_literal(std::string& text, const T& x) {
  using std::isfinite;
  using std::signbit;
  if (!isfinite(x)) {
    text += decimal_text(x);
  } else if constexpr (is_soft<T>) {  // NOLINT(bugprone-branch-clone): each T has one branch
    append_hex_literal(text, static_cast<double>(x));
  } else if constexpr (is_native<T> && significand_bits<T> <= 64) {
    int exponent = 0;
    const T fraction = std::frexp(x < 0 ? -x : x, &exponent);  // in [1/2, 1)
    const auto significand = static_cast<std::uint64_t>(std::ldexp(fraction, significand_bits<T>));
    append_hex_literal(text, signbit(x), std::span(&significand, 1),
                       exponent - std::int64_t{significand_bits<T>});
  } else if constexpr (is_native<T>) {  // long double where it is IEEE's quadruple
    append_hex_literal(text, convert<Quad>(x));
  } else {
    const auto& backend = x.backend();
    std::array<std::uint64_t, (significand_bits<T> + 63) / 64> significand{};
    if (x != 0) {
      using Integer = boost::multiprecision::number<std::decay_t<decltype(backend.bits())>>;
      export_bits(Integer(backend.bits()), significand.begin(), 64, false);
    }
    append_hex_literal(text, backend.sign(), significand,
                       std::int64_t{backend.exponent()} - (significand_bits<T> - 1));
  }
}

template <class T>
std::string hex_literal(const T& x) {
  std::string text;
  append_hex_literal(text, x);
  return text;
}

/// The number whose hex_literal this is.
template <class T>
T from_literal(const std::string& text) {
  if constexpr (std::is_same_v<T, float>) {
    return std::strtof(text.c_str(), nullptr);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::strtod(text.c_str(), nullptr);
  } else if constexpr (is_native<T>) {
    return std::strtold(text.c_str(), nullptr);
  } else if constexpr (is_soft<T>) {
    return convert<T>(std::strtod(text.c_str(), nullptr));
  } else {
    if (text == "nan") return std::numeric_limits<T>::quiet_NaN();
    const bool negative = text[0] == '-';
    if (text.ends_with("inf")) {
      const T infinity = std::numeric_limits<T>::infinity();
      return negative ? T(-infinity) : infinity;
    }
    // Exact: no more digits than T has.
    T value(0);
    int exponent = 0;
    bool behind_point = false;
    std::size_t at = negative ? 3 : 2;  // behind 0x
    for (; text.at(at) != 'p'; ++at) {
      if (text[at] == '.') {
        behind_point = true;
        continue;
      }
      const char digit = text[at];
      value = value * 16 + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
      if (behind_point) exponent -= 4;
    }
    value = ldexp(value, exponent + std::stoi(text.substr(at + 1)));
    return negative ? T(-value) : value;
  }
}

}  // namespace ulpscope
