// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/study.hpp"

#include <algorithm>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

TEST_CASE("without a sweep a study is one cell at the defaults") {
  const Plan plan = plan_of("");
  REQUIRE(plan.cells.size() == 1);
  CHECK(plan.swept.empty());
  const Cell& cell = plan.cells[0];
  CHECK(cell["study.steps"] == "6000");
  CHECK(cell["data.kind"] == "gaussian");
  CHECK(cell["rule.beta2"] == "0.999");
  CHECK(cell["record.every"] == "10");
  CHECK(std::all_of(cell.settings.begin(), cell.settings.end(),
                    [](const Setting& setting) { return setting.at_default; }));
}

TEST_CASE("axes multiply in file order with the last fastest and further cells follow") {
  const Plan plan = plan_of(
      "[sweep]\n\"rule.lr\" = [1e-3, 1e-4]\n\"precision.arithmetic\" = [\"binary32\", \"quad\"]\n"
      "[[sweep.cell]]\n\"rule.kind\" = \"sgd\"\n");
  CHECK(plan.swept == std::vector<std::string>{"rule.lr", "precision.arithmetic", "rule.kind"});
  std::vector<std::string> seen;
  for (const Cell& cell : plan.cells) {
    seen.push_back(cell["rule.kind"] + " " + cell["rule.lr"] + " " + cell["precision.arithmetic"]);
  }
  CHECK(seen == std::vector<std::string>{"adam 1e-3 binary32", "adam 1e-3 quad",
                                         "adam 1e-4 binary32", "adam 1e-4 quad",
                                         "sgd 1e-3 binary64"});
}

TEST_CASE("explicit cells alone are the whole sweep") {
  const Plan plan =
      plan_of("[[sweep.cell]]\n\"rule.lr\" = 1e-2\n[[sweep.cell]]\n\"rule.lr\" = 1\n");
  CHECK(plan.cells.size() == 2);
}

TEST_CASE("numbers keep the text of the file and compare by value") {
  const Plan plan = plan_of("[rule]\nlr = 0.00100 # \xC3\xA4 = 5\neps = 1e-400\nbeta1=0.9_0\n");
  const Cell& cell = plan.cells[0];
  CHECK(cell.find("rule.lr")->written == "0.00100");
  CHECK(cell["rule.lr"] == "1e-3");
  CHECK(cell.find("rule.lr")->at_default);
  CHECK(cell["rule.eps"] == "1e-400");
  CHECK(cell["rule.beta1"] == "0.9");
  CHECK(plan_of("[rule]\nlr = \"1e5000\"\n").cells[0]["rule.lr"] == "1e5000");
  CHECK(plan_of("[data]\nkind = \"gaussian\"\nsamples = 1_0\n").cells[0]["data.samples"] == "10");
  CHECK(plan_of("[sweep]\n\"rule.lr\" = [ \"1e-3\", 1e-05]\n").cells[1]["rule.lr"] == "1e-5");
}

TEST_CASE("a cell's id is a function of what differs from the defaults") {
  const std::string plain = plan_of("").cells[0].id;
  CHECK(plain.size() == 16);
  CHECK(plan_of("[rule]\nkind = \"adam\"\nlr = 0.001\nbeta2 = 999e-3\n").cells[0].id == plain);
  CHECK(plan_of("", {"study.steps=10"}).cells[0].id == plain);
  CHECK(plan_of("[rule]\nlr = 2e-3\n").cells[0].id != plain);
  CHECK(plan_of("[record]\nevery = 20\n").cells[0].id != plain);
  // Pinned: another id would orphan every result that there is.
  CHECK(plain == "e3b0c44298fc1c14");  // SHA-256 of nothing
  CHECK(plan_of("[rule]\nlr = 1e-4\n").cells[0].id == sha256("rule.lr=1e-4\n").substr(0, 16));
}

TEST_CASE("the study as run is a study again, with the same cells") {
  const TempFolder folder;
  for (const std::string& text :
       {std::string(), std::string("title = \"a \\\"quoted\\\" \\\\ \\u0007 title\"\n"),
        std::string("[rule]\nmomentum = 0.5\n[sweep]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n"
                    "\"rule.lr\" = [1e-400, \"1e400\"]\n[[sweep.cell]]\n\"rule.amsgrad\" = true\n"
                    "[[table]]\nrows = [\"rule.kind\", \"rule.lr\", \"rule.amsgrad\"]\n"
                    "columns = \"floor\"\n")}) {
    const Study study = study_of(text);
    const Plan plan = make_plan(study);
    const std::string written = study_toml(study, plan);
    spit(folder / "again.toml", written);
    const Study again = read_study((folder / "again.toml").string());
    const Plan replanned = make_plan(again);
    CHECK(again.title == study.title);
    REQUIRE(replanned.cells.size() == plan.cells.size());
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      CHECK(replanned.cells[i].id == plan.cells[i].id);
      CHECK(cell_toml(replanned.cells[i]) == cell_toml(plan.cells[i]));
    }
    CHECK(study_toml(again, replanned) == written);
  }
}

