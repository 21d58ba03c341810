// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/compare.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

void add_new(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (!contains(names, name)) names.push_back(name);
  }
}

/// The columns that are neither the id nor a swept key.
std::vector<std::string> metrics_of(const ComparedFolder& folder) {
  std::vector<std::string> names = folder.summary.header;
  std::erase_if(names, [&](const std::string& name) {
    return name == "id" || contains(folder.plan.swept, name);
  });
  return names;
}

std::vector<std::string> values_of(const Cell& cell, const std::vector<std::string>& keys) {
  std::vector<std::string> values;
  for (const std::string& key : keys) {
    const Setting* setting = cell.find(key);
    values.push_back(setting ? setting->written : "");
  }
  return values;
}

/// Which cells go together: those of the first folder in its order, then what is left of the
/// second.
std::vector<ComparedCell> matched_cells(const ComparedFolder& first, const ComparedFolder& second,
                                        const std::vector<std::string>& swept) {
  using Matched = ComparedCell::Matched;
  std::unordered_map<std::string, const Cell*> ids;
  std::set<std::string> taken;  // of the second
  for (const Cell& cell : second.plan.cells) ids.emplace(cell.id, &cell);
  std::vector<ComparedCell> cells;
  using ByValues = std::map<std::vector<std::string>, std::vector<const Cell*>>;
  ByValues firsts, seconds;
  for (const Cell& cell : first.plan.cells) {
    ComparedCell compared;
    compared.first = &cell;
    if (const auto other = ids.find(cell.id); other != ids.end()) {
      compared.second = other->second;
      compared.matched = Matched::by_id;
      taken.insert(cell.id);
    } else {
      firsts[values_of(cell, swept)].push_back(&cell);
    }
    cells.push_back(std::move(compared));
  }
  for (const Cell& cell : second.plan.cells) {
    if (!taken.count(cell.id)) seconds[values_of(cell, swept)].push_back(&cell);
  }
  for (ComparedCell& compared : cells) {
    if (compared.second) continue;
    const auto values = values_of(*compared.first, swept);
    const auto others = seconds.find(values);
    const bool unique =
        firsts[values].size() == 1 && others != seconds.end() && others->second.size() == 1;
    if (!unique) continue;
    compared.second = others->second.front();
    compared.matched = Matched::by_values;
    taken.insert(compared.second->id);
  }
  for (const Cell& cell : second.plan.cells) {
    if (taken.count(cell.id)) continue;
    ComparedCell compared;
    compared.second = &cell;
    cells.push_back(std::move(compared));
  }
  return cells;
}

/// Adds the keys in which two descriptions differ.
void add_keys(const ComparedCell& cell, std::vector<KeyDifference>& keys) {
  const auto add = [&](const std::string& key, const std::string& first,
                       const std::string& second) {
    const auto at = std::find_if(keys.begin(), keys.end(), [&](const KeyDifference& other) {
      return other.values.name == key;
    });
    if (at == keys.end()) {
      keys.push_back({{key, first, second}, 1});
      return;
    }
    ++at->cells;
    if (at->values.first != first) at->values.first = "...";
    if (at->values.second != second) at->values.second = "...";
  };
  // What has no effect in either, or says no more than another setting, makes no difference; a data
  // file is known by its checksum, wherever it is.
  const auto counts = [](const Setting& setting) {
    return !setting.part && setting.idle.empty() && setting.key != key::data_file;
  };
  for (const Setting& setting : cell.first->settings) {
    const Setting* other = cell.second->find(setting.key);
    if (!counts(setting) && !(other && counts(*other))) continue;
    if (!other || other->canonical != setting.canonical) {
      add(setting.key, setting.written, other ? other->written : "");
    }
  }
  for (const Setting& setting : cell.second->settings) {
    if (counts(setting) && !cell.first->find(setting.key)) add(setting.key, "", setting.written);
  }
}

