// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "commands.hpp"
#include "memory.hpp"
#include "open_study.hpp"
#include "say.hpp"
#include "shared_folder.hpp"
#include "studies.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/host.hpp"
#include "ulpscope/store/release.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/timings.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Writes what stands beside the cells.
void write_results(const fs::path& folder, const Study& study, const Plan& plan,
                   const Summary& summary) {
  const Csv merged = merged_timings(folder, plan, read_journals(folder));
  write_records(folder, study, plan, summary);
  const Study as_run = read_results(folder.string());  // its defaults written out
  write_file(folder / "timings.csv", merged.text());
  remove_journals(folder, summary.pending == 0);
  write_file(folder / "host.json", host_json(merged));
  write_tables(folder, as_run, for_report(summary.csv, as_run), merged);
  // In a fresh clone the other cells have their row, but no trace.
  const auto lacking = std::count_if(
      summary.csv.rows.begin(), summary.csv.rows.end(), [&](const std::vector<std::string>& row) {
        return row.back() == "done" && !summary.here.count(row.front());
      });
  if (lacking == 0) {
    write_figures(folder, as_run, figures_of_results(folder, as_run));
  } else {
    say("figures are left as they are: {} ran elsewhere, their traces are not here\n",
        counted(static_cast<std::size_t>(lacking), "cell"));
  }
}

/// Removes what the folder has of these cells. Throws InputError where some are being run.
void remove_cells(const fs::path& folder, const std::vector<const Cell*>& cells) {
  for (const Cell* cell : cells) {
    const auto owner = claim_owner(cell_folder(folder, cell->id));
    if (!owner) continue;
    throw InputError({"--fresh", 0}, "",
                     "cell " + cell->id + " is being run by process " + owner->process + " on " +
                         owner->host +
                         "; expected it to end first, or another folder, for example "
                         "--out results/new; if it is gone, its claim is in " +
                         cell_folder(folder, cell->id).string());
  }
  for (const Cell* cell : cells) fs::remove_all(cell_folder(folder, cell->id));
}

}  // namespace

int run_command(const RunOptions& options) {
  const OpenedStudy opened = open_study(options, usable_memory());
  const Study& study = opened.study;
  const Plan& plan = opened.plan;
  const fs::path& folder = opened.folder;
  std::vector<const Cell*> cells = select_cells(plan, options.only);
  catch_signals();
  SharedFolder shared(folder, std::chrono::milliseconds(std::llround(1000 * options.lifetime)));
  std::set<std::string> removed;
  if (options.fresh) {
    remove_cells(folder, cells);
    for (const Cell* cell : cells) removed.insert(cell->id);
  }
  // Files may be read here, which takes its time: other processes need not wait for it.
  const Check check = options.check ? Check::all : Check::changed;
  Summary summary = summarize(folder, plan, check, {}, removed);
  say_damaged(folder, summary, "the cell is run again");
  const bool begun = shared.alone([&] {
    open_journal(folder);
    summary = summarize(folder, plan, check, {}, removed, std::move(summary));
    write_records(folder, study, plan, summary);
  });
  if (!begun) return exit_code::interrupted;
  std::erase_if(cells, [&](const Cell* cell) { return summary.here.count(cell->id) > 0; });
  for (const Cell* cell : cells) remove_failure(cell_folder(folder, cell->id));
  say("{}: {}, {} to run, into {}\n", study.name, counted(plan.cells.size(), "cell"), cells.size(),
      folder.string());

  const auto outcomes = run_cells(cells, plan.swept,
                                  {options.jobs, std::chrono::duration<double>(options.checkpoint),
                                   options.fail_fast, options.together},
                                  shared);
  std::map<std::string, std::string> failures;
  for (const auto& [id, outcome] : outcomes) {
    if (outcome.kind == Outcome::Kind::failed) failures.emplace(id, outcome.reason);
  }
  const std::string& steps = plan.cells.front()[key::steps];
  const bool written = shared.alone([&] {
    const std::string now = steps_of_study(folder / "study.toml");
    if (!now.empty() && std::stoull(now) > std::stoull(steps)) {
      say("summary, tables and figures are left as they are: the folder has runs of {} steps by "
          "now\n",
          now);
      return;
    }
    if (const auto newer = newer_release(folder)) {
      say("summary, tables and figures are left as they are: they are of ulpscope {} by now\n",
          *newer);
      return;
    }
    summary = summarize(folder, plan, check, failures, removed, std::move(summary));
    shared.clear(summary.here);
    write_results(folder, study, plan, summary);
  });
  if (stop_requested || !written) {
    say("interrupted; {} left; the same command goes on\n", counted(summary.pending, "cell"));
    return exit_code::interrupted;
  }
  say("tables, figures and summary.csv are in {}\n", folder.string());
  if (!failures.empty()) {
    say("{} failed; summary.csv says why\n", counted(failures.size(), "cell"));
    return exit_code::failed;
  }
  return exit_code::done;
}

int plan_command(const RunOptions& options) {
  const Study study = read_study(study_file(options.study), options.sets);
  const Plan plan = make_plan(study);
  const auto cells = select_cells(plan, options.only);
  require_memory(study, cells, options.jobs, usable_memory());
  Estimate estimate;
  double total = 0;
  double longest = 0;
  double memory = 0;
  double disk = 0;
  for (const Cell* cell : cells) {
    const double seconds = estimate.seconds(*cell);
    fmt::print("{}  {:>8}  {}\n", cell->id, clock_text(seconds), label_of(*cell, plan.swept));
    total += seconds;
    longest = std::max(longest, seconds);
    disk += estimate.footprint(*cell).disk;
  }
  Footprints footprints;
  std::size_t together = 0, groups = 0;
  for (const Group& group : groups_of(cells, options.jobs, options.together)) {
    memory = std::max(memory, memory_of(group, footprints));
    together += group.size() > 1 ? group.size() : 0;
    groups += group.size() > 1 ? 1 : 0;
  }
  if (estimate.inferred() > 0) {
    say("measured {} of cells; {} more are taken to cost what others of the same arithmetics, "
        "model "
        "and rule do, or else the costliest, times the ratio of their memory\n",
        counted(estimate.measured(), "sort"), estimate.inferred());
  }
  if (together > 0) {
    say("{} advance together, in {}, as they share inputs that no second cache holds: in less time "
        "than is said here\n",
        counted(together, "cell"), counted(groups, "group"));
  }
  const double wall = std::max(longest, total / options.jobs);
  fmt::print("{}: about {} with --jobs {}, {:.1f} MiB of memory a job, {:.1f} MiB on disk\n",
             counted(cells.size(), "cell"), clock_text(wall), options.jobs, memory / 0x1p20,
             disk / 0x1p20);
  return exit_code::done;
}

int summary_command(const std::string& folder) {
  const Study study = read_results(folder);
  const Plan plan = make_plan(study);
  catch_signals();
  SharedFolder shared(folder, std::chrono::seconds(60));
  Summary summary;
  const bool written = shared.alone([&] {
    require_kept(folder, plan);
    summary = summarize(folder, plan, Check::changed);
    say_damaged(folder, summary, "`ulpscope run --check` makes it again");
    write_summary(folder, plan, summary);
  });
  if (!written) return exit_code::interrupted;
  fmt::print("{}", summary.csv.text());
  return exit_code::done;
}

}  // namespace ulpscope
