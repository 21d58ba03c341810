// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/results.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>
#include <unordered_set>

#include "derived.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;

std::string steps_of_study(const fs::path& file) {
  std::error_code unknown;
  if (!fs::is_regular_file(file, unknown)) return {};
  return steps_of(read_study(file.string()));
}

std::string seal(const std::string& done) { return sha256(done); }

namespace {

constexpr std::string_view summary_name = "summary.csv";

/// What cells.sum says: a cell's seal by its id, and the checksums that summary.csv may have, two
/// while it is written.
struct Sums {
  Seals seals;
  std::set<std::string> summary;

  explicit Sums(const fs::path& folder) {
    std::istringstream lines(read_if_there(folder / "cells.sum").value_or(""));
    std::string sum;
    fs::path file;  // cells/<id>/done or summary.csv
    while (lines >> sum >> file) {
      if (file == summary_name) {
        summary.insert(sum);
      } else {
        seals.emplace(file.parent_path().filename().string(), sum);
      }
    }
  }

  bool fit(const std::string& text) const {
    return summary.empty() || summary.count(sha256(text)) != 0;
  }
  bool operator==(const Sums&) const = default;
};

/// summary.csv with the checksums that it has or should have.
struct Written {
  Sums sums;
  std::optional<std::string> text;  ///< nothing where it is not there, or not to be read
  bool changed = false;             ///< it does not fit

  explicit Written(const fs::path& folder) : sums(folder) {
    while (true) {
      text = derived(folder / summary_name);
      changed = text && !sums.fit(*text);
      if (!changed) return;
      Sums now(folder);
      if (now == sums) return;
      sums = std::move(now);  // both were written meanwhile
    }
  }
};

std::string sums_text(const Plan& plan, const Seals& seals, const std::set<std::string>& summary) {
  // Cut off somewhere, it still has what is first.
  std::string text;
  for (const std::string& sum : summary) text += fmt::format("{}  {}\n", sum, summary_name);
  for (const Cell& cell : plan.cells) {
    const auto at = seals.find(cell.id);
    if (at != seals.end()) text += at->second + "  cells/" + cell.id + "/done\n";
  }
  return text;
}

}  // namespace

Seals read_seals(const fs::path& folder) { return Sums(folder).seals; }

bool summary_changed(const fs::path& folder) { return Written(folder).changed; }

Csv read_summary(const fs::path& folder) {
  const Place file{(folder / summary_name).string(), 0};
  const Written written(folder);
  const auto unless = [&](const std::string& what) {
    const std::size_t alone = results_in_summary_alone(folder);
    const std::string from_cells = "for example by `ulpscope summary " + folder.string() + "`";
    return InputError(file, "",
                      what + "; expected the file that a run writes, " +
                          (alone == 0 ? from_cells
                                      : "for example from where the folder comes from; without it "
                                        "`ulpscope run` runs cells again that are not here"));
  };
  if (!written.text) throw unless("is not there, or no file that can be read");
  if (written.changed) {
    throw unless("is not as it was written: cells.sum has another checksum of it");
  }
  return parse_csv(*written.text, file.file);
}

std::size_t results_in_summary_alone(const fs::path& folder) {
  const Seals seals = read_seals(folder);
  return static_cast<std::size_t>(std::count_if(seals.begin(), seals.end(), [&](const auto& seal) {
    return !read_done(cell_folder(folder, seal.first));
  }));
}

void write_summary(const fs::path& folder, const Plan& plan, const Summary& summary) {
  const std::string text = summary.csv.text();
  const std::string sum = sha256(text);
  std::set<std::string> either{sum};
  const Written before(folder);
  if (before.text && !before.changed) either.insert(sha256(*before.text));
  write_file(folder / "cells.sum", sums_text(plan, summary.seals, either));
  write_file(folder / summary_name, text);
  if (either.size() > 1) write_file(folder / "cells.sum", sums_text(plan, summary.seals, {sum}));
}

std::vector<std::string> summary_header(const Plan& plan) {
  std::vector<std::string> header{"id"};
  header.insert(header.end(), plan.swept.begin(), plan.swept.end());
  for (const MetricInfo& metric : metric_list) {
    const bool any = std::any_of(plan.cells.begin(), plan.cells.end(),
                                 [&](const Cell& cell) { return has_metric(cell, metric); });
    if (any) header.emplace_back(metric.name);
  }
  header.emplace_back("status");
  return header;
}

std::vector<std::string> summary_row(const std::vector<std::string>& header, const Cell& cell,
                                     const std::vector<std::string>& metrics,
                                     const std::string& status) {
  std::vector<std::string> row{cell.id};
  for (std::size_t i = 1; i + 1 < header.size(); ++i) {
    const std::size_t place = metric_place(header[i]);
    const Setting* setting = place < metrics.size() ? nullptr : cell.find(header[i]);
    row.push_back(place < metrics.size() ? metrics[place] : setting ? setting->written : "");
  }
  row.push_back(status);
  return row;
}

