// SPDX-License-Identifier: BSL-1.0
// What a [sweep] can say: axes, zips, ranges and further cells.
#include <algorithm>

#include "../src/command/cost.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/keys.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Texts = std::vector<std::string>;

/// The values of the only axis.
Texts values(const std::string& key, const std::string& range) {
  Texts texts;
  const Study study = study_of("[sweep]\n\"" + key + "\" = " + range + "\n");
  for (const Value& value : study.axes.at(0).values) texts.push_back(value.text);
  return texts;
}

/// The cells, by their values as written, in their order.
Texts cells(const Plan& plan) {
  Texts texts;
  for (const Cell& cell : plan.cells) {
    std::string text;
    for (const std::string& key : plan.swept) {
      const Setting* setting = cell.find(key);
      text += (text.empty() ? "" : " ") + (setting ? setting->written : "-");
    }
    texts.push_back(text);
  }
  return texts;
}

/// The message about a range of learning rates, without its place.
std::string range_message(const std::string& range, const std::string& key = "rule.lr") {
  const std::string what = message("[sweep]\n\"" + key + "\" = " + range + "\n");
  const std::string start = "4: sweep." + key + ": ";
  return what.rfind(start, 0) == 0 ? what.substr(start.size()) : what;
}

}  // namespace

TEST_CASE("a range of steps has both its ends, exactly") {
  CHECK(values("data.seed", "{ from = 1, to = 5, step = 1 }") == Texts{"1", "2", "3", "4", "5"});
  CHECK(values("data.samples", "{ from = 1000, to = 3_000, step = 1000 }") ==
        Texts{"1000", "2000", "3000"});
  CHECK(values("rule.lr", "{ from = 0, to = 0.3, step = 0.1 }") == Texts{"0", "0.1", "0.2", "0.3"});
  CHECK(values("rule.lr", "{ from = 9.5e-6, to = 1.05e-5, step = 5e-7 }") ==
        Texts{"9.5e-6", "1e-5", "1.05e-5"});
  CHECK(values("rule.lr", "{ from = 0.3, to = 0.1, step = -1e-1 }") == Texts{"0.3", "0.2", "0.1"});
  CHECK(values("model.x", "{ from = -1, to = 1, step = 0.5 }") ==
        Texts{"-1", "-0.5", "0", "0.5", "1"});
  CHECK(values("rule.eps", "{ from = \"1e-400\", to = \"3e-400\", step = \"1e-400\" }") ==
        Texts{"1e-400", "2e-400", "3e-400"});
  CHECK(values("rule.lr", "{ from = 7, to = 7, step = 1 }") == Texts{"7"});
  const Plan plan = plan_of("[sweep]\n\"data.seed\" = { from = 999, to = 1001, step = 1 }\n");
  CHECK(plan.cells[1]["data.seed"] == "1000");
}

TEST_CASE("a range in the logarithm has both its ends and short values between them") {
  CHECK(values("rule.lr", "{ from = 1e-5, to = 1e-1, log = 9 }") ==
        Texts{"1e-5", "3.16e-5", "1e-4", "3.16e-4", "1e-3", "3.16e-3", "0.01", "0.0316", "0.1"});
  CHECK(values("rule.lr", "{ from = 1, to = 10, log = 1_1 }").size() == 11);
  CHECK(values("rule.lr", "{ from = 0.1, to = 1e-3, log = 3 }") == Texts{"0.1", "0.01", "1e-3"});
  CHECK(values("rule.lr", "{ from = 1.23456, to = 2, log = 2 }") == Texts{"1.23456", "2"});
  CHECK(values("rule.eps", "{ from = \"1e-400\", to = 1, log = 3 }") ==
        Texts{"1e-400", "1e-200", "1"});
  // Whole numbers for a key that takes them, to the last digit.
  CHECK(values("data.samples", "{ from = 1, to = 1024, log = 6 }") ==
        Texts{"1", "4", "16", "64", "256", "1024"});
  CHECK(values("data.samples", "{ from = 1, to = 1000, log = 4 }") ==
        Texts{"1", "10", "100", "1000"});
  CHECK(values("data.samples", "{ from = 10, to = 1000, log = 4 }") ==
        Texts{"10", "46", "215", "1000"});
  // Closer neighbours have more digits.
  const Texts close = values("rule.lr", "{ from = 1, to = 2, log = 1000 }");
  CHECK(close.size() == 1000);
  CHECK(close[1] == "1.00069");
  CHECK(values("rule.lr", "{ from = 1, to = 10, log = 11 }")[1] == "1.26");
  CHECK(values("rule.lr", "{ from = 1, to = 10, log = 26 }")[1] == "1.096");
  Texts there = values("rule.lr", "{ from = 1, to = 10, log = 24 }");
  const Texts back = values("rule.lr", "{ from = 10, to = 1, log = 24 }");
  CHECK(there[1] == "1.11");
  std::reverse(there.begin(), there.end());
  CHECK(there == back);
}

