// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/study/run_state.hpp"

namespace ulpscope {

// Two files of a cell's folder from which runs go on, checksummed, of the release that wrote them:
//
//   checkpoint   where an interrupted run was; gone when the cell is done
//   state        of a done cell: what a run of more steps needs besides trace.csv and final.csv
//
// Neither is among the files that `done` lists and results are compared by; a cell without them is
// run from its start, to the same bits.

/// Throws as write_file does.
void write_checkpoint(const std::filesystem::path& cell_folder, const RunState& state);
/// Of a cell with these files; to be written before them.
void write_end_state(const std::filesystem::path& cell_folder, const RunState& state,
                     const CellFiles& files);

/// Where a run of so many steps can go on: at the checkpoint, else at the end of a done cell of
/// fewer steps, if its files are as they were written; or nothing. One that is damaged, of another
/// release or of more steps counts as none; `why` then says so.
std::optional<RunState> read_state(const std::filesystem::path& cell_folder, std::uint64_t steps,
                                   std::string& why);

void remove_checkpoint(const std::filesystem::path& cell_folder);
/// Only if it is the one of this state.
void remove_checkpoint(const std::filesystem::path& cell_folder, const RunState& state);
void remove_end_state(const std::filesystem::path& cell_folder);

}  // namespace ulpscope
