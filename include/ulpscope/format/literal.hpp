// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <locale>
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

/// (-1)^negative * significand * 2^exponent as a C99 hexadecimal literal 0x1.8p-3: the leading
/// digit 1, no trailing zeros. `significand` is an unsigned integer type with bit operations.
template <class Integer>
std::string hex_literal(bool negative, Integer significand, std::int64_t exponent) {
  const std::string sign = negative ? "-" : "";
  if (significand == 0) return sign + "0x0p+0";
  std::string digits;  // hexadecimal digits after the point, once the leading 1 stands alone
  int bits = 0;
  for (Integer rest = significand; rest != 0; rest >>= 1) ++bits;
  exponent += bits - 1;
  significand ^= Integer(1) << (bits - 1);
  const int places = (bits - 1 + 3) / 4;
  significand <<= 4 * places - (bits - 1);
  for (int place = places - 1; place >= 0; --place) {
    const auto digit = static_cast<unsigned>((significand >> (4 * place)) & 15U);
    digits += "0123456789abcdef"[digit];
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  return sign + "0x1" + (digits.empty() ? "" : "." + digits) + "p" + (exponent < 0 ? "-" : "+") +
         std::to_string(exponent < 0 ? -exponent : exponent);
}

/// x as a C99 hexadecimal literal, exact; "inf", "-inf", "nan" where it is not finite.
template <class T>
std::string hex_literal(const T& x) {
  using std::isfinite;
  using std::signbit;
  if (!isfinite(x)) return decimal_text(x);
  if constexpr (is_soft<T>) {
    return hex_literal(static_cast<double>(x));
  } else if constexpr (is_native<T>) {
    int exponent = 0;
    const T fraction = std::frexp(x < 0 ? -x : x, &exponent);  // in [1/2, 1)
    // long double has more than 64 bits where it is IEEE's quadruple.
    using Significand = std::conditional_t<(significand_bits<T> <= 64), std::uint64_t,
                                           boost::multiprecision::cpp_int>;
    const auto significand = static_cast<Significand>(std::ldexp(fraction, significand_bits<T>));
    return hex_literal(signbit(x), significand, exponent - std::int64_t{significand_bits<T>});
  } else {
    const auto& backend = x.backend();
    boost::multiprecision::cpp_int significand(backend.bits());
    if (x == 0) significand = 0;
    return hex_literal(backend.sign(), significand,
                       std::int64_t{backend.exponent()} - (significand_bits<T> - 1));
  }
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
