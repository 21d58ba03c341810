// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <set>
#include <unistd.h>

#include "commands.hpp"
#include "runner.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/host.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/version.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Refuses a plan whose summary would drop results that stand nowhere else.
void require_kept(const fs::path& folder, const Plan& plan) {
  const std::size_t lost = results_to_lose(folder, plan);
  if (lost == 0) return;
  throw InputError({folder.string(), 0}, "",
                   "summary.csv alone holds " + counted(lost, "result") +
                       " of cells that are not in this plan, and would lose them; expected a "
                       "study that has them or another folder, for example --out results/new");
}

/// Refuses a folder in which results would be lost or mixed up, or that cannot be written.
void require_folder(const fs::path& folder, const Study& study, const Plan& plan, bool fresh) {
  const Place place{"--out " + folder.string(), 0};
  std::error_code too_long;
  if (fs::exists(folder / "study.toml", too_long)) {
    const Study earlier = read_results(folder.string());
    if (earlier.name != study.name) {
      throw InputError(place, "study.name",
                       "\"" + study.name + "\", but the folder holds the study \"" + earlier.name +
                           "\"; expected a folder of this study or a new one, for example --out " +
                           "results/" + study.name);
    }
    const std::string steps = make_plan(earlier).cells.front()[key::steps];
    if (!fresh && std::stoull(steps) > std::stoull(plan.cells.front()[key::steps])) {
      throw InputError(place, key::steps,
                       plan.cells.front()[key::steps] + ": the folder holds runs of " + steps +
                           " steps, which would be lost; expected at least as many, --fresh, or "
                           "another folder, for example --out results/" +
                           study.name + "-short");
    }
  }
  require_kept(folder, plan);
  try {
    for (const char* part : {"cells", "tables", "figures"}) {
      fs::create_directories(folder / part);
      remove_stale_parts(folder / part);
    }
    remove_stale_parts(folder);
    // Named like a file that is being written: a later run removes it should this one be killed.
    const fs::path probe = folder / ("write-test.part" + std::to_string(::getpid()));
    write_file(probe, "");
    fs::remove(probe);
  } catch (const std::exception& error) {
    throw InputError(place, "",
                     std::string(error.what()) +
                         "; expected a folder that can be written, for example --out results/" +
                         study.name);
  }
}

/// Writes what stands beside the cells.
void write_results(const fs::path& folder, const Study& study, const Plan& plan,
                   const Summary& summary, const Timings& timings) {
  const Csv merged = merged_timings(folder, plan, timings);
  write_file(folder / "study.toml", study_toml(study, plan));
  const Study as_run = read_results(folder.string());  // its defaults written out
  write_file(folder / "summary.csv", summary.csv.text());
  write_file(folder / "cells.sum", seals_text(plan, summary.seals));
  write_file(folder / "timings.csv", merged.text());
  write_file(folder / "host.json", host_json(merged));
  write_tables(folder, as_run);
  // In a fresh clone the other cells have their row, but no trace.
  const auto lacks_trace = [&](const std::vector<std::string>& row) {
    return row.back() == "done" && !fs::exists(cell_folder(folder, row.front()) / "trace.csv");
  };
  const auto lacking = std::count_if(summary.csv.rows.begin(), summary.csv.rows.end(), lacks_trace);
  if (lacking == 0) {
    write_figures(folder, as_run);
  } else {
    say("figures are left as they are: {} ran elsewhere, their traces are not here\n",
        counted(static_cast<std::size_t>(lacking), "cell"));
  }
}

}  // namespace

Study read_results(const std::string& folder) {
  const fs::path file = fs::path(folder) / "study.toml";
  if (!fs::exists(file)) {
    throw InputError({folder, 0}, "",
                     "holds no study.toml; expected the folder of a study that was run, for "
                     "example results/founding");
  }
  return read_study(file.string());
}

void add_default_reports(Study& study, const std::vector<std::string>& swept) {
  if (study.tables.empty()) {
    TableSpec table;
    table.name = "overview";
    table.rows = swept;
    table.columns = {"floor", "onset", "tail", "verdict"};
    study.tables.push_back(std::move(table));
  }
  if (study.figures.empty()) {
    FigureSpec figure;
    figure.name = "loss";
    figure.by = swept;
    study.figures.push_back(std::move(figure));
  }
}