TEST_CASE("a range of texts has the number in the place of the braces") {
  CHECK(values("precision.second_moment", "{ from = 4, to = 6, step = 1, as = \"p{}\" }") ==
        Texts{"p4", "p5", "p6"});
  CHECK(values("precision.second_moment", "{ from = 4, to = 16, log = 3, as = \"p{}e5\" }") ==
        Texts{"p4e5", "p8e5", "p16e5"});
  const Plan plan = plan_of(
      "[sweep]\n\"precision.second_moment\" = { from = 4, to = 24, step = 1, as = \"p{}\" }\n");
  CHECK(plan.cells.size() == 21);
  CHECK(plan.cells[6].id == plan_of("[precision]\nsecond_moment = \"p10\"\n").cells[0].id);
  CHECK(plan.cells[6].find("precision.second_moment")->written == "p10");
}

TEST_CASE("lists of a zip advance together, as one axis") {
  const std::string text =
      "[sweep]\n\"data.seed\" = [1, 2]\n"
      "[[sweep.zip]]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n\"rule.lr\" = [1e-3, 1e-2]\n"
      "[[sweep.zip]]\n\"record.every\" = { from = 1, to = 2, step = 1 }\n";
  const Plan plan = plan_of(text);
  CHECK(plan.swept == Texts{"data.seed", "rule.kind", "rule.lr", "record.every"});
  CHECK(cells(plan) == Texts{"1 adam 1e-3 1", "1 adam 1e-3 2", "1 sgd 1e-2 1", "1 sgd 1e-2 2",
                             "2 adam 1e-3 1", "2 adam 1e-3 2", "2 sgd 1e-2 1", "2 sgd 1e-2 2"});
  // Where a zip stands first it is the slowest.
  CHECK(cells(plan_of("[[sweep.zip]]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n[sweep]\n"
                      "\"data.seed\" = [1, 2]\n")) == Texts{"adam 1", "adam 2", "sgd 1", "sgd 2"});
}

TEST_CASE("set takes ranges and keeps the lengths of a zip") {
  CHECK(cells(plan_of("", {"rule.lr={ from = 1e-3, to = 1e-1, log = 3 }"})) ==
        Texts{"1e-3", "0.01", "0.1"});
  CHECK(cells(plan_of("",
                      {"precision.second_moment={ from = 4, to = 5, step = 1, as = \"p{}\" }"})) ==
        Texts{"p4", "p5"});
  CHECK(plan_of("", {"precision.second_moment={ format = \"p4\" }"}).swept.empty());
  const std::string zip =
      "[[sweep.zip]]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n\"rule.lr\" = [1e-3, 1e-2]\n";
  CHECK(cells(plan_of(zip, {"rule.lr=5"})) == Texts{"adam 5", "sgd 5"});
  CHECK(cells(plan_of(zip, {"rule.lr=[5, 6]"})) == Texts{"adam 5", "sgd 6"});
  CHECK(message(zip, {"rule.lr=[5, 6, 7]"}) ==
        "--set rule.lr=[5, 6, 7]: sweep.zip: rule.kind has 2 values, rule.lr 3; expected lists of "
        "the same length, as they advance together; for example \"rule.kind\" = [\"adam\", "
        "\"sgd\"] and \"rule.lr\" = [1e-3, 1e-2]");
}

