// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/keys.hpp"

#include <algorithm>
#include <numeric>

#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/rule/rules.hpp"
#include "ulpscope/study/precision.hpp"

namespace ulpscope {

namespace {

template <class Options>
Kind kind_of(std::string_view name, std::string_view summary) {
  Kind kind{std::string(name), std::string(summary), describe_options<Options>()};
  if constexpr (requires(Options options) { options.conflict(); }) {
    kind.conflict = [](const std::function<std::string(std::string_view)>& text_of) {
      return read_options<Options>(text_of).conflict();
    };
  }
  if constexpr (requires(Options options) { options.moments(); }) {
    kind.moments = [](const std::function<std::string(std::string_view)>& text_of) {
      return read_options<Options>(text_of).moments();
    };
  }
  if constexpr (requires { Options::joins_eps; }) kind.joins_eps = Options::joins_eps;
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

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
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
                                        section_of("model", Models{}),
                                        section_of("rule", Rules{}),
                                        Section{"precision", {{"", "", precision_options()}}},
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

std::optional<std::string> nearest(std::string_view text,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(text.size() / 2, 2) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view text, const std::vector<std::string>& candidates) {
  const auto near = nearest(text, candidates);
  return near ? "; did you mean \"" + *near + "\"?" : "";
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
    const std::string name = key.substr(key.find('.') + 1);
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