int run_command(const RunOptions& options) {
  Study study = read_study(options.study, options.sets);
  const Plan plan = make_plan(study);
  add_default_reports(study, plan.swept);
  std::vector<const Cell*> cells = select_cells(plan, options.only);
  require_memory(study, cells, options.jobs);
  const fs::path folder =
      options.out.empty() ? fs::path("results") / study.name : fs::path(options.out);
  if (!have_gnuplot()) {
    throw InputError({"run", 0}, "",
                     "there is no gnuplot in PATH, which draws the figures; expected the program "
                     "gnuplot, for example from the package gnuplot-nox");
  }
  require_folder(folder, study, plan, options.fresh);

  catch_signals();
  std::set<std::string> removed;
  if (options.fresh) {
    for (const Cell* cell : cells) {
      fs::remove_all(cell_folder(folder, cell->id));
      removed.insert(cell->id);
    }
  }
  std::erase_if(cells, [&](const Cell* cell) { return finished(folder, *cell); });
  for (const Cell* cell : cells) remove_stale_parts(cell_folder(folder, cell->id));
  say("{}: {}, {} to run, into {}\n", study.name, counted(plan.cells.size(), "cell"), cells.size(),
      folder.string());

  Timings timings;
  const auto outcomes =
      run_cells(cells, plan.swept, options.jobs,
                [&](const Cell& cell, const CellFiles& files, const Run& run) {
                  write_cell(cell_folder(folder, cell.id), files);
                  timings.insert_or_assign(cell.id, Timing{run.steps, run.seconds});
                });
  std::map<std::string, std::string> failures;
  for (const auto& [id, outcome] : outcomes) {
    if (outcome.kind == Outcome::Kind::failed) failures.emplace(id, outcome.reason);
  }
  const Summary summary = summarize(folder, plan, failures, removed);
  write_results(folder, study, plan, summary, timings);
  if (stop_requested) {
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
  const Study study = read_study(options.study, options.sets);
  const Plan plan = make_plan(study);
  const auto cells = select_cells(plan, options.only);
  require_memory(study, cells, options.jobs);
  Estimate estimate;
  double total = 0;
  double longest = 0;
  double memory = 0;
  double disk = 0;
  for (const Cell* cell : cells) {
    const double seconds = estimate.seconds(*cell);
    fmt::print("{}  {:>8}  {}\n", cell->id, clock_text(seconds), label(*cell, plan.swept));
    total += seconds;
    longest = std::max(longest, seconds);
    memory = std::max(memory, footprint(*cell).memory);
    disk += footprint(*cell).disk;
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
  require_kept(folder, plan);
  const Summary summary = summarize(folder, plan, {});
  write_file(fs::path(folder) / "summary.csv", summary.csv.text());
  write_file(fs::path(folder) / "cells.sum", seals_text(plan, summary.seals));
  fmt::print("{}", summary.csv.text());
  return exit_code::done;
}

int table_command(const std::string& folder, TableFormat format) {
  const Study study = read_results(folder);
  write_tables(folder, study);
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
  const fs::path from = folder;
  const Csv summary = with_named_keys(read_csv(from / "summary.csv"), study);
  fmt::print("{}", table_text(study.tables.front(), study, summary, read_timings(from), format));
  return exit_code::done;
}

int figure_command(const std::string& folder) {
  for (const fs::path& file : write_figures(folder, read_results(folder))) {
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
  Study study = read_results(folder);
  study.figures = {written_figure(options)};
  study.tables.clear();
  make_plan(study);  // checks it
  const FigureSpec& spec = study.figures.front();
  for (const auto& [end, text] :
       figure_files(spec, study, figure_of_results(folder, study, spec))) {
    if (end == ending) write_file(fs::absolute(out), text);
  }
  fmt::print("{}\n", out);
  return exit_code::done;
}

}  // namespace ulpscope
