// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/cell_files.hpp"

#include <algorithm>
#include <sstream>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/study/sha256.hpp"

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
    : trace_(files_["trace.csv"]), final_(files_["final.csv"]) {
  files_["cell.toml"] = cell_toml(cell);
  trace_ = "step,loss\n";
  final_ = "role,index,value\n";
}

void FileRecorder::trace(std::uint64_t step, const std::string& loss) {
  trace_ += std::to_string(step) + "," + loss + "\n";
}

void FileRecorder::final_value(std::string_view role, std::size_t index, const std::string& value) {
  final_.append(role).append(",").append(std::to_string(index)).append(",").append(value) += '\n';
}

CellFiles FileRecorder::finish(const Run& run) {
  Csv metrics;
  for (const MetricInfo& metric : metric_list) metrics.header.emplace_back(metric.name);
  metrics.rows.emplace_back(run.metrics.begin(), run.metrics.end());
  files_["metrics.csv"] = metrics.text();
  return files_;
}

fs::path cell_folder(const fs::path& study_folder, const std::string& id) {
  return study_folder / "cells" / id;
}

void write_cell(const fs::path& folder, const CellFiles& files) {
  // A cell that is written again does not count as finished in between.
  fs::remove(folder / "done");
  for (const CellFiles::File& file : files.files) write_file(folder / file.name, file.content);
  // What a killed process left beside its files.
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool known = std::any_of(files.files.begin(), files.files.end(),
                                   [&](const CellFiles::File& file) { return file.name == name; });
    if (!known) fs::remove(entry.path());
  }
  write_file(folder / "done", files.done());
}

std::optional<std::string> read_done(const fs::path& folder) {
  if (!fs::exists(folder / "done")) return std::nullopt;
  return read_file(folder / "done");
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
