// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ulpscope/store/cell_files.hpp"

namespace ulpscope {

/// Set by SIGINT and SIGTERM; runs end after their current step.
extern std::atomic<bool> stop_requested;
void catch_signals();

/// Expected seconds of each cell, from a few steps of one cell of each sort: same arithmetic,
/// data, model and kind of rule.
class Estimate {
 public:
  /// Seconds of the whole cell.
  double seconds(const Cell& cell);

 private:
  std::map<std::string, Cost> by_sort_;
};

/// What came of a cell.
struct Outcome {
  enum class Kind { done, failed, stopped } kind;
  std::string reason;  ///< of a failure
  Run run{};
};

/// Runs cells on `jobs` threads, the longest first, and shows progress on stderr: one line that
/// is redrawn on a terminal, else a line a cell. `finish` is called under a lock for each done
/// cell, with its files; what it throws makes the cell a failed one. Returns outcomes by id.
std::map<std::string, Outcome> run_cells(
    const std::vector<const Cell*>& cells, const std::vector<std::string>& swept, unsigned jobs,
    const std::function<void(const Cell&, const CellFiles&, const Run&)>& finish);

/// "precision.arithmetic=quad rule.lr=1e-3": what tells a cell from the others of its study.
std::string label(const Cell& cell, const std::vector<std::string>& swept);

/// 1:02:03 or 2:03.
std::string clock_text(double seconds);

/// "8 cells", "1 cell".
std::string counted(std::size_t number, const std::string& noun);

}  // namespace ulpscope
