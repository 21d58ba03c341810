// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// What a study's results are as one HTML page, besides what stands in its template.
struct Page {
  std::string front;       ///< HTML: verdict counts and notes
  std::string reports;     ///< HTML: the study's tables and figures
  std::string data;        ///< JSON, fit for a script element: what page.js shows
  std::size_t cells = 0;   ///< rows of the summary
  std::size_t traces = 0;  ///< of them with a trace in the folder
};

/// Reads the study's folder: summary.csv, timings.csv, figures/*.svg and, of done cells, what
/// cells/<id> has. `meanings` says what a metric is, by its name. Of long traces some points are
/// kept, the extremes among them, so that a thousand cells make a page of a few megabytes.
///
/// Throws InputError on a column that is none, std::runtime_error where a file cannot be read.
Page make_page(const std::filesystem::path& folder, const Study& study,
               const std::map<std::string, std::string>& meanings);

/// Chart.js as it was when the program was built; empty where it was not there.
std::string_view chart_library();

/// The page as a file that needs no other. `chart` is the text of Chart.js; throws InputError where
/// it is empty.
std::string page_text(const Page& page, const Study& study, std::string_view chart);

/// Text of JSON that may stand in a script element: no `<` is left, and nothing but ASCII.
std::string script_json(const std::string& ascii_json);

}  // namespace ulpscope