TEST_CASE("bad sweeps are refused with line, key, expectation and example") {
  const std::string step = "for example { from = 1, to = 5, step = 1 }";
  const std::string log = "for example { from = 1e-5, to = 1e-1, log = 9 }";
  CHECK(range_message("{ from = 4, to = 24, step = 3 }") ==
        "to = 24 is not reached in steps of 3 from 4; expected to = 22 or 25; for example { from = "
        "4, to = 25, step = 3 }");
  CHECK(range_message("{ from = 0.3, to = 0, step = -0.2 }") ==
        "to = 0 is not reached in steps of -0.2 from 0.3; expected to = 0.1 or -0.1; for example { "
        "from = 0.3, to = -0.1, step = -0.2 }");
  CHECK(range_message("{ from = 1, to = 5, step = -1 }") ==
        "step = -1 does not lead from 1 to 5; expected a step > 0; " + step);
  CHECK(range_message("{ from = 1, to = 5, step = 0 }") ==
        "step = 0 does not lead from 1 to 5; expected a step > 0; " + step);
  CHECK(range_message("{ from = 5, to = 1, step = 1 }") ==
        "step = 1 does not lead from 5 to 1; expected a step < 0; " + step);
  CHECK(range_message("{ from = 0, to = 1, step = 1e-6 }") == "makes more than 1000000 values");
  CHECK(range_message("{ from = 1, to = 2, log = 1000001 }") == "makes more than 1000000 values");
  CHECK(range_message("{ from = 1, to = 5 }") ==
        "expected a range with step or log, one of them; for example { from = 1, to = 5, step = 1 "
        "} or { from = 1e-5, to = 1e-1, log = 9 }");
  CHECK(
      range_message("{ from = 1, to = 5, step = 1, log = 5 }").rfind("expected a range with", 0) ==
      0);
  CHECK(range_message("{ to = 5, step = 1 }") == "a range without from; " + step);
  CHECK(range_message("{ from = 5, log = 3 }") == "a range without to; " + log);
  CHECK(range_message("{ from = \"a\", to = 5, step = 1 }") ==
        "from = \"a\": expected a number; " + step);
  CHECK(range_message("{ form = 1, to = 5, step = 1 }") ==
        "\"form\" is no part of a range; expected \"from\", \"to\", \"step\", \"log\" or \"as\"; "
        "did you mean \"from\"?; " +
            log);
  CHECK(range_message("{ from = 0, to = 5, log = 3 }") == "0: expected a number > 0; " + log);
  CHECK(range_message("{ from = 5, to = 5.0, log = 3 }") ==
        "expected from and to to differ; " + log);
  CHECK(range_message("{ from = 1, to = 5, log = 1 }") ==
        "log = 1: expected how many values, a whole number from 2 on; " + log);
  CHECK(range_message("{ from = 1, to = 5, log = 2.5 }") ==
        "log = 2.5: expected how many values, a whole number from 2 on; " + log);
  CHECK(range_message("{ from = 1, to = 5, log = 9 }", "data.samples") ==
        "log = 9 gives 1 twice, as values are whole numbers here; expected fewer values; for "
        "example { from = 1, to = 5, step = 1 }");
  for (const std::string as : {"\"p\"", "\"{}{}\"", "5"}) {
    CHECK(range_message("{ from = 4, to = 5, step = 1, as = " + as + " }") ==
          "as: expected a text with one {}, where the number stands; for example { from = 4, to = "
          "24, step = 1, as = \"p{}\" }");
  }
  CHECK(range_message("{ from = -1, to = 1, step = 1 }") ==
        "4: rule.lr: -1: expected a number >= 0; for example lr = 1e-3");
  CHECK(range_message("{ from = [], to = 1, step = 1 }") ==
        "4: sweep.rule.lr.from: expected a single number, text, true or false");

  CHECK(
      message("[[sweep.zip]]\n\"rule.lr\" = [1, 2]\n\"rule.eps\" = [1, 2, 3]\n") ==
      "3: sweep.zip: rule.lr has 2 values, rule.eps 3; expected lists of the same length, as they "
      "advance together; for example \"rule.kind\" = [\"adam\", \"sgd\"] and \"rule.lr\" = "
      "[1e-3, 1e-2]");
  CHECK(message("[[sweep.zip]]\n") ==
        "3: sweep.zip: expected lists of the same length, for example \"rule.kind\" = [\"adam\", "
        "\"sgd\"] and \"rule.lr\" = [1e-3, 1e-2]");
  CHECK(message("[sweep]\n\"rule.lr\" = [1, 2]\n[[sweep.zip]]\n\"rule.lr\" = [3, 4]\n") ==
        "6: sweep.rule.lr: is an axis already, in line 4; expected each key in one axis");
  CHECK(message("[sweep]\nzip = 5\n") == "4: sweep.zip: expected tables, written [[sweep.zip]]");
  CHECK(message("[[sweep.zip]]\n\"rule.lt\" = [1]\n").rfind("4: rule.lt: unknown key", 0) == 0);
  CHECK(message("[[sweep.zip]]\n\"study.steps\" = [1]\n")
            .rfind("4: study.steps: cannot be swept", 0) == 0);
  CHECK(message("[sweep]\n\"rule.lr\" = { from = 1, to = 1001, step = 1 }\n"
                "\"data.seed\" = { from = 1, to = 1000, step = 1 }\n") ==
        "5: sweep.data.seed: makes more than 1000000 cells");
}

