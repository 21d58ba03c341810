// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/keys.hpp"

#include <algorithm>
#include <cctype>

#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/rule/rules.hpp"
#include "ulpscope/schedule/schedules.hpp"
#include "ulpscope/study/interventions.hpp"
#include "ulpscope/study/precision.hpp"

namespace ulpscope {

namespace {

template <class Options>
Kind kind_of(std::string_view name, std::string_view summary) {
  Kind kind{std::string(name), std::string(summary), describe_options<Options>()};
  using TextOf = Kind::TextOf;
  if constexpr (requires(Options options) { options.conflict(); }) {
    kind.conflict = [](const TextOf& text_of) { return read_options<Options>(text_of).conflict(); };
  }
  if constexpr (requires(Options options) { options.idle(); }) {
    kind.idle = [](const TextOf& text_of) { return read_options<Options>(text_of).idle(); };
  }
  if constexpr (requires(Options options) { options.moments(); }) {
    kind.moments = [](const TextOf& text_of) { return read_options<Options>(text_of).moments(); };
  }
  if constexpr (requires { Options::needs; }) kind.needs = Options::needs;
  if constexpr (requires(Options options) { options.mismatch(std::uint64_t{}); }) {
    kind.mismatch = [](const TextOf& text_of, std::uint64_t classes) {
      return read_options<Options>(text_of).mismatch(classes);
    };
  }
  if constexpr (requires(Options options) { options.extent(); }) {
    kind.extent = [](const TextOf& text_of) { return read_options<Options>(text_of).extent(); };
  }
  if constexpr (requires(Options options, Decimal lr) { options.conflict_with(lr); }) {
    kind.conflict_with = [](const TextOf& text_of, const Decimal& lr) {
      return read_options<Options>(text_of).conflict_with(lr);
    };
  }
  if constexpr (requires { Options::joins_eps; }) kind.joins_eps = Options::joins_eps;
  if constexpr (requires(Options options) { options.conflict_with_steps(std::uint64_t{}); }) {
    kind.conflict_with_steps = [](const TextOf& text_of, std::uint64_t steps) {
      return read_options<Options>(text_of).conflict_with_steps(steps);
    };
  }
  return kind;
}

template <class... K>
Section section_of(std::string name, TypeList<K...>) {
  return {std::move(name), {kind_of<K>(K::name, K::summary)...}};
}

template <class Options>
Section plain_section(std::string name) {
  return {std::move(name), {kind_of<Options>("", "")}};
}

}  // namespace

const OptionInfo* Kind::find(std::string_view option) const {
  const auto at = std::find_if(options.begin(), options.end(), [&](const OptionInfo& candidate) {
    return candidate.name == option;
  });
  return at == options.end() ? nullptr : &*at;
}

const Kind* Section::find(std::string_view kind) const {
  const auto at = std::find_if(kinds.begin(), kinds.end(),
                               [&](const Kind& candidate) { return candidate.name == kind; });
  return at == kinds.end() ? nullptr : &*at;
}

std::vector<std::string> Section::kind_names() const {
  std::vector<std::string> names;
  for (const Kind& kind : kinds) names.push_back(kind.name);
  return names;
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all{plain_section<StudyOptions>("study"),
                                        section_of("data", DataKinds{}),
                                        plain_section<BatchOptions>("batch"),
                                        section_of("model", Models{}),
                                        section_of("rule", Rules{}),
                                        section_of("schedule", Schedules{}),
                                        plain_section<TransformList>("transform"),
                                        Section{"precision", {{"", "", precision_options()}}},
                                        section_of("intervention", Interventions{}),
                                        Section{"switch", {{"", "", switch_options()}}},
                                        plain_section<StopOptions>("stop"),
                                        plain_section<RecordOptions>("record")};
  return all;
}

const std::vector<std::string>& all_keys() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> keys;
    const auto add = [&](const std::string& key) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    };
    for (const Section& section : sections()) {
      if (section.has_kind()) add(section.name + ".kind");
      for (const Kind& kind : section.kinds) {
        for (const OptionInfo& option : kind.options) {
          const std::string key = section.name + "." + option.name;
          add(key);
          for (const OptionInfo& part : option.parts) add(key + "." + part.name);
        }
      }
    }
    return keys;
  }();
  return all;
}

