// SPDX-License-Identifier: BSL-1.0
// [precision]: how roles are written, what they mean, what is refused.
#include "ulpscope/study/precision.hpp"

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

Precision precision(const std::string& keys) {
  return precision_of(plan_of("[precision]\n" + keys).cells.at(0));
}

constexpr Format binary32{24, -126, 127};
constexpr Format binary64{53, -1022, 1023};

}  // namespace

TEST_CASE("by default every role is in its arithmetic's own format", "[precision]") {
  const Precision plain = precision("");
  CHECK(plain.arithmetic == "binary64");
  CHECK(plain.rule_arithmetic == "binary64");
  CHECK(plain.model == RoleFormats{});
  CHECK(plain.rule == RoleFormats{});
  CHECK(precision("second_moment = \"arithmetic\"\n") == plain);
  CHECK(precision("second_moment = { mode = \"nearest-even\" }\n") == plain);
}

TEST_CASE("a role is a format's name, a table, or part by part", "[precision]") {
  const RoleFormat bfloat16{{bfloat16_format}};
  CHECK(precision("second_moment = \"bfloat16\"\n").rule[Role::second_moment] == bfloat16);
  CHECK(precision("second_moment = { format = \"bfloat16\" }\n").rule[Role::second_moment] ==
        bfloat16);
  CHECK(precision("second_moment.format = \"bfloat16\"\n").rule[Role::second_moment] == bfloat16);
  const RoleFormat drawn{{{10, -1022, 1023}, Mode::stochastic, 7}, true};
  CHECK(precision("first_moment = { format = \"p10\", mode = \"stochastic\", seed = 7, rounding = "
                  "\"every\" }\n")
            .rule[Role::first_moment] == drawn);
  CHECK(precision("[precision.first_moment]\np = 10\nmode = \"stochastic\"\nseed = 7\nrounding = "
                  "\"every\"\n")
            .rule[Role::first_moment] == drawn);
  const RoleFormat changed{{{3, -20, 15, Subnormals::rounded, Overflow::largest}}};
  CHECK(precision("data = { format = \"e5m2\", emin = -20, subnormals = \"rounded\", saturate = "
                  "true }\n")
            .model[Role::data] == changed);
  const auto second = precision(
                          "second_moment = { use = \"fresh\", format = \"binary16\", "
                          "encoding = \"sqrt\" }\n")
                          .rule[Role::second_moment];
  CHECK(second == RoleFormat{{binary16_format}, false, true, Encoding::sqrt});
  CHECK(precision("parameters = { format = \"bfloat16\", compensation = \"kahan\" }\n")
            .rule[Role::parameters]
            ->compensated);
  CHECK(precision("eps_policy = \"floor\"\n").rule.eps_policy == EpsPolicy::floor);
}

TEST_CASE("the gradient's format is the model's and the rule's", "[precision]") {
  const Precision both = precision("gradient = \"bfloat16\"\n");
  CHECK(both.model[Role::gradient] == RoleFormat{{bfloat16_format}});
  CHECK(both.rule[Role::gradient] == both.model[Role::gradient]);
  const Precision coarse = precision("gradient = \"binary32\"\nrule_arithmetic = \"wide24\"\n");
  CHECK(coarse.rule[Role::gradient] == RoleFormat{{binary32}});
}

TEST_CASE("a role that is wider widens the rule and pins its other roles", "[precision]") {
  const Precision wide = precision("arithmetic = \"binary32\"\nsecond_moment = \"dec100\"\n");
  CHECK(wide.arithmetic == "binary32");
  CHECK(wide.rule_arithmetic == "dec100");
  for (const Role role : {Role::parameters, Role::gradient, Role::first_moment, Role::update,
                          Role::hyperparameters}) {
    CHECK(wide.rule[role] == RoleFormat{{binary32}, true});
  }
  CHECK(wide.model == RoleFormats{});
  // Two wide roles, the widest is the arithmetic; what is given stays as it is.
  const Precision two = precision(
      "arithmetic = \"binary32\"\nsecond_moment = \"binary64\"\n"
      "parameters = \"dec50\"\nupdate = \"bfloat16\"\n");
  CHECK(two.rule_arithmetic == "dec50");
  CHECK(two.rule[Role::second_moment] == RoleFormat{{binary64}});
  CHECK(two.rule[Role::update] == RoleFormat{{bfloat16_format}});
  CHECK(two.rule[Role::first_moment] == RoleFormat{{binary32}, true});
  // A rule's arithmetic that is given pins nothing.
  const Precision given = precision("arithmetic = \"binary32\"\nrule_arithmetic = \"dec50\"\n");
  CHECK(given.rule == RoleFormats{});
}

