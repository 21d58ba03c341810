// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The checksum that stands for a whole cell, that of its `done`.
std::string seal(const std::string& done);

using Seals = std::unordered_map<std::string, std::string>;  ///< by id
/// cells.sum: the seals and the checksum of summary.csv, in lines that `sha256sum -c` checks. The
/// seals are none without the file.
Seals read_seals(const std::filesystem::path& folder);

/// summary.csv. Throws InputError where it is not there or not as it was written: cells.sum has
/// another checksum of it; and std::runtime_error where it is no CSV. One without a checksum is
/// taken, as it was written before there were such.
Csv read_summary(const std::filesystem::path& folder);
/// Whether it is there and not as it was written.
bool summary_changed(const std::filesystem::path& folder);
/// How many results cells.sum knows of cells that are not in the folder, as in a fresh clone.
std::size_t results_in_summary_alone(const std::filesystem::path& folder);

/// summary.csv: id, values of the swept keys, metrics, status; of the metrics those that some cell
/// has.
std::vector<std::string> summary_header(const Plan& plan);
/// A row of it; metrics in the order of metric_list.
std::vector<std::string> summary_row(const std::vector<std::string>& header, const Cell& cell,
                                     const std::vector<std::string>& metrics,
                                     const std::string& status);

/// What writing the plan's summary would lose: results that stand in the folder's summary.csv
/// alone, as in a fresh clone,
struct AtRisk {
  bool changed;           ///< it is not as it was written
  std::size_t unproven;   ///< as then, or as cells.sum has no checksum of their cells
  std::size_t unplanned;  ///< as the plan does not have their cells
};
AtRisk results_at_risk(const std::filesystem::path& folder, const Plan& plan);

/// The steps of a study file, such as a cell's; empty where it is not there. Throws InputError.
std::string steps_of_study(const std::filesystem::path& file);

/// What a folder knows of a plan's cells.
struct Summary {
  Csv csv;
  Seals seals;
  std::unordered_set<std::string> here;        ///< done cells whose files are in the folder
  std::map<std::string, std::string> damaged;  ///< cells whose files are not as they were written
  std::size_t pending = 0;                     ///< cells that have no result
};

/// Collects the results of the plan's cells: from cells/<id> where that is here, else, as in a
/// fresh clone, from the summary.csv that is there and as it was written, if its cell ran as many
/// steps. `failures` gives the reasons of cells that failed just now, by id, besides those that the
/// folder knows; `removed` cells have no result but one that is here; cells that were done and here
/// `before` are not looked at again. Cells that do not pass the check are not here.
Summary summarize(const std::filesystem::path& folder, const Plan& plan, Check check,
                  const std::map<std::string, std::string>& failures = {},
                  const std::set<std::string>& removed = {}, Summary before = {});

/// Writes summary.csv and cells.sum. Killed at any time, it leaves a pair that goes together.
void write_summary(const std::filesystem::path& folder, const Plan& plan, const Summary& summary);

}  // namespace ulpscope
