// SPDX-License-Identifier: BSL-1.0
#include "open_study.hpp"

#include "cost.hpp"
#include "say.hpp"
#include "studies.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/owner.hpp"
#include "ulpscope/store/release.hpp"
#include "ulpscope/store/version.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

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
    const std::string steps = steps_of_study(folder / "study.toml");
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
    const fs::path probe = folder / ("write-test.part-" + this_process() + ",0");
    write_file(probe, "");
    fs::remove(probe);
  } catch (const std::exception& error) {
    throw InputError(place, "",
                     std::string(error.what()) +
                         "; expected a folder that can be written, for example --out results/" +
                         study.name);
  }
}

/// Tables and figures that a study without any gets: one of all cells.
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

}  // namespace

void require_kept(const fs::path& folder, const Plan& plan) {
  const AtRisk risk = results_at_risk(folder, plan);
  const std::string expected =
      "; expected the file that was written, or no summary.csv: without it `ulpscope run` runs "
      "those cells again";
  if (risk.changed && risk.unproven > 0) {
    throw InputError({(folder / "summary.csv").string(), 0}, "",
                     "is not as it was written: cells.sum has another checksum of it, and " +
                         counted(risk.unproven, "result") + " stood in it alone" + expected);
  }
  if (risk.unproven > 0) {
    throw InputError({(folder / "cells.sum").string(), 0}, "",
                     "has no checksum of " + counted(risk.unproven, "cell") +
                         " whose results stand in summary.csv alone" + expected);
  }
  if (risk.unplanned > 0) {
    throw InputError({folder.string(), 0}, "",
                     "summary.csv alone holds " + counted(risk.unplanned, "result") +
                         " of cells that are not in this plan, and would lose them; expected a "
                         "study that has them or another folder, for example --out results/new");
  }
}

void say_damaged(const fs::path& folder, const Summary& summary, const std::string& consequence) {
  if (summary_changed(folder)) {
    say("{}: is not as it was written, and not used\n", (folder / "summary.csv").string());
  }
  constexpr std::size_t most = 20;
  std::size_t said = 0;
  for (const auto& [id, what] : summary.damaged) {
    if (said++ == most) {
      say("and {} more\n", counted(summary.damaged.size() - most, "cell"));
      return;
    }
    say("{}: {}; {}\n", cell_folder(folder, id).string(), what, consequence);
  }
}

void write_records(const fs::path& folder, const Study& study, const Plan& plan,
                   const Summary& summary) {
  // The summary first: where steps are raised, the study's file makes rows of fewer steps wrong.
  write_summary(folder, plan, summary);
  write_file(folder / "study.toml", release_line() + study_toml(study, plan));
}

void require_release(const fs::path& folder) {
  const auto newer = newer_release(folder);
  if (!newer) return;
  throw InputError({(folder / "study.toml").string(), 1}, "",
                   "written by ulpscope " + *newer + ", and this is " + std::string(release) +
                       "; expected results of this release or an older one: use the newer "
                       "program, or another folder, for example --out results/new");
}

Study read_results(const std::string& folder) {
  const fs::path file = fs::path(folder) / "study.toml";
  std::error_code unknown;
  if (!fs::exists(file, unknown)) {
    throw InputError({folder, 0}, "",
                     "holds no study.toml; expected the folder of a study that was run, for "
                     "example results/founding");
  }
  require_release(folder);
  return read_study(file.string());
}

OpenedStudy open_study(const RunOptions& options, double memory) {
  Study study = read_study(study_file(options.study), options.sets);
  fs::path folder = options.out.empty() ? fs::path("results") / study.name : fs::path(options.out);
  if (!folder.has_filename()) folder = folder.parent_path();  // "results/x/"
  name_data_files_from(folder, study);
  Plan plan = make_plan(study);
  add_default_reports(study, plan.swept);
  require_memory(study, select_cells(plan, options.only), options.jobs, memory);
  if (!in_path("gnuplot")) {
    throw InputError({"run", 0}, "",
                     "there is no gnuplot in PATH, which draws the figures; expected the program "
                     "gnuplot, for example from the package gnuplot-nox");
  }
  require_folder(folder, study, plan, options.fresh);
  return {std::move(study), std::move(plan), std::move(folder)};
}

}  // namespace ulpscope