Traces compared_traces(const Csv& first, const Csv& second, const std::string& file) {
  const auto step_1 = first.column("step"), step_2 = second.column("step");
  if (!step_1 || !step_2) throw std::runtime_error(file + ": expected a column step");
  struct Both {
    std::size_t first, second;
  };
  std::vector<Both> columns;
  for (std::size_t i = 0; i < first.header.size(); ++i) {
    const auto other = second.column(first.header[i]);
    if (other && i != *step_1) columns.push_back({i, *other});
  }
  std::unordered_map<std::string_view, const std::vector<std::string>*> rows;
  for (const auto& row : second.rows) rows.emplace(row[*step_2], &row);
  Traces traces;
  for (const auto& row : first.rows) {
    const auto other = rows.find(row[*step_1]);
    if (other == rows.end()) continue;
    ++traces.common;
    if (traces.step) continue;
    for (const Both& column : columns) {
      const std::string &a = row[column.first], &b = (*other->second)[column.second];
      if (a != b) traces.columns.push_back({first.header[column.first], a, b});
    }
    if (!traces.columns.empty()) traces.step = row[*step_1];
  }
  return traces;
}

/// The checksum of a cell's files; empty where it is not at hand.
std::string seal_of(const ComparedFolder& folder, const std::string& id) {
  if (const auto done = read_done(cell_folder(folder.path, id))) return seal(*done);
  const auto at = folder.seals.find(id);
  return at == folder.seals.end() ? "" : at->second;
}

void compare_files(const ComparedFolder& first, const ComparedFolder& second, ComparedCell& cell) {
  using Bits = ComparedCell::Bits;
  const fs::path folder_1 = cell_folder(first.path, cell.first->id),
                 folder_2 = cell_folder(second.path, cell.second->id);
  if (!read_done(folder_1) || !read_done(folder_2)) {
    const std::string a = seal_of(first, cell.first->id), b = seal_of(second, cell.second->id);
    if (!a.empty() && !b.empty()) cell.bits = a == b ? Bits::same : Bits::differ;
    return;
  }
  for (const fs::path& folder : {folder_1, folder_2}) {
    const auto done = read_done(folder);
    const auto what = done ? damage(folder, *done) : std::nullopt;
    if (what) refuse_damaged(folder, *what);
  }
  cell.bits = Bits::same;
  for (const CellFiles::File& file : CellFiles().files) {
    const auto a = read_if_there(folder_1 / file.name), b = read_if_there(folder_2 / file.name);
    if (a == b) continue;
    cell.bits = Bits::differ;
    cell.files.emplace_back(file.name);
    if (file.name != "trace.csv" || !a || !b) continue;
    const std::string name_1 = (folder_1 / file.name).string(),
                      name_2 = (folder_2 / file.name).string();
    cell.traces = compared_traces(parse_csv(*a, name_1), parse_csv(*b, name_2), name_1);
  }
}

}  // namespace

ComparedFolder compared_folder(const fs::path& path, Study study) {
  ComparedFolder folder{path, std::move(study), {}, read_summary(path), {}, {}};
  const auto id = folder.summary.column("id");
  if (!id || !folder.summary.column("status")) {
    throw std::runtime_error((path / "summary.csv").string() + ": expected columns id and status");
  }
  for (const auto& row : folder.summary.rows) folder.rows.emplace(row[*id], folder.rows.size());
  folder.plan = make_plan(folder.study);
  folder.seals = read_seals(path);
  return folder;
}

std::string ComparedFolder::value(const Cell& cell, const std::string& column) const {
  const auto at = summary.column(column);
  const auto row = rows.find(cell.id);
  return at && row != rows.end() ? summary.rows[row->second][*at] : "";
}

Comparison compare_results(const ComparedFolder& first, const ComparedFolder& second) {
  Comparison comparison;
  comparison.swept = first.plan.swept;
  add_new(comparison.swept, second.plan.swept);
  comparison.metrics = metrics_of(first);
  add_new(comparison.metrics, metrics_of(second));
  comparison.cells = matched_cells(first, second, comparison.swept);
  for (ComparedCell& cell : comparison.cells) {
    if (cell.matched == ComparedCell::Matched::none) continue;
    add_keys(cell, comparison.keys);
    compare_files(first, second, cell);
    for (const std::string& metric : comparison.metrics) {
      const std::string a = first.value(*cell.first, metric),
                        b = second.value(*cell.second, metric);
      if (a != b) cell.metrics.push_back({metric, a, b});
    }
  }
  return comparison;
}

}  // namespace ulpscope
