// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/page.hpp"

#include <stdexcept>

#include "page_files.hpp"
#include "ulpscope/report/text.hpp"

namespace ulpscope {
namespace {

/// The template with each {{name}} replaced, once: what is put in is not looked at.
std::string filled(std::string_view form,
                   const std::map<std::string_view, std::string_view>& parts) {
  std::string text;
  while (true) {
    const std::size_t open = form.find("{{");
    text += form.substr(0, open);
    if (open == std::string_view::npos) return text;
    const std::size_t close = form.find("}}", open);
    if (close == std::string_view::npos) throw std::logic_error("page.html: {{ without }}");
    text += parts.at(form.substr(open + 2, close - open - 2));
    form.remove_prefix(close + 2);
  }
}

}  // namespace

std::string_view chart_library() { return chart_js; }

std::string page_text(const Page& page, const Study& study, std::string_view chart) {
  if (chart.empty()) {
    throw InputError({"report", 0}, "",
                     "the program was built without Chart.js, which draws the page's charts; "
                     "expected the package libjs-chart.js when it is built, for example after "
                     "apt-get install libjs-chart.js, then build again");
  }
  if (chart.find("</script") != std::string_view::npos) {
    throw std::runtime_error("Chart.js holds </script, which would end its place in the page");
  }
  const std::string comment = stamp(study.name, "page", "report");
  const std::string name = xml_text(study.name);
  const std::string title = study.title.empty() ? name : xml_text(study.title);
  return filled(page_html, {{"stamp", comment},
                            {"name", name},
                            {"title", title},
                            {"style", page_css},
                            {"front", page.front},
                            {"reports", page.reports},
                            {"data", page.data},
                            {"chart", chart},
                            {"choice", choice_js},
                            {"traces", traces_js},
                            {"charts", charts_js},
                            {"explorer", explorer_js},
                            {"map", map_js},
                            {"cells", cells_js},
                            {"page", page_js}});
}

}  // namespace ulpscope
