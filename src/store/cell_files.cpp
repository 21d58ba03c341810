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
    if (!has_probe(cell, probe.name)) continue;
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

namespace {

constexpr std::size_t sha256_digits = 64;

/// Whether a file was written before another one, as the system's clock has it.
bool is_older(const fs::path& file, const fs::path& other) {
  std::error_code unknown, of_other;
  return fs::is_regular_file(file, unknown) &&
         fs::last_write_time(file, unknown) < fs::last_write_time(other, of_other) && !unknown &&
         !of_other;
}

/// What is wrong with the files that `done` describes; `metrics` gets the content of metrics.csv.
std::optional<std::string> find_damage(const fs::path& folder, const std::string& done, Check check,
                                       std::string& metrics) {
  static const CellFiles expected;
  std::string_view rest = done;
  for (const CellFiles::File& file : expected.files) {
    const std::string name(file.name);
    const std::string line = "  " + name + "\n";
    if (rest.size() < sha256_digits + line.size() ||
        rest.substr(sha256_digits, line.size()) != line) {
      return "done is no list of checksums";
    }
    const std::string_view sum = rest.substr(0, sha256_digits);
    rest.remove_prefix(sha256_digits + line.size());
    const bool small = file.name == "metrics.csv";
    std::error_code unknown;
    if (!small && check == Check::changed && is_older(folder / name, folder / "done")) continue;
    if (fs::symlink_status(folder / name, unknown).type() == fs::file_type::not_found) {
      return name + " is missing";
    }
    try {
      std::string content = read_file(folder / name);
      if (sha256(content) != sum) return name + " has changed";
      if (small) metrics = std::move(content);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
  if (!rest.empty()) return "done is no list of checksums";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> damage(const fs::path& folder, const std::string& done) {
  std::string metrics;
  return find_damage(folder, done, Check::all, metrics);
}

std::optional<FinishedCell> finished_cell(const fs::path& study_folder, const Cell& cell,
                                          Check check, std::string& damaged) {
  const fs::path folder = cell_folder(study_folder, cell.id);
  try {
    const auto done = read_done(folder);
    if (!done) return std::nullopt;
    const std::string described = sha256(cell_toml(cell)) + "  cell.toml\n";
    std::string text;
    auto what = find_damage(folder, *done, check, text);
    // Of another description is a cell of fewer steps, say, whose files are as they shall be.
    if (!what && !done->starts_with(described)) return std::nullopt;
    if (!what) {
      const Csv csv = parse_csv(text, (folder / "metrics.csv").string());
      if (csv.rows.size() == 1) {
        return FinishedCell{*done, metrics_in(csv.header, csv.rows.front())};
      }
      what = "metrics.csv has no row";
    }
    // Another process may have been writing it.
    if (read_done(folder) == done) damaged = *what;
  } catch (const std::runtime_error& error) {
    damaged = error.what();
  }
  return std::nullopt;
}

void refuse_damaged(const fs::path& folder, const std::string& what) {
  throw InputError({folder.string(), 0}, "", what + "; `ulpscope run --check` makes it again");
}

std::string read_cell_file(const fs::path& folder, std::string_view name) {
  const std::string file(name);
  const auto done = read_done(folder);
  if (!done) refuse_damaged(folder, file + " has no `done` beside it");
  const auto content = read_if_there(folder / file);
  if (!content) refuse_damaged(folder, file + " is missing");
  if (done->find(sha256(*content) + "  " + file + "\n") == std::string::npos) {
    refuse_damaged(folder, file + " has changed");
  }
  return *content;
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

void remove_folders_in_place_of_files(const fs::path& folder) {
  for (const char* name : {"cell.toml", "trace.csv", "metrics.csv", "final.csv", "done",
                           "checkpoint", "state", "failed"}) {
    const fs::path place = folder / name;
    std::error_code unknown;
    if (fs::symlink_status(place, unknown).type() == fs::file_type::directory) {
      fs::remove_all(place);
    }
  }
}

}  // namespace ulpscope
