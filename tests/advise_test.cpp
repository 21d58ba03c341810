// SPDX-License-Identifier: BSL-1.0
// ulpscope advise: what it prints, its exit codes, and what it predicts.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "catch.hpp"
#include "cells.hpp"
#include "sanitized.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/forecast.hpp"
#include "ulpscope/study/hazard.hpp"
#include "ulpscope/study/prediction.hpp"
#include "ulpscope/study/varied.hpp"

using namespace ulpscope;
using namespace ulpscope::test;
using nlohmann::json;

namespace {

std::string study(const std::string& name) {
  return std::string(ULPSCOPE_SOURCE_DIR) + "/studies/" + name + ".toml";
}

/// A small case, quickly set up.
const std::vector<std::string> small_case{"--set", "data.features=20", "--set", "data.samples=4",
                                          "--set", "study.steps=500"};

Result advise(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "advise");
  arguments.insert(arguments.end(), small_case.begin(), small_case.end());
  return program(arguments);
}

}  // namespace

TEST_CASE("advise names a hazard, says where it is shown and what it is not there with",
          "[advise]") {
  const Result result = advise({"--set", "precision.second_moment=bfloat16", "--gradient", "10"});
  INFO(result.out << result.err);
  CHECK(result.code == 3);
  CHECK(result.out.find("! v-stalls") != std::string::npos);
  CHECK(result.out.find("studies/stalling.toml") != std::string::npos);
  CHECK(result.out.find("second_moment.p = 10") != std::string::npos);
  CHECK(result.out.find("  square-absorbed") != std::string::npos);
}

TEST_CASE("advise finds nothing in gradient descent in binary64", "[advise]") {
  const Result result = advise({"--set", "rule.kind=sgd", "--set", "rule.lr=1e-3"});
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(result.out.find('!') == std::string::npos);
}

TEST_CASE("advise prints JSON of what it prints as text", "[advise]") {
  const Result result = advise({"--set", "precision.second_moment=[\"p9\", \"p10\"]", "--set",
                                "data.seed=[1, 2, 3]", "--json"});
  INFO(result.out << result.err);
  const json all = json::parse(result.out);
  CHECK(all.at("hazard") == (result.code == 3));
  REQUIRE(all.at("cells").size() == 2);  // cells that differ in seeds are one
  for (const json& cell : all.at("cells")) {
    CHECK(cell.at("cells").size() == 3);
    for (const json& found : cell.at("findings")) {
      if (found.at("name") != "v-stalls") continue;
      const bool coarse = cell.at("label").get<std::string>().find("p9") != std::string::npos;
      CHECK(found.at("present") == coarse);
    }
  }
}

TEST_CASE("advise refuses what is no number, and what is no study", "[advise]") {
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& words) {
    const Result result = advise(arguments);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.find(words) != std::string::npos);
  };
  refused({"--gradient", "large"}, "expected a number > 0, for example --gradient 1e-3");
  refused({"--gradient", "1e-3", "--smallest-gradient", "2e-3"},
          "--smallest-gradient 2e-3 is more than --gradient 1e-3; expected at most that");
  refused({"--curvature", "-1"}, "--curvature \"-1\": expected a number > 0");
  refused({"--parameter", "0"}, "expected a number > 0");
  refused({"no-such.toml"}, "no-such.toml");
  refused({"--set", "rule.beta3=1"}, "rule.beta3");
  refused({"--predict", "--compare", "/nowhere"}, "has no summary.csv");
}

TEST_CASE("every hazard is of one name, and its study ships", "[advise]") {
  std::set<std::string_view> names;
  const Result list = program({"list", "hazards"});
  CHECK(list.code == 0);
  for (const HazardInfo& hazard : hazard_list) {
    INFO(hazard.name);
    CHECK(names.insert(hazard.name).second);
    CHECK((hazard.study.empty() || fs::exists(study(std::string(hazard.study)))));
    CHECK(list.out.find(hazard.name) != std::string::npos);
    CHECK_FALSE(hazard.summary.empty());
    CHECK_FALSE(hazard.formula.empty());
  }
}

TEST_CASE("a varied cell has the values, and no other changes", "[advise]") {
  const Cell cell = cell_of("[precision]\nsecond_moment = \"bfloat16\"\n");
  const Cell other = varied(cell, {{"precision.second_moment.mode", "stochastic"},
                                   {"precision.second_moment.seed", "7"},
                                   {"rule.beta2", "0.9"}});
  CHECK(other["rule.beta2"] == "0.9");
  CHECK(other["rule.beta1"] == cell["rule.beta1"]);
  const auto v = precision_of(other).rule[Role::second_moment];
  REQUIRE(v);
  CHECK(v->rounding.mode == Mode::stochastic);
  CHECK(v->rounding.seed == 7);
  CHECK(v->rounding.format == bfloat16_format);
  CHECK(second_moment_stalls(cell) == "yes");
  CHECK(second_moment_stalls(other) == "no");
}

TEST_CASE("the onset is foreseen from the steps up to the floor", "[advise]") {
  const auto within = [](const std::string& name, const std::string& only, double share) {
    const Plan plan = make_plan(read_study(study(name)));
    const Csv summary =
        read_csv(std::string(ULPSCOPE_SOURCE_DIR) + "/results/" + name + "/summary.csv");
    const auto id = summary.column("id"), onset = summary.column("onset");
    for (const Cell* cell : select_cells(plan, only)) {
      for (const auto& row : summary.rows) {
        if (row[*id] != cell->id) continue;
        const Forecast forecast = forecast_onset(*cell);
        INFO(name << " " << only << " " << row[*onset]);
        if (row[*onset].empty()) {
          CHECK_FALSE(forecast.onset);
          continue;
        }
        REQUIRE(forecast.onset);
        const double measured = std::stod(row[*onset]);
        CHECK(std::abs(static_cast<double>(*forecast.onset) - measured) < share * measured);
        CHECK(forecast.floor_step < *forecast.crossing);
      }
    }
  };
  within("precision-sweep", "precision.arithmetic=binary32,data.seed=4", 0.1);
  for (const std::string format : {"p10", "p9"}) {
    if (sanitized) continue;
    within("second-moment-bits",
           "precision.second_moment=*nearest-even*,precision.second_moment.format=" + format +
               ",data.seed=4",
           0.1);
  }
}

TEST_CASE("nothing is foreseen of a run that does not settle", "[advise]") {
  const Cell cell = cell_of("steps = 200\n[data]\nfeatures = 20\nsamples = 40\n");
  CHECK(forecast_onset(cell).lack == "the loss has not converged at step 199");
}
