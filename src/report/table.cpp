// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/table.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/file.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

using Row = std::vector<std::string>;

Table collect(const TableSpec& spec, const Csv& summary, const Csv& timings) {
  Table table;
  std::vector<std::string> names = spec.rows;
  names.insert(names.end(), spec.columns.begin(), spec.columns.end());
  table.columns = find_columns(names, summary, timings, spec.place, "table.columns");

  std::map<std::string, const Row*> timing;
  if (const auto id = timings.column("id")) {
    for (const Row& row : timings.rows) timing[row[*id]] = &row;
  }
  const auto id = summary.column("id");
  const auto status = summary.column("status");
  for (const Row& row : summary.rows) {
    if (!selects(spec.place, spec.only, summary, row)) continue;
    Table::Line line;
    if (status && row[*status] != "done") line.status = row[*status];
    const auto timed = id ? timing.find(row[*id]) : timing.end();
    for (const Column& column : table.columns) {
      if (column.kind != Column::Kind::timing) {
        line.values.push_back(value_of(column, row));
      } else {
        const bool known = column.at && timed != timing.end();
        line.values.push_back(known ? timed->second->at(*column.at) : "");
      }
    }
    table.lines.push_back(std::move(line));
  }
  return table;
}

std::string csv_text(const Table& table) {
  Csv csv;
  for (const Column& column : table.columns) csv.header.push_back(column.name);
  const bool add_status = !csv.column("status");
  if (add_status) csv.header.emplace_back("status");
  for (const Table::Line& line : table.lines) {
    csv.rows.push_back(line.values);
    if (add_status) csv.rows.back().push_back(line.status.empty() ? "done" : line.status);
  }
  return csv.text();
}

std::string markdown(const Table& table, const TableSpec& spec, const std::string& comment) {
  const std::size_t count = table.columns.size();
  std::vector<Row> rows(1);
  for (const Column& column : table.columns) rows[0].push_back(markdown_text(column.title));
  for (const Table::Line& line : table.lines) {
    Row row;
    std::string status = line.status;
    for (std::size_t i = 0; i < count; ++i) {
      std::string value = line.values[i];
      if (!line.status.empty() && table.columns[i].kind != Column::Kind::key) {
        value = std::exchange(status, "");  // once, in the first of them
      } else {
        value = shown(table.columns[i], value);
      }
      row.push_back(value.empty() ? "–" : markdown_text(value));
    }
    rows.push_back(std::move(row));
  }

  std::vector<std::size_t> widths(count, 3);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < count; ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::vector<bool> right;
  for (std::size_t i = 0; i < count; ++i) right.push_back(is_numeric(table, i));
  std::string text = "<!-- " + comment + " -->\n\n";
  if (!spec.caption.empty()) text += markdown_text(spec.caption) + "\n\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string rule = "|";
    text += "|";
    for (std::size_t i = 0; i < count; ++i) {
      const std::string space(widths[i] - width(rows[r][i]), ' ');
      text += " " + (right[i] ? space + rows[r][i] : rows[r][i] + space) + " |";
      const std::string dashes(widths[i] + 1, '-');
      rule += right[i] ? dashes + ":|" : ":" + dashes + "|";
    }
    text += "\n";
    if (r == 0) text += rule + "\n";
  }
  return text;
}

}  // namespace

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
  return column.kind == Column::Kind::timing && readable ? plain(*number) : scientific(*number);
}

bool is_numeric(const Table& table, std::size_t at) {
  bool any = false;
  for (const Table::Line& line : table.lines) {
    const std::string& value = line.values[at];
    if (is_number(table.columns[at], value)) {
      any = true;
    } else if (!value.empty() && value != "inf" && value != "-inf" && value != "nan") {
      return false;
    }
  }
  return any;
}

std::string table_ending(TableFormat format) {
  switch (format) {
    case TableFormat::markdown: return ".md";
    case TableFormat::latex: return ".tex";
    case TableFormat::csv: return ".csv";
  }
  return {};
}

std::string table_text(const TableSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, TableFormat format) {
  const Table table = collect(spec, summary, timings);
  const std::string comment = stamp(study.name, "table", spec.name);
  switch (format) {
    case TableFormat::markdown: return markdown(table, spec, comment);
    case TableFormat::latex: return latex_table(table, spec, study, comment);
    case TableFormat::csv: return csv_text(table);
  }
  return {};
}

std::vector<fs::path> write_tables(const fs::path& folder, const Study& study) {
  const Csv summary = with_named_keys(read_csv(folder / "summary.csv"), study);
  const fs::path timed = folder / "timings.csv";  // a fresh clone has none
  const Csv timings = fs::exists(timed) ? read_csv(timed) : Csv{};
  std::vector<fs::path> files;
  for (const TableSpec& spec : study.tables) {
    for (const TableFormat format : table_formats) {
      files.push_back(folder / "tables" / (spec.name + table_ending(format)));
      write_file(files.back(), table_text(spec, study, summary, timings, format));
    }
  }
  return files;
}

}  // namespace ulpscope
