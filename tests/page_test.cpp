// SPDX-License-Identifier: BSL-1.0
// The page of report: what it holds, that no text of a study is markup in it, how it is thinned.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "sealed.hpp"
#include "ulpscope/report/final_states.hpp"
#include "ulpscope/report/page.hpp"
#include "ulpscope/report/thinned.hpp"
#include "ulpscope/store/csv.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

namespace {

const std::string hostile = "</script><script>alert(1)</script> & \"q\" <!-- \xE2\x80\xA8 {{data}}";

/// Three cells of a sweep over two keys: one done with all its files, one that was done elsewhere,
/// and one that failed.
void write_results(const fs::path& folder) {
  spit(folder / "study.toml",
       "[study]\nname = \"t\"\ntitle = '" + hostile +
           "'\nsteps = 30\n[sweep]\n\"rule.lr\" = [1e-3, 1e-2, 1e-1]\n"
           "[[table]]\nname = \"overview\"\nrows = [\"rule.lr\"]\ncolumns = "
           "[\"floor\"]\ncaption = '" +
           hostile + "'\n[[figure]]\nname = \"loss\"\nby = [\"rule.lr\"]\ncaption = '" + hostile +
           "'\n");
  spit(folder / "summary.csv",
       "id,rule.lr,floor,onset,verdict,stopped,status\n"
       "aaaaaaaaaaaaaaaa,1e-3,1.25e-5000,,stable,,done\n"
       "bbbbbbbbbbbbbbbb,1e-2,2.5e-11,20,relapsed,,done\n"
       "cccccccccccccccc,1e-1,,,,,failed: <b>memory</b>\n");
  const fs::path cell = folder / "cells" / "aaaaaaaaaaaaaaaa";
  spit(cell / "cell.toml", "[study]\nname = \"</script>\"\n");
  spit(cell / "trace.csv",
       "step,loss,sharpness,threshold,root_v_min,root_v_median,root_v_max\n"
       "0,1e+00,,,,,\n10,1e-5000,2,3.8e+04,0.0,1e-9,1e-1\n20,0.0e+00,-1,3.8e+04,0.0,1e-9,1e-1\n"
       "29,inf,2,3.8e+04,0.0,1e-9,1e-1\n");
  spit(cell / "final.csv",
       "role,index,value\nparameters,0,-0x1.8p+1\nparameters,1,0x1p-20000\nparameters,2,0x0p+0\n"
       "second_moment,0,inf\n");
  seal_cell(cell);
}

nlohmann::json data_of(const Page& page) { return nlohmann::json::parse(page.data); }

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++count;
  return count;
}