TEST_CASE("a cell's file is a study of that cell") {
  const TempFolder folder;
  for (const Cell& cell : plan_of("[sweep]\n\"rule.lr\" = [1e-400, \"1e400\"]\n").cells) {
    spit(folder / "cell.toml", cell_toml(cell));
    const Plan plan = make_plan(read_study((folder / "cell.toml").string()));
    CHECK(plan.cells.at(0).id == cell.id);
  }
}

TEST_CASE("set replaces values and axes") {
  const std::string text = "[sweep]\n\"rule.lr\" = [1e-3, 1e-4]\n";
  CHECK(plan_of(text, {"rule.lr=1e-5"}).cells.size() == 1);
  CHECK(
      plan_of(text + "[[sweep.cell]]\n\"rule.kind\" = \"sgd\"\n", {"rule.lr=1e-5"}).cells.size() ==
      2);
  CHECK(plan_of(text, {"rule.lr=[1, 2, 3]"}).cells.size() == 3);
  CHECK(plan_of(text, {"rule.kind=sgd"}).cells[1]["rule.kind"] == "sgd");
  CHECK(plan_of(text, {"precision.arithmetic=[\"quad\"]"}).swept.size() == 2);
  CHECK(study_of("", {"study.name=other"}).name == "other");
}

TEST_CASE("only selects by globs over written values") {
  const Plan plan = plan_of(
      "[sweep]\n\"rule.lr\" = [1e-3, 0.0001]\n\"precision.arithmetic\" = [\"dec50\", "
      "\"dec100\"]\n");
  CHECK(select_cells(plan, "").size() == 4);
  CHECK(select_cells(plan, "precision.arithmetic=dec*").size() == 4);
  CHECK(select_cells(plan, "precision.arithmetic=dec5?,rule.lr=0.0001").size() == 1);
  CHECK_THROWS_WITH(select_cells(plan, "rule.lr=7"),
                    "--only rule.lr=7: selects no cell of this study");
  CHECK_THROWS_WITH(
      select_cells(plan, "rule.lt=7"),
      "--only rule.lt=7: rule.lt: unknown key; did you mean \"rule.lr\"?; for example "
      "precision.arithmetic=dec*");
}

