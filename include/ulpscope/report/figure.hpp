// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// The gnuplot script of a figure, its data included: it draws an SVG into its first argument and
/// a PDF into its second. `trace` gives a cell's trace.csv by the cell's id; it is asked for the
/// cells that are done only. What cannot be drawn is marked or counted in a note: losses of zero
/// and ones that are not finite, cells without a result, cells beyond the 48th.
///
/// Throws InputError on a key that names no line; a summary of no rows will do to find that out.
std::string figure_script(const FigureSpec& spec, const Study& study, const Csv& summary,
                          const std::function<Csv(const std::string& id)>& trace);

/// Writes figures/<name>.svg and .pdf of every figure of the study into the study's folder, from
/// its summary.csv and cells/<id>/trace.csv, through gnuplot; returns the files' paths. Throws
/// std::runtime_error where gnuplot or a trace is missing.
std::vector<std::filesystem::path> write_figures(const std::filesystem::path& folder,
                                                 const Study& study);

}  // namespace ulpscope
