// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/compare.hpp"

#include <algorithm>

#include "commands.hpp"
#include "open_study.hpp"
#include "reading.hpp"
#include "say.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

using Matched = ComparedCell::Matched;
using Bits = ComparedCell::Bits;

std::string joined(const std::vector<std::string>& names, const char* between) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

std::string difference_text(const Difference& difference) {
  const auto shown = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  return one_line(shown(difference.first) + " -> " + shown(difference.second));
}

std::string cell_text(const Cell& cell, const std::vector<std::string>& swept) {
  const std::string label = label_of(cell, swept);
  return one_line(cell.id + (label.empty() ? "" : "  " + label));
}

std::vector<const ComparedCell*> those(const Comparison& comparison, Matched matched) {
  std::vector<const ComparedCell*> cells;
  for (const ComparedCell& cell : comparison.cells) {
    if (cell.matched == matched) cells.push_back(&cell);
  }
  return cells;
}

void print_matches(const ComparedFolder& first, const ComparedFolder& second,
                   const Comparison& comparison) {
  for (const auto& [side, folder] : {std::pair("first:  ", &first), {"second: ", &second}}) {
    fmt::print("{}{}, study {}, {}\n", side, folder->path.string(), one_line(folder->study.name),
               counted(folder->plan.cells.size(), "cell"));
  }
  fmt::print("matched by id: {}\n", counted(those(comparison, Matched::by_id).size(), "cell"));
  if (const auto by_values = those(comparison, Matched::by_values); !by_values.empty()) {
    fmt::print("matched by {}: {}\n",
               comparison.swept.empty() ? std::string("being the only one")
                                        : "equal values of " + joined(comparison.swept, ", "),
               counted(by_values.size(), "cell"));
  }
  const auto alone = those(comparison, Matched::none);
  const std::size_t matched = comparison.cells.size() - alone.size();
  for (const KeyDifference& key : comparison.keys) {
    fmt::print("matched cells differ in {}: {}{}\n", key.values.name, difference_text(key.values),
               key.cells == matched ? std::string()
                                    : fmt::format(" ({} of {} cells)", key.cells, matched));
  }
  for (const bool in_first : {true, false}) {
    std::vector<const Cell*> cells;
    for (const ComparedCell* cell : alone) {
      if (const Cell* side = in_first ? cell->first : cell->second) cells.push_back(side);
    }
    if (cells.empty()) continue;
    fmt::print("only in the {}: {}\n", in_first ? "first" : "second",
               counted(cells.size(), "cell"));
    for (const Cell* cell : cells) {
      fmt::print("  {}\n", cell_text(*cell, comparison.swept));
    }
  }
}

void print_cell(const ComparedCell& cell, const std::vector<std::string>& swept) {
  fmt::print("\ncell {}\n", cell_text(*cell.first, swept));
  if (cell.matched == Matched::by_values) fmt::print("  in the second: {}\n", cell.second->id);
  if (!cell.files.empty()) {
    fmt::print("  bits differ: {}\n", joined(cell.files, ", "));
  } else if (cell.bits == Bits::differ) {
    fmt::print("  bits differ by the checksums; which files is not at hand\n");
  }
  if (const auto& traces = cell.traces; traces && traces->step) {
    fmt::print("  traces part at step {}:\n", *traces->step);
    for (const Difference& column : traces->columns) {
      fmt::print("    {}: {}\n", column.name, difference_text(column));
    }
  } else if (traces) {
    fmt::print("  traces are the same where both have values, at {}\n",
               counted(traces->common, "step"));
  }
  for (const Difference& metric : cell.metrics) {
    fmt::print("  {}: {}\n", metric.name, difference_text(metric));
  }
}

Csv table_of(const ComparedFolder& first, const ComparedFolder& second,
             const Comparison& comparison) {
  Csv csv;
  csv.header = {"id_1", "id_2", "matched"};
  csv.header.insert(csv.header.end(), comparison.swept.begin(), comparison.swept.end());
  csv.header.insert(csv.header.end(), {"same", "bits", "files", "step", "columns"});
  for (const std::string& metric : comparison.metrics) {
    csv.header.insert(csv.header.end(), {metric + "_1", metric + "_2"});
  }
  for (const ComparedCell& cell : comparison.cells) {
    const Cell& one = cell.first ? *cell.first : *cell.second;
    std::vector<std::string> row{cell.first ? cell.first->id : "",
                                 cell.second ? cell.second->id : "",
                                 cell.matched == Matched::by_id       ? "id"
                                 : cell.matched == Matched::by_values ? "values"
                                 : cell.first                         ? "only in the first"
                                                                      : "only in the second"};
    for (const std::string& key : comparison.swept) {
      const Setting* setting = one.find(key);
      row.push_back(setting ? setting->written : "");
    }
    std::vector<std::string> columns;
    if (cell.traces) {
      for (const Difference& column : cell.traces->columns) columns.push_back(column.name);
    }
    row.insert(row.end(),
               {cell.same() ? "yes" : "no",
                cell.bits == Bits::same     ? "same"
                : cell.bits == Bits::differ ? "differ"
                                            : "",
                joined(cell.files, " "), cell.traces && cell.traces->step ? *cell.traces->step : "",
                joined(columns, " ")});
    for (const std::string& metric : comparison.metrics) {
      row.push_back(cell.first ? first.value(*cell.first, metric) : "");
      row.push_back(cell.second ? second.value(*cell.second, metric) : "");
    }
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

}  // namespace

int compare_command(const std::string& first_path, const std::string& second_path, bool as_csv) {
  const auto open = [](const std::string& path) {
    Study study = read_results(path);
    return reading(path, [&] { return compared_folder(path, std::move(study)); });
  };
  const ComparedFolder first = open(first_path), second = open(second_path);
  const Comparison comparison = reading(first_path, [&] { return compare_results(first, second); });
  const auto& cells = comparison.cells;
  const auto same = std::count_if(cells.begin(), cells.end(),
                                  [](const ComparedCell& cell) { return cell.same(); });
  const bool all_same = same == static_cast<std::ptrdiff_t>(cells.size());
  if (as_csv) {
    fmt::print("{}", table_of(first, second, comparison).text());
    return all_same ? exit_code::done : exit_code::failed;
  }
  print_matches(first, second, comparison);
  std::size_t alone = 0, unknown = 0;
  for (const ComparedCell& cell : cells) {
    alone += cell.matched == Matched::none ? 1 : 0;
    unknown += cell.same() && cell.bits == Bits::unknown ? 1 : 0;
    if (cell.matched != Matched::none && !cell.same()) print_cell(cell, comparison.swept);
  }
  const auto same_cells = static_cast<std::size_t>(same);
  fmt::print("\n{} the same", counted(same_cells, "cell"));
  if (unknown > 0) fmt::print(" ({} by the summary alone)", unknown);
  fmt::print(", {} different, {} on one side only\n", cells.size() - same_cells - alone, alone);
  return all_same ? exit_code::done : exit_code::failed;
}

}  // namespace ulpscope
