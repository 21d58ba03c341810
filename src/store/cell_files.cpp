// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/cell_files.hpp"

#include <algorithm>
#include <sstream>

#include "ulpscope/format/sha256.hpp"
#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"

namespace ulpscope {
namespace fs = std::filesystem;

std::string& CellFiles::operator[](std::string_view name) {
  return std::find_if(files.begin(), files.end(),
                      [&](const File& file) { return file.name == name; })
      ->content;
}

std::string CellFiles::done() const {
  std::string text;
  for (const File& file : files)
    text += sha256(file.content) + "  " + std::string(file.name) + "\n";
  return text;
}

FileRecorder::FileRecorder(const Cell& cell)
    : cell_(cell), trace_(files_["trace.csv"]), final_(files_["final.csv"]) {
  files_["cell.toml"] = cell_toml(cell);
  trace_ = "step,loss";
  for (const ProbeInfo& probe : probe_list) {
    if (cell["record.probes"].find("\"" + std::string(probe.name) + "\"") == std::string::npos)
      continue;
    for (const std::string_view column : probe.columns()) trace_.append(",").append(column);
  }
  trace_ += '\n';
  final_ = "role,index,value\n";
}

void FileRecorder::trace(std::uint64_t step, const std::vector<std::string>& fields) {
  trace_ += std::to_string(step);
  for (const std::string& field : fields) trace_.append(",").append(field);
  trace_ += '\n';
}

void FileRecorder::final_value(std::string_view role, std::size_t index, const std::string& value) {
  final_.append(role).append(",").append(std::to_string(index)).append(",").append(value) += '\n';
}

std::vector<std::string> FileRecorder::rows() const {
  std::istringstream lines(trace_);
  std::vector<std::string> rows;
  std::string line;
  std::getline(lines, line);  // the header
  while (std::getline(lines, line)) rows.push_back(line);
  return rows;
}

void FileRecorder::resume(const std::vector<std::string>& rows) {
  trace_.resize(trace_.find('\n') + 1);
  for (const std::string& row : rows) (trace_ += row) += '\n';
}

CellFiles FileRecorder::finish(const Run& run) {
  Csv metrics;
  metrics.rows.emplace_back();
  for (std::size_t i = 0; i < metric_list.size(); ++i) {
    if (!has_metric(cell_, metric_list[i])) continue;
    metrics.header.emplace_back(metric_list[i].name);
    metrics.rows.back().push_back(run.metrics[i]);
  }
  files_["metrics.csv"] = metrics.text();
  return files_;
}

bool has_metric(const Cell& cell, const MetricInfo& metric) {
  return metric.probe.empty() || has_probe(cell, metric.probe);
}

std::vector<std::string> metrics_in(const std::vector<std::string>& header,
                                    const std::vector<std::string>& row) {
  std::vector<std::string> metrics(metric_list.size());
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::size_t at = metric_place(header[i]);
    if (at < metrics.size()) metrics[at] = row.at(i);
  }
  return metrics;
}

fs::path cell_folder(const fs::path& study_folder, const std::string& id) {
  return study_folder / "cells" / id;
}

void write_cell(const fs::path& folder, const CellFiles& files) {
  // A cell that is written with other content does not count as finished in between.
  const std::string done = files.done();
  if (read_done(folder) != done) fs::remove_all(folder / "done");
  for (const CellFiles::File& file : files.files) {
    write_file_of_several(folder / file.name, file.content);
  }
  sync_folder(folder);  // first what `done` vouches for
  write_file(folder / "done", done);
}

std::optional<std::string> read_done(const fs::path& folder) {
  return read_if_there(folder / "done");
}

std::optional<FinishedCell> finished_cell(const fs::path& study_folder, const Cell& cell) {
  const fs::path folder = cell_folder(study_folder, cell.id);
  const auto done = read_done(folder);
  if (!done || !done->starts_with(sha256(cell_toml(cell)) + "  cell.toml\n")) return std::nullopt;
  // What the files hold is for verify to say; here they must be there and be listed.
  static const CellFiles expected;
  static const std::size_t size = expected.done().size();
  if (done->size() != size) return std::nullopt;
  for (const CellFiles::File& file : expected.files) {
    const bool listed = done->find("  " + std::string(file.name) + "\n") != std::string::npos;
    if (!listed) return std::nullopt;
    // The metrics are read below.
    const bool there = file.name == "metrics.csv" || fs::is_regular_file(folder / file.name);
    if (!there) return std::nullopt;
  }
  // Every summary reads the metrics: small, so they are checked.
  const auto metrics = read_if_there(folder / "metrics.csv");
  if (!metrics || done->find(sha256(*metrics) + "  metrics.csv\n") == std::string::npos) {
    return std::nullopt;
  }
  const Csv csv = parse_csv(*metrics, (folder / "metrics.csv").string());
  return FinishedCell{*done, metrics_in(csv.header, csv.rows.at(0))};
}

std::optional<std::string> read_failure(const fs::path& folder) {
  return read_if_there(folder / "failed");
}

void write_failure(const fs::path& folder, const std::string& reason) {
  write_file(folder / "failed", reason);
}

void remove_failure(const fs::path& folder) {
  std::error_code ignored;
  fs::remove(folder / "failed", ignored);
}

std::optional<std::string> damage(const fs::path& folder, const std::string& done) {
  std::istringstream lines(done);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t gap = line.find("  ");
    if (gap == std::string::npos) return "done is not a list of checksums";
    const std::string name = line.substr(gap + 2);
    if (!fs::exists(folder / name)) return name + " is missing";
    if (sha256(read_file(folder / name)) != line.substr(0, gap)) return name + " has changed";
  }
  return std::nullopt;
}

}  // namespace ulpscope
