// SPDX-License-Identifier: BSL-1.0
// [intervention] and [switch] in a plan: descriptions, sweeps, what is refused.
#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/study/keys.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

std::string act(const std::string& kind, int at) {
  return "[intervention]\nkind = \"" + kind + "\"\nat = " + std::to_string(at) + "\n";
}

}  // namespace

TEST_CASE("without an intervention descriptions are as they were", "[intervention]") {
  CHECK(cell_of("").id == "e3b0c44298fc1c14");
  CHECK(cell_of("[intervention]\nkind = \"none\"\n").id == "e3b0c44298fc1c14");
  CHECK(cell_toml(cell_of("[intervention]\nkind = \"none\"\n")) == cell_toml(cell_of("")));
  CHECK(cell_toml(cell_of("")).find("intervention") == std::string::npos);
  const Study plain = study_of("");
  CHECK(study_toml(plain, make_plan(plain)).find("intervention") == std::string::npos);
}

TEST_CASE("interventions are swept, written and read back", "[intervention]") {
  const TempFolder folder;
  const std::string text =
      "[intervention]\nat = 2000\n[switch]\narithmetic = \"dec50\"\nsecond_moment = { mode = "
      "\"up\" "
      "}\n[sweep]\n\"intervention.kind\" = [\"none\", \"freeze\", \"reset\", \"hold\", "
      "\"switch\"]\n\"data.seed\" = [1, 2]\n[[sweep.cell]]\n\"intervention.kind\" = \"hold\"\n"
      "\"intervention.least\" = 1e-30\n";
  const Study study = study_of(text);
  const Plan plan = make_plan(study);
  CHECK(plan.cells.size() == 11);
  const std::string written = study_toml(study, plan);
  spit(folder / "again.toml", written);
  const Study again = read_study((folder / "again.toml").string());
  const Plan replanned = make_plan(again);
  REQUIRE(replanned.cells.size() == plan.cells.size());
  CHECK(study_toml(again, replanned) == written);
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    CHECK(replanned.cells[i].id == plan.cells[i].id);
    spit(folder / "cell.toml", cell_toml(plan.cells[i]));
    CHECK(make_plan(read_study((folder / "cell.toml").string())).cells.at(0).id ==
          plan.cells[i].id);
  }
  CHECK(plan_of("", {"intervention.kind=freeze", "intervention.at=[5, 6]"}).cells.size() == 2);
}

TEST_CASE("a wrong intervention is refused with line, key, expectation and example",
          "[intervention]") {
  CHECK(message("[intervention]\nkind = \"freze\"\n") ==
        "4: intervention.kind: \"freze\": unknown intervention; expected \"none\", \"freeze\", "
        "\"reset\", \"hold\" or \"switch\"; did you mean \"freeze\"?; for example kind = \"none\"");
  CHECK(message("[intervention]\nkind = \"freeze\"\n") ==
        "4: intervention.freeze: kind = \"freeze\" needs at; for example at = 2000");
  CHECK(message("[intervention]\nkind = \"freeze\"\nat = 0\n")
            .rfind("5: intervention.at: 0: expected a whole number from 1", 0) == 0);
  CHECK(message("[intervention]\nkind = \"freeze\"\nat = 6000\n") ==
        "5: intervention.at: 6000: expected fewer than the 6000 steps of the run; for example at = "
        "1, or more steps under [study]");
  CHECK(message("[rule]\nkind = \"sgd\"\n" + act("freeze", 5)) ==
        "6: intervention.kind: \"freeze\" acts on the second moment, which the rule \"sgd\" does "
        "not keep; expected one that does, for example kind = \"adam\" under [rule]");
  CHECK(message("[precision]\nsecond_moment = { encoding = \"block8\" }\n" + act("hold", 5))
            .find("\"hold\" has no least value among block8's codes") != std::string::npos);
  CHECK(message(act("freeze", 5) + "least = 1\n").find("intervention.least") != std::string::npos);
  CHECK(message("[switch]\narithmetic = \"dec50\"\n")
            .find("it belongs to \"switch\"; for example intervention.kind = \"switch\"") !=
        std::string::npos);
  CHECK(message(act("switch", 5) + "[switch]\narithmetic = \"dec5\"\n")
            .rfind("7: switch.arithmetic: \"dec5\": expected one of", 0) == 0);
  CHECK(message(act("switch", 5) + "[switch]\narithmetic = \"bfloat16\"\nloss = \"binary64\"\n")
            .rfind("8: switch.loss: after the switch p = 53", 0) == 0);
  CHECK(message("[record]\nprobes = [\"shadow\"]\n" + act("switch", 5) +
                "[switch]\narithmetic = \"dec100\"\n")
            .find("computes in an arithmetic wider than the rule's") != std::string::npos);
  CHECK(message("[rule]\nkind = \"sgd\"\n" + act("switch", 5) +
                "[switch]\nsecond_moment = "
                "\"p8\"\n") != "no error");
}

TEST_CASE("an intervention by the sharpness needs its probe and a positive ratio",
          "[intervention]") {
  const std::string by =
      "[record]\nprobes = [\"sharpness\"]\n[intervention]\nkind = \"freeze\"\nat = ";
  CHECK(cell_of(by + "\"sharpness 0.9\"\n")["intervention.at"] == "sharpness 0.9");
  CHECK(
      message("[intervention]\nkind = \"hold\"\nat = \"sharpness 0.9\"\n") ==
      "5: intervention.at: \"sharpness 0.9\" goes by what the probe \"sharpness\" measures, which "
      "the cell does not record; for example probes = [\"sharpness\"] under [record]");
  for (const char* at : {"\"sharpness 0\"", "\"sharpness -1\"", "\"sharpness\"", "\"sharpness x\"",
                         "\"sharpness 1e-999\"", "0.9", "\"0.9\""}) {
    CAPTURE(at);
    CHECK(message(by + at + "\n").find("intervention.at") != std::string::npos);
  }
  CHECK(message("[intervention]\nkind = \"switch\"\nat = \"sharpness 0.9\"\n")
            .find("intervention.at") != std::string::npos);
}
