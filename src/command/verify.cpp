// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>

#include "commands.hpp"
#include "memory.hpp"
#include "open_study.hpp"
#include "reading.hpp"
#include "runner.hpp"
#include "say.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;

namespace {

/// The tables that are not what the summary gives. Timings differ from run to run.
std::vector<std::string> wrong_tables(const fs::path& folder, const Study& study,
                                      const Csv& summary) {
  std::vector<std::string> wrong;
  const Csv named = for_report(summary, study);
  for (const TableSpec& spec : study.tables) {
    const bool timed =
        std::any_of(spec.columns.begin(), spec.columns.end(),
                    [](const std::string& name) { return contains(timing_columns, name); });
    if (timed) continue;
    for (const TableFormat format : table_formats) {
      const fs::path file = fs::path("tables") / (spec.name + table_ending(format));
      // Results of a release that wrote none need not have it.
      if (format == TableFormat::html && !fs::exists(folder / file)) continue;
      if (!fs::is_regular_file(folder / file) ||
          read_file(folder / file) != table_text(spec, study, named, {}, format)) {
        wrong.push_back(file.string() + ": is not the table that summary.csv gives");
      }
    }
  }
  return wrong;
}

/// As many of the cells, from the first to the last at equal distances; all for 0.
std::vector<const Cell*> spread(const std::vector<const Cell*>& cells, std::size_t sample) {
  if (sample == 0 || sample >= cells.size()) return cells;
  std::vector<const Cell*> some;
  for (std::size_t i = 0; i < sample; ++i) {
    some.push_back(cells[sample == 1 ? 0 : i * (cells.size() - 1) / (sample - 1)]);
  }
  return some;
}

/// Runs cells to compare what they give.
class Rerun final : public CellPlace {
 public:
  using Compare = std::function<void(const Cell&, const CellFiles&, const Run&)>;
  explicit Rerun(Compare compare) : compare_(std::move(compare)) {}

  bool finish(const Cell& cell, const CellFiles& files, const Run& run) override {
    const std::scoped_lock lock(mutex_);
    compare_(cell, files, run);
    return true;
  }

 private:
  Compare compare_;
  std::mutex mutex_;
};

}  // namespace

int verify_command(const std::string& folder, const std::string& only, unsigned jobs,
                   std::size_t sample) {
  const Study study = read_results(folder);
  const Plan plan = make_plan(study);
  const auto cells = select_cells(plan, only);
  const auto rerun_cells = spread(cells, sample);
  require_memory(study, rerun_cells, jobs, usable_memory());
  catch_signals();
  const auto seals = read_seals(folder);
  const Csv summary = reading(folder, [&] { return read_csv(fs::path(folder) / "summary.csv"); });
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto& row : summary.rows) rows.emplace(row.front(), row);

  std::map<std::string, std::string> faults;  // by id, the first that is found
  const auto fault = [&](const Cell& cell, const std::string& what) {
    faults.emplace(cell.id, what);
  };
  // What is on disk, against its own checksums.
  for (const Cell* cell : cells) {
    const fs::path place = cell_folder(folder, cell->id);
    const auto done = read_done(place);
    const auto sum = seals.find(cell->id);
    if (sum == seals.end()) {
      fault(*cell, "cells.sum has no checksum of it");
    } else if (done && seal(*done) != sum->second) {
      fault(*cell, "done has changed: cells.sum has another checksum");
    } else if (done) {
      if (const auto what = damage(place, *done)) fault(*cell, *what);
    }
  }
  // What a rerun gives.
  const auto header = summary_header(plan);
  const auto compare = [&](const Cell& cell, const CellFiles& files, const Run& run) {
    const auto sum = seals.find(cell.id);
    if (sum != seals.end() && seal(files.done()) != sum->second) {
      fault(cell, "a rerun gives other numbers than cells.sum stands for");
    }
    const auto row = summary_row(header, cell, {run.metrics.begin(), run.metrics.end()}, "done");
    const auto written = rows.find(cell.id);
    if (summary.header != header || written == rows.end() || written->second != row) {
      fault(cell, "a rerun gives another row than summary.csv has");
    }
  };
  Rerun rerun(compare);
  const auto outcomes = run_cells(rerun_cells, plan.swept, {.jobs = jobs}, rerun);
  for (const auto& [id, outcome] : outcomes) {
    if (outcome.kind == Outcome::Kind::failed) faults.emplace(id, outcome.reason);
  }
  for (const auto& [id, what] : faults) fmt::print("{}: {}\n", id, what);
  if (stop_requested) return exit_code::interrupted;
  std::vector<std::string> others = wrong_tables(folder, study, summary);
  bool same_cells = summary.rows.size() == plan.cells.size();
  for (std::size_t i = 0; same_cells && i < plan.cells.size(); ++i) {
    same_cells = summary.rows[i].front() == plan.cells[i].id;
  }
  if (summary_changed(folder)) {
    others.emplace_back("summary.csv: has changed: cells.sum has another checksum");
  }
  if (!same_cells) others.emplace_back("summary.csv: does not have the study's cells in order");
  for (const std::string& what : others) fmt::print("{}\n", what);
  fmt::print("{} of {} verified{}\n", cells.size() - faults.size(), counted(cells.size(), "cell"),
             sample == 0 ? "" : fmt::format(", {} of them run again", rerun_cells.size()));
  return faults.empty() && others.empty() ? exit_code::done : exit_code::failed;
}

}  // namespace ulpscope