TEST_CASE("ranges and zips are written as they are, and read back to the same cells") {
  const TempFolder folder;
  const auto written = [&](const std::string& text, const std::vector<std::string>& sets = {}) {
    const Study study = study_of(text, sets);
    const Plan plan = make_plan(study);
    const std::string once = study_toml(study, plan);
    spit(folder / "again.toml", once);
    const Study again = read_study((folder / "again.toml").string());
    const Plan replanned = make_plan(again);
    CHECK(replanned.swept == plan.swept);
    CHECK(cells(replanned) == cells(plan));
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      CHECK(replanned.cells.at(i).id == plan.cells[i].id);
    }
    CHECK(study_toml(again, replanned) == once);
    return once.substr(std::min(once.find("\n[sweep]"), once.find("\n[[sweep.zip]]")));
  };
  CHECK(written("[sweep]\n\"rule.lr\" = {from=1e-5,to=\"1e-1\",log=9}\n\"precision.second_moment\" "
                "= { from = 4, to = 6, step = 1, as = \"p{}\" }\n") ==
        "\n[sweep]\n\"rule.lr\" = { from = 1e-5, to = \"1e-1\", log = 9 }\n"
        "\"precision.second_moment\" = { from = 4, to = 6, step = 1, as = \"p{}\" }\n");
  const std::string zip =
      "\n[[sweep.zip]]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n"
      "\"rule.lr\" = { from = 1, to = 2, step = 1 }\n";
  const std::string seeds = "\"data.seed\" = [1, 2]\n";
  CHECK(written("[sweep]\n" + seeds + zip) == "\n[sweep]\n" + seeds + zip);
  // Behind a zip, a single axis is written as one.
  CHECK(written(zip + "[sweep]\n" + seeds) == zip + "\n[[sweep.zip]]\n" + seeds);
  CHECK(written("[sweep]\n" + seeds + zip, {"record.every=[1, 2]"}) ==
        "\n[sweep]\n" + seeds + zip + "\n[[sweep.zip]]\n\"record.every\" = [1, 2]\n");
  CHECK(written(zip + "[[sweep.cell]]\n\"rule.kind\" = \"adamw\"\n") ==
        zip + "\n[[sweep.cell]]\n\"rule.kind\" = \"adamw\"\n");
}

TEST_CASE("files that a range names are written as they were found") {
  const TempFolder folder;
  for (const char* name : {"1.csv", "2.csv"}) spit(folder / name, "x,y\n1,2\n3,4.5\n");
  spit(folder / "2.csv", "x,y\n1,2\n3,4\n");
  spit(folder / "study.toml",
       "[study]\nname = \"t\"\n[data]\nkind = \"csv\"\ntarget = \"y\"\n[sweep]\n"
       "\"data.file\" = { from = 1, to = 2, step = 1, as = \"{}.csv\" }\n");
  const Study study = read_study((folder / "study.toml").string());
  const Plan plan = make_plan(study);
  fs::create_directories(folder / "results");
  spit(folder / "results/study.toml", study_toml(study, plan));
  const Plan again = make_plan(read_study((folder / "results/study.toml").string()));
  REQUIRE(again.cells.size() == 2);
  for (const std::size_t k : {0U, 1U}) {
    CHECK(again.cells[k].id == plan.cells[k].id);
    CHECK(again.cells[k].extent.sha256.size() == 64);
    CHECK(again.cells[k]["data.sha256"] == plan.cells[k].extent.sha256);
  }
  CHECK(plan.cells[0].id != plan.cells[1].id);
}

TEST_CASE("shipped studies' cells keep their ids") {
  const fs::path results = fs::path(ULPSCOPE_SOURCE_DIR) / "results";
  std::size_t studies = 0;
  for (const auto& entry : fs::directory_iterator(results)) {
    if (!fs::exists(entry.path() / "summary.csv")) continue;
    ++studies;
    INFO(entry.path());
    const Plan plan = make_plan(read_study((entry.path() / "study.toml").string()));
    const Csv summary = read_csv(entry.path() / "summary.csv");
    REQUIRE(summary.rows.size() == plan.cells.size());
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      CHECK(summary.rows[i].at(0) == plan.cells[i].id);
      for (std::size_t k = 0; k < plan.swept.size(); ++k) {
        CHECK(summary.header.at(k + 1) == plan.swept[k]);
        const Setting* setting = plan.cells[i].find(plan.swept[k]);
        CHECK(summary.rows[i].at(k + 1) == (setting ? setting->written : ""));
      }
    }
  }
  CHECK(studies > 0);
}

