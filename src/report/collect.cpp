// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <map>

#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/quartiles.hpp"

namespace ulpscope {
namespace {

using Row = Records::Row;

/// The values of the columns that name a line or a block.
std::vector<std::string> names_of(const Records& records, const std::vector<Column>& columns,
                                  const Row& row) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(records.value(column, row));
  return names;
}

Table::Field field_of(const Records& records, const Column& column, const std::vector<Row>& rows) {
  std::vector<std::string> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(records.value(column, row));
  const auto known = static_cast<std::size_t>(std::count_if(
      values.begin(), values.end(), [](const std::string& value) { return !value.empty(); }));
  const bool text = std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return !value.empty() && value != "inf" && value != "-inf" && value != "nan" &&
           !is_beyond(value) && !is_number(column, value);
  });
  const auto found = quartiles(values);
  // Words stand for shares that there are not: shares that there are have a median.
  if (text && !(found && column.kind == Column::Kind::share)) {
    return {counts(values), "", "", known, rows.size()};
  }
  if (!found) return {"", "", "", 0, rows.size()};
  if (rows.size() == 1 || is_beyond(found->low)) {
    return {found->middle, "", "", found->count, rows.size()};
  }
  return {found->middle, found->low, found->high, found->count, rows.size()};
}

/// Puts what cells have into a line's block; without cells it has none.
void fill(const Records& records, Table& table, std::size_t block, const std::vector<Row>& cells,
          Table::Line& line) {
  std::vector<Row> done;
  std::vector<std::string> others;
  for (const Row& row : cells) {
    const std::string status = records.status(row);
    if (status.empty()) {
      done.push_back(row);
    } else {
      others.push_back(table.collapsed ? status.substr(0, status.find(':')) : status);
    }
  }
  std::string& status = line.status[block];
  if (cells.empty()) status = "no cell";
  if (!cells.empty() && done.empty()) status = table.collapsed ? counts(others) : others.front();
  for (std::size_t i = table.blocks[block].first; i < table.end(block); ++i) {
    const Column& column = table.columns[i];
    if (cells.empty()) {
      line.fields.push_back({""});
    } else if (!table.collapsed) {
      line.fields.push_back({records.value(column, cells.front())});
    } else if (column.name == "cells") {
      std::string text = done.empty() ? "" : std::to_string(done.size());
      if (!others.empty()) text += (text.empty() ? "" : " done, ") + counts(others);
      line.fields.push_back({text});
    } else {
      line.fields.push_back(field_of(records, column, done));
    }
  }
}

}  // namespace

Table collect(const TableSpec& spec, const Csv& summary, const Csv& timings) {
  const Records records(summary, timings);
  std::vector<std::string> names = spec.rows;
  names.insert(names.end(), spec.columns.begin(), spec.columns.end());
  Table table;
  table.columns = find_columns(names, summary, timings, spec.place, "table.columns");
  for (Column& column : table.columns) {
    if (!spec.digits[column.name].empty()) column.digits = std::stoul(spec.digits[column.name]);
    if (!spec.titles[column.name].empty()) column.title = spec.titles[column.name];
    column.unit = spec.units[column.name];
  }
  const auto first = table.columns.begin() + static_cast<std::ptrdiff_t>(spec.rows.size());
  const std::vector<Column> keys(table.columns.begin(), first);
  std::vector<Column> block(first, table.columns.end());
  table.collapsed = !spec.over.empty();
  table.grouped = !spec.group.empty();
  if (table.collapsed) block.push_back({Column::Kind::key, "cells", "cells", {}});
  std::vector<Column> group;
  if (table.grouped)
    group = find_columns({spec.group}, summary, timings, spec.place, "table.group");

  std::vector<std::vector<std::string>> lines, blocks;  // their names
  std::map<std::vector<std::string>, std::size_t> line_places, block_places;
  const auto place = [](auto& all, auto& places, const std::vector<std::string>& key) {
    const auto [at, fresh] = places.emplace(key, all.size());
    if (fresh) all.push_back(key);
    return at->second;
  };
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Row>> cells;
  for (const Row* row : selected_rows(spec.place, spec.only, summary)) {
    if (!table.grouped && !table.collapsed) line_places.clear();  // each cell has a line
    const std::size_t line = place(lines, line_places, names_of(records, keys, *row));
    cells[{line, place(blocks, block_places, names_of(records, group, *row))}].push_back(*row);
  }
  if (blocks.empty()) blocks.emplace_back();

  table.columns = keys;
  for (const auto& name : blocks) {
    const bool word = name.empty() || !read_number(name[0]);
    table.blocks.push_back({name.empty() ? ""
                            : word       ? name[0]
                                         : group[0].title + " = " + name[0],
                            table.columns.size()});
    table.columns.insert(table.columns.end(), block.begin(), block.end());
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Table::Line line;
    for (const std::string& name : lines[i]) line.fields.push_back({name});
    line.status.resize(blocks.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) fill(records, table, b, cells[{i, b}], line);
    table.lines.push_back(std::move(line));
  }
  return table;
}

std::vector<Shown> shown_in(const Table& table, const Table::Line& line) {
  std::vector<Shown> all;
  for (std::size_t i = 0; i < table.blocks.front().first; ++i) all.push_back({i, 1, ""});
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    bool told = line.status[b].empty();
    for (std::size_t i = table.blocks[b].first; i < table.end(b); ++i) {
      if (told || table.columns[i].kind == Column::Kind::key) {
        all.push_back({i, 1, ""});
        continue;
      }
      // The status takes the place of all neighbouring metrics.
      std::size_t span = 1;
      while (i + span < table.end(b) && table.columns[i + span].kind != Column::Kind::key) ++span;
      all.push_back({i, span, line.status[b]});
      i += span - 1;
      told = true;
    }
  }
  return all;
}

bool is_number(const Column& column, const std::string& value) {
  return column.name != "id" && read_number(value).has_value();
}

std::string shown(const Column& column, const std::string& value) {
  const auto number = read_number(value);
  if (column.kind == Column::Kind::key || !number) return value;
  if (number->zero()) return "0";
  if (value.find_first_of(".eE") == std::string::npos) return value;
  // Losses compare at a glance only if all of them have an exponent; seconds need none.
  const bool readable = number->exponent >= -2 && number->exponent < 4;
  const bool free = column.kind == Column::Kind::timing || column.kind == Column::Kind::share;
  return free && readable ? plain(*number, column.digits) : scientific(*number, column.digits);
}

bool is_numeric(const Table& table, std::size_t at) {
  bool any = false;
  for (const Table::Line& line : table.lines) {
    const std::string& value = line.fields[at].value;
    if (is_number(table.columns[at], value)) {
      any = true;
    } else if (!value.empty() && value != "inf" && value != "-inf" && value != "nan" &&
               !is_beyond(value)) {
      return false;
    }
  }
  return any;
}

}  // namespace ulpscope