TEST_CASE("bad studies are refused with line, key, expectation, example and nearest spelling") {
  CHECK(message("steps = -5\n") ==
        "3: study.steps: -5: expected a whole number from 1 to 1000000000; for example steps = 64");
  CHECK(message("step = 5\n") ==
        "3: study.step: unknown key; did you mean \"study.steps\"?; for example rule.lr = 1e-3 "
        "(ulpscope list keys shows all)");
  CHECK(message("[rule]\nlr = \"fast\"\n") ==
        "4: rule.lr: \"fast\": expected a number >= 0; for example lr = 1e-3");
  CHECK(message("[rule]\nlr = -1e-3\n") ==
        "4: rule.lr: -1e-3: expected a number >= 0; for example lr = 1e-3");
  CHECK(message("[rule]\nbeta2 = 1\n") ==
        "4: rule.beta2: 1: expected a number >= 0 and < 1; for example beta2 = 0.9");
  CHECK(message("[rule]\nkind = \"adma\"\n") ==
        "4: rule.kind: \"adma\": unknown rule; expected \"adam\", \"sgd\", \"asgd\", "
        "\"rprop\", \"adagrad\", \"adadelta\", \"rmsprop\", \"adamw\", \"adamax\", \"nadam\", "
        "\"radam\", "
        "\"yogi\", \"adabelief\", \"lion\" or \"adafactor\"; did you mean \"adam\"?; for example "
        "kind = \"adam\"");
  CHECK(message("[model]\nloss = \"sum-square\"\n") ==
        "4: model.loss: \"sum-square\": expected one of \"sum-squared\", \"mean-squared\"; did you "
        "mean \"sum-squared\"?; for example loss = \"sum-squared\"");
  CHECK(message("[rule]\nnesterov = true\nkind = \"sgd\"\n") ==
        "4: rule.sgd: nesterov = true: expected momentum > 0 and dampening = 0; for example "
        "momentum = 0.9, dampening = 0");
  CHECK(message("[rule]\nmomentum = 0.9\n") ==
        "4: rule.momentum: no cell of this study has it; it belongs to \"sgd\" or "
        "\"rmsprop\"; for example rule.kind = \"sgd\"");
  CHECK(message("[sweep]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n\"rule.beta1\" = [0.5, 0.9]\n") ==
        "5: rule.beta1: a cell with rule.kind = \"sgd\" has no rule.beta1; it belongs to \"adam\", "
        "\"adamw\", \"adamax\", \"nadam\", \"radam\", \"yogi\", \"adabelief\" or \"lion\"; for "
        "example rule.kind = \"adam\"");
  CHECK(message("[sweep]\n\"rule.lrr\" = [1]\n") ==
        "4: rule.lrr: unknown key; did you mean \"rule.lr\"?; for example rule.lr = 1e-3 "
        "(ulpscope list keys shows all)");
  CHECK(message("[sweep]\n\"rule.lr\" = 1e-3\n") ==
        "4: sweep.rule.lr: expected a list or a range of values, for example \"rule.lr\" = [1e-3, "
        "1e-4] or { from = 1e-5, to = 1e-1, log = 9 }");
  CHECK(message("[sweep]\n\"rule.lr\" = [1e-3, 0.001]\n") ==
        "4: sweep: cells 1 and 2 are the same run");
  CHECK(
      message("[sweep]\n\"study.steps\" = [1, 2]\n").rfind("4: study.steps: cannot be swept", 0) ==
      0);
  CHECK(message("[sweeep]\n") ==
        "3: sweeep: unknown table; did you mean \"sweep\"?; for example [rule]");
  CHECK(message("[record]\nevery = 0\n") ==
        "4: record.every: 0: expected a whole number from 1 to 1000000000 or \"log\"; for example "
        "every = 64");
  CHECK(
      message("[record]\nevery = \"lag\"\n") ==
      "4: record.every: \"lag\": expected a whole number from 1 to 1000000000 or \"log\"; did you "
      "mean \"log\"?; for example every = 64");
  CHECK(
      message("[data]\nseed = 1.5\n") ==
      "4: data.seed: 1.5: expected a whole number from 0 to 4294967295; for example seed = 545345");
  CHECK(message("[[table]]\ncolumns = [\"flor\"]\n")
            .rfind("3: table.columns: \"flor\": expected", 0) == 0);
  CHECK(message("[sweep]\n\"rule.lr\" = [1, 2]\n[[figure]]\nby = []\n") ==
        "6: figure.by: expected a text or a list of texts, for example by = "
        "\"precision.arithmetic\"");
  CHECK(message("[sweep]\n\"rule.lr\" = [1, 2]\n[[figure]]\nkind = \"loss\"\n") ==
        "5: figure.by: does not tell all cells apart; add \"rule.lr\", for example [\"rule.lr\"]");
  CHECK(message("[rule]\nlr = [1e-3]\n") ==
        "4: rule.lr: expected a single number, text, true or false");
  CHECK(message("[rule]\nlr = 1e-99999999\n") ==
        "4: rule.lr: \"1e-99999999\" has an exponent beyond +-100000; expected a number >= 0; for "
        "example lr = 1e-3");
  CHECK(message("[rule]\nlr = 1e500\n").find("a number beyond 1e308 stands in quotes") !=
        std::string::npos);
  CHECK(message("[record]\nonset_level = 1e-20\n").find("onset_level < converged_level") !=
        std::string::npos);
  CHECK(message("", {"rule.lr=1\nrule.eps=5"}).find("expected a number") != std::string::npos);
  CHECK(message("[rule\n").rfind("3: not valid TOML: ", 0) == 0);
  CHECK(message("", {"rule.lr=fast"}) ==
        "--set rule.lr=fast: rule.lr: \"fast\": expected a number >= 0; for example lr = 1e-3");
  CHECK(message("", {"rule.lr"}) ==
        "--set rule.lr: expected key=value, for example --set rule.lr=1e-4");
  CHECK(message("", {"study.name=../x"}).find("expected letters, digits") != std::string::npos);
}

/// The text as a value of the option, as a study file would have it.
Value value_of(const OptionInfo& option, const std::string& text) {
  Value value{Value::Kind::text, text, {}};
  const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  if (option.type == OptionType::boolean) {
    value.kind = Value::Kind::boolean;
  } else if (option.type == OptionType::list) {
    value.kind = Value::Kind::list;
    value.items = detail::list_items(text);
  } else if (whole && !text.empty()) {
    value.kind = Value::Kind::integer;
  } else if (option.type == OptionType::real) {
    value.kind = Value::Kind::real;
  }
  return value;
}

void check_examples(const std::string& key, const OptionInfo& option) {
  INFO(key);
  for (const OptionInfo& part : option.parts) check_examples(key + "." + part.name, part);
  if (option.type == OptionType::group) return;
  CHECK_NOTHROW(checked(key, option, value_of(option, option.example)));
  // Where an empty text is the default, it stands for "not given".
  if (option.default_text.empty()) return;
  CHECK_NOTHROW(checked(key, option, value_of(option, option.default_text)));
}

TEST_CASE("every option's example and default meet its own constraint") {
  for (const Section& section : sections()) {
    for (const Kind& kind : section.kinds) {
      for (const OptionInfo& option : kind.options) {
        check_examples(section.name + "." + option.name, option);
      }
    }
  }
}
