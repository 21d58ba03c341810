// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/results.hpp"

#include <array>
#include <cstdio>
#include <sstream>

#include "ulpscope/format/sha256.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/file.hpp"
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

/// Steps of each cell of the study that was run here last, by id.
std::map<std::string, std::string> earlier_steps(const fs::path& folder) {
  std::map<std::string, std::string> steps;
  if (!fs::exists(folder / "study.toml")) return steps;
  const Plan plan = make_plan(read_study((folder / "study.toml").string()));
  for (const Cell& cell : plan.cells) steps.emplace(cell.id, cell[key::steps]);
  return steps;
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
    const bool here = read_done(cell_folder(folder, id)).has_value();
    lost += row.back() == "done" && !planned.count(id) && !here ? 1 : 0;
  }
  return lost;
}

Summary summarize(const fs::path& folder, const Plan& plan,
                  const std::map<std::string, std::string>& failures,
                  const std::set<std::string>& removed) {
  Summary summary;
  summary.csv.header = summary_header(plan);
  const auto earlier = by_id(folder / "summary.csv");
  const auto earlier_seals = read_seals(folder);
  const auto steps = earlier_steps(folder);
  for (const Cell& cell : plan.cells) {
    std::vector<std::string> metrics(metric_list.size());
    std::string status = "pending";
    const auto failure = failures.find(cell.id);
    const auto before = earlier.find(cell.id);
    if (failure != failures.end()) {
      status = "failed: " + failure->second;
    } else if (finished(folder, cell)) {
      metrics = read_csv(cell_folder(folder, cell.id) / "metrics.csv").rows.at(0);
      status = "done";
      summary.seals[cell.id] = seal(*read_done(cell_folder(folder, cell.id)));
    } else if (!removed.count(cell.id) && before != earlier.end() &&
               before->second.back() == "done" && before->second.size() > metrics.size() &&
               earlier_seals.count(cell.id) && steps.count(cell.id) &&
               steps.at(cell.id) == cell[key::steps]) {
      const auto end = before->second.end() - 1;
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
