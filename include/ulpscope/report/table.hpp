// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

enum class TableFormat { markdown, latex, csv, html };
inline constexpr std::array table_formats{TableFormat::markdown, TableFormat::latex,
                                          TableFormat::csv, TableFormat::html};
/// ".md", ".tex", ".csv" or ".html".
std::string table_ending(TableFormat format);

/// A table's text from a study's records: summary.csv, and timings.csv where it is at hand (it
/// gives the columns steps, seconds, us_per_step by the cell's id).
///
/// Markdown, LaTeX (booktabs and siunitx) and HTML round the reals of metrics and timings and show
/// the status of a cell that is not done in place of its metrics; CSV keeps every digit, and the
/// status as a last column. Values of keys stand as written. Of cells that differ in `over` alone
/// a metric is shown as median [quartiles], with (k of n) where k of n done cells have it.
///
/// Throws InputError on a column that is none; a summary of no rows will do to find that out.
std::string table_text(const TableSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, TableFormat format);

/// The folder's timings.csv; empty without the file.
Csv read_timings(const std::filesystem::path& folder);

/// Writes tables/<name>.md, .tex, .csv and .html of every table of the study into the study's
/// folder; returns the files' paths.
std::vector<std::filesystem::path> write_tables(const std::filesystem::path& folder,
                                                const Study& study, const Csv& summary,
                                                const Csv& timings);

}  // namespace ulpscope
