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

LatexColumn latex_column(const Table& table, std::size_t at) {
  const Column& column = table.columns[at];
  const bool numeric = is_numeric(table, at);
  const bool aligned = numeric && column.kind != Column::Kind::key;  // an S column
  LatexColumn out;
  const std::string title = latex_text(column.title);
  out.cells.push_back(aligned ? "{" + title + "}" : title);
  Row numbers;
  for (const Table::Line& line : table.lines) {
    const std::string value = shown(column, line.values[at]);
    if (is_number(column, value)) {
      std::string number = value;
      std::erase(number, '_');
      if (line.status.empty()) numbers.push_back(number);
      out.cells.push_back(aligned ? number : "\\num{" + number + "}");
      continue;
    }
    const std::string word = value == "inf"    ? "$\\infty$"
                             : value == "-inf" ? "$-\\infty$"
                             : value.empty()   ? "--"
                                               : latex_text(value);
    out.cells.push_back(aligned ? "{" + word + "}" : word);
  }
  const bool empty = std::all_of(table.lines.begin(), table.lines.end(),
                                 [&](const auto& line) { return line.values[at].empty(); });
  out.alignment = aligned   ? "S[table-format=" + number_format(numbers) + "]"
                  : numeric ? "r"
                  : empty   ? "c"
                            : "l";
  return out;
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
  text += "\\begin{table}\n  \\centering\n  \\caption{" + latex_text(caption) + "}\n" +
          "  \\label{tab:" + latex_label(study.name + "-" + spec.name) + "}\n" +
          "  \\begin{tabular}{" + alignments + "}\n    \\toprule\n";
  for (std::size_t r = 0; r <= table.lines.size(); ++r) {
    const std::string status = r > 0 ? table.lines[r - 1].status : "";
    bool told = status.empty();
    text += "    ";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) text += " & ";
      if (told || table.columns[i].kind == Column::Kind::key) {
        text += columns[i].cells[r];
        continue;
      }
      // The status takes the place of all neighbouring metrics.
      std::size_t span = 1;
      while (i + span < columns.size() && table.columns[i + span].kind != Column::Kind::key) ++span;
      text += fmt::format("\\multicolumn{{{}}}{{l}}{{{}}}", span, latex_text(status));
      i += span - 1;
      told = true;
    }
    text += " \\\\\n";
    if (r == 0) text += "    \\midrule\n";
  }
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace ulpscope
