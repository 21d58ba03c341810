// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "program.hpp"
#include "ulpscope/store/cell_files.hpp"

namespace ulpscope::test {

/// Makes a cell's `done` describe its files as they are, as if a run had written them.
inline void seal_cell(const fs::path& folder) {
  CellFiles files;
  for (CellFiles::File& file : files.files) file.content = slurp(folder / file.name);
  spit(folder / "done", files.done());
}

}  // namespace ulpscope::test
