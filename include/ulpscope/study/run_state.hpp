// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ulpscope {

/// What a run goes on from after `step` updates, bit for bit: all that the next step depends on
/// besides the cell and the step's number, and what was recorded before.
struct RunState {
  std::uint64_t step = 0;
  double seconds = 0;  ///< wall time of the steps so far
  /// Texts, numbers as C99 literals, by what they are; CellRun and RuleRun say under which names.
  std::map<std::string, std::vector<std::string>> lists;
  /// Handed over by a run in other arithmetics: numbers can have more digits than those that they
  /// are read into, and lists can be missing. Never in a file.
  bool carried = false;
};

}  // namespace ulpscope
