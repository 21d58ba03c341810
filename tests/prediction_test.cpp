// SPDX-License-Identifier: BSL-1.0
// What a description alone says of a cell, against the integers that it stands for.
#include "ulpscope/study/prediction.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Whether M of p bits, 2^(p-1) <= M < 2^p, is what (1 - d / 10000) M is rounded to: below it the
/// grid is 1, below a power of two 1/2.
bool stays(std::int64_t M, int p, std::int64_t d, const std::string& mode) {
  const std::int64_t grid = M == std::int64_t{1} << (p - 1) ? 1 : 2;  // in halves
  const std::int64_t twice = 2 * d * M, step = grid * 10000;          // the decrease, a grid step
  const bool odd = grid == 2 && M % 2 == 1;
  if (mode == "nearest-even") return 2 * twice < step || (2 * twice == step && !odd);
  if (mode == "nearest-away") return 2 * twice <= step;
  if (mode == "up") return twice < step;
  if (mode == "odd") return twice < step && odd;
  return false;
}

std::string stalls(const std::string& beta2, const std::string& role) {
  return second_moment_stalls(
      cell_of("[rule]\nbeta2 = " + beta2 + "\n[precision]\nsecond_moment = { " + role + " }\n"));
}

}  // namespace

TEST_CASE("a second moment is said to stall where some significand stays", "[prediction]") {
  for (const std::string mode :
       {"nearest-even", "nearest-away", "up", "odd", "down", "toward-zero"}) {
    for (const auto& [beta2, d] :
         {std::pair("0.9", 1000), std::pair("0.98", 200), std::pair("0.995", 50),
          std::pair("0.999", 10), std::pair("0.9999", 1)}) {
      for (int p = 3; p <= 15; ++p) {
        CAPTURE(mode, beta2, p);
        bool any = false;
        for (std::int64_t M = std::int64_t{1} << (p - 1); M < std::int64_t{1} << p; ++M) {
          // What is next to a power of two comes by it, and stays there or not as others do.
          if (M != std::int64_t{1} << (p - 1)) any = any || stays(M, p, d, mode);
        }
        CHECK(stalls(beta2, "format = \"p" + std::to_string(p) + "\", mode = \"" + mode + "\"") ==
              (any ? "yes" : "no"));
      }
    }
  }
}

TEST_CASE("a prediction says nothing where it does not know", "[prediction]") {
  CHECK(stalls("0.999", "format = \"p8\", mode = \"stochastic\", seed = 1") == "no");
  CHECK(stalls("0.999", "format = \"p9\"") == "yes");
  CHECK(stalls("0.999", "format = \"p10\"") == "no");
  CHECK(stalls("0.999", "format = \"p10\", encoding = \"sqrt\"") == "yes");
  CHECK(stalls("0.999", "format = \"p9\", use = \"fresh\"").empty());
  CHECK(stalls("0.999", "encoding = \"block8\"") == "yes");
  CHECK(stalls("0.999", "encoding = \"block8\", use = \"fresh\"").empty());
  CHECK(second_moment_stalls(cell_of("")) == "no");
  CHECK(second_moment_stalls(cell_of("[precision]\narithmetic = \"bfloat16\"\n")) == "yes");
  CHECK(second_moment_stalls(cell_of("[rule]\nkind = \"sgd\"\n")).empty());
}

TEST_CASE("a heat map has a line around the boxes for which a prediction holds", "[prediction]") {
  const std::string text =
      "steps = 100\n[sweep]\n\"rule.beta2\" = [0.9, 0.99]\n"
      "\"precision.second_moment.format\" = [\"p3\", \"p5\", \"p9\"]\n"
      "[[figure]]\nname = \"map\"\nkind = \"heat-map\"\nx = \"rule.beta2\"\n"
      "y = \"precision.second_moment.format\"\nvalue = \"verdict\"\nborder = \"v_stalls\"\n";
  const Study study = study_of(text);
  const Plan plan = make_plan(study);
  Csv summary{{"id", "rule.beta2", "precision.second_moment.format", "verdict", "status"}, {}};
  for (const Cell& cell : plan.cells) {
    summary.rows.push_back(
        {cell.id, cell["rule.beta2"], cell["precision.second_moment.format"], "stable", "done"});
  }
  const Drawing drawing = figure_drawing(study.figures.front(), study, for_report(summary, study),
                                         {}, [](const std::string&) { return Csv{}; });
  // 0.9 stalls with 3 bits, 0.99 with 3 and 5; rows are read from above.
  REQUIRE(drawing.elements.back().kind == Element::Kind::line);
  CHECK(drawing.elements.back().pieces.size() == 3);
  CHECK(drawing.notes.back() == "line: where \"v stalls\" ends, as predicted; it holds above");
  CHECK(message(text + "[[figure]]\nkind = \"loss\"\nborder = \"v_stalls\"\n")
            .find("figure.border: belongs to figures of kind = \"heat-map\"") != std::string::npos);
  CHECK(message(text + "x_scale = \"log\"\n") != "no error");
  CHECK(message("[[figure]]\nkind = \"heat-map\"\nx = \"rule.lr\"\ny = \"rule.beta2\"\nvalue = "
                "\"floor\"\nborder = \"stalls\"\n")
            .find("figure.border: \"stalls\": expected \"v_stalls\"") != std::string::npos);
}
