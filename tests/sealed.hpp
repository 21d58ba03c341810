// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/store/cell_files.hpp"

namespace ulpscope::test {

/// Makes a cell's `done` describe its files as they are, as if a run had written them.
inline void seal_cell(const fs::path& folder) {
  CellFiles files;
  for (CellFiles::File& file : files.files) file.content = slurp(folder / file.name);
  spit(folder / "done", files.done());
}

/// Makes cells.sum describe summary.csv as it is, as if a run had written it.
inline void seal_summary(const fs::path& results) {
  const std::string sums = slurp(results / "cells.sum");
  const std::size_t end = sums.find('\n') + 1;
  REQUIRE(sums.substr(0, end).ends_with("  summary.csv\n"));
  spit(results / "cells.sum",
       sha256(slurp(results / "summary.csv")) + "  summary.csv\n" + sums.substr(end));
}

}  // namespace ulpscope::test
