// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/plan.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <memory>
#include <set>
#include <sstream>
#include <unordered_map>

#include "isolate.hpp"
#include "make_cell.hpp"
#include "read_report.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

/// The axes that advance together: one alone, or those of a zip.
using Dimension = std::vector<const Axis*>;

std::vector<Dimension> dimensions_of(const Study& study) {
  std::vector<Dimension> dimensions;
  for (const Axis& axis : study.axes) {
    const auto same = std::find_if(
        dimensions.begin(), dimensions.end(),
        [&](const Dimension& other) { return axis.zip != 0 && other.front()->zip == axis.zip; });
    if (same == dimensions.end()) {
      dimensions.push_back({&axis});
    } else {
      same->push_back(&axis);
    }
  }
  return dimensions;
}

/// How many cells the axes make.
std::size_t product_of(const Study& study, const std::vector<Dimension>& dimensions) {
  // Explicit cells alone are the whole sweep; beside axes they follow the product.
  if (dimensions.empty() && !study.cells.empty()) return 0;
  std::size_t product = 1;
  for (const Dimension& dimension : dimensions) {
    const Axis& axis = *dimension.front();
    product *= axis.values.size();
    if (product > cell_limit) {
      throw InputError(axis.place, "sweep." + axis.key,
                       "makes more than " + std::to_string(cell_limit) + " cells");
    }
  }
  return product;
}

/// Cells in which a swept part of a group is not given have it at its default.
void add_default_parts(Plan& plan) {
  for (const std::string& key : plan.swept) {
    const std::string group = key.substr(0, key.rfind('.'));
    const OptionInfo* option = find_option(key);
    if (!option || !find_option(group)) continue;
    auto part = std::make_shared<Settings::Block>();
    part->push_back(plain_setting(key, *option, nullptr));
    part->back().part = true;
    for (Cell& cell : plan.cells) {
      if (!cell.find(key) && cell.find(group)) cell.settings.add(part);
    }
  }
}

}  // namespace

Plan make_plan(const Study& study) {
  Plan plan;
  const auto sweeps = [&](const std::string& key) {
    if (!contains(plan.swept, key)) plan.swept.push_back(key);
  };
  const std::vector<Dimension> dimensions = dimensions_of(study);
  const std::size_t product = product_of(study, dimensions);
  for (const Axis& axis : study.axes) sweeps(axis.key);
  for (const auto& cell : study.cells) {
    for (const Assignment& entry : cell) sweeps(entry.key);
  }

  std::optional<Isolation> isolation;
  if (study.isolate) {
    isolation.emplace(study);
    for (const std::string& key : labels()) sweeps(key);
  }

  CellMaker maker(study.base);
  plan.cells.reserve(product + study.cells.size());
  std::unordered_map<std::string, std::size_t> place_of_id(product + study.cells.size());
  const auto put = [&](Cell cell, const std::vector<Change>& changes) {
    const auto [at, fresh] = place_of_id.emplace(cell.id, plan.cells.size());
    if (!fresh) {
      const Place place = changes.empty() ? Place{study.file, 0} : changes.front().value->place;
      throw InputError(place, "sweep",
                       "cells " + std::to_string(at->second + 1) + " and " +
                           std::to_string(plan.cells.size() + 1) + " are the same run");
    }
    plan.cells.push_back(std::move(cell));
    if (plan.cells.size() > cell_limit) {
      throw InputError(changes.front().value->place, "isolate",
                       "makes more than " + std::to_string(cell_limit) + " cells");
    }
  };
  const auto add = [&](const std::vector<Change>& changes) {
    if (isolation) {
      isolation->expand(maker, changes, put);
    } else {
      put(maker.make(changes), changes);
    }
  };

  for (std::size_t index = 0; index < product; ++index) {
    std::vector<Change> changes;
    std::size_t stride = product;
    for (const Dimension& dimension : dimensions) {
      const std::size_t size = dimension.front()->values.size();
      stride /= size;
      for (const Axis* axis : dimension) {
        changes.push_back({&axis->key, &axis->values[index / stride % size]});
      }
    }
    add(changes);
  }
  for (const auto& cell : study.cells) {
    std::vector<Change> changes;
    changes.reserve(cell.size());
    for (const Assignment& entry : cell) changes.push_back({&entry.key, &entry.value});
    add(changes);
  }
  add_default_parts(plan);
  for (const Assignment& entry : study.base) {
    maker.keys().require_use(entry.value.place, entry.key);
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
    std::vector<std::string> keys = all_keys();
    keys.insert(keys.end(), labels().begin(), labels().end());
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
