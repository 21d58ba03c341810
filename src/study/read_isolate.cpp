// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include "document.hpp"
#include "isolate.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace {

/// [isolate]; its formats are read by themselves.
struct IsolateOptions {
  std::string exact = "dec50";
  std::vector<std::string> roles{};
  std::string rounding = "every";

  static auto options() {
    return std::tuple{
        Option{"exact",
               &IsolateOptions::exact,
               "the arithmetic that stands for exact",
               {},
               arithmetic_names},
        Option{"roles",
               &IsolateOptions::roles,
               "that are coarse alone, and exact alone; all that a cell has if not "
               "given",
               {},
               [] {
                 std::vector<std::string_view> names;
                 names.reserve(role_count);
                 for (const RoleInfo& role : role_list) names.push_back(role.name);
                 return names;
               }},
        Option{"rounding", &IsolateOptions::rounding, "of formats that do not say it", {}, [] {
                 return std::vector<std::string_view>{"every", "store"};
               }}};
  }
};

}  // namespace

const std::vector<OptionInfo>& isolate_options() {
  static const std::vector<OptionInfo> all = [] {
    auto options = describe_options<IsolateOptions>();
    OptionInfo formats{};
    formats.name = "formats";
    formats.type = OptionType::list;
    formats.summary = "the coarse ones, each as a role has it";
    formats.expected = R"(a list such as ["binary32", { format = "p11", mode = "up" }])";
    options.insert(options.begin() + 2, std::move(formats));
    return options;
  }();
  return all;
}

const std::vector<std::string>& labels() {
  static const std::vector<std::string> all{isolate_label::way, isolate_label::role,
                                            isolate_label::format};
  return all;
}

const std::vector<OptionInfo>& common_parts() { return find_option("precision.data")->parts; }

std::string written(const Value& value) {
  return value.kind == Value::Kind::text ? toml_text(value.text) : value.text;
}

namespace {

const OptionInfo& option_of(const std::string& name) {
  const auto& all = isolate_options();
  return *std::find_if(all.begin(), all.end(),
                       [&](const OptionInfo& option) { return option.name == name; });
}

const std::string example =
    "formats = [\"binary32\", { format = \"p11\", mode = \"toward-zero\" }]";

IsolateSpec::Coarse read_format(const Document& document, const toml::node& node) {
  const std::string key = "isolate.formats";
  IsolateSpec::Coarse coarse;
  coarse.place = document.place(node);
  const auto add = [&](const OptionInfo& part, const Value& value) {
    coarse.parts.emplace_back(part.name, value);
    const std::string text = checked(key + "." + part.name, part, value);
    const bool speaks = part.name == "format" || part.name == "mode" || part.name == "rounding";
    coarse.label += (coarse.label.empty() ? "" : " ") + (speaks ? text : part.name + "=" + text);
  };
  if (node.is_string()) {
    add(common_parts().front(), document.value(key, node));
    return coarse;
  }
  if (!node.is_table()) {
    throw InputError(coarse.place, key,
                     "expected formats, each a text or a table; for example " + example);
  }
  std::vector<std::string> names;
  for (const OptionInfo& part : common_parts()) names.push_back(part.name);
  for (const auto& [name, item] : in_order(*node.as_table())) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      throw InputError(
          document.place(*item), key,
          concatenated({"\"", name, "\" is no part of a format; expected ", one_of(names),
                        suggestion(name, names), "; for example ", example}));
    }
    add(common_parts()[static_cast<std::size_t>(at - names.begin())], document.value(key, *item));
  }
  if (coarse.parts.empty()) {
    throw InputError(coarse.place, key, "a format without parts; for example " + example);
  }
  return coarse;
}

std::vector<IsolateSpec::Coarse> read_formats(const Document& document, const toml::node& node) {
  std::vector<IsolateSpec::Coarse> formats;
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) formats.push_back(read_format(document, item));
  } else {
    formats.push_back(read_format(document, node));
  }
  for (std::size_t i = 0; i < formats.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (formats[i].label != formats[j].label) continue;
      throw InputError(formats[i].place, "isolate.formats",
                       "\"" + formats[i].label + "\" is there twice; expected each once, for " +
                           "example " + example);
    }
  }
  return formats;
}

std::vector<std::string> read_roles(const Document& document, const toml::node& node) {
  const std::string key = "isolate.roles";
  Value value{Value::Kind::list, "", document.place(node)};
  const auto add = [&](const toml::node& item) {
    const Value one = document.value(key, item);
    value.items.push_back(written(one));
    if (one.kind == Value::Kind::text) value.items.back() = one.text;
  };
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) add(item);
  } else {
    add(node);
  }
  return detail::list_items(checked(key, option_of("roles"), value));
}

}  // namespace

void read_isolate_key(const Document& document, const std::string& key, const toml::node& node,
                      Study& study) {
  if (!study.isolate) study.isolate.emplace();
  IsolateSpec& spec = *study.isolate;
  const auto text = [&](const std::string& name) {
    Value value = document.value("isolate." + name, node);
    checked("isolate." + name, option_of(name), value);
    return value;
  };
  if (key == "exact") {
    spec.exact = text(key);
  } else if (key == "rounding") {
    spec.rounding = text(key).text;
  } else if (key == "roles") {
    spec.roles = read_roles(document, node);
  } else if (key == "formats") {
    spec.formats = read_formats(document, node);
  } else {
    std::vector<std::string> names;
    for (const OptionInfo& option : isolate_options()) names.push_back(option.name);
    throw InputError(document.place(node), "isolate." + key,
                     "unknown key; expected " + one_of(names) + suggestion(key, names) +
                         "; for example " + example);
  }
}

std::string isolate_toml(const IsolateSpec& spec) {
  std::string text = "exact = " + toml_text(spec.exact.text) + "\n";
  if (!spec.roles.empty()) text += "roles = " + list_text(spec.roles) + "\n";
  std::string formats;
  for (const IsolateSpec::Coarse& coarse : spec.formats) {
    std::string parts;
    for (const auto& [part, value] : coarse.parts) {
      parts += (parts.empty() ? "{ " : ", ") + part + " = " + written(value);
    }
    const bool bare = coarse.parts.size() == 1 && coarse.parts.front().first == "format";
    formats += (formats.empty() ? "" : ", ") +
               (bare ? written(coarse.parts.front().second) : parts + " }");
  }
  return text + "formats = [" + formats + "]\nrounding = " + toml_text(spec.rounding) + "\n";
}

}  // namespace ulpscope
