// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Seconds and steps of the cells that ran, by id: timings.csv.
struct Timing {
  std::uint64_t steps;
  double seconds;
};
using Timings = std::map<std::string, Timing>;

/// timings.csv with these rows put in; cells that did not run again keep theirs.
Csv merged_timings(const std::filesystem::path& folder, const Plan& plan, const Timings& timings);

// A process notes its timings as it goes, in a journal of its own beside timings.csv, so that one
// that is killed loses none of them; that its journal is left says that more may be.

void open_journal(const std::filesystem::path& folder);
void note_timing(const std::filesystem::path& folder, const std::string& id, const Timing& timing);
/// The timings in all journals.
Timings read_journals(const std::filesystem::path& folder);
/// Whether a process that has ended left its journal.
bool left_journals(const std::filesystem::path& folder);
/// Removes the journals of this process and of those that have ended, or all: their rows are
/// merged.
void remove_journals(const std::filesystem::path& folder, bool all);
/// The timings in all journals, over those in timings.csv.
Timings all_timings(const std::filesystem::path& folder);

}  // namespace ulpscope
