// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/format.hpp"

#include <charconv>

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

const std::vector<NamedFormat>& formats() {
  static const std::vector<NamedFormat> all = [] {
    std::vector<NamedFormat> rows;
    for_each_arithmetic([&]<class T>() {
      rows.push_back({std::string(ArithmeticTraits<T>::name), own_format<T>()});
    });
    // Formats that no arithmetic has.
    rows.push_back({"e3m2", e3m2_format});
    rows.push_back({"e2m3", e2m3_format});
    rows.push_back({"e2m1", e2m1_format});
    return rows;
  }();
  return all;
}

std::vector<std::string_view> arithmetic_names() {
  std::vector<std::string_view> names;
  for_each_arithmetic([&]<class T>() { names.push_back(ArithmeticTraits<T>::name); });
  return names;
}

namespace {

static_assert(widest_significand == significand_bits<Dec100>);

/// The number at the front of a text, without a sign or leading zeros, which goes from the text.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-' || text.front() == '0') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::optional<Format> find_format(std::string_view name, const Format& carrier) {
  for (const NamedFormat& row : formats()) {
    if (row.name == name) return row.format;
  }
  if (name.empty() || name.front() != 'p') return std::nullopt;
  name.remove_prefix(1);
  const auto p = take_number(name);
  if (!p || *p > widest_significand) return std::nullopt;
  Format format = carrier;
  format.p = *p;
  format.top_codes = 0;
  if (name.empty()) return format;
  if (name.front() != 'e') return std::nullopt;
  name.remove_prefix(1);
  const auto e = take_number(name);
  if (!e || *e < 2 || *e > widest_exponent || !name.empty()) return std::nullopt;
  const std::int64_t emax = (std::int64_t{1} << (*e - 1)) - 1;
  return Format{*p, 1 - emax, emax};
}

}  // namespace ulpscope
