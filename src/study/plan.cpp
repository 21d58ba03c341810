// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/plan.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <map>
#include <set>
#include <sstream>

#include "make_cell.hpp"
#include "read_report.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

constexpr std::size_t cell_limit = 1'000'000;

}  // namespace

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
  DataSizes sizes;
  std::map<std::string, std::size_t> place_of_id;
  const auto add = [&](const std::vector<Assignment>& changes) {
    Assignments given = base;
    for (const auto& [key, value] : changes) assign(given, key, value);
    Cell cell = make_cell(given, used, sizes);
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

Selection::Selection(const Place& place, const std::string& only) {
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
    conditions_.push_back({key, part.substr(equals + 1)});
  }
}

bool Selection::Condition::holds(const std::string& value) const {
  return fnmatch(glob.c_str(), value.c_str(), 0) == 0;
}

bool Selection::selects(const Cell& cell) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const Setting* setting = cell.find(condition.key);
    return setting && (condition.holds(setting->written) || condition.holds(setting->canonical));
  });
}

std::vector<const Cell*> select_cells(const Plan& plan, const Place& place,
                                      const std::string& only) {
  const Selection selection(place, only);
  std::vector<const Cell*> selected;
  for (const Cell& cell : plan.cells) {
    if (selection.selects(cell)) selected.push_back(&cell);
  }
  if (selected.empty()) throw InputError(place, "", "selects no cell of this study");
  return selected;
}

std::vector<const Cell*> select_cells(const Plan& plan, const std::string& only) {
  return select_cells(plan, {"--only " + only, 0}, only);
}

}  // namespace ulpscope
