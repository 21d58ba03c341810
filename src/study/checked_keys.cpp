// SPDX-License-Identifier: BSL-1.0
#include "checked_keys.hpp"

#include <algorithm>

namespace ulpscope {

bool applies(const std::string& option, const Kind& rule, const std::vector<Role>& moments) {
  if (option == "eps_policy") return rule.joins_eps;
  const auto* role = std::find_if(role_list.begin(), role_list.end(),
                                  [&](const RoleInfo& info) { return info.name == option; });
  if (role == role_list.end()) return true;
  if (role->role != Role::first_moment && role->role != Role::second_moment) return true;
  return std::find(moments.begin(), moments.end(), role->role) != moments.end();
}

namespace {

std::string section_of(const std::string& key) { return key.substr(0, key.find('.')); }

/// The kinds of its section that have a key; for a key of [precision], the rules; for one of
/// [batch], the models that have samples.
std::vector<std::string> owners(const std::string& section, const std::string& name) {
  std::vector<std::string> names;
  for (const Section& candidate : sections()) {
    for (const Kind& kind : candidate.kinds) {
      const auto default_of = [&](std::string_view option) {
        return kind.find(option)->default_text;
      };
      const bool has =
          section == "switch" ? candidate.name == "intervention" && kind.name == "switch"
          : section == "precision"
              ? candidate.name == "rule" && applies(name, kind, kind.moments(default_of))
          : section == "batch" ? candidate.name == "model" && kind.needs != Targets::none
                               : candidate.name == section && kind.find(name);
      if (has) names.push_back(kind.name);
    }
  }
  return names;
}

/// The error for a key that this cell, or without one all cells, lack.
[[noreturn]] void lacks(const Place& place, const std::string& key, const Cell* cell) {
  const std::string section = section_of(key);
  std::string name = key.substr(section.size() + 1);
  name = name.substr(0, name.find('.'));
  const std::string owner = section == "precision" ? "rule"
                            : section == "switch"  ? "intervention"
                            : section == "batch"   ? "model"
                                                   : section;
  const auto names = owners(section, name);
  const std::string where = cell
                                ? "a cell with " + owner + ".kind = \"" + (*cell)[owner + ".kind"] +
                                      "\" has no " + section + "." + name
                                : "no cell of this study has it";
  throw InputError(place, key,
                   where + "; it belongs to " + one_of(names) + "; for example " + owner +
                       ".kind = \"" + names.front() + "\"");
}

[[noreturn]] void without_effect(const Place& place, const std::string& key,
                                 const std::string& where, std::string_view cure) {
  throw InputError(place, key,
                   "changes nothing in " + where +
                       "; expected it where it does; for example beside " + std::string(cure));
}

}  // namespace

void require_effect(const std::string& key, const Value& value, const Cell& cell) {
  const Setting* setting = cell.find(key);
  if (!setting) setting = cell.find(key.substr(0, key.rfind('.')));
  if (setting && setting->idle.empty()) return;
  if (const OptionInfo* option = find_option(key)) {
    const bool group = option->type == OptionType::group;
    if ((group ? value.text : checked(key, *option, value)) == option->default_text) return;
  }
  if (!setting) lacks(value.place, key, &cell);
  without_effect(value.place, key, "a cell that has it", setting->idle);
}

void CheckedKeys::add(const std::string& key, std::string_view idle) {
  if (idle.empty()) {
    used_.insert(key);
  } else {
    idle_.emplace(key, idle);
  }
}

void CheckedKeys::require_use(const Place& place, const std::string& key) const {
  if (used_.count(key)) return;
  const auto at = idle_.find(key);
  if (at == idle_.end()) lacks(place, key, nullptr);
  without_effect(place, key, "any cell of this study", at->second);
}

}  // namespace ulpscope