TEST_CASE("roles are swept whole or by part, and tell cells apart", "[precision]") {
  const Plan whole = plan_of(
      "[sweep]\n\"precision.second_moment\" = [\"arithmetic\", \"bfloat16\", { format = \"p10\", "
      "mode = \"odd\" }]\n[[table]]\nrows = \"precision.second_moment\"\n");
  REQUIRE(whole.cells.size() == 3);
  CHECK(whole.cells[0].id == sha256("").substr(0, 16));
  CHECK(whole.cells[1].id == sha256("precision.second_moment=bfloat16\n").substr(0, 16));
  CHECK(whole.cells[2].find("precision.second_moment")->written ==
        "{ format = \"p10\", mode = \"odd\" }");
  const Plan parts = plan_of(
      "[precision]\nsecond_moment = { format = \"bfloat16\", seed = 3, mode = \"stochastic\" }\n"
      "[sweep]\n\"precision.second_moment.p\" = [\"format\", 3, 4]\n"
      "[[sweep.cell]]\n\"rule.lr\" = 1e-4\n[[table]]\nrows = [\"precision.second_moment.p\", "
      "\"rule.lr\"]\n");
  REQUIRE(parts.cells.size() == 4);
  CHECK(precision_of(parts.cells[1]).rule[Role::second_moment] ==
        RoleFormat{{{3, -126, 127}, Mode::stochastic, 3}});
  CHECK(parts.cells[3].find("precision.second_moment.p")->canonical == "format");
  // Ways to write the same are the same run.
  CHECK(message("[sweep]\n\"precision.update\" = [\"p11e5\", { format = \"p11e5\" }]\n")
            .find("are the same run") != std::string::npos);
}

TEST_CASE("a study with roles is a study again, with the same cells", "[precision]") {
  const TempFolder folder;
  for (const std::string& text :
       {std::string("[precision]\nsecond_moment = { format = \"p10e6\", mode = \"stochastic\", "
                    "seed = 12 }\nupdate = \"e4m3\"\n[record]\nprobes = [\"moments\"]\n"),
        std::string("[precision.second_moment]\np = 5\nemin = -30\n[sweep]\n"
                    "\"precision.second_moment.mode\" = [\"up\", \"down\"]\n"),
        std::string("[rule]\nkind = \"sgd\"\n[precision]\nparameters = { compensation = "
                    "\"kahan\", format = \"bfloat16\" }\n"),
        std::string("[sweep]\n\"precision.data\" = [\"tf32\", { format = \"tf32\", mode = "
                    "\"odd\" }]\n")}) {
    const Plan plan = plan_of(text);
    spit(folder / "again.toml", study_toml(study_of(text), plan));
    INFO(study_toml(study_of(text), plan));
    const Plan again = make_plan(read_study((folder / "again.toml").string()));
    REQUIRE(again.cells.size() == plan.cells.size());
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      CHECK(again.cells[i].id == plan.cells[i].id);
      spit(folder / "cell.toml", cell_toml(plan.cells[i]));
      const Plan cell = make_plan(read_study((folder / "cell.toml").string()));
      CHECK(cell.cells.at(0).id == plan.cells[i].id);
    }
  }
}

TEST_CASE("set reaches roles whole and by part", "[precision]") {
  const auto format = [](const std::string& set) {
    return precision_of(plan_of("", {set}).cells.at(0)).rule[Role::second_moment];
  };
  CHECK(format("precision.second_moment=bfloat16") == RoleFormat{{bfloat16_format}});
  CHECK(format("precision.second_moment={format=\"bfloat16\", rounding=\"every\"}") ==
        RoleFormat{{bfloat16_format}, true});
  CHECK(format("precision.second_moment.format=e4m3") == RoleFormat{{e4m3_format}});
  CHECK(plan_of("", {"precision.second_moment=[\"e4m3\", \"e5m2\"]"}).cells.size() == 2);
  CHECK(plan_of("", {"record.probes=[\"shadow\", \"moments\"]"}).cells.at(0)["record.probes"] ==
        "[\"moments\", \"shadow\"]");
}

