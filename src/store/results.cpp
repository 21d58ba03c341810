// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/results.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "ulpscope/format/sha256.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/owner.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Rows of a derived CSV by their first field; none where it is not there or damaged, as it can be
/// made again.
std::map<std::string, std::vector<std::string>> by_id(const fs::path& path) {
  std::map<std::string, std::vector<std::string>> rows;
  if (!fs::is_regular_file(path)) return rows;
  try {
    for (auto& row : read_csv(path).rows) {
      std::string id = row.front();
      rows.emplace(std::move(id), std::move(row));
    }
  } catch (const std::runtime_error&) {
    rows.clear();
  }
  return rows;
}

constexpr std::string_view journal_prefix = "timings.", journal_ending = ".journal";

fs::path journal_of(const fs::path& folder, const std::string& process) {
  return folder / (std::string(journal_prefix) + process + std::string(journal_ending));
}

/// The journals of a folder with the processes that keep them.
std::vector<std::pair<std::string, fs::path>> journals_in(const fs::path& folder) {
  std::vector<std::pair<std::string, fs::path>> journals;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(journal_prefix) || !name.ends_with(journal_ending)) continue;
    name.resize(name.size() - journal_ending.size());
    journals.emplace_back(name.substr(journal_prefix.size()), entry.path());
  }
  return journals;
}

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

}  // namespace

Csv merged_timings(const fs::path& folder, const Plan& plan, const Timings& timings) {
  Csv csv{{"id", "steps", "seconds", "us_per_step"}, {}};
  const auto earlier = by_id(folder / "timings.csv");
  for (const Cell& cell : plan.cells) {
    const auto now = timings.find(cell.id);
    const auto before = earlier.find(cell.id);
    if (now != timings.end()) {
      const auto& [steps, seconds] = now->second;
      csv.rows.push_back({cell.id, std::to_string(steps), fixed(seconds),
                          fixed(1e6 * seconds / static_cast<double>(steps))});
    } else if (before != earlier.end()) {
      csv.rows.push_back(before->second);
    }
  }
  return csv;
}

void open_journal(const fs::path& folder) {
  std::ofstream(journal_of(folder, this_process()), std::ios::app);
}

void note_timing(const fs::path& folder, const std::string& id, const Timing& timing) {
  std::ofstream(journal_of(folder, this_process()), std::ios::app)
      << id + "," + std::to_string(timing.steps) + "," + fixed(timing.seconds) + "\n";
}

Timings read_journals(const fs::path& folder) {
  Timings timings;
  for (const auto& [process, file] : journals_in(folder)) {
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line)) {
      const std::size_t first = line.find(','), second = line.find(',', first + 1);
      if (second == std::string::npos || lines.eof()) continue;  // the process was killed here
      timings[line.substr(0, first)] = {std::stoull(line.substr(first + 1)),
                                        std::stod(line.substr(second + 1))};
    }
  }
  return timings;
}

Timings all_timings(const fs::path& folder) {
  Timings timings = read_journals(folder);
  for (const auto& [id, row] : by_id(folder / "timings.csv")) {
    if (row.size() == 4) timings.emplace(id, Timing{std::stoull(row[1]), std::stod(row[2])});
  }
  return timings;
}

bool left_journals(const fs::path& folder) {
  const auto journals = journals_in(folder);
  return std::any_of(journals.begin(), journals.end(),
                     [](const auto& journal) { return has_ended(Owner(journal.first)); });
}

void remove_journals(const fs::path& folder, bool all) {
  for (const auto& [process, file] : journals_in(folder)) {
    std::error_code gone;
    if (all || process == this_process() || has_ended(Owner(process))) fs::remove(file, gone);
  }
}

std::string steps_of_results(const fs::path& folder) {
  if (!fs::exists(folder / "study.toml")) return {};
  const Study study = read_study((folder / "study.toml").string());
  for (const Assignment& entry : study.base) {
    if (entry.key == key::steps) return entry.value.text;
  }
  return find_option(key::steps)->default_text;
}

