// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "program.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/checkpoint.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/run_cell.hpp"

// Runs that are stopped and go on.
namespace ulpscope::test {

/// Records into files, and asks the run to stop once it has recorded a step.
class Interrupter final : public Recorder {
 public:
  Interrupter(const Cell& cell, std::uint64_t last) : files_(cell), last_(last) {}

  void trace(std::uint64_t step, const std::vector<std::string>& fields) override {
    files_.trace(step, fields);
    if (step >= last_) stop = true;
  }
  void final_value(std::string_view role, std::size_t index, const std::string& value) override {
    files_.final_value(role, index, value);
  }
  std::vector<std::string> rows() const override { return files_.rows(); }
  void resume(const std::vector<std::string>& rows) override { files_.resume(rows); }
  CellFiles finish(const Run& run) { return files_.finish(run); }

  std::atomic<bool> stop{false};

 private:
  FileRecorder files_;
  std::uint64_t last_;
};

/// Keeps states as files, as a process does that another one goes on for.
class FileKeeper final : public Keeper {
 public:
  FileKeeper(fs::path folder, std::uint64_t steps) : folder_(std::move(folder)), steps_(steps) {}
  std::optional<RunState> load() override {
    auto state = read_state(folder_, steps_, why);
    began = state ? state->step : 0;
    return state;
  }
  void save(const RunState& state) override { write_checkpoint(folder_, state); }

  std::string why;
  std::uint64_t began = 0;

 private:
  fs::path folder_;
  std::uint64_t steps_;
};

inline std::map<std::string, std::string> named(const CellFiles& files) {
  std::map<std::string, std::string> all;
  for (const auto& file : files.files) all.emplace(file.name, file.content);
  return all;
}

struct Ended {
  std::optional<CellFiles> files;
  std::optional<Run> run;
  std::uint64_t began;
  std::string why;
};

inline constexpr std::uint64_t never = ~std::uint64_t{0};

inline Ended run_from(const Cell& cell, const fs::path& folder, std::uint64_t last = never) {
  Interrupter recorder(cell, last);
  FileKeeper keeper(folder, std::stoull(cell[key::steps]));
  std::atomic<bool> save{false};
  std::atomic<std::uint64_t> step{0};
  auto run = run_cell(cell, recorder, {recorder.stop, save, step, &keeper});
  Ended ended{{}, {}, keeper.began, keeper.why};
  if (run) ended.files = recorder.finish(*run);
  ended.run = std::move(run);
  return ended;
}

}  // namespace ulpscope::test
