// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ulpscope/store/results.hpp"

namespace ulpscope {

/// A study's folder as far as it is compared.
struct ComparedFolder {
  std::filesystem::path path;
  Study study;
  Plan plan;
  Csv summary;
  Seals seals;
  std::unordered_map<std::string, std::size_t> rows;  ///< of the summary, by id

  /// What the summary has of a cell; empty where it has no such row or column.
  std::string value(const Cell& cell, const std::string& column) const;
};

/// Throws std::runtime_error without a summary.csv that has columns id and status, InputError on a
/// study that has no plan.
ComparedFolder compared_folder(const std::filesystem::path& path, Study study);

/// What one side has in place of the other's; empty for nothing.
struct Difference {
  std::string name, first, second;
};

/// A key in which descriptions of matched cells differ: its values, "..." where these are not the
/// same in all such cells, and how many cells these are.
struct KeyDifference {
  Difference values;
  std::size_t cells = 0;
};

/// How the traces of two cells go together, by the steps and columns that both have.
struct Traces {
  std::size_t common = 0;           ///< steps
  std::optional<std::string> step;  ///< the first at which they part
  std::vector<Difference> columns;  ///< there
};

/// A cell of one folder, or one of each.
struct ComparedCell {
  enum class Matched { by_id, by_values, none };
  enum class Bits { same, differ, unknown };
  const Cell* first = nullptr;
  const Cell* second = nullptr;
  Matched matched = Matched::none;
  Bits bits = Bits::unknown;  ///< of its files; unknown where they, and checksums, are not there
  std::vector<std::string> files;   ///< that differ; none if only the checksums tell
  std::optional<Traces> traces;     ///< where trace.csv differs
  std::vector<Difference> metrics;  ///< the status among them

  bool same() const { return matched != Matched::none && bits != Bits::differ && metrics.empty(); }
};

struct Comparison {
  std::vector<std::string> swept;    ///< keys, of either folder
  std::vector<std::string> metrics;  ///< columns of either summary, and the status
  std::vector<KeyDifference> keys;
  std::vector<ComparedCell> cells;
};

/// Cells are matched by their ids; the others where their values of all swept keys are the same,
/// and no other cell of their folder has these. The folders outlive the comparison. Throws
/// std::runtime_error where a file cannot be read.
Comparison compare_results(const ComparedFolder& first, const ComparedFolder& second);

}  // namespace ulpscope
