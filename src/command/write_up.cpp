// SPDX-License-Identifier: BSL-1.0
#include <filesystem>

#include "commands.hpp"
#include "open_study.hpp"
#include "out_file.hpp"
#include "reading.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// What tables are made from.
struct TableRecords {
  Csv summary, timings;
};

TableRecords read_records(const std::string& folder, const Study& study) {
  return reading(folder, [&] {
    return TableRecords{for_report(read_summary(folder), study), read_timings(folder)};
  });
}

}  // namespace

int table_command(const std::string& folder, TableFormat format) {
  const Study study = read_results(folder);
  const auto [summary, timings] = read_records(folder, study);
  write_tables(folder, study, summary, timings);
  bool first = true;
  for (const TableSpec& table : study.tables) {
    if (!first) fmt::print("\n");
    first = false;
    fmt::print("{}", read_file(fs::path(folder) / "tables" / (table.name + table_ending(format))));
  }
  return exit_code::done;
}

int adhoc_table_command(const std::string& folder, const WrittenKeys& options, TableFormat format) {
  Study study = read_results(folder);
  study.tables = {written_table(options)};
  study.figures.clear();
  make_plan(study);  // checks it
  const auto [summary, timings] = read_records(folder, study);
  fmt::print("{}", table_text(study.tables.front(), study, summary, timings, format));
  return exit_code::done;
}

int figure_command(const std::string& folder) {
  const Study study = read_results(folder);
  const auto drawings = reading(folder, [&] { return figures_of_results(folder, study); });
  for (const fs::path& file : write_figures(folder, study, drawings)) {
    fmt::print("{}\n", file.string());
  }
  return exit_code::done;
}

int adhoc_figure_command(const std::string& folder, const WrittenKeys& options,
                         const std::string& out) {
  const std::string ending = fs::path(out).extension().string();
  if (!contains(figure_endings, ending)) {
    throw InputError({"--out " + out, 0}, "",
                     "expected a file whose name ends in " + one_of(figure_endings) +
                         suggestion(ending, figure_endings) + "; for example --out figure.svg");
  }
  require_file(out, "--out " + out, "figure.svg");
  Study study = read_results(folder);
  study.figures = {written_figure(options)};
  study.tables.clear();
  make_plan(study);  // checks it
  const FigureSpec& spec = study.figures.front();
  const auto drawings = reading(folder, [&] { return figures_of_results(folder, study); });
  for (const auto& [end, text] : figure_files(spec, study, drawings.front())) {
    if (end == ending) write_file(fs::absolute(out), text);
  }
  fmt::print("{}\n", out);
  return exit_code::done;
}

}  // namespace ulpscope
