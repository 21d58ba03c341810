// SPDX-License-Identifier: BSL-1.0
#include <filesystem>

#include "commands.hpp"
#include "open_study.hpp"
#include "out_file.hpp"
#include "reading.hpp"
#include "say.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/report/page.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace fs = std::filesystem;

int report_command(const std::string& folder, const std::string& out) {
  const Study study = read_results(folder);
  const fs::path file = out.empty() ? fs::path(folder) / "report.html" : fs::path(out);
  require_file(file, out.empty() ? file.string() : "--out " + out, "report.html");
  std::map<std::string, std::string> meanings{{"seconds", "how long the run took"},
                                              {"us_per_step", "microseconds that an update took"}};
  for (const MetricInfo& metric : metric_list) meanings.emplace(metric.name, metric.summary);
  const Page page = reading(folder, [&] { return make_page(folder, study, meanings); });
  const std::string text = page_text(page, study, chart_library());
  write_file(fs::absolute(file), text);
  fmt::print("{}\n", file.string());
  say("{}: {}, {} with traces, {:.1f} MB\n", study.name, counted(page.cells, "cell"), page.traces,
      static_cast<double>(text.size()) / 1e6);
  return exit_code::done;
}

}  // namespace ulpscope
