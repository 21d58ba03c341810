// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ulpscope/study/run_cell.hpp"

namespace ulpscope {

/// The contents of cells/<id>/ without `done`.
struct CellFiles {
  struct File {
    std::string_view name;
    std::string content;
  };
  std::array<File, 4> files{
      {{"cell.toml", ""}, {"trace.csv", ""}, {"metrics.csv", ""}, {"final.csv", ""}}};

  std::string& operator[](std::string_view name);
  /// The content of `done`: a checksum a file, as sha256sum writes and checks them.
  std::string done() const;
};

/// Whether the files of a cell have a column for the metric.
bool has_metric(const Cell& cell, const MetricInfo& metric);

/// The metrics among a row's fields, in the order of metric_list; empty where there is no column.
std::vector<std::string> metrics_in(const std::vector<std::string>& header,
                                    const std::vector<std::string>& row);

/// Collects a run's files. The cell must live as long.
class FileRecorder final : public Recorder {
 public:
  explicit FileRecorder(const Cell& cell);
  FileRecorder(const FileRecorder&) = delete;
  FileRecorder& operator=(const FileRecorder&) = delete;
  void trace(std::uint64_t step, const std::vector<std::string>& fields) override;
  void final_value(std::string_view role, std::size_t index, const std::string& value) override;
  std::vector<std::string> rows() const override;
  void resume(const std::vector<std::string>& rows) override;
  /// The files of the finished run.
  CellFiles finish(const Run& run);

 private:
  const Cell& cell_;
  CellFiles files_;
  std::string &trace_, &final_;
};

/// cells/<id> in a study's folder.
std::filesystem::path cell_folder(const std::filesystem::path& study_folder, const std::string& id);

/// Writes the files and last `done`; the cell exists from then on. Throws as write_file does.
void write_cell(const std::filesystem::path& folder, const CellFiles& files);

/// What `done` holds, or nothing where the cell is not finished.
std::optional<std::string> read_done(const std::filesystem::path& folder);

/// What the summary needs of a done cell.
struct FinishedCell {
  std::string done;
  std::vector<std::string> metrics;  ///< in the order of metric_list
};

/// Which of a cell's files are compared with the checksums in `done`: the metrics and what may have
/// changed since, not being older than `done` is, as the other files are large; or all.
enum class Check { changed, all };

/// Nothing unless the cell has run as it is described, with as many steps, and its files are there
/// and pass the check; where that is because they are damaged, `damaged` says how.
std::optional<FinishedCell> finished_cell(const std::filesystem::path& study_folder,
                                          const Cell& cell, Check check, std::string& damaged);

/// Throws InputError that says how a cell's files are damaged, and what helps.
[[noreturn]] void refuse_damaged(const std::filesystem::path& folder, const std::string& what);

/// A file of a done cell. Throws InputError where it is not what `done` has the checksum of.
std::string read_cell_file(const std::filesystem::path& folder, std::string_view name);

/// Why a cell could not be computed when it was tried last, if it could not.
std::optional<std::string> read_failure(const std::filesystem::path& folder);
void write_failure(const std::filesystem::path& folder, const std::string& reason);
void remove_failure(const std::filesystem::path& folder);

/// The first file of the cell that is not as `done` describes it, with what is wrong; or nothing.
std::optional<std::string> damage(const std::filesystem::path& folder, const std::string& done);

/// Removes folders that stand where a cell's files belong, for the process that has claimed it.
void remove_folders_in_place_of_files(const std::filesystem::path& folder);

}  // namespace ulpscope
