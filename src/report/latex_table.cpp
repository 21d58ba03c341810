// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string_view>

#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

using Row = std::vector<std::string>;

/// siunitx's table-format for these numbers, such as 1.2e-2: digits before and after the point,
/// and of the exponent.
std::string number_format(const Row& numbers) {
  std::size_t whole = 1;
  std::size_t fraction = 0;
  std::size_t power = 0;
  bool negative = false;
  bool negative_power = false;
  for (std::string_view number : numbers) {
    if (number.starts_with('-')) {
      negative = true;
      number.remove_prefix(1);
    }
    const std::size_t e = std::min(number.find('e'), number.size());
    const std::size_t point = std::min(number.find('.'), e);
    whole = std::max(whole, point);
    fraction = std::max(fraction, e > point ? e - point - 1 : 0);
    if (e == number.size()) continue;
    const bool below = number[e + 1] == '-';
    negative_power = negative_power || below;
    power = std::max(power, number.size() - e - (below ? 2 : 1));
  }
  return fmt::format("{}{}{}{}", negative ? "-" : "", whole,
                     fraction > 0 ? fmt::format(".{}", fraction) : "",
                     power > 0 ? fmt::format("e{}{}", negative_power ? "-" : "", power) : "");
}

/// One column of LaTeX: its alignment, and its cells from the title on.
struct LatexColumn {
  std::string alignment;
  Row cells;
};

std::string latex_title(const Column& column) {
  return latex_text(column.title) + (column.unit.empty() ? "" : " (\\unit{" + column.unit + "})");
}

/// A number through siunitx, a word as it is.
std::string latex_value(const Column& column, const std::string& value) {
  if (value == "inf") return "$\\infty$";
  if (value == "-inf") return "$-\\infty$";
  if (is_beyond(value)) return "$>$\\,\\num{" + value.substr(2) + "}";
  if (!is_number(column, value)) return latex_text(value);
  std::string number = value;
  std::erase(number, '_');
  return "\\num{" + number + "}";
}

LatexColumn latex_column(const Table& table, std::size_t at) {
  const Column& column = table.columns[at];
  const bool numeric = is_numeric(table, at);
  const bool several = std::any_of(table.lines.begin(), table.lines.end(), [&](const auto& line) {
    return !line.fields[at].low.empty() || line.fields[at].count != line.fields[at].cells;
  });
  // An S column; it cannot hold quartiles.
  const bool aligned = numeric && !several && column.kind != Column::Kind::key;
  LatexColumn out;
  const std::string title = latex_title(column);
  out.cells.push_back(aligned ? "{" + title + "}" : title);
  Row numbers;
  bool empty = true;
  for (const Table::Line& line : table.lines) {
    const Table::Field& field = line.fields[at];
    empty = empty && field.value.empty();
    const std::string value = shown(column, field.value);
    if (aligned && is_number(column, value)) {
      out.cells.push_back(value);
      std::erase(out.cells.back(), '_');
      std::size_t block = 0;
      while (at >= table.end(block)) ++block;
      if (line.status[block].empty()) numbers.push_back(out.cells.back());
      continue;
    }
    std::string text = shown_field(
        column, field, [&](const std::string& part) { return latex_value(column, part); });
    if (text.empty()) text = "--";
    out.cells.push_back(aligned ? "{" + text + "}" : text);
  }
  out.alignment = aligned   ? "S[table-format=" + number_format(numbers) + "]"
                  : numeric ? "r"
                  : empty   ? "c"
                            : "l";
  return out;
}

/// The blocks' titles over their columns.
std::string blocks_text(const Table& table) {
  std::string titles = "    ";
  std::string rules = "    ";
  for (std::size_t i = 0; i < table.blocks.front().first; ++i) titles += "& ";
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    const std::size_t first = table.blocks[b].first, end = table.end(b);
    titles += fmt::format("{}\\multicolumn{{{}}}{{c}}{{{}}}", b > 0 ? " & " : "", end - first,
                          latex_text(table.blocks[b].title));
    rules += fmt::format("\\cmidrule(lr){{{}-{}}}", first + 1, end);
  }
  return titles + " \\\\\n" + rules + "\n";
}

}  // namespace

std::string latex_table(const Table& table, const TableSpec& spec, const Study& study,
                        const std::string& comment) {
  std::vector<LatexColumn> columns;
  std::string alignments;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back(latex_column(table, i));
    alignments += columns.back().alignment;
  }
  std::string text = "% " + comment + "\n% packages: booktabs, siunitx\n";
  const std::string& caption = !spec.caption.empty()  ? spec.caption
                               : !study.title.empty() ? study.title
                                                      : spec.name;
  const std::string label =
      spec.label.empty() ? "tab:" + latex_label(study.name + "-" + spec.name) : spec.label;
  text += "\\begin{table}\n  \\centering\n  \\caption{" + latex_text(caption) + "}\n" +
          "  \\label{" + label + "}\n" + "  \\begin{tabular}{" + alignments + "}\n    \\toprule\n";
  if (table.grouped) text += blocks_text(table);
  text += "    ";
  for (std::size_t i = 0; i < columns.size(); ++i)
    text += (i > 0 ? " & " : "") + columns[i].cells[0];
  text += " \\\\\n    \\midrule\n";
  for (std::size_t r = 0; r < table.lines.size(); ++r) {
    text += "    ";
    for (const auto& [first, span, status] : shown_in(table, table.lines[r])) {
      if (first > 0) text += " & ";
      text += status.empty()
                  ? columns[first].cells[r + 1]
                  : fmt::format("\\multicolumn{{{}}}{{l}}{{{}}}", span, latex_text(status));
    }
    text += " \\\\\n";
  }
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace ulpscope
