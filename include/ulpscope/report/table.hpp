// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

enum class TableFormat { markdown, latex, csv };
inline constexpr std::array table_formats{TableFormat::markdown, TableFormat::latex,
                                          TableFormat::csv};
/// ".md", ".tex" or ".csv".
std::string table_ending(TableFormat format);

/// A table's text from a study's records: summary.csv, and timings.csv where it is at hand (it
/// gives the columns steps, seconds, us_per_step by the cell's id).
///
/// Markdown and LaTeX (booktabs and siunitx) round the reals of metrics and timings to three
/// digits and show the status of a cell that is not done in place of its metrics; CSV keeps every
/// digit, and the status as a last column. Values of keys stand as written.
///
/// Throws InputError on a column that is none; a summary of no rows will do to find that out.
std::string table_text(const TableSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, TableFormat format);

/// Writes tables/<name>.md, .tex and .csv of every table of the study into the study's folder,
/// from its summary.csv and timings.csv; returns the files' paths.
std::vector<std::filesystem::path> write_tables(const std::filesystem::path& folder,
                                                const Study& study);

}  // namespace ulpscope
