// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/column.hpp"

#include <algorithm>
#include <map>

#include "ulpscope/report/share.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/prediction.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace {

bool is_key(const std::string& name) { return name.find('.') != std::string::npos; }

std::string short_title(const std::string& name) {
  if (is_key(name)) {
    const std::size_t dot = name.rfind('.');
    const std::string last = name.substr(dot + 1);
    return last == "kind" ? name.substr(0, dot) : last;
  }
  if (name == "us_per_step") return "us/step";
  std::string title = name;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

Column find_column(const std::string& name, const Csv& summary, const Csv& timings,
                   const Place& place, const std::string& key) {
  Column column;
  column.name = name;
  if (contains(timing_columns, name)) {
    column.kind = Column::Kind::timing;
    column.at = timings.column(name);
    return column;
  }
  const bool plain =
      is_key(name) || name == "id" || name == "status" || contains(prediction_names(), name);
  column.kind = plain                           ? Column::Kind::key
                : contains(share_columns, name) ? Column::Kind::share
                                                : Column::Kind::metric;
  column.at = summary.column(name);
  if (column.at) return column;
  std::vector<std::string> known = summary.header;
  known.insert(known.end(), timing_columns.begin(), timing_columns.end());
  std::string expected;
  for (const std::string& one : known) expected += (expected.empty() ? "" : ", ") + one;
  throw InputError(place, key,
                   "\"" + name + "\": expected a swept key, a metric or a timing: " + expected +
                       "; for example " + key.substr(key.find('.') + 1) + " = [\"" +
                       (summary.header.size() > 1 ? summary.header[1] : "floor") + "\"]");
}

/// Runs end: without an onset so far, a settled cell may have one later.
void mark_censored(Csv& summary, const std::string& steps) {
  const auto onset = summary.column("onset"), verdict = summary.column("verdict"),
             stopped = summary.column("stopped");
  if (!onset || !verdict || !stopped) return;
  for (auto& row : summary.rows) {
    if (row[*verdict] != "stable") continue;
    row[*onset] = "> " + (row[*stopped].empty() ? steps : row[*stopped]);
  }
}

}  // namespace

Csv for_report(Csv summary, const Study& study) {
  mark_censored(summary, steps_of(study));
  std::vector<std::string> names;
  const auto add = [&](const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  const auto add_conditions = [&](const auto& spec) {
    const Selection selection(spec.place, spec.only);
    for (const auto& condition : selection.conditions()) names.push_back(condition.key);
  };
  for (const TableSpec& table : study.tables) {
    add_conditions(table);
    add(named_columns(table_keys(), table));
  }
  for (const FigureSpec& figure : study.figures) {
    add_conditions(figure);
    add(named_columns(figure_keys(), figure));
    if (figure.kind == "path") names.emplace_back("model.kind");
  }
  for (const std::string& share : share_columns) {
    if (contains(names, share)) summary = with_share(std::move(summary), share);
  }
  const auto prediction = [](const std::string& name) {
    return std::find_if(prediction_list.begin(), prediction_list.end(),
                        [&](const PredictionInfo& info) { return info.name == name; });
  };
  std::erase_if(names, [&](const std::string& name) {
    const bool of_cell = is_key(name) || prediction(name) != prediction_list.end();
    return !of_cell || summary.column(name).has_value();
  });
  if (names.empty()) return summary;
  const Plan plan = make_plan(study);
  std::map<std::string, const Cell*> cells;
  for (const Cell& cell : plan.cells) cells.emplace(cell.id, &cell);
  const auto id = summary.column("id");
  for (const std::string& name : names) {
    if (summary.column(name)) continue;  // named twice
    summary.header.push_back(name);
    for (auto& row : summary.rows) {
      const auto cell = cells.find(id ? row[*id] : "");
      if (cell == cells.end()) {
        row.emplace_back();
      } else if (!is_key(name)) {
        row.push_back(prediction(name)->of(*cell->second));
      } else {
        const Setting* setting = cell->second->find(name);
        row.push_back(setting ? setting->written : "");
      }
    }
  }
  return summary;
}

std::vector<const Records::Row*> selected_rows(const Place& place, const std::string& only,
                                               const Csv& summary) {
  const Selection selection(place, only);
  std::vector<const Records::Row*> rows;
  for (const Records::Row& row : summary.rows) {
    const auto& conditions = selection.conditions();
    const bool all = std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
      const auto at = summary.column(condition.key);
      return at && condition.holds(row[*at]);
    });
    if (all) rows.push_back(&row);
  }
  return rows;
}

std::vector<Column> find_columns(const std::vector<std::string>& names, const Csv& summary,
                                 const Csv& timings, const Place& place, const std::string& key) {
  std::vector<Column> columns;
  for (const std::string& name : names) {
    const std::string title = short_title(name);
    const auto alike = std::count_if(names.begin(), names.end(), [&](const std::string& other) {
      return short_title(other) == title;
    });
    columns.push_back(find_column(name, summary, timings, place, key));
    columns.back().title = alike > 1 && is_key(name) ? name : title;
  }
  return columns;
}

Records::Records(const Csv& summary, const Csv& timings)
    : summary_(&summary), id_(summary.column("id")), status_(summary.column("status")) {
  if (const auto id = timings.column("id")) {
    for (const Row& row : timings.rows) timings_[row[*id]] = &row;
  }
}

const std::string& Records::value(const Column& column, const Row& row) const {
  static const std::string none;
  if (column.kind != Column::Kind::timing) return row[*column.at];
  const auto timed = id_ ? timings_.find(row[*id_]) : timings_.end();
  return column.at && timed != timings_.end() ? timed->second->at(*column.at) : none;
}

std::string Records::status(const Row& row) const {
  return status_ && row[*status_] != "done" ? row[*status_] : "";
}

}  // namespace ulpscope