std::string message_of(const Page& page, const Study& study, std::string_view chart) {
  try {
    page_text(page, study, chart);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("thinning keeps extremes, ends and what has no logarithm", "[report]") {
  Csv trace{{"step", "loss", "threshold"}, {}};
  for (int step = 0; step < 5000; ++step) {
    trace.rows.push_back({std::to_string(step), "1.5e-3", step < 4000 ? "" : "2"});
  }
  trace.rows[777][1] = "9e-4000";
  trace.rows[2222][1] = "8e+4000";
  trace.rows[3333][1] = "0.0e+00";
  trace.rows[4444][1] = "nan";
  const auto points = thinned(trace, "loss", 40, "trace.csv");
  CHECK(points.size() < 100);
  std::vector<std::string> steps;
  for (const TracePoint& point : points) steps.push_back(std::to_string(std::lround(point.step)));
  for (const char* step : {"0", "777", "2222", "3333", "4444", "4999"}) {
    INFO(step);
    CHECK(std::count(steps.begin(), steps.end(), step) == 1);
  }
  CHECK(std::is_sorted(points.begin(), points.end(),
                       [](const auto& a, const auto& b) { return a.step < b.step; }));
  // The first steps are not all one stretch, or a logarithmic axis had nothing to show there.
  CHECK(std::count_if(points.begin(), points.end(),
                      [](const auto& point) { return point.step < 100; }) > 5);
  for (const TracePoint& point : points) {
    CHECK(point.log.has_value() == (point.text != "0.0e+00" && point.text != "nan"));
    if (point.text == "9e-4000") CHECK(*point.log == Approx(-3999.045757490561));
  }
  CHECK(thinned(trace, "threshold", 40, "trace.csv").front().step == 4000);
  CHECK(thinned({{"step", "loss"}, {}}, "loss", 40, "trace.csv").empty());
  CHECK_THROWS_WITH(thinned(trace, "sharpness", 40, "x/trace.csv"),
                    "x/trace.csv: expected columns step and sharpness");
  trace.rows[5][1] = "low";
  CHECK_THROWS_WITH(thinned(trace, "loss", 40, "x/trace.csv"), "x/trace.csv: no loss: \"low\"");
}

TEST_CASE("all of a short trace is kept", "[report]") {
  Csv trace{{"step", "loss"}, {}};
  for (int step = 0; step < 60; ++step) {
    trace.rows.push_back({std::to_string(step), std::to_string(step + 1) + "e-9"});
  }
  CHECK(thinned(trace, "loss", 400, "trace.csv").size() == 60);
}

TEST_CASE("final states are told by their literals", "[report]") {
  const Csv final = parse_csv(
      "role,index,value\n"
      "parameters,0,0x1.8p+1\nparameters,1,-0x1.8p-1\nparameters,2,0x0p+0\n"
      "parameters,3,-0x1.88p-1\nparameters,4,0x1.0000000000000000001p-30000\n"
      "parameters,5,nan\nsecond_moment,0,-0x0p+0\nsecond_moment,1,0x1p-30001\nnone,0,-inf\n",
      "final.csv");
  const auto states = final_states(final, "final.csv");
  REQUIRE(states.size() == 3);
  CHECK(states[0].role == "parameters");
  CHECK(states[0].count == 6);
  CHECK(states[0].zeros == 1);
  CHECK(states[0].not_finite == 1);
  CHECK(states[0].low == "-0x1.88p-1");
  CHECK(states[0].middle == "0x0p+0");
  CHECK(states[0].high == "0x1.8p+1");
  CHECK(states[1].low == "-0x0p+0");
  CHECK(states[1].middle == "-0x0p+0");
  CHECK(states[1].high == "0x1p-30001");
  CHECK(states[2].not_finite == 1);
  CHECK(states[2].low.empty());
  CHECK(decimal_of_literal("0x1.8p+1") == "3.0000e0");
  CHECK(decimal_of_literal("-0x1.89p-1") == "-7.6758e-1");
  CHECK(decimal_of_literal("0x1p-30000") == "1.2593e-9031");
  CHECK(decimal_of_literal("0x1.fffffffffffffp-1") == "1.0000e0");
  CHECK(decimal_of_literal("0x0p+0") == "0");
  CHECK(decimal_of_literal("").empty());
  CHECK_THROWS_WITH(
      final_states(parse_csv("role,index,value\nparameters,0,0.5\n", "final.csv"), "x/final.csv"),
      "x/final.csv: no hexadecimal literal: \"0.5\"");
}

TEST_CASE("a page holds what the results hold", "[report]") {
  const TempFolder folder;
  write_results(folder.path());
  const Study study = read_study((folder / "study.toml").string());
  const Page page = make_page(folder.path(), study, {{"floor", "the lowest"}});
  CHECK(page.cells == 3);
  CHECK(page.traces == 1);
  const auto data = data_of(page);
  REQUIRE(data["keys"].size() == 1);
  CHECK(data["keys"][0]["name"] == "rule.lr");
  CHECK(data["keys"][0]["title"] == "lr");
  CHECK(data["keys"][0]["values"] == nlohmann::json({"1e-3", "1e-2", "1e-1"}));
  CHECK(data["keys"][0]["at"] == nlohmann::json({0, 1, 2}));
  const auto& floor = data["metrics"][0];
  CHECK(floor["name"] == "floor");
  CHECK(floor["meaning"] == "the lowest");
  CHECK(floor["log"] == true);
  CHECK(floor["text"][0] == "1.25e-5000");
  CHECK(floor["at"][0].get<double>() == Approx(-4999.9031));
  CHECK(floor["at"][2].is_null());
  CHECK(data["metrics"][1]["text"][0] == "> 30");  // an onset may come later
  const auto& trace = data["cells"][0]["trace"];
  CHECK(trace["loss"]["step"] == nlohmann::json({0, 10, 20, 29}));
  CHECK(trace["loss"]["log"] == nlohmann::json({0.0, -5000.0, nullptr, nullptr}));
  CHECK(trace["loss"]["text"] == "1e+00 1e-5000 0.0e+00 inf");
  CHECK(trace["sharpness"]["step"] == nlohmann::json({10, 20, 29}));
  CHECK(trace.contains("root_v_median"));
  CHECK(data["cells"][0]["final"][0]["values"][0] == nlohmann::json({"-0x1.8p+1", "-3.0000e0"}));
  CHECK_FALSE(data["cells"][1].contains("trace"));
  CHECK(data["cells"][2]["status"] == "failed: <b>memory</b>");
  CHECK(page.front.find("<b>1</b> relapsed") != std::string::npos);
  CHECK(page.front.find("<b>1</b> failed") != std::string::npos);
  CHECK(page.front.find("The traces of 1 of 2 cells are not at hand") != std::string::npos);
  CHECK(page.reports.find("figures/loss.svg is not there") != std::string::npos);
}

TEST_CASE("no text of a study is markup in its page", "[report]") {
  const TempFolder folder;
  write_results(folder.path());
  spit(folder / "figures/loss.svg", "<svg><script>alert(2)</script></svg>");
  const Study study = read_study((folder / "study.toml").string());
  const Page page = make_page(folder.path(), study, {});
  CHECK(page.data.find('<') == std::string::npos);
  CHECK(page.data.find("\xE2\x80\xA8") == std::string::npos);
  const std::string text = page_text(page, study, "const Chart = 0;");
  CHECK(text.find("<script>alert") == std::string::npos);
  CHECK(occurrences(text, "<script") == 3);
  CHECK(occurrences(text, "</script") == 3);
  CHECK(occurrences(text, "const Chart = 0;") == 1);
  // A text that looks like a place of the template is none.
  CHECK(occurrences(text, "{{data}}") == 4);
  CHECK(occurrences(text, page.data) == 1);
  CHECK(text.find("://") == std::string::npos);
  CHECK(script_json(R"({"a":"<"})") == "{\"a\":\"\\u003c\"}");
}

TEST_CASE("a page without traces still has all else", "[report]") {
  const TempFolder folder;
  write_results(folder.path());
  fs::remove_all(folder / "cells");
  const Study study = read_study((folder / "study.toml").string());
  const Page page = make_page(folder.path(), study, {});
  CHECK(page.traces == 0);
  CHECK(page.front.find("The traces of 2 cells are not at hand") != std::string::npos);
  CHECK(page.reports.find("<table>") != std::string::npos);
  CHECK(data_of(page)["metrics"].size() == 4);
}

TEST_CASE("without Chart.js the package is named", "[report]") {
  const std::string message = message_of({}, {}, "");
  INFO(message);
  CHECK(message.find("libjs-chart.js") != std::string::npos);
  CHECK_THROWS_AS(page_text({}, {}, "a </script> b"), std::runtime_error);
}

TEST_CASE("report writes a page, or says what is wrong and writes none", "[report]") {
  const TempFolder folder;
  write_results(folder.path());
  const std::string out = (folder / "page.html").string();
  if (chart_library().empty()) {
    CHECK(program({"report", folder.path().string(), "--out", out}).code == 2);
    CHECK_FALSE(fs::exists(out));
    return;
  }
  const Result result = program({"report", folder.path().string(), "--out", out});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(result.out == out + "\n");
  const std::string page = slurp(out);
  CHECK(page.find("Chart.js v") != std::string::npos);
  CHECK(program({"report", folder.path().string()}).code == 0);
  CHECK(slurp(folder / "report.html") == page);

  fs::remove(folder / "report.html");
  spit(folder / "cells/aaaaaaaaaaaaaaaa/trace.csv", "step,loss\n0,low\n");
  seal_cell(folder / "cells/aaaaaaaaaaaaaaaa");
  const Result damaged = program({"report", folder.path().string()});
  CHECK(damaged.code == 2);
  CHECK(damaged.err.find("trace.csv: no loss: \"low\"") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "report.html"));
  CHECK(program({"report", (folder / "figures").string()}).code == 2);
  CHECK(program({"report", folder.path().string(), "--out", folder.path().string()}).code == 2);
  fs::remove(folder / "summary.csv");
  CHECK(program({"report", folder.path().string()}).code == 2);
}
