// SPDX-License-Identifier: BSL-1.0
#include "document.hpp"

#include <algorithm>
#include <sstream>

#include "range.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {

InputError::InputError(const Place& place, const std::string& key, const std::string& problem)
    : std::runtime_error(place.file + (place.line > 0 ? ":" + std::to_string(place.line) : "") +
                         ": " + (key.empty() ? "" : key + ": ") + problem) {}

Document::Document(std::string file, const std::string& source) : file_(std::move(file)) {
  std::istringstream lines(source);
  for (std::string line; std::getline(lines, line);) {
    const bool ascii = std::all_of(line.begin(), line.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    lines_.push_back({line, ascii});
  }
  // toml++ follows dotted keys and nested lists by recursion.
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string& text = lines_[i].text;
    const std::string key = text.substr(0, text.find('='));
    if (std::count(key.begin(), key.end(), '.') > 100) {
      throw InputError({file_, static_cast<int>(i) + 1}, "",
                       "a key of more than 100 parts; expected one such as rule.lr");
    }
  }
  try {
    root_ = toml::parse(std::string_view(source), std::string_view(file_));
  } catch (const toml::parse_error& error) {
    std::string what(error.description());
    if (what.find("floating-point") != std::string::npos) {
      what += "; a number beyond 1e308 stands in quotes, for example lr = \"1e500\"";
    }
    throw InputError({file_, static_cast<int>(error.source().begin.line)}, "",
                     "not valid TOML: " + what);
  }
}

Place Document::place(const toml::node& node) const {
  return {file_, static_cast<int>(node.source().begin.line)};
}

/// A boolean, number or text; nothing for tables, arrays and dates.
std::optional<Value> Document::value(const toml::node& node) const {
  if (node.is_boolean()) {
    return Value{Value::Kind::boolean, **node.as_boolean() ? "true" : "false", place(node)};
  }
  if (node.is_string()) return Value{Value::Kind::text, **node.as_string(), place(node)};
  if (node.is_integer()) return Value{Value::Kind::integer, token(node), place(node)};
  if (node.is_floating_point()) return Value{Value::Kind::real, token(node), place(node)};
  return std::nullopt;
}

Value Document::list(const std::string& key, const toml::array& array) const {
  Value all{Value::Kind::list, "", place(array)};
  for (const toml::node& item : array) {
    if (!item.is_string()) {
      throw InputError(place(item), key, "expected a list of texts, for example [\"moments\"]");
    }
    all.items.push_back(**item.as_string());
  }
  all.text = list_text(all.items);
  return all;
}

Value Document::table(const std::string& key, const toml::table& table) const {
  Value all{Value::Kind::table, "", place(table)};
  for (const auto& [name, node] : in_order(table)) {
    const std::string part = concatenated({key, ".", name});
    require_known(place(*node), part);
    Value value = this->value(part, *node);
    const std::string shown =
        value.kind == Value::Kind::text ? "\"" + value.text + "\"" : value.text;
    all.text += concatenated({all.text.empty() ? "" : ", ", name, " = ", shown});
    all.parts.emplace_back(part, std::move(value));
  }
  all.text = "{ " + all.text + " }";
  return all;
}

Value Document::value(const std::string& key, const toml::node& node) const {
  if (auto found = value(node)) return *found;
  const OptionInfo* option = find_option(key);
  if (option && option->type == OptionType::list && node.is_array()) {
    return list(key, *node.as_array());
  }
  if (option && option->type == OptionType::group && node.is_table()) {
    return table(key, *node.as_table());
  }
  if (option && option->type == OptionType::group) {
    throw InputError(place(node), key,
                     "expected a text or a table; for example " + key.substr(key.rfind('.') + 1) +
                         " = { format = \"p10\" }");
  }
  throw InputError(place(node), key, "expected a single number, text, true or false");
}

Axis Document::axis(const std::string& key, const toml::node& node) const {
  if (const auto* table = node.as_table()) return range_axis(*this, key, *table);
  Axis axis{key, {}, place(node)};
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) axis.values.push_back(value(key, item));
  }
  if (axis.values.empty()) {
    throw InputError(axis.place, "sweep." + key,
                     "expected a list or a range of values, for example \"rule.lr\" = [1e-3, 1e-4] "
                     "or { from = 1e-5, to = 1e-1, log = 9 }");
  }
  return axis;
}

/// Columns count code points, bytes where a line is ASCII.
std::string Document::token(const toml::node& node) const {
  const auto& begin = node.source().begin;
  const Line& line = lines_.at(begin.line - 1);
  std::size_t at = begin.column - 1;
  if (!line.ascii) {
    at = 0;
    for (toml::source_index column = 1; column < begin.column; ++column) {
      do ++at;
      while (at < line.text.size() && (static_cast<unsigned char>(line.text[at]) & 0xC0U) == 0x80U);
    }
  }
  const std::size_t end = line.text.find_first_not_of("+-._0123456789abcdefinoxABCDEF", at);
  return line.text.substr(at, end - at);
}

