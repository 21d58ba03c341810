// SPDX-License-Identifier: BSL-1.0
#include <filesystem>

#include "commands.hpp"
#include "runner.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/results.hpp"

namespace ulpscope {
namespace fs = std::filesystem;

int verify_command(const std::string& folder, const std::string& only, unsigned jobs) {
  const Study study = read_results(folder);
  const Plan plan = make_plan(study);
  const auto cells = select_cells(plan, only);
  const auto seals = read_seals(folder);
  const Csv summary = read_csv(fs::path(folder) / "summary.csv");

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
  const auto outcomes = run_cells(
      cells, plan.swept, jobs, [&](const Cell& cell, const CellFiles& files, const Run& run) {
        const auto sum = seals.find(cell.id);
        if (sum != seals.end() && seal(files.done()) != sum->second) {
          fault(cell, "a rerun gives other numbers than cells.sum stands for");
        }
        const auto row = summary_row(plan, cell, {run.metrics.begin(), run.metrics.end()}, "done");
        if (summary.header != summary_header(plan) ||
            std::find(summary.rows.begin(), summary.rows.end(), row) == summary.rows.end()) {
          fault(cell, "a rerun gives another row than summary.csv has");
        }
      });
  if (stop_requested) return exit_code::interrupted;
  for (const auto& [id, outcome] : outcomes) {
    if (outcome.kind == Outcome::Kind::failed) faults.emplace(id, outcome.reason);
  }
  for (const auto& [id, what] : faults) fmt::print("{}: {}\n", id, what);
  fmt::print("{} of {} verified\n", cells.size() - faults.size(), counted(cells.size(), "cell"));
  return faults.empty() ? exit_code::done : exit_code::failed;
}

}  // namespace ulpscope
