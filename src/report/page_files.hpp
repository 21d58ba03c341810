// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace ulpscope {

// The files of src/report/page, and Chart.js where the build found it, as embed.cmake writes them
// into the program.
extern const std::string_view page_html, page_css, choice_js, traces_js, charts_js, explorer_js,
    map_js, cells_js, page_js, chart_js;

}  // namespace ulpscope
