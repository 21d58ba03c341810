// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ulpscope/format/decimal.hpp"

namespace ulpscope {

enum class OptionType { boolean, integer, real, text };

/// Which values an option takes: `expected` completes "expected ...", `example` is a right value.
struct Constraint {
  std::string_view expected;
  std::string_view example;
  bool (*holds)(const Decimal&);
};

inline constexpr Constraint any_real{"a number", "0.5", [](const Decimal&) { return true; }};
inline constexpr Constraint positive{"a number > 0", "1e-3",
                                     [](const Decimal& x) { return x > "0"; }};
inline constexpr Constraint non_negative{"a number >= 0", "1e-3",
                                         [](const Decimal& x) { return x >= "0"; }};
/// Decay factors: at 1 an average would never take in anything, and 1 - b^t would divide by 0.
inline constexpr Constraint decay_factor{"a number >= 0 and < 1", "0.9",
                                         [](const Decimal& x) { return x >= "0" && x < "1"; }};
/// Counts of things that are stored or walked.
inline constexpr Constraint positive_count{
    "a whole number from 1 to 1000000000", "64",
    [](const Decimal& x) { return x >= "1" && x <= "1000000000"; }};
inline constexpr Constraint seed32{"a whole number from 0 to 4294967295", "545345",
                                   [](const Decimal& x) { return x >= "0" && x <= "4294967295"; }};

/// One field of a struct of options: its name in study files, where it is, what it may be.
template <class Struct, class Field>
struct Option {
  std::string_view name;
  Field Struct::*field;
  std::string_view summary;
  Constraint constraint{};
  std::vector<std::string_view> (*choices)() = nullptr;  ///< all values of a text option
};

// clang 14 does not deduce the template arguments of an aggregate.
template <class Struct, class Field>
Option(std::string_view, Field Struct::*, std::string_view, Constraint = {},
       std::vector<std::string_view> (*)() = nullptr) -> Option<Struct, Field>;

/// What a study reader, a list or a message needs to know of an option.
struct OptionInfo {
  std::string name;
  OptionType type;
  std::string default_text;  ///< as it would be written in a study file; texts without quotes
  std::string summary;
  std::string expected;
  std::string example;
  std::vector<std::string> choices;
  bool (*holds)(const Decimal&) = nullptr;
};

namespace detail {

template <class Field>
inline constexpr OptionType option_type = std::same_as<Field, bool>      ? OptionType::boolean
                                          : std::integral<Field>         ? OptionType::integer
                                          : std::same_as<Field, Decimal> ? OptionType::real
                                                                         : OptionType::text;

template <class Field>
std::string option_text(const Field& value) {
  if constexpr (std::same_as<Field, bool>)
    return value ? "true" : "false";
  else if constexpr (std::integral<Field>)
    return std::to_string(value);
  else if constexpr (std::same_as<Field, Decimal>)
    return value.canonical();
  else
    return value;
}

}  // namespace detail

/// Describes the options of a struct that lists them in a static tuple function `options()`;
/// defaults are those of a default-constructed Struct.
template <class Struct>
std::vector<OptionInfo> describe_options() {
  std::vector<OptionInfo> all;
  const Struct defaults{};
  const auto describe = [&]<class Field>(const Option<Struct, Field>& option) {
    OptionInfo info{std::string(option.name),
                    detail::option_type<Field>,
                    detail::option_text(defaults.*option.field),
                    std::string(option.summary),
                    std::string(option.constraint.expected),
                    std::string(option.constraint.example),
                    {},
                    option.constraint.holds};
    if (info.type == OptionType::boolean) {
      info.expected = "true or false";
      info.example = "true";
    }
    if (option.choices) {
      for (const std::string_view choice : option.choices()) {
        info.expected += info.expected.empty() ? "one of " : info.choices.empty() ? " or " : ", ";
        info.expected += "\"" + std::string(choice) + "\"";
        info.choices.emplace_back(choice);
      }
      if (info.example.empty()) info.example = info.choices.front();
    }
    all.push_back(std::move(info));
  };
  std::apply([&](const auto&... option) { (describe(option), ...); }, Struct::options());
  return all;
}

/// Fills a Struct from texts, one for each option, asked of `text_of(name)`; the texts have
/// passed the option's constraint before.
template <class Struct>
Struct read_options(const std::function<std::string(std::string_view)>& text_of) {
  Struct values{};
  const auto read = [&]<class Field>(const Option<Struct, Field>& option) {
    const std::string text = text_of(option.name);
    Field& field = values.*option.field;
    if constexpr (std::same_as<Field, bool>)
      field = text == "true";
    else if constexpr (std::integral<Field>)
      field = static_cast<Field>(std::stoull(text));
    else
      field = text;
  };
  std::apply([&](const auto&... option) { (read(option), ...); }, Struct::options());
  return values;
}

}  // namespace ulpscope
