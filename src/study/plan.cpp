// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/plan.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <map>
#include <set>
#include <sstream>

#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/sha256.hpp"

namespace ulpscope {
namespace {

constexpr std::size_t cell_limit = 1'000'000;

using Assignments = std::map<std::string, Value>;

std::string section_of(const std::string& key) { return key.substr(0, key.find('.')); }

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string digest(const Cell& cell) {
  std::vector<std::string> lines;
  for (const Setting& setting : cell.settings) {
    if (!setting.at_default && !setting.part && setting.key != key::steps) {
      lines.push_back(setting.key + "=" + setting.canonical + "\n");
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string description;
  for (const std::string& line : lines) description += line;
  return sha256(description).substr(0, 16);
}

/// The cell's kind of a section: as given, or the section's default.
const Kind& kind_of(const Section& section, const Assignments& given, Cell& cell) {
  if (!section.has_kind()) return section.kinds.front();
  const std::string key = section.name + ".kind";
  const Kind* kind = &section.kinds.front();
  const auto at = given.find(key);
  if (at != given.end()) {
    const Value& value = at->second;
    kind = section.find(value.text);
    if (!kind) {
      throw InputError(value.place, key,
                       "\"" + value.text + "\": unknown " + section.name + "; expected " +
                           one_of(section.kind_names()) +
                           suggestion(value.text, section.kind_names()) +
                           "; for example kind = \"" + section.kinds.front().name + "\"");
    }
  }
  cell.settings.push_back({key, kind->name, kind->name, true, kind == &section.kinds.front()});
  return *kind;
}

/// Texts, and numbers that TOML's doubles cannot hold.
bool needs_quotes(const OptionInfo& option, const std::string& canonical) {
  if (option.type == OptionType::text) {
    return contains(option.choices, canonical) || (option.spelled && option.spelled(canonical));
  }
  if (option.type != OptionType::real) return false;
  const Decimal number(canonical);
  return number >= "1e300" || number <= "-1e300";
}

/// Gives a key its value; a group's value is that of its parts, a bare text that of the first.
void assign(Assignments& given, const std::string& key, const Value& value) {
  const OptionInfo* option = find_option(key);
  if (!option || option->type != OptionType::group) {
    given.insert_or_assign(key, value);
  } else if (value.kind == Value::Kind::table) {
    for (const auto& [part, set] : value.parts) given.insert_or_assign(part, set);
  } else {
    given.insert_or_assign(key + "." + option->parts.front().name, value);
  }
}

Setting plain_setting(const std::string& key, const OptionInfo& option, const Value* value) {
  Setting setting;
  setting.key = key;
  setting.written = value ? value->text : option.default_text;
  setting.canonical = value ? checked(key, option, *value) : option.default_text;
  setting.at_default = setting.canonical == option.default_text;
  setting.quoted = needs_quotes(option, setting.canonical);
  return setting;
}

/// A group's setting, then its parts where some differs from its default.
void add_group(const std::string& key, const OptionInfo& option, const Assignments& given,
               std::set<std::string>& used, Cell& cell) {
  std::vector<Setting> parts;
  const Value* last_given = nullptr;
  Setting whole;
  whole.key = key;
  std::size_t changed = 0;
  for (const OptionInfo& part : option.parts) {
    const std::string part_key = key + "." + part.name;
    const auto at = given.find(part_key);
    if (at != given.end()) last_given = &at->second;
    parts.push_back(plain_setting(part_key, part, at == given.end() ? nullptr : &at->second));
    parts.back().part = true;
    used.insert(part_key);
    if (parts.back().at_default) continue;
    ++changed;
    const Setting& setting = parts.back();
    whole.canonical += (whole.canonical.empty() ? "{ " : ", ") + part.name + " = " +
                       (setting.quoted ? "\"" + setting.canonical + "\"" : setting.canonical);
  }
  whole.at_default = changed == 0;
  // The first part alone is a bare text, its default the group's.
  whole.quoted = changed == 0 || (changed == 1 && !parts.front().at_default);
  whole.canonical = whole.quoted ? parts.front().canonical : whole.canonical + " }";
  whole.written = whole.canonical;
  used.insert(key);
  cell.settings.push_back(std::move(whole));
  if (!last_given) return;
  cell.settings.insert(cell.settings.end(), parts.begin(), parts.end());
  const std::string why = option.conflict(cell.section(key));
  if (!why.empty()) throw InputError(last_given->place, key, why);
}

using TextOf = std::function<std::string(std::string_view)>;

/// Whether a cell with this rule, of these options, has the key of [precision].
bool applies(const std::string& option, const Kind& rule, const TextOf& text_of) {
  if (option == "eps_policy") return rule.find("eps") != nullptr;
  const auto* role = std::find_if(role_list.begin(), role_list.end(),
                                  [&](const RoleInfo& info) { return info.name == option; });
  if (role == role_list.end()) return true;
  if (role->role != Role::first_moment && role->role != Role::second_moment) return true;
  const auto moments = rule.moments(text_of);
  return std::find(moments.begin(), moments.end(), role->role) != moments.end();
}

/// The probe shadow needs a role that the rule keeps, and an arithmetic that is wider.
void check_shadow(const Cell& cell, const std::string& arithmetic) {
  if (cell["record.probes"].find("\"shadow\"") == std::string::npos) return;
  const std::string role = cell["record.shadow"];
  if (!cell.find("precision." + role)) {
    const bool first = cell.find("precision.first_moment") != nullptr;
    throw PrecisionError("record.probes",
                         "\"shadow\" follows the " + role + ", which the rule \"" +
                             cell["rule.kind"] + "\" does not keep; for example " +
                             (first ? "shadow = \"first_moment\"" : "probes = [\"moments\"]"));
  }
  if (arithmetic == "dec100") {
    throw PrecisionError("record.probes",
                         "\"shadow\" computes in an arithmetic wider than the rule's, and there "
                         "is none above dec100; expected a rule in dec50 or less, with roles that "
                         "fit it, or no shadow, for example probes = [\"moments\"]");
  }
}

/// The roles' formats must fit the arithmetics.
void check_precision(const Cell& cell, const Assignments& given) {
  try {
    check_shadow(cell, precision_of(cell).rule_arithmetic);
  } catch (const PrecisionError& error) {
    const bool whole = error.key().find('.') != std::string::npos;
    const std::string key = whole ? error.key() : "precision." + error.key();
    Place place{"precision", 0};
    for (const auto& [name, value] : given) {
      if (name == key || name.rfind(key + ".", 0) == 0) place = value.place;
    }
    throw InputError(place, key, error.what());
  }
}

/// A cell from the keys that are given; `used` takes the keys that it has.
Cell make_cell(const Assignments& given, std::set<std::string>& used) {
  Cell cell;
  const Kind* rule = nullptr;
  for (const Section& section : sections()) {
    const Kind& kind = kind_of(section, given, cell);
    if (section.has_kind()) used.insert(section.name + ".kind");
    if (section.name == "rule") rule = &kind;
    const Value* last_given = nullptr;
    for (const OptionInfo& option : kind.options) {
      const std::string key = section.name + "." + option.name;
      if (section.name == "precision" && !applies(option.name, *rule, cell.section("rule"))) {
        continue;
      }
      if (option.type == OptionType::group) {
        add_group(key, option, given, used, cell);
        continue;
      }
      const auto at = given.find(key);
      if (at != given.end()) last_given = &at->second;
      cell.settings.push_back(
          plain_setting(key, option, at == given.end() ? nullptr : &at->second));
      used.insert(key);
    }
    if (kind.conflict && last_given) {
      const std::string why = kind.conflict(cell.section(section.name));
      if (!why.empty()) throw InputError(last_given->place, section.name + "." + kind.name, why);
    }
  }
  check_precision(cell, given);
  cell.id = digest(cell);
  return cell;
}

/// The kinds of its section that have a key; for a key of [precision], the rules.
std::vector<std::string> owners(const std::string& section, const std::string& name) {
  std::vector<std::string> names;
  for (const Section& candidate : sections()) {
    for (const Kind& kind : candidate.kinds) {
      const auto default_of = [&](std::string_view option) {
        return kind.find(option)->default_text;
      };
      const bool has = section == "precision"
                           ? candidate.name == "rule" && applies(name, kind, default_of)
                           : candidate.name == section && kind.find(name);
      if (has) names.push_back(kind.name);
    }
  }
  return names;
}

[[noreturn]] void lacks(const Place& place, const std::string& key, const Cell* cell) {
  const std::string section = section_of(key);
  std::string name = key.substr(section.size() + 1);
  name = name.substr(0, name.find('.'));
  const std::string owner = section == "precision" ? "rule" : section;
  const auto names = owners(section, name);
  const std::string where = cell
                                ? "a cell with " + owner + ".kind = \"" + (*cell)[owner + ".kind"] +
                                      "\" has no " + section + "." + name
                                : "no cell of this study has it";
  throw InputError(place, key,
                   where + "; it belongs to " + one_of(names) + "; for example " + owner +
                       ".kind = \"" + names.front() + "\"");
}

/// Names must be keys or, where `others` has them, other columns.
void require_columns(const Place& place, const std::string& key,
                     const std::vector<std::string>& names,
                     const std::vector<std::string>& others) {
  std::vector<std::string> allowed = all_keys();
  allowed.insert(allowed.end(), others.begin(), others.end());
  for (const std::string& name : names) {
    if (contains(allowed, name)) continue;
    throw InputError(place, key,
                     "\"" + name + "\": expected a key" +
                         (others.empty() ? std::string() : " or one of " + one_of(others)) +
                         suggestion(name, allowed) + "; for example \"" +
                         (others.empty() ? "precision.arithmetic" : others.front()) + "\"");
  }
}

/// Rows of a table and lines of a figure are cells: their keys must tell the cells apart.
void require_distinct(const Plan& plan, const Place& place, const std::string& key,
                      const std::vector<std::string>& names) {
  std::set<std::vector<std::string>> seen;
  for (const Cell& cell : plan.cells) {
    std::vector<std::string> values;
    for (const std::string& name : names) {
      const Setting* setting = cell.find(name);
      values.push_back(setting ? setting->canonical : "");
    }
    if (seen.insert(std::move(values)).second) continue;
    std::vector<std::string> missing;
    for (const std::string& name : plan.swept) {
      if (!contains(names, name)) missing.push_back(name);
    }
    throw InputError(place, key,
                     "does not tell all cells apart; add " + one_of(missing) + ", for example [\"" +
                         missing.front() + "\"" + (names.empty() ? "" : ", \"" + names[0] + "\"") +
                         "]");
  }
}

void check_reports(const Study& study, const Plan& plan) {
  std::vector<std::string> columns;
  for (const MetricInfo& metric : metric_list) columns.emplace_back(metric.name);
  for (const char* name : {"id", "status", "steps", "seconds", "us_per_step"}) {
    columns.emplace_back(name);
  }
  for (const TableSpec& table : study.tables) {
    require_columns(table.place, "table.rows", table.rows, {});
    require_columns(table.place, "table.columns", table.columns, columns);
    require_distinct(plan, table.place, "table.rows", table.rows);
  }
  for (const FigureSpec& figure : study.figures) {
    require_columns(figure.place, "figure.by", figure.by, {});
    require_distinct(plan, figure.place, "figure.by", figure.by);
  }
}

}  // namespace

const Setting* Cell::find(std::string_view key) const {
  const auto at = std::find_if(settings.begin(), settings.end(),
                               [&](const Setting& setting) { return setting.key == key; });
  return at == settings.end() ? nullptr : &*at;
}

const std::string& Cell::operator[](std::string_view key) const {
  if (const Setting* setting = find(key)) return setting->canonical;
  // A group that is at its default has no settings for its parts.
  const std::size_t dot = key.rfind('.');
  const OptionInfo* part = find(key.substr(0, dot)) ? find_option(key) : nullptr;
  if (!part) throw std::logic_error("a cell without " + std::string(key));
  return part->default_text;
}

Precision precision_of(const Cell& cell) {
  return resolve_precision(cell.section("precision"), [&](std::string_view key) {
    return cell.find("precision." + std::string(key)) != nullptr;
  });
}

std::function<std::string(std::string_view)> Cell::section(std::string name) const {
  return [this, name = std::move(name)](std::string_view option) {
    return (*this)[name + "." + std::string(option)];
  };
}

Plan make_plan(const Study& study) {
  Plan plan;
  const auto sweeps = [&](const std::string& key) {
    if (!contains(plan.swept, key)) plan.swept.push_back(key);
  };
  std::size_t product = 1;
  for (const Axis& axis : study.axes) {
    sweeps(axis.key);
    product *= axis.values.size();
    if (product > cell_limit) {
      throw InputError(axis.place, "sweep." + axis.key,
                       "makes more than " + std::to_string(cell_limit) + " cells");
    }
  }
  for (const auto& cell : study.cells) {
    for (const Assignment& entry : cell) sweeps(entry.key);
  }
  // Explicit cells alone are the whole sweep; beside axes they follow the product.
  if (study.axes.empty() && !study.cells.empty()) product = 0;

  Assignments base;
  for (const Assignment& entry : study.base) assign(base, entry.key, entry.value);
  std::set<std::string> used;
  std::map<std::string, std::size_t> place_of_id;
  const auto add = [&](const std::vector<Assignment>& changes) {
    Assignments given = base;
    for (const auto& [key, value] : changes) assign(given, key, value);
    Cell cell = make_cell(given, used);
    for (const auto& [key, value] : changes) {
      const std::string& name = key;
      const auto at = std::find_if(cell.settings.begin(), cell.settings.end(),
                                   [&](const Setting& setting) { return setting.key == name; });
      if (at == cell.settings.end()) lacks(value.place, key, &cell);
      at->written = value.text;
    }
    const auto [at, fresh] = place_of_id.emplace(cell.id, plan.cells.size());
    if (!fresh) {
      const Place place = changes.empty() ? Place{study.file, 0} : changes.front().value.place;
      throw InputError(place, "sweep",
                       "cells " + std::to_string(at->second + 1) + " and " +
                           std::to_string(plan.cells.size() + 1) + " are the same run");
    }
    plan.cells.push_back(std::move(cell));
  };

  for (std::size_t index = 0; index < product; ++index) {
    std::vector<Assignment> changes;
    std::size_t rest = index;
    for (auto axis = study.axes.rbegin(); axis != study.axes.rend(); ++axis) {
      changes.push_back({axis->key, axis->values[rest % axis->values.size()]});
      rest /= axis->values.size();
    }
    std::reverse(changes.begin(), changes.end());
    add(changes);
  }
  for (const auto& cell : study.cells) add(cell);
  // Cells in which a swept part is not given have it at its default.
  for (const std::string& key : plan.swept) {
    for (Cell& cell : plan.cells) {
      const OptionInfo* option = find_option(key);
      if (cell.find(key) || !option || !cell.find(key.substr(0, key.rfind('.')))) continue;
      cell.settings.push_back(plain_setting(key, *option, nullptr));
      cell.settings.back().part = true;
    }
  }
  for (const Assignment& entry : study.base) {
    if (!used.count(entry.key)) lacks(entry.value.place, entry.key, nullptr);
  }
  check_reports(study, plan);
  return plan;
}

std::vector<const Cell*> select_cells(const Plan& plan, const std::string& only) {
  const Place place{"--only " + only, 0};
  std::vector<std::pair<std::string, std::string>> conditions;
  std::istringstream parts(only);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    if (equals == std::string::npos) {
      throw InputError(place, "", "expected key=value,..., for example precision.arithmetic=dec*");
    }
    const auto& keys = all_keys();
    if (!contains(keys, key)) {
      throw InputError(
          place, key,
          "unknown key" + suggestion(key, keys) + "; for example precision.arithmetic=dec*");
    }
    conditions.emplace_back(key, part.substr(equals + 1));
  }
  std::vector<const Cell*> selected;
  for (const Cell& cell : plan.cells) {
    const bool all = std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
      const Setting* setting = cell.find(condition.first);
      const auto matches = [&](const std::string& value) {
        return fnmatch(condition.second.c_str(), value.c_str(), 0) == 0;
      };
      return setting && (matches(setting->written) || matches(setting->canonical));
    });
    if (all) selected.push_back(&cell);
  }
  if (selected.empty()) throw InputError(place, "", "selects no cell of this study");
  return selected;
}

}  // namespace ulpscope
