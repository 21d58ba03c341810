// SPDX-License-Identifier: BSL-1.0
#include "read_report.hpp"

#include <algorithm>
#include <set>

#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/study/prediction.hpp"

namespace ulpscope {
namespace {

/// Any value; one that no key here takes is a boolean.
Value value_in(const Document& document, const toml::node& node) {
  Value value{Value::Kind::boolean, "true", document.place(node)};
  if (node.is_string()) {
    value.kind = Value::Kind::text;
    value.text = **node.as_string();
  } else if (const auto whole = node.value_exact<std::int64_t>()) {
    value.kind = Value::Kind::integer;
    value.text = std::to_string(*whole);
  } else if (const auto real = node.value_exact<double>()) {
    value.kind = Value::Kind::real;
    value.text = toml_number(*real);
  } else if (const auto* table = node.as_table()) {
    value.kind = Value::Kind::table;
    for (const auto& [name, part] : in_order(*table)) {
      value.parts.emplace_back(name, value_in(document, *part));
    }
  } else if (const auto* array = node.as_array()) {
    const bool texts = std::all_of(array->begin(), array->end(),
                                   [](const toml::node& item) { return item.is_string(); });
    if (!texts) return value;
    value.kind = Value::Kind::list;
    for (const toml::node& item : *array) value.items.push_back(**item.as_string());
  }
  return value;
}

template <class Spec>
Spec read_spec(const Document& document, const toml::table& table, const std::string& what,
               std::size_t number, const std::vector<ReportKey<Spec>>& keys) {
  Spec spec;
  spec.place = document.place(table);
  spec.name = what + "-" + std::to_string(number);
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const auto& key : keys) names.push_back(key.name);
  for (const auto& [name, node] : in_order(table)) {
    const std::string& wanted = name;
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const auto& other) { return other.name == wanted; });
    if (key == keys.end()) {
      std::string all;
      for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
      throw InputError(
          document.place(*node), concatenated({what, ".", name}),
          "unknown key; expected one of " + all + suggestion(name, names) + "; for example " +
              (what == "table" ? "columns = [\"floor\", \"onset\"]" : "kind = \"loss\""));
    }
    assign_report_key(what, *key, value_in(document, *node), spec);
  }
  return spec;
}

/// Metrics and timings that are numbers.
std::vector<std::string> number_columns() {
  std::vector<std::string> columns;
  for (const MetricInfo& metric : metric_list) {
    if (metric.name != "verdict") columns.emplace_back(metric.name);
  }
  columns.insert(columns.end(), timing_columns.begin(), timing_columns.end());
  columns.insert(columns.end(), share_columns.begin(), share_columns.end());
  return columns;
}

/// All columns but keys.
std::vector<std::string> other_columns() {
  std::vector<std::string> columns;
  columns.reserve(metric_list.size());
  for (const MetricInfo& metric : metric_list) columns.emplace_back(metric.name);
  for (const char* name : {"id", "status"}) columns.emplace_back(name);
  for (const std::string& name : prediction_names()) columns.push_back(name);
  columns.insert(columns.end(), timing_columns.begin(), timing_columns.end());
  columns.insert(columns.end(), share_columns.begin(), share_columns.end());
  return columns;
}