AtRisk results_at_risk(const fs::path& folder, const Plan& plan) {
  const Written written(folder);
  std::unordered_set<std::string> planned;
  for (const Cell& cell : plan.cells) planned.insert(cell.id);
  AtRisk risk{written.changed, 0, 0};
  const auto look_at = [&](const std::string& id) {
    const bool known = planned.count(id) != 0;
    if (known && !written.changed && written.sums.seals.count(id) != 0) return;
    if (read_done(cell_folder(folder, id))) return;
    ++(known ? risk.unproven : risk.unplanned);
  };
  std::istringstream lines(written.text.value_or(""));
  // Ids and "done" need no quotes: a line is enough, and many are read fast.
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(",done")) look_at(line.substr(0, line.find(',')));
  }
  // A text that was cut lacks lines.
  if (written.changed) risk.unproven = std::max(risk.unproven, results_in_summary_alone(folder));
  return risk;
}

namespace {

/// f(i) for i = 0, 1, ... below n, on all cores.
template <class F>
void in_parallel(std::size_t n, F&& f) {
  const std::size_t threads =
      std::clamp<std::size_t>(n / 1000, 1, std::max(1U, std::thread::hardware_concurrency()));
  std::exception_ptr error;
  std::mutex mutex;
  {
    std::vector<std::jthread> all;
    for (std::size_t k = 0; k < threads; ++k) {
      all.emplace_back([&, k] {
        try {
          for (std::size_t i = k * n / threads; i < (k + 1) * n / threads; ++i) f(i);
        } catch (...) {
          const std::scoped_lock lock(mutex);
          error = std::current_exception();
        }
      });
    }
  }
  if (error) std::rethrow_exception(error);
}

/// The results that summary.csv has of cells that are not in the folder.
struct Earlier {
  std::vector<std::string> header;
  Rows rows;
  Seals seals;
  std::string steps;

  explicit Earlier(const fs::path& folder) : steps(steps_of_study(folder / "study.toml")) {
    Written written(folder);
    if (written.text && !written.changed) rows = by_id(*written.text, &header);
    seals = std::move(written.sums.seals);
  }

  /// The metrics of a cell that was done with as many steps, or nothing.
  std::optional<std::vector<std::string>> metrics(const Cell& cell) const {
    const auto at = rows.find(cell.id);
    const bool there = at != rows.end() && at->second.back() == "done" && has_columns(cell) &&
                       seals.count(cell.id) && steps == cell[key::steps];
    if (!there) return std::nullopt;
    return metrics_in(header, at->second);
  }

 private:
  bool has_columns(const Cell& cell) const {
    return std::all_of(metric_list.begin(), metric_list.end(), [&](const MetricInfo& metric) {
      return !has_metric(cell, metric) ||
             std::find(header.begin(), header.end(), metric.name) != header.end();
    });
  }
};

}  // namespace

Summary summarize(const fs::path& folder, const Plan& plan, Check check,
                  const std::map<std::string, std::string>& failures,
                  const std::set<std::string>& removed, Summary before) {
  if (before.here.size() == plan.cells.size()) return before;
  const bool known = before.csv.rows.size() == plan.cells.size();
  std::vector<std::optional<FinishedCell>> finished(plan.cells.size());
  std::vector<std::string> damaged(plan.cells.size());
  in_parallel(plan.cells.size(), [&](std::size_t i) {
    if (known && before.here.count(plan.cells[i].id)) return;
    finished[i] = finished_cell(folder, plan.cells[i], check, damaged[i]);
  });
  std::optional<Earlier> earlier;  // read where a cell is not here
  Summary summary;
  summary.csv.header = summary_header(plan);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& cell = plan.cells[i];
    if (known && before.here.count(cell.id)) {
      summary.csv.rows.push_back(std::move(before.csv.rows[i]));
      summary.seals.emplace(cell.id, std::move(before.seals.at(cell.id)));
      summary.here.insert(cell.id);
      continue;
    }
    if (!damaged[i].empty()) summary.damaged.emplace(cell.id, std::move(damaged[i]));
    std::vector<std::string> metrics(metric_list.size());
    std::string status = "pending";
    const auto failure = failures.find(cell.id);
    if (finished[i]) {
      metrics = std::move(finished[i]->metrics);
      status = "done";
      summary.seals.emplace(cell.id, seal(finished[i]->done));
      summary.here.insert(cell.id);
    } else if (failure != failures.end()) {
      status = "failed: " + failure->second;
    } else if (const auto reason = read_failure(cell_folder(folder, cell.id))) {
      status = "failed: " + *reason;
    } else {
      if (!earlier) earlier.emplace(folder);
      auto known_metrics = removed.count(cell.id) ? std::nullopt : earlier->metrics(cell);
      if (known_metrics) {
        metrics = std::move(*known_metrics);
        status = "done";
        summary.seals.emplace(cell.id, earlier->seals.at(cell.id));
      }
    }
    summary.pending += status == "pending" ? 1 : 0;
    summary.csv.rows.push_back(summary_row(summary.csv.header, cell, metrics, status));
  }
  return summary;
}

}  // namespace ulpscope