const OptionInfo* find_option(std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return nullptr;
  std::string_view name = key.substr(dot + 1);
  const std::size_t part_dot = name.find('.');
  const std::string_view part =
      part_dot == std::string_view::npos ? std::string_view() : name.substr(part_dot + 1);
  name = name.substr(0, part_dot);
  for (const Section& section : sections()) {
    if (section.name != key.substr(0, dot)) continue;
    for (const Kind& kind : section.kinds) {
      const OptionInfo* option = kind.find(name);
      if (!option || part.empty()) {
        if (option) return option;
        continue;
      }
      for (const OptionInfo& candidate : option->parts) {
        if (candidate.name == part) return &candidate;
      }
    }
  }
  return nullptr;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string one_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += "\"" + names[i] + "\"";
  }
  return text;
}

namespace {

/// A list's items, each a choice, in the order of the choices: the order in which they are written
/// has no meaning.
std::string checked_items(const std::string& key, const OptionInfo& option, const Value& value) {
  std::vector<std::string> items;
  for (const std::string& item : value.items) {
    const auto& choices = option.choices;
    if (std::find(choices.begin(), choices.end(), item) == choices.end()) {
      throw InputError(value.place, key,
                       "\"" + item + "\": " + "expected a list of " + one_of(choices) +
                           suggestion(item, choices) + "; for example " +
                           key.substr(key.find('.') + 1) + " = [\"" + choices.front() + "\"]");
    }
  }
  for (const std::string& choice : option.choices) {
    if (std::find(value.items.begin(), value.items.end(), choice) != value.items.end()) {
      items.push_back(choice);
    }
  }
  return list_text(items);
}

}  // namespace

std::string checked(const std::string& key, const OptionInfo& option, const Value& value) {
  const std::string shown = value.kind == Value::Kind::text ? "\"" + value.text + "\"" : value.text;
  std::string why;  // something that looks like a number is not one here
  const auto unexpected = [&] {
    const bool number = value.kind == Value::Kind::integer || value.kind == Value::Kind::real;
    std::string problem =
        (number && !why.empty() ? why : shown + ":") + " expected " + option.expected;
    problem += suggestion(value.text, option.choices);
    std::size_t start = key.find('.') + 1;
    // A place in a list of tables is no part of the name: below [[transform]] it is kind alone.
    if (std::isdigit(static_cast<unsigned char>(key[start]))) start = key.find('.', start) + 1;
    const std::string name = key.substr(start);
    const bool quote = option.type == OptionType::text && !option.holds;
    const std::string example = quote ? "\"" + option.example + "\"" : option.example;
    return InputError(value.place, key, problem + "; for example " + name + " = " + example);
  };
  // The number that is written, if one is and it meets the constraint.
  const auto number = [&](bool whole) -> std::optional<Decimal> {
    if (whole && value.kind != Value::Kind::integer) return std::nullopt;
    try {
      const Decimal decimal(value.text);
      if (option.holds(decimal)) return decimal;
    } catch (const std::invalid_argument& error) {
      why = std::string(error.what()) + ";";
    }
    return std::nullopt;
  };
  const auto digits = [](const Decimal& whole) {
    return (whole.negative() ? "-" : "") + whole.digits() +
           std::string(static_cast<std::size_t>(whole.exponent()), '0');
  };
  switch (option.type) {
    case OptionType::boolean:
      if (value.kind == Value::Kind::boolean) return value.text;
      break;
    case OptionType::real:  // also in quotes, as TOML has no numbers beyond a double's
      if (const auto decimal = number(false)) return decimal->canonical();
      break;
    case OptionType::integer:
      if (const auto decimal = number(true)) return digits(*decimal);
      break;
    case OptionType::text:
      for (const std::string& choice : option.choices) {
        if (value.kind == Value::Kind::text && value.text == choice) return choice;
      }
      if (option.spelled && value.kind == Value::Kind::text && option.spelled(value.text)) {
        return value.text;
      }
      if (!option.holds) break;
      if (const auto decimal = number(true)) return digits(*decimal);
      break;
    case OptionType::list:
      if (value.kind == Value::Kind::list) return checked_items(key, option, value);
      break;
    case OptionType::group: break;  // its parts are checked one by one
  }
  throw unexpected();
}

}  // namespace ulpscope