std::vector<std::pair<std::string, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> entries;
  for (const auto& [key, value] : table) entries.emplace_back(std::string(key.str()), &value);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto& x = a.second->source().begin;
    const auto& y = b.second->source().begin;
    return std::pair(x.line, x.column) < std::pair(y.line, y.column);
  });
  return entries;
}

namespace {

/// What follows the last point.
std::string last_name(const std::string& key) { return key.substr(key.rfind('.') + 1); }
std::string group_of(const std::string& key) { return key.substr(0, key.rfind('.')); }

/// The key of a part that another role has and this one lacks, or nothing.
std::optional<std::string> part_elsewhere(const std::string& key) {
  const auto& keys = all_keys();
  if (!contains(keys, group_of(key))) return std::nullopt;
  const auto at = std::find_if(keys.begin(), keys.end(), [&](const std::string& other) {
    return contains(keys, group_of(other)) && last_name(other) == last_name(key);
  });
  if (at == keys.end()) return std::nullopt;
  return *at;
}

[[noreturn]] void unknown_key(const Place& place, const std::string& key) {
  if (const auto other = part_elsewhere(key)) {
    throw InputError(place, key,
                     "unknown key; \"" + last_name(*other) + "\" belongs to " + group_of(*other) +
                         "; for example " + last_name(group_of(*other)) + " = { " +
                         last_name(*other) + " = \"" + find_option(*other)->example + "\" }");
  }
  throw InputError(place, key,
                   "unknown key" + suggestion(key, all_keys()) +
                       "; for example rule.lr = 1e-3 (ulpscope list keys shows all)");
}

}  // namespace

void require_known(const Place& place, const std::string& key) {
  if (!contains(all_keys(), key)) unknown_key(place, key);
}

void require_sweepable(const Place& place, const std::string& key) {
  require_known(place, key);
  if (key == key::steps) {
    throw InputError(place, key,
                     "cannot be swept: the first rows of a long run are those of a shorter one; "
                     "set steps under [study], for example steps = 6000");
  }
}

void apply_set(const std::string& set, Study& study) {
  const Place place{"--set " + set, 0};
  const std::size_t equals = set.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(place, "", "expected key=value, for example --set rule.lr=1e-4");
  }
  const std::string key = set.substr(0, equals);
  const std::string written = set.substr(equals + 1);
  if (key == "study.name" || key == "study.title") {
    (key == "study.name" ? study.name : study.title) = written;
    return;
  }
  const bool isolates = key.starts_with("isolate.");
  if (!isolates) require_known(place, key);

  std::optional<Document> document;
  try {
    document.emplace(place.file, "value = " + written);
    if (document->root().size() != 1) document.reset();  // a line break brought other keys
  } catch (const InputError&) {
    document.reset();
  }
  if (isolates) {
    if (!document) document.emplace(place.file, "value = " + toml_text(written));
    read_isolate_key(*document, key.substr(key.find('.') + 1), *document->root().get("value"),
                     study);
    return;
  }
  const toml::node* node = document ? document->root().get("value") : nullptr;
  const OptionInfo* option = find_option(key);
  const auto type = option ? option->type : OptionType::text;
  const bool many =
      node && ((node->is_array() && type != OptionType::list) ||
               (node->is_table() && (type != OptionType::group || is_range(*node->as_table()))));
  Axis given{key, {{Value::Kind::text, written, place}}, place};
  if (node && many) given = document->axis(key, *node);
  if (node && !many) given.values = {document->value(key, *node)};
  given.place = place;
  for (Value& value : given.values) {
    value.place = place;
    for (auto& [part, inner] : value.parts) inner.place = place;
  }

  const auto axis = std::find_if(study.axes.begin(), study.axes.end(),
                                 [&](const Axis& other) { return other.key == key; });
  if (axis != study.axes.end()) {
    given.zip = axis->zip;
    const auto zipped = std::count_if(study.axes.begin(), study.axes.end(), [&](const Axis& other) {
      return given.zip != 0 && other.zip == given.zip;
    });
    // Beside lists that it advances with, a single value stays where it is.
    if (!many && zipped > 1) given.values.resize(axis->values.size(), Value(given.values.front()));
    *axis = std::move(given);
    require_equal_lengths(study.axes, place);
  } else if (many) {
    require_sweepable(place, key);
    study.axes.push_back(std::move(given));
  } else {
    // The last assignment counts; a group as a whole leaves the parts given before it no say.
    std::erase_if(study.base, [&](const Assignment& entry) {
      return entry.key == key || entry.key.rfind(key + ".", 0) == 0;
    });
    study.base.push_back({key, std::move(given.values.front())});
  }
}

}  // namespace ulpscope
