// SPDX-License-Identifier: BSL-1.0
#include "catch.hpp"
#include "cells.hpp"
#include "interrupted.hpp"
#include "program.hpp"
#include "ulpscope/store/checkpoint.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/run_cell.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

namespace {

void check_interrupted(const std::string& text) {
  CAPTURE(text);
  const Cell cell = cell_of(text);
  const TempFolder whole, parts;
  const auto expected = named(run_from(cell, whole.path()).files.value());
  for (const std::uint64_t last : {0U, 6U, 13U}) {
    CHECK_FALSE(run_from(cell, parts.path(), last).run);
  }
  const Ended end = run_from(cell, parts.path());
  CHECK(end.began == 14);
  CHECK(end.why.empty());
  CHECK(named(end.files.value()) == expected);
}

const std::string small = "steps = 24\n[data]\nsamples = 6\nfeatures = 5\n";
const std::string recorded = "[record]\nevery = 1\nprobes = [\"moments\", \"rate\"]\n";

}  // namespace

TEST_CASE("an interrupted run of every rule goes on to the same bits", "[resume]") {
  for (const Section& section : sections()) {
    if (section.name != "rule") continue;
    for (const Kind& rule : section.kinds) {
      for (const char* arithmetic : {"binary32", "dec50"}) {
        check_interrupted(small + "[rule]\nkind = \"" + rule.name +
                          "\"\n[precision]\narithmetic = \"" + arithmetic +
                          "\"\nparameters = { compensation = \"kahan\" }\n" + recorded);
      }
    }
  }
}

TEST_CASE("an interrupted run of every schedule goes on to the same bits", "[resume]") {
  for (const Section& section : sections()) {
    if (section.name != "schedule") continue;
    for (const Kind& schedule : section.kinds) {
      const std::string one_cycle = schedule.name == "one-cycle" ? "total_steps = 24\n" : "";
      const std::string plateau = schedule.name == "plateau" ? "patience = 2\n" : "";
      check_interrupted(small + "[schedule]\nkind = \"" + schedule.name + "\"\n" + one_cycle +
                        plateau + recorded);
    }
  }
}

TEST_CASE("an interrupted run goes on with its batches, transforms, shadow and draws", "[resume]") {
  check_interrupted(small + "[batch]\nsize = 4\n" + recorded);
  check_interrupted(small +
                    "[[transform]]\nkind = \"noise\"\nstd = 0.1\n[[transform]]\n"
                    "kind = \"accumulate\"\nsteps = 3\n" +
                    recorded);
  check_interrupted(small + "[stop]\npatience = 15\ntolerance = 10\n" + recorded);
  check_interrupted(
      small +
      "[precision]\narithmetic = \"binary32\"\n"
      "second_moment = { format = \"p10\", mode = \"stochastic\", seed = 3 }\n"
      "parameters = { format = \"p12\", mode = \"stochastic\", seed = 4, rounding = \"every\" }\n"
      "[record]\nevery = 1\nprobes = [\"moments\", \"shadow\"]\n");
  check_interrupted(small + "[precision]\narithmetic = \"bfloat16\"\nsecond_moment = \"dec100\"\n" +
                    recorded);
  check_interrupted(
      "steps = 24\n[model]\nkind = \"beale\"\n[rule]\nlr = 0.1\n[record]\nevery = 1\n"
      "probes = [\"path\"]\n");
}

TEST_CASE("an interrupted run goes on with its sharpness", "[resume]") {
  const std::string sharp = "[record]\nevery = 1\nprobes = [\"rate\", \"sharpness\"]\n";
  for (const char* more :
       {"", "[rule]\nkind = \"lion\"\n", "[model]\nkind = \"mlp\"\n", "[batch]\nsize = 4\n",
        "[precision]\narithmetic = \"binary32\"\nsecond_moment = \"dec100\"\n",
        "[schedule]\nkind = \"plateau\"\npatience = 2\n",
        "[stop]\npatience = 15\ntolerance = 10\n"}) {
    check_interrupted(small + more + sharp);
  }
  // Converged from the start and beyond the threshold all the way: both metrics are there.
  const std::string crossing =
      "steps = 130\n[data]\nsamples = 3\nfeatures = 4\n[rule]\nkind = \"sgd\"\nlr = 0.2\n" +
      std::string("momentum = 0.9\n") + sharp + "converged_level = 1e300\nonset_level = 1e300\n";
  const Cell cell = cell_of(crossing);
  const TempFolder whole, parts;
  const Ended expected = run_from(cell, whole.path());
  CHECK_FALSE(expected.run.value().metrics[metric_place("crossing")].empty());
  CHECK_FALSE(run_from(cell, parts.path(), 125).run);
  CHECK(named(run_from(cell, parts.path()).files.value()) == named(expected.files.value()));
}