TEST_CASE("in a zip a key at its default stands for no key") {
  const std::string zip =
      "[[sweep.zip]]\n\"data.kind\" = [\"gaussian\", \"stream\"]\n\"data.late\" = ";
  const Plan plan = plan_of(zip + "[0, 1]\n");
  REQUIRE(plan.cells.size() == 2);
  CHECK(plan.cells[0].id == cell_of("").id);
  CHECK(plan.cells[1].id == cell_of("[data]\nkind = \"stream\"\nlate = 1\n").id);
  CHECK(message(zip + "[2, 1]\n").find("a cell with data.kind = \"gaussian\" has no data.late") !=
        std::string::npos);
  // A role's default, too.
  const Plan roles = plan_of(
      "[[sweep.zip]]\n\"rule.kind\" = [\"sgd\", \"adam\"]\n\"precision.second_moment\" = "
      "[\"arithmetic\", \"p8\"]\n");
  CHECK(roles.cells[0].id == cell_of("[rule]\nkind = \"sgd\"\n").id);
}

TEST_CASE("cells share what they have alike") {
  const Plan plan = plan_of("[sweep]\n\"rule.lr\" = [1, 2]\n\"data.seed\" = [1, 2]\n");
  const auto block = [&](std::size_t cell, const std::string& section) {
    for (const auto& candidate : plan.cells.at(cell).settings.blocks()) {
      if (candidate->front().key.rfind(section + ".", 0) == 0) return candidate.get();
    }
    throw std::logic_error(section);
  };
  CHECK(block(0, "rule") == block(1, "rule"));
  CHECK(block(0, "rule") != block(2, "rule"));
  CHECK(block(0, "data") == block(2, "data"));
  CHECK(block(0, "data") != block(1, "data"));
  CHECK(block(0, "precision") == block(3, "precision"));
}

TEST_CASE("what a section takes from others is not shared beyond them") {
  // Whether a rule has the role, whether a model has samples, and of what file data are.
  const Plan plan = plan_of(
      "[[sweep.cell]]\n\"rule.kind\" = \"adam\"\n[[sweep.cell]]\n\"rule.kind\" = \"sgd\"\n"
      "[[sweep.cell]]\n\"rule.kind\" = \"sgd\"\n\"rule.momentum\" = 0.9\n"
      "[[sweep.cell]]\n\"model.kind\" = \"booth\"\n");
  const auto has = [&](std::size_t cell, const std::string& key) {
    return plan.cells.at(cell).find(key) != nullptr;
  };
  CHECK(has(0, "precision.second_moment"));
  CHECK_FALSE(has(1, "precision.second_moment"));
  CHECK_FALSE(has(1, "precision.first_moment"));
  CHECK(has(2, "precision.first_moment"));
  CHECK(has(0, "batch.size"));
  CHECK_FALSE(has(3, "batch.size"));
  CHECK(plan.cells[3]["data.kind"] == "none");
  CHECK(plan.cells[0]["data.kind"] == "gaussian");
  CHECK(plan.cells[0].extent.samples == 64);
  CHECK(plan.cells[3].extent.samples == 0);
}

TEST_CASE("what was not measured costs as its kin does, by memory") {
  const Plan plan = plan_of(
      "steps = 100\n[data]\nsamples = 4\nfeatures = 5\n[sweep]\n\"data.features\" = [100, 400]\n"
      "\"data.seed\" = [1, 2]\n\"precision.arithmetic\" = [\"binary32\", \"quad\"]\n");
  Estimate all(1000);
  for (const Cell& cell : plan.cells) CHECK(all.seconds(cell) > 0);
  CHECK(all.measured() == 4);  // seeds cost the same
  CHECK(all.inferred() == 0);
  CHECK(all.seconds(plan.cells[0]) == all.seconds(plan.cells[2]));

  Estimate one(0);
  const double first = one.seconds(plan.cells[0]);
  for (const std::size_t k : {1U, 4U, 5U}) {
    const double ratio = footprint(plan.cells[k]).memory() / footprint(plan.cells[0]).memory();
    CHECK(ratio > 1);
    CHECK(one.seconds(plan.cells[k]) == Approx(ratio * first));
  }
  CHECK(one.measured() == 1);
  CHECK(one.inferred() == 3);
}
