// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cost.hpp"
#include "ulpscope/store/cell_files.hpp"

namespace ulpscope {

/// Set by SIGINT, SIGTERM and SIGHUP once they are caught; runs end after their current step.
extern std::atomic<bool> stop_requested;
void catch_signals();

/// What came of a cell.
struct Outcome {
  enum class Kind { done, failed, stopped } kind;
  std::string reason{};  ///< of a failure
  std::string news{};    ///< for the line that tells of it; none where it came of elsewhere
};

/// Where cells come from when they are run, and where they go. Called from several threads, but
/// for one cell from one at a time.
class CellPlace {
 public:
  virtual ~CellPlace() = default;

  /// What is to be done about a cell: run it here; wait, as another process runs it; or nothing, as
  /// it is done or, for the reason that is given, failed in another process.
  struct Turn {
    enum class Kind { here, elsewhere, done, failed } kind;
    std::string reason{};
  };
  virtual Turn take(const Cell&) { return {Turn::Kind::here}; }
  /// What keeps the state of a cell that is run here; none: nothing does.
  virtual std::unique_ptr<Keeper> keeper(const Cell&) { return nullptr; }
  /// A cell that was run here is done; false where another process has taken it over meanwhile.
  /// What it throws makes the cell a failed one.
  virtual bool finish(const Cell& cell, const CellFiles& files, const Run& run) = 0;
  virtual void fail(const Cell&, const std::string& /*reason*/) {}
  /// The cell is no longer run here, whatever came of it.
  virtual void release(const Cell&) {}
  /// Called several times a second while cells are run.
  virtual void tick() {}
};

struct Running {
  unsigned jobs = 1;
  std::chrono::duration<double> save_every = std::chrono::seconds(60);
  bool fail_fast = false;  ///< the first failure ends the others after their current step
  unsigned together = 1;   ///< cells of a group, at most
};

/// Runs cells, `jobs` groups of them at a time, the longest first, and shows progress on stderr:
/// one line that is redrawn on a terminal, else a line a cell. Returns outcomes by id; cells that
/// were not begun have none.
std::map<std::string, Outcome> run_cells(const std::vector<const Cell*>& cells,
                                         const std::vector<std::string>& swept,
                                         const Running& running, CellPlace& place);

}  // namespace ulpscope