std::string seal(const std::string& done) { return sha256(done); }

std::map<std::string, std::string> read_seals(const fs::path& folder) {
  std::map<std::string, std::string> seals;
  if (!fs::exists(folder / "cells.sum")) return seals;
  std::istringstream lines(read_file(folder / "cells.sum"));
  std::string sum;
  fs::path done;  // cells/<id>/done
  while (lines >> sum >> done) seals.emplace(done.parent_path().filename().string(), sum);
  return seals;
}

std::string seals_text(const Plan& plan, const std::map<std::string, std::string>& seals) {
  std::string text;
  for (const Cell& cell : plan.cells) {
    const auto at = seals.find(cell.id);
    if (at != seals.end()) text += at->second + "  cells/" + cell.id + "/done\n";
  }
  return text;
}

std::vector<std::string> summary_header(const Plan& plan) {
  std::vector<std::string> header{"id"};
  header.insert(header.end(), plan.swept.begin(), plan.swept.end());
  for (const MetricInfo& metric : metric_list) header.emplace_back(metric.name);
  header.emplace_back("status");
  return header;
}

std::vector<std::string> summary_row(const Plan& plan, const Cell& cell,
                                     const std::vector<std::string>& metrics,
                                     const std::string& status) {
  std::vector<std::string> row{cell.id};
  for (const std::string& key : plan.swept) {
    const Setting* setting = cell.find(key);
    row.push_back(setting ? setting->written : "");
  }
  row.insert(row.end(), metrics.begin(), metrics.end());
  row.push_back(status);
  return row;
}

std::size_t results_to_lose(const fs::path& folder, const Plan& plan) {
  std::set<std::string> planned;
  for (const Cell& cell : plan.cells) planned.insert(cell.id);
  std::size_t lost = 0;
  for (const auto& [id, row] : by_id(folder / "summary.csv")) {
    if (row.back() != "done" || planned.count(id)) continue;
    lost += read_done(cell_folder(folder, id)) ? 0 : 1;
  }
  return lost;
}

Summary summarize(const fs::path& folder, const Plan& plan,
                  const std::map<std::string, std::string>& failures,
                  const std::set<std::string>& removed, const Summary& before) {
  Summary summary;
  summary.csv.header = summary_header(plan);
  if (before.here.size() == plan.cells.size()) return before;
  const auto earlier = by_id(folder / "summary.csv");
  const auto earlier_seals = read_seals(folder);
  const std::string steps = steps_of_results(folder);
  const bool same_plan = before.csv.rows.size() == plan.cells.size();
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& cell = plan.cells[i];
    if (same_plan && before.here.count(cell.id)) {
      summary.csv.rows.push_back(before.csv.rows[i]);
      summary.seals[cell.id] = before.seals.at(cell.id);
      summary.here.insert(cell.id);
      continue;
    }
    std::vector<std::string> metrics(metric_list.size());
    std::string status = "pending";
    const fs::path place = cell_folder(folder, cell.id);
    const auto reason =
        failures.count(cell.id) ? std::optional(failures.at(cell.id)) : read_failure(place);
    const auto row = earlier.find(cell.id);
    if (reason) {
      status = "failed: " + *reason;
    } else if (auto found = finished_cell(folder, cell)) {
      metrics = std::move(found->metrics);
      status = "done";
      summary.seals[cell.id] = seal(found->done);
      summary.here.insert(cell.id);
    } else if (!removed.count(cell.id) && row != earlier.end() && row->second.back() == "done" &&
               row->second.size() > metrics.size() && earlier_seals.count(cell.id) &&
               steps == cell[key::steps]) {
      const auto end = row->second.end() - 1;
      metrics.assign(end - static_cast<std::ptrdiff_t>(metrics.size()), end);
      status = "done";
      summary.seals[cell.id] = earlier_seals.at(cell.id);
    }
    summary.pending += status == "pending" ? 1 : 0;
    summary.csv.rows.push_back(summary_row(plan, cell, metrics, status));
  }
  return summary;
}

}  // namespace ulpscope
