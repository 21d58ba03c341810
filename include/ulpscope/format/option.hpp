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

/// A list is of texts. A group has options of its own, its parts; a bare text is its first part.
enum class OptionType { boolean, integer, real, text, list, group };

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
inline constexpr Constraint any_count{
    "a whole number from 0 to 1000000000", "100",
    [](const Decimal& x) { return x.exponent() >= 0 && x >= "0" && x <= "1000000000"; }};
inline constexpr Constraint any_whole{"a whole number", "5", [](const Decimal& x) {
                                        return x.exponent() >= 0 && x >= "-1000000000000" &&
                                               x <= "1000000000000";
                                      }};
inline constexpr Constraint seed64{
    "a whole number from 0 to 9223372036854775807", "1",
    [](const Decimal& x) { return x.exponent() >= 0 && x >= "0" && x <= "9223372036854775807"; }};
inline constexpr Constraint seed32{"a whole number from 0 to 4294967295", "545345",
                                   [](const Decimal& x) { return x >= "0" && x <= "4294967295"; }};

/// One field of a struct of options: its name in study files, where it is, what it may be.
template <class Struct, class Field>
struct Option {
  std::string_view name;
  Field Struct::*field;
  std::string_view summary;
  Constraint constraint{};
  std::vector<std::string_view> (*choices)() = nullptr;  ///< the values of a text option
  bool (*spelled)(std::string_view) = nullptr;           ///< further ones, by how they are written
};

// clang 14 does not deduce the template arguments of an aggregate.
template <class Struct, class Field>
Option(std::string_view, Field Struct::*, std::string_view, Constraint = {},
       std::vector<std::string_view> (*)() = nullptr, bool (*)(std::string_view) = nullptr)
    -> Option<Struct, Field>;

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
  bool (*spelled)(std::string_view) = nullptr;
  std::vector<OptionInfo> parts;  ///< of a group
  /// Why the texts of a group's parts do not go together, or nothing.
  std::string (*conflict)(const std::function<std::string(std::string_view)>& text_of) = nullptr;
};

/// ["a", "b"], as a study file has it; the texts hold no quotes.
inline std::string list_text(const std::vector<std::string>& texts) {
  std::string text = "[";
  for (const std::string& item : texts) text += (text.size() > 1 ? ", \"" : "\"") + item + "\"";
  return text + "]";
}

template <class Struct>
std::vector<OptionInfo> describe_options();
template <class Struct>
Struct read_options(const std::function<std::string(std::string_view)>& text_of);

namespace detail {

template <class Field>
concept Group = requires {
  Field::options();
};

using Texts = std::vector<std::string>;

/// What list_text wrote.
inline Texts list_items(std::string_view text) {
  Texts items;
  for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
    const std::size_t end = text.find('"', at + 1);
    items.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return items;
}

template <class Field>
inline constexpr OptionType option_type = Group<Field>                   ? OptionType::group
                                          : std::same_as<Field, Texts>   ? OptionType::list
                                          : std::same_as<Field, bool>    ? OptionType::boolean
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
  else if constexpr (std::same_as<Field, Texts>)
    return list_text(value);
  else if constexpr (Group<Field>)
    return value.*(std::get<0>(Field::options()).field);
  else
    return value;
}

}  // namespace detail

/// Describes the options of a struct that lists them in a static tuple function `options()`;
/// defaults are those of a default-constructed Struct.
template <class Struct>
std::vector<OptionInfo> describe_options() {
  std::vector<OptionInfo> all;
  const Struct defaults = Struct();  // GCC 12 takes {} of a struct with a base for uninitialized
  const auto describe = [&]<class Field>(const Option<Struct, Field>& option) {
    OptionInfo info{std::string(option.name),
                    detail::option_type<Field>,
                    detail::option_text(defaults.*option.field),
                    std::string(option.summary),
                    std::string(option.constraint.expected),
                    std::string(option.constraint.example),
                    {},
                    option.constraint.holds,
                    option.spelled,
                    {},
                    nullptr};
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
      if (info.example.empty()) {
        info.example = info.type == OptionType::list ? list_text({info.choices.front()})
                                                     : info.choices.front();
      }
    }
    if constexpr (detail::Group<Field>) {
      info.parts = describe_options<Field>();
      if constexpr (requires(const Field& field) { field.conflict(); }) {
        info.conflict = [](const std::function<std::string(std::string_view)>& text_of) {
          return read_options<Field>(text_of).conflict();
        };
      }
    }
    all.push_back(std::move(info));
  };
  std::apply([&](const auto&... option) { (describe(option), ...); }, Struct::options());
  return all;
}

/// An option that changes nothing beside the others' values, and an example of one by which it
/// would.
struct Idle {
  std::string_view option;
  std::string_view cure;
};

/// Fills a Struct from texts, one for each option, asked of `text_of(name)`; the texts have
/// passed the option's constraint before. The parts of a group are asked for as `group.part`, but
/// where the group's own text is its default.
template <class Struct>
Struct read_options(const std::function<std::string(std::string_view)>& text_of) {
  Struct values = Struct();
  const auto read = [&]<class Field>(const Option<Struct, Field>& option) {
    const std::string text = text_of(option.name);
    Field& field = values.*option.field;
    if constexpr (std::same_as<Field, bool>)
      field = text == "true";
    else if constexpr (std::integral<Field>)
      field = static_cast<Field>(std::stoll(text));
    else if constexpr (std::same_as<Field, detail::Texts>)
      field = detail::list_items(text);
    else if constexpr (detail::Group<Field>) {
      if (text == detail::option_text(field)) return;
      field = read_options<Field>([&](std::string_view part) {
        return text_of(std::string(option.name) + "." + std::string(part));
      });
    } else
      field = text;
  };
  std::apply([&](const auto&... option) { (read(option), ...); }, Struct::options());
  return values;
}

}  // namespace ulpscope