TEST_CASE("with raised steps a done cell goes on to the same bits", "[resume]") {
  for (const char* more :
       {"", "[batch]\nsize = 4\n", "[schedule]\nkind = \"plateau\"\npatience = 2\n"}) {
    for (const char* every : {"1", "7", "8", "\"log\""}) {
      CAPTURE(more, every);
      const auto text = [&](int steps) {
        return "steps = " + std::to_string(steps) + "\n[data]\nsamples = 6\nfeatures = 5\n" + more +
               "[record]\nevery = " + every +
               "\nprobes = [\"moments\", \"shadow\", \"sharpness\"]\n";
      };
      const TempFolder whole, parts;
      const auto expected = named(run_from(cell_of(text(25)), whole.path()).files.value());
      for (const int steps : {8, 16}) {
        const Ended end = run_from(cell_of(text(steps)), parts.path());
        REQUIRE(end.run.value().end);
        write_end_state(parts.path(), *end.run->end, *end.files);
        write_cell(parts.path(), *end.files);
      }
      const Ended end = run_from(cell_of(text(25)), parts.path());
      CHECK(end.began == 16);
      CHECK(named(end.files.value()) == expected);
      // A run of fewer steps cannot go on from there.
      CHECK(run_from(cell_of(text(4)), parts.path()).began == 0);
    }
  }
}

TEST_CASE("a state that is damaged, or is not of the files beside it, is not used", "[resume]") {
  const Cell cell = cell_of(small + recorded);
  const TempFolder folder;
  CHECK_FALSE(run_from(cell, folder.path(), 10).run);
  const std::string whole = slurp(folder / "checkpoint");
  for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 2}) {
    std::string changed = whole;
    changed[at] = changed[at] == '1' ? '2' : '1';
    spit(folder / "checkpoint", changed);
    const Ended end = run_from(cell, folder.path());
    CHECK(end.began == 0);
    CHECK(end.why == (folder / "checkpoint").string() + " is damaged");
  }
  spit(folder / "checkpoint", "");
  CHECK(run_from(cell, folder.path()).began == 0);
  fs::remove(folder / "checkpoint");
  const Ended end = run_from(cell, folder.path());
  write_end_state(folder.path(), *end.run->end, *end.files);
  write_cell(folder.path(), *end.files);
  const Cell longer = cell_of("steps = 30" + small.substr(small.find('\n')) + recorded);
  CHECK(run_from(longer, folder.path()).began == 24);
  spit(folder / "done", slurp(folder / "done") + "\n");
  CHECK(run_from(longer, folder.path()).began == 0);
  write_cell(folder.path(), *end.files);
  spit(folder / "final.csv", "role,index,value\n");
  CHECK(run_from(longer, folder.path()).why.find("final.csv has changed") != std::string::npos);
}

TEST_CASE("a state whose lists do not fit each other is refused", "[resume]") {
  const Cell cell = cell_of(small + "[batch]\nsize = 4\n" + recorded);
  const TempFolder folder;
  CHECK_FALSE(run_from(cell, folder.path(), 10).run);
  std::string why;
  const RunState whole = read_state(folder.path(), 24, why).value();
  for (const auto& [list, count] :
       {std::pair("loss_steps", 100U), std::pair("losses", 100U), std::pair("losses", 0U)}) {
    CAPTURE(list, count);
    RunState changed = whole;
    changed.lists.at(list).resize(count, "1");
    write_checkpoint(folder.path(), changed);
    CHECK_THROWS_AS(run_from(cell, folder.path()), std::runtime_error);
  }
  write_checkpoint(folder.path(), whole);
  CHECK(run_from(cell, folder.path()).began == 11);
}
