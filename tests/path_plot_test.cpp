// SPDX-License-Identifier: BSL-1.0
// Figures of paths over contour lines.
#include "ulpscope/report/path_plot.hpp"
#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/report/figure.hpp"

namespace {

using namespace ulpscope;

const char* const head = "step,loss,x,y\n";

Csv trace(const std::string& rows) { return parse_csv(head + rows, "trace.csv"); }

std::string script(const std::string& model, double zoom) {
  Study study;
  study.name = "t";
  FigureSpec spec{.name = "path", .kind = "path", .by = {"rule.kind"}, .zoom = zoom};
  const Csv summary = parse_csv(
      "id,rule.kind,model.kind,status\na,sgd," + model + ",done\nb,adam," + model + ",done\n",
      "summary.csv");
  const auto trace_of = [](const std::string& id) {
    return id == "a" ? trace("0,1,0,0\n1,1,0.5,1\n2,1,1,3\n") : trace("0,1,0,0\n1,1,inf,1\n");
  };
  return gnuplot_text(figure_drawing(spec, study, summary, {}, trace_of));
}

}  // namespace

TEST_CASE("a path ends before the first point that is not finite", "[report]") {
  using Points = std::vector<std::pair<double, double>>;
  CHECK(read_path(trace("0,1,0.5,-2\n1,2,1e3,4\n"), "t") == Points{{0.5, -2}, {1000, 4}});
  CHECK(read_path(trace("0,1,0.5,-2\n1,2,inf,4\n2,1,1,1\n"), "t") == Points{{0.5, -2}});
  CHECK_THROWS_WITH(read_path(parse_csv("step,loss\n0,1\n", "t"), "t"),
                    "t: expected columns x and y");
  CHECK_THROWS_WITH(read_path(trace("0,1,a,2\n"), "t"),
                    "t:2: \"a\": expected a number, for example 0.5");
}

TEST_CASE("a surface's figure has its minima and every path", "[report]") {
  const auto block = [](const std::string& text, const std::string& points) {
    return text.find(" << END\n" + points + "END\n") != std::string::npos;
  };
  const std::string booth = script("booth", 1);
  CHECK(block(booth, "1 3\n"));
  CHECK(block(booth, "0 0\n0.5 1\n1 3\n"));
  CHECK(block(booth, "0 0\n"));
  CHECK(booth.find("set xrange [-5:5]\nset yrange [-4:6]\n") != std::string::npos);
  CHECK(block(script("himmelblau", 1),
              "3 2\n-2.805118087 3.131312518\n-3.779310253 -3.283185991\n"
              "3.58442834 -1.848126527\n"));
}

TEST_CASE("zoom moves the view to the minimum where the paths end", "[report]") {
  CHECK(script("booth", 10).find("set xrange [0.5:1.5]\nset yrange [2.5:3.5]\n") !=
        std::string::npos);
}

TEST_CASE("gnuplot draws the figure of a run over a surface", "[report]") {
  const test::TempFolder folder;
  test::spit(folder / "s.toml",
             "[study]\nname = \"s\"\nsteps = 20\n[model]\nkind = \"matyas\"\n[record]\n"
             "every = 1\nprobes = [\"path\"]\n[sweep]\n\"rule.kind\" = [\"adam\", \"rmsprop\"]\n"
             "[[figure]]\nname = \"end\"\nkind = \"path\"\nby = \"rule.kind\"\nzoom = 2\n");
  const test::Result result =
      test::program({"run", (folder / "s.toml").string(), "--out", (folder / "out").string()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(test::slurp(folder / "out/figures/end.svg").find("rmsprop") != std::string::npos);
}
