// SPDX-License-Identifier: BSL-1.0
// Figures of the sharpness.
#include "ulpscope/report/sharpness_plot.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "program.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/store/cell_files.hpp"

namespace {

using namespace ulpscope;

Drawing drawing(const std::string& scale, const std::string& trace) {
  Study study;
  study.name = "t";
  FigureSpec spec{.name = "edge", .kind = "sharpness", .by = {"rule.kind"}};
  spec.y_scale = scale;
  const Csv summary = parse_csv(
      "id,rule.kind,floor_step,onset,crossing,growth_onset,status\na,sgd,1,3,2,3,done\n"
      "b,lion,,,,,done\n",
      "summary.csv");
  const auto trace_of = [&](const std::string& id) {
    return parse_csv("step,loss,sharpness,threshold\n" + (id == "a" ? trace : "0,1,,\n1,1,,\n"),
                     "trace.csv");
  };
  return figure_drawing(spec, study, summary, {}, trace_of);
}

const std::string flat = "0,1,,\n1,1e-4,1,2\n2,1e-3,3,2\n3,1e-2,5,4\n";

bool block(const std::string& text, const std::string& points) {
  return text.find(" << END\n" + points + "END\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a figure of the sharpness has losses, ratios, a line at 1 and events", "[report]") {
  const Drawing linear = drawing("", flat);
  const std::string text = gnuplot_text(linear);
  CHECK(block(text, "0 0\n1 -4\n2 -3\n3 -2\n"));
  CHECK(block(text, "1 0.5\n2 1.5\n3 1.25\n"));
  CHECK(block(text, "0 1\n4 1\n"));
  CHECK(block(text, "2 -3\n"));   // the crossing among the losses
  CHECK(block(text, "2 1.5\n"));  // and among the ratios
  CHECK(linear.notes.front() == "no stability threshold: 1 of 2 cells");
  std::vector<std::string> key;
  for (const Entry& entry : linear.key) key.push_back(entry.title);
  CHECK(key ==
        std::vector<std::string>{"sgd", "lion", "floor", "crossing", "growth onset", "onset"});
  const std::string log = gnuplot_text(drawing("log", flat));
  CHECK(block(log, "1 -0.301\n2 0.1761\n3 0.0969\n"));
  CHECK(block(log, "0 0\n4 0\n"));
  // Over two decades or more, and beyond a double's range.
  const std::string wide = gnuplot_text(drawing("", "0,1,,\n1,1,1e-400,1e-398\n2,1,inf,1\n"));
  CHECK(wide.find("\n1 -2\n") != std::string::npos);
  const std::string tex = pgfplots_text(linear, "");
  CHECK(tex.find("name=upper") != std::string::npos);
  CHECK(tex.find("sharpness / threshold") != std::string::npos);
}

TEST_CASE("a figure of the sharpness needs its columns, and a study its probe", "[report]") {
  SharpnessPlot plot{"", {""}, {}, "", 60, {{0, parse_csv("step,loss\n0,1\n", "t"), "t", {}}}};
  CHECK_THROWS_WITH(drawing_of(plot), "t: expected columns step, sharpness and threshold");
  plot.cells[0].trace = parse_csv("step,loss,sharpness,threshold\n0,1,1,2\n", "t");
  plot.cells[0].events = {{Mark::onset, "soon"}};
  CHECK_THROWS_WITH(drawing_of(plot), "summary.csv: no step: \"soon\"");
  const std::string without = test::message("[[figure]]\nkind = \"sharpness\"\n");
  CHECK(without.find("figure.kind: it is drawn from the probe \"sharpness\", which a cell does not "
                     "record; for example probes = [\"sharpness\"] under [record]") !=
        std::string::npos);
  const std::string table =
      test::message("[[table]]\nrows = \"rule.kind\"\ncolumns = [\"growth_onset\"]\n");
  CHECK(table.find("\"growth_onset\" is measured by the probe \"sharpness\", which no cell "
                   "records") != std::string::npos);
}

TEST_CASE("an event beyond the last step has no mark", "[report]") {
  const Csv trace = parse_csv("step,loss,sharpness,threshold\n0,1,,\n1,1e-4,1,2\n", "t");
  const SharpnessPlot plot{"", {""}, {}, "", 60, {{0, trace, "t", {{Mark::onset, "> 6000"}}}}};
  const Drawing drawn = drawing_of(plot);
  CHECK(std::none_of(drawn.key.begin(), drawn.key.end(),
                     [](const Entry& entry) { return entry.title == "onset"; }));
}

TEST_CASE("the metric of a probe is a column where some cell records it", "[report]") {
  const test::TempFolder folder;
  const auto run = [&](const std::string& name, const std::string& more) {
    test::spit(folder / (name + ".toml"),
               "[study]\nname = \"" + name +
                   "\"\nsteps = 20\n[data]\nsamples = 3\nfeatures = 4\n[record]\nevery = 1\n" +
                   more);
    const test::Result result = test::program(
        {"run", (folder / (name + ".toml")).string(), "--out", (folder / name).string()});
    INFO(result.err);
    REQUIRE(result.code == 0);
    return test::slurp(folder / name / "summary.csv");
  };
  CHECK(run("plain", "").find("growth_onset") == std::string::npos);
  const std::string sharp =
      run("sharp",
          "probes = [\"sharpness\"]\n[sweep]\n\"rule.kind\" = [\"adam\", "
          "\"sgd\"]\n[[table]]\nname = \"t\"\nrows = \"rule.kind\"\ncolumns = "
          "[\"crossing\", \"growth_onset\"]\n[[figure]]\nname = \"edge\"\n"
          "kind = \"sharpness\"\nby = \"rule.kind\"\n");
  CHECK(sharp.find("crossing,growth_onset,peak") != std::string::npos);
  CHECK(test::slurp(folder / "sharp/figures/edge.svg").find("threshold") != std::string::npos);
  const test::Result verified = test::program({"verify", (folder / "sharp").string()});
  INFO(verified.out << verified.err);
  CHECK(verified.code == 0);
}
