// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/table.hpp"

#include <algorithm>
#include <utility>

#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/unit.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

using Row = std::vector<std::string>;

std::string csv_text(const Table& table) {
  Csv csv;
  csv.rows.resize(table.lines.size());
  const auto add = [&](const std::string& name, const auto& value) {
    csv.header.push_back(name);
    for (std::size_t r = 0; r < table.lines.size(); ++r) {
      csv.rows[r].push_back(value(table.lines[r]));
    }
  };
  const auto add_column = [&](const std::string& block, std::size_t i, bool collapsed) {
    const std::string name = block + table.columns[i].name;
    using Line = Table::Line;
    add(name, [&](const Line& line) { return line.fields[i].value; });
    const bool quartiles = std::any_of(table.lines.begin(), table.lines.end(),
                                       [&](const Line& l) { return !l.fields[i].low.empty(); });
    if (!collapsed || !(quartiles || is_numeric(table, i))) return;
    add(name + "_q1", [&](const Line& line) { return line.fields[i].low; });
    add(name + "_q3", [&](const Line& line) { return line.fields[i].high; });
    add(name + "_n", [&](const Line& line) { return std::to_string(line.fields[i].count); });
  };
  for (std::size_t i = 0; i < table.blocks.front().first; ++i) add_column("", i, false);
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    const std::string block = table.grouped ? table.blocks[b].title + ":" : "";
    for (std::size_t i = table.blocks[b].first; i < table.end(b); ++i) {
      add_column(block, i, table.collapsed && table.columns[i].name != "cells");
    }
    if (csv.column(block + "status")) continue;
    add(block + "status", [&](const Table::Line& line) {
      return line.status[b].empty() ? std::string("done") : line.status[b];
    });
  }
  return csv.text();
}

std::string markdown(const Table& table, const TableSpec& spec, const std::string& comment) {
  const std::size_t count = table.columns.size();
  std::vector<Row> rows(1);
  const auto add_title = [&](const std::string& block, std::size_t i) {
    const Column& column = table.columns[i];
    const std::string unit = column.unit.empty() ? "" : " (" + shown_unit(column.unit) + ")";
    rows[0].push_back(markdown_text(block + column.title + unit));
  };
  for (std::size_t i = 0; i < table.blocks.front().first; ++i) add_title("", i);
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    const std::string block = table.grouped ? table.blocks[b].title + ": " : "";
    for (std::size_t i = table.blocks[b].first; i < table.end(b); ++i) add_title(block, i);
  }
  for (const Table::Line& line : table.lines) {
    Row row;
    for (const auto& [first, span, status] : shown_in(table, line)) {
      const std::string value = !status.empty()
                                    ? status
                                    : shown_field(table.columns[first], line.fields[first],
                                                  [](const std::string& number) { return number; });
      row.push_back(value.empty() ? "–" : markdown_text(value));
      row.resize(first + span, "–");  // a status stands once, in the first of them
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

std::string table_ending(TableFormat format) {
  switch (format) {
    case TableFormat::markdown: return ".md";
    case TableFormat::latex: return ".tex";
    case TableFormat::csv: return ".csv";
    case TableFormat::html: return ".html";
  }
  return {};
}

std::string table_text(const Table& table, const TableSpec& spec, const Study& study,
                       TableFormat format) {
  const std::string comment = stamp(study.name, "table", spec.name);
  switch (format) {
    case TableFormat::markdown: return markdown(table, spec, comment);
    case TableFormat::latex: return latex_table(table, spec, study, comment);
    case TableFormat::csv: return csv_text(table);
    case TableFormat::html: return html_table(table, spec, study, comment);
  }
  return {};
}

std::string table_text(const TableSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, TableFormat format) {
  return table_text(collect(spec, summary, timings), spec, study, format);
}

Csv read_timings(const fs::path& folder) {
  const fs::path timed = folder / "timings.csv";  // a fresh clone has none
  const auto text = read_if_there(timed);
  return text ? parse_csv(*text, timed.string()) : Csv{};
}

std::vector<fs::path> write_tables(const fs::path& folder, const Study& study, const Csv& summary,
                                   const Csv& timings) {
  std::vector<fs::path> files;
  for (const TableSpec& spec : study.tables) {
    const Table table = collect(spec, summary, timings);
    for (const TableFormat format : table_formats) {
      files.push_back(folder / "tables" / (spec.name + table_ending(format)));
      write_file(files.back(), table_text(table, spec, study, format));
    }
  }
  return files;
}

}  // namespace ulpscope
