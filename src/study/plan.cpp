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
    if (!setting.at_default && setting.key != key::steps) {
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
  if (option.type == OptionType::text) return contains(option.choices, canonical);
  if (option.type != OptionType::real) return false;
  const Decimal number(canonical);
  return number >= "1e300" || number <= "-1e300";
}

/// A cell from the keys that are given; `used` takes the keys that it has.
Cell make_cell(const Assignments& given, std::set<std::string>& used) {
  Cell cell;
  for (const Section& section : sections()) {
    const Kind& kind = kind_of(section, given, cell);
    if (section.has_kind()) used.insert(section.name + ".kind");
    const Value* last_given = nullptr;
    for (const OptionInfo& option : kind.options) {
      Setting setting;
      setting.key = section.name + "." + option.name;
      const std::string& default_text = option.default_text;
      const auto at = given.find(setting.key);
      if (at == given.end()) {
        setting.written = setting.canonical = default_text;
        setting.at_default = true;
      } else {
        last_given = &at->second;
        setting.written = at->second.text;
        setting.canonical = checked(setting.key, option, at->second);
        setting.at_default = setting.canonical == default_text;
      }
      setting.quoted = needs_quotes(option, setting.canonical);
      used.insert(setting.key);
      cell.settings.push_back(std::move(setting));
    }
    if (kind.conflict && last_given) {
      const std::string why = kind.conflict(cell.section(section.name));
      if (!why.empty()) throw InputError(last_given->place, section.name + "." + kind.name, why);
    }
  }
  cell.id = digest(cell);
  return cell;
}

[[noreturn]] void lacks(const Place& place, const std::string& key, const Cell* cell) {
  const std::string section = section_of(key);
  const std::string name = key.substr(section.size() + 1);
  std::vector<std::string> owners;
  for (const Section& candidate : sections()) {
    for (const Kind& kind : candidate.kinds) {
      if (candidate.name == section && kind.find(name)) owners.push_back(kind.name);
    }
  }
  const std::string where = cell ? "a cell with " + section + ".kind = \"" +
                                       (*cell)[section + ".kind"] + "\" has no " + key
                                 : "no cell of this study has it";
  throw InputError(place, key,
                   where + "; it belongs to " + one_of(owners) + "; for example " + section +
                       ".kind = \"" + owners.front() + "\"");
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
  const Setting* setting = find(key);
  if (!setting) throw std::logic_error("a cell without " + std::string(key));
  return setting->canonical;
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
  for (const Assignment& entry : study.base) base.insert_or_assign(entry.key, entry.value);
  std::set<std::string> used;
  std::map<std::string, std::size_t> place_of_id;
  const auto add = [&](const Assignments& changes) {
    Assignments given = base;
    for (const auto& [key, value] : changes) given.insert_or_assign(key, value);
    Cell cell = make_cell(given, used);
    for (const auto& [key, value] : changes) {
      if (!cell.find(key)) lacks(value.place, key, &cell);
    }
    const auto [at, fresh] = place_of_id.emplace(cell.id, plan.cells.size());
    if (!fresh) {
      const Place place = changes.empty() ? Place{study.file, 0} : changes.begin()->second.place;
      throw InputError(place, "sweep",
                       "cells " + std::to_string(at->second + 1) + " and " +
                           std::to_string(plan.cells.size() + 1) + " are the same run");
    }
    plan.cells.push_back(std::move(cell));
  };

  for (std::size_t index = 0; index < product; ++index) {
    Assignments changes;
    std::size_t rest = index;
    for (auto axis = study.axes.rbegin(); axis != study.axes.rend(); ++axis) {
      changes.insert_or_assign(axis->key, axis->values[rest % axis->values.size()]);
      rest /= axis->values.size();
    }
    add(changes);
  }
  for (const auto& cell : study.cells) {
    Assignments changes;
    for (const Assignment& entry : cell) changes.insert_or_assign(entry.key, entry.value);
    add(changes);
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
    const auto keys = all_keys();
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
