// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// A quantity that a table shows or that names a line of a figure.
struct Column {
  enum class Kind { key, metric, timing, share };
  Kind kind = Kind::key;
  std::string name;               ///< as the records have it
  std::string title;              ///< for people
  std::optional<std::size_t> at;  ///< its place in summary.csv, or in timings.csv for a timing
  std::size_t digits = 3;         ///< significant ones of a real
  std::string unit{};             ///< as siunitx has it
};

/// A study's records: summary.csv, and timings.csv where it is at hand. Both outlive this.
class Records {
 public:
  using Row = std::vector<std::string>;
  Records(const Csv& summary, const Csv& timings);

  const Csv& summary() const { return *summary_; }
  /// What the column has in a row of the summary; empty for a timing that is not at hand.
  const std::string& value(const Column& column, const Row& row) const;
  /// Empty where the row's cell is done.
  std::string status(const Row& row) const;

 private:
  const Csv* summary_;
  std::optional<std::size_t> id_, status_;
  std::map<std::string, const Row*> timings_;
};

/// The summary as tables and figures read it: with a column for each share that they name, see
/// with_share, for each key that they name and the sweep does not, the cells' own values, empty
/// for a cell that does not have the key, and for each prediction; and where a cell that has
/// settled shows no onset,
/// "> 6000" after 6000 steps, as a longer run may have one.
Csv for_report(Csv summary, const Study& study);

/// The rows of such a summary that `only` selects ("key=glob,...", see Selection).
std::vector<const Records::Row*> selected_rows(const Place& place, const std::string& only,
                                               const Csv& summary);

/// Finds each name among the summary's columns and the timings.
/// A key is titled by its last part (`rule.kind` by `rule`), or in full where that is not unique.
/// Throws InputError, at `place` and `key`, on a name that is none of these.
std::vector<Column> find_columns(const std::vector<std::string>& names, const Csv& summary,
                                 const Csv& timings, const Place& place, const std::string& key);

}  // namespace ulpscope
