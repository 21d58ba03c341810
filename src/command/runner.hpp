// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {

/// Set by SIGINT, SIGTERM and SIGHUP once they are caught; runs end after their current step.
extern std::atomic<bool> stop_requested;
void catch_signals();

/// Prints a line of progress or a message to stderr; one that cannot be written is no reason to
/// stop.
void say_line(const std::string& line);
template <class... A>
void say(fmt::format_string<A...> format, A&&... arguments) {
  say_line(fmt::format(format, std::forward<A>(arguments)...));
}

/// Refuses cells that cannot fit into memory, `jobs` at a time: by arithmetic, before anything is
/// allocated. Throws InputError.
void require_memory(const Study& study, const std::vector<const Cell*>& cells, unsigned jobs);

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