TEST_CASE("what makes no sense is refused with line, key and an example", "[precision]") {
  const auto refused = [](const std::string& keys) { return message("[precision]\n" + keys); };
  const auto has = [](const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  has(refused("second_moment = \"p0\"\n"), "4: precision.second_moment.format: \"p0\": expected");
  has(refused("second_moment.p = 0\n"),
      "4: precision.second_moment.p: 0: expected a whole number from 1");
  has(refused("second_moment = \"p60\"\n"), "4: precision.second_moment: p = 60, emin = -1022");
  has(refused("second_moment = \"p60\"\n"), "does not fit binary64");
  has(refused("second_moment = \"p60\"\n"),
      "{ format = \"p53\" }, or a wider rule_arithmetic such "
      "as \"x87\"");
  has(refused("data = \"dec50\"\n"), "wider arithmetic such as \"dec50\"");
  has(refused("update = { p = 11, emin = 5, emax = -5 }\n"),
      "4: precision.update: emin = 5 is above emax = -5; for example { p = 11, emin = -14");
  has(refused("update = { format = \"binary16\", emin = 20 }\n"), "emin = 20 is above emax = 15");
  has(refused("update = { mode = \"nearest\" }\n"),
      "4: precision.update.mode: \"nearest\": expected one of \"nearest-even\"");
  has(refused("update = { mode = \"stochastic\" }\n"),
      "4: precision.update: stochastic rounding needs a seed; for example { format = \"bfloat16\"");
  has(refused("update = { seed = 1 }\n"), "seed belongs to stochastic rounding");
  has(refused("update.seed = -1\n"), "4: precision.update.seed: -1: expected a whole number");
  has(refused("update = { fromat = \"e4m3\" }\n"),
      "4: precision.update.fromat: unknown key; did you mean \"precision.update.format\"?");
  has(refused("update = 16\n"), "4: precision.update.format: 16: expected");
  has(refused("update = { encoding = \"sqrt\" }\n"), "unknown key");
  has(refused("second_moment = { encoding = \"block8\", format = \"e4m3\" }\n"),
      "block8 has codes");
  has(refused("second_moment = { encoding = \"log2\", rounding = \"every\" }\n"),
      "expected rounding = \"store\"");
  has(refused("second_moment = { use = \"fresh\", rounding = \"every\" }\n"), "no fresh value");
  has(refused("hyperparameters = { format = \"e4m3\", mode = \"stochastic\", seed = 1 }\n"),
      "a mode that draws nothing");
  has(refused("eps_policy = \"wide-denominator\"\n"), "4: precision.eps_policy: ");
  has(refused("arithmetic = \"bfloat15\"\n"), "did you mean \"bfloat16\"?");

  const std::string sgd = "[rule]\nkind = \"sgd\"\n";
  has(message(sgd + "[precision]\nsecond_moment = \"bfloat16\"\n"),
      "6: precision.second_moment: no cell of this study has it; it belongs to \"adam\"");
  has(message(sgd + "[precision]\neps_policy = \"max\"\n"), "6: precision.eps_policy: no cell");
  // Its eps is under both roots already.
  has(message("[rule]\nkind = \"adadelta\"\n[precision]\neps_policy = \"max\"\n"),
      "precision.eps_policy: no cell of this study has it; it belongs to \"adam\", \"adagrad\"");
  has(message(sgd + "[sweep]\n\"precision.first_moment\" = [\"e4m3\"]\n"),
      "a cell with rule.kind = \"sgd\" has no precision.first_moment; it belongs to \"adam\"");
  CHECK(message(sgd + "momentum = 0.9\n[precision]\nfirst_moment = \"e4m3\"\n") == "no error");
  has(message(sgd + "[record]\nprobes = [\"shadow\"]\n"),
      "6: record.probes: \"shadow\" follows the second_moment, which the rule \"sgd\" does not "
      "keep; "
      "for example probes = [\"moments\"]");
  has(message(sgd + "momentum = 0.5\n[record]\nprobes = [\"shadow\"]\n"),
      "for example shadow = \"first_moment\"");
  has(refused("parameters = { encoding = \"sqrt\" }\n"),
      "4: precision.parameters.encoding: unknown key; \"encoding\" belongs to "
      "precision.second_moment; for example second_moment = { encoding = \"linear\" }");
  has(refused("second_moment = [\"p10\"]\n"),
      "4: precision.second_moment: expected a text or a table; for example second_moment = { "
      "format = \"p10\" }");
  has(message("[precision]\narithmetic = \"dec100\"\n[record]\nprobes = [\"shadow\"]\n"),
      "none above dec100");
  has(message("[record]\nprobes = [\"moment\"]\n"),
      "4: record.probes: \"moment\": expected a list of \"moments\", \"shadow\", \"rate\", "
      "\"sharpness\" or \"path\"; did you mean");
  has(message("[record]\nprobes = \"moments\"\n"), "4: record.probes: \"moments\": expected");
}
