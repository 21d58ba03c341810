// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ulpscope/report/drawing.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// What a figure shows of a study's records. `trace` gives a cell's trace.csv by the cell's id; it
/// is asked for cells that are done, by figures that are drawn from traces. What cannot be drawn
/// is marked or counted in a note: losses of zero and ones that are not finite, cells without a
/// result or without the metric, lines beyond the 48th.
///
/// Throws InputError on a key that names no line; a summary of no rows will do to find that out.
Drawing figure_drawing(const FigureSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, const std::function<Csv(const std::string& id)>& trace);

/// All of the study's, from its folder: summary.csv, timings.csv and cells/<id>/trace.csv. Throws
/// std::runtime_error where a trace is missing.
std::vector<Drawing> figures_of_results(const std::filesystem::path& folder, const Study& study);

/// The endings of a figure's files: SVG and PDF through gnuplot, and LaTeX for pgfplots.
inline const std::vector<std::string> figure_endings{".svg", ".pdf", ".tex"};

/// Their contents, by ending. Throws std::runtime_error where gnuplot is missing.
using FigureFiles = std::vector<std::pair<std::string, std::string>>;
FigureFiles figure_files(const FigureSpec& spec, const Study& study, const Drawing& drawing);

/// Writes figures/<name> with each ending of every figure of the study into the study's folder;
/// returns the files' paths.
std::vector<std::filesystem::path> write_figures(const std::filesystem::path& folder,
                                                 const Study& study,
                                                 const std::vector<Drawing>& drawings);

}  // namespace ulpscope