/// Names must be keys or, where `others` has them, other columns.
void require_columns(const Place& place, const std::string& key,
                     const std::vector<std::string>& names,
                     const std::vector<std::string>& others) {
  std::vector<std::string> allowed = all_keys();
  allowed.insert(allowed.end(), labels().begin(), labels().end());
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

/// Every name that the keys hold is one of what they name.
template <class Spec>
void require_names(const std::string& table, const std::vector<ReportKey<Spec>>& keys,
                   const Spec& spec) {
  for (const auto& key : keys) {
    if (key.names == Names::nothing) continue;
    std::vector<std::string> names;
    if (const auto* text = std::get_if<std::string Spec::*>(&key.member)) {
      if (!(spec.**text).empty()) names = {spec.**text};
    } else if (const auto* list = std::get_if<std::vector<std::string> Spec::*>(&key.member)) {
      names = spec.**list;
    }
    require_columns(spec.place, table + "." + key.name, names,
                    key.names == Names::keys ? std::vector<std::string>() : other_columns());
  }
}

/// Rows of a table and lines of a figure are cells: their keys must tell the cells apart.
void require_distinct(const Plan& plan, const Place& place, const std::string& key,
                      const std::vector<std::string>& names, const std::string& only) {
  std::set<std::vector<std::string>> seen;
  for (const Cell* cell : select_cells(plan, place, only)) {
    std::vector<std::string> values;
    for (const std::string& name : names) {
      const Setting* setting = cell->find(name);
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

/// A path figure shows how the two parameters of one surface move, which a probe records.
void require_path(const Plan& plan, const FigureSpec& figure) {
  const auto cells = select_cells(plan, figure.place, figure.only);
  const std::string& model = (*cells.front())["model.kind"];
  for (const Cell* cell : cells) {
    if ((*cell)["model.kind"] != model) {
      throw InputError(
          figure.place, "figure.kind",
          concatenated({"a path is drawn over the contour lines of one surface, here are \"", model,
                        "\" and \"", (*cell)["model.kind"],
                        "\"; for example only = \"model.kind=", model, "\""}));
    }
    if (!has_probe(*cell, "path")) {
      throw InputError(figure.place, "figure.kind",
                       "a path is drawn from the probe \"path\", which a cell does not record; for "
                       "example probes = [\"path\"] under [record]");
    }
  }
}

/// A figure of the sharpness shows what a probe records.
void require_sharpness(const Plan& plan, const FigureSpec& figure) {
  for (const Cell* cell : select_cells(plan, figure.place, figure.only)) {
    if (has_probe(*cell, "sharpness")) continue;
    throw InputError(figure.place, "figure.kind",
                     "it is drawn from the probe \"sharpness\", which a cell does not record; for "
                     "example probes = [\"sharpness\"] under [record]");
  }
}

/// A figure of traces shows columns that its cells record.
void require_recorded(const Plan& plan, const FigureSpec& figure) {
  for (const std::string& column : figure.columns) {
    if (column == "loss") continue;
    std::vector<std::string> known{"loss"};
    const ProbeInfo* probe = nullptr;
    for (const ProbeInfo& info : probe_list) {
      for (const std::string_view name : info.columns()) {
        known.emplace_back(name);
        if (name == column) probe = &info;
      }
    }
    if (!probe) {
      throw InputError(figure.place, "figure.columns",
                       "\"" + column + "\": expected one of " + one_of(known) +
                           suggestion(column, known) + "; for example columns = [\"shadow_max\"]");
    }
    const auto cells = select_cells(plan, figure.place, figure.only);
    if (std::all_of(cells.begin(), cells.end(),
                    [&](const Cell* cell) { return has_probe(*cell, probe->name); })) {
      continue;
    }
    throw InputError(figure.place, "figure.columns",
                     "\"" + column + "\" is measured by the probe \"" + std::string(probe->name) +
                         "\", which a cell does not record; for example probes = [\"" +
                         std::string(probe->name) + "\"] under [record]");
  }
}

/// A metric of a probe is one of cells that record it.
void require_measured(const Plan& plan, const Place& place, const std::string& key,
                      const std::vector<std::string>& names) {
  for (const MetricInfo& metric : metric_list) {
    if (metric.probe.empty() || !contains(names, std::string(metric.name))) continue;
    const bool any = std::any_of(plan.cells.begin(), plan.cells.end(),
                                 [&](const Cell& cell) { return has_probe(cell, metric.probe); });
    if (any) continue;
    throw InputError(
        place, key,
        concatenated({"\"", metric.name, "\" is measured by the probe \"", metric.probe,
                      "\", which no cell records; for example probes = [\"", metric.probe,
                      "\"] under [record]"}));
  }
}

/// The columns that digits, units and titles speak of are there.
void require_own_columns(const TableSpec& table) {
  std::vector<std::string> names = table.rows;
  names.insert(names.end(), table.columns.begin(), table.columns.end());
  for (const auto& key : table_keys()) {
    const auto* member = std::get_if<PerColumn TableSpec::*>(&key.member);
    if (!member) continue;
    for (const auto& [column, text] : (table.**member).of) {
      if (contains(names, column)) continue;
      throw InputError(table.place, "table." + key.name,
                       "\"" + column + "\": expected one of this table's rows and columns, " +
                           one_of(names) + suggestion(column, names) + "; for example " + key.name +
                           " = " + key.example);
    }
  }
}

/// A key that names blocks, rows and what is collapsed names one of them.
void require_once(const Place& place, const std::string& key, const std::vector<std::string>& names,
                  const std::vector<std::string>& others) {
  for (const std::string& name : names) {
    if (!contains(others, name)) continue;
    throw InputError(place, key,
                     "\"" + name +
                         "\" names rows, columns or lines here, too; expected another "
                         "key, for example \"data.seed\"");
  }
}

std::vector<std::string> joined(std::vector<std::string> names,
                                const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

void check_table(const TableSpec& table, const Plan& plan) {
  require_names("table", table_keys(), table);
  require_own_columns(table);
  require_measured(plan, table.place, "table.columns", table.columns);
  if (table.columns.empty() && (table.rows.empty() || !table.group.empty())) {
    throw InputError(table.place, "table.columns",
                     "is missing; expected metrics, timings or keys, for example columns = "
                     "[\"floor\", \"onset\"]");
  }
  require_once(table.place, "table.group", joined({}, {table.group}), table.rows);
  const auto named = joined(table.rows, {table.group});
  require_once(table.place, "table.over", table.over, joined(named, table.columns));
  require_distinct(plan, table.place, table.over.empty() ? "table.rows" : "table.over",
                   joined(named, table.over), table.only);
}

/// A metric or timing that is a number.
void require_number(const FigureSpec& figure, const std::string& key, const std::string& name) {
  const auto numbers = number_columns();
  if (contains(numbers, name)) return;
  throw InputError(figure.place, "figure." + key,
                   "\"" + name + "\": expected a number, one of " + one_of(numbers) +
                       suggestion(name, numbers) + "; for example " + key + " = \"floor\"");
}

void check_figure(const FigureSpec& figure, const Plan& plan) {
  require_names("figure", figure_keys(), figure);
  const auto distinct = [&](const std::string& key, const std::vector<std::string>& names) {
    require_once(figure.place, "figure.over", figure.over, names);
    require_distinct(plan, figure.place, "figure." + key, joined(names, figure.over), figure.only);
  };
  require_measured(plan, figure.place, "figure.kind", {figure.y, figure.value});
  if (drawn_from_traces(figure.kind)) {
    require_distinct(plan, figure.place, "figure.by", figure.by, figure.only);
    if (figure.kind == "trace") require_recorded(plan, figure);
    if (figure.kind == "path") require_path(plan, figure);
    if (figure.kind == "sharpness") require_sharpness(plan, figure);
  } else if (figure.kind == "metric") {
    require_number(figure, "y", figure.y);
    require_once(figure.place, "figure.x", {figure.x}, figure.by);
    distinct(figure.over.empty() ? "by" : "over", joined(figure.by, {figure.x}));
  } else if (figure.kind == "heat-map") {
    require_columns(figure.place, "figure.y", {figure.y}, {});
    require_once(figure.place, "figure.y", {figure.y}, {figure.x});
    if (figure.value != "verdict") require_number(figure, "value", figure.value);
    distinct("over", {figure.x, figure.y});
  } else {
    require_number(figure, "value", figure.value);
    select_cells(plan, figure.place, figure.only);
  }
}

}  // namespace

TableSpec read_table_spec(const Document& document, const toml::table& table, std::size_t number) {
  return read_spec(document, table, "table", number, table_keys());
}

FigureSpec read_figure_spec(const Document& document, const toml::table& table,
                            std::size_t number) {
  FigureSpec spec = read_spec(document, table, "figure", number, figure_keys());
  require_kind_keys(spec);
  return spec;
}

void require_kind_keys(const FigureSpec& spec) {
  for (const auto& key : figure_keys()) {
    if (key.kinds.empty()) continue;
    const bool belongs = contains(key.kinds, spec.kind);
    const bool given = !report_line(key, spec).empty();
    if (given && !belongs) {
      throw InputError(spec.place, "figure." + key.name,
                       "belongs to figures of kind = " + one_of(key.kinds) +
                           "; for example kind = \"" + key.kinds.front() + "\"");
    }
    const bool needed = contains({"x", "y", "value", "columns"}, key.name);
    if (belongs && needed && !given) {
      throw InputError(spec.place, "figure." + key.name,
                       "is missing; a figure of kind = \"" + spec.kind + "\" needs it, " +
                           key.summary + "; for example " + key.name + " = " + key.example);
    }
  }
}

namespace {

/// Only [isolate] gives cells its labels, and something to explain.
template <class Spec>
void require_labels(const std::string& table, const std::vector<ReportKey<Spec>>& keys,
                    const Spec& spec) {
  for (const std::string& name : named_columns(keys, spec)) {
    if (!contains(labels(), name) && !contains(share_columns, name)) continue;
    throw InputError(spec.place, table,
                     "\"" + name +
                         "\" is there in a study with [isolate] alone; expected that, for "
                         "example formats = [\"binary32\"] under [isolate]");
  }
}

}  // namespace

void check_reports(const Study& study, const Plan& plan) {
  if (!study.isolate) {
    for (const TableSpec& table : study.tables) require_labels("table", table_keys(), table);
    for (const FigureSpec& figure : study.figures) require_labels("figure", figure_keys(), figure);
  }
  for (const TableSpec& table : study.tables) check_table(table, plan);
  for (const FigureSpec& figure : study.figures) check_figure(figure, plan);
}

}  // namespace ulpscope
