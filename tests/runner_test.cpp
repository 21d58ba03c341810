// SPDX-License-Identifier: BSL-1.0
// The parallel runner in one process. Binary32 alone: so much is built under ThreadSanitizer, too.
#include <algorithm>
#include <thread>

#include "../src/command/runner.hpp"
#include "../src/command/shared_folder.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "program.hpp"
#include "sanitized.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using namespace std::chrono_literals;

/// Cells that take unequally long, with states that a restart must get right.
const std::string cells_text =
    "[data]\nsamples = 5\nfeatures = 7\n[rule]\nlr = 1e-2\n"
    "[record]\nevery = 7\nprobes = [\"moments\", \"rate\"]\n"
    "[precision]\narithmetic = \"binary32\"\n"
    "parameters = { format = \"p20\", mode = \"stochastic\", seed = 3 }\n"
    "[sweep]\n\"data.features\" = [5, 70, 11]\n\"data.seed\" = [1, 2, 3]\n";

Plan plan_of_steps(int steps) {
  return plan_of("steps = " + std::to_string(steps) + "\n" + cells_text);
}

std::vector<const Cell*> all_cells(const Plan& plan) {
  std::vector<const Cell*> cells;
  for (const Cell& cell : plan.cells) cells.push_back(&cell);
  return cells;
}

using Outcomes = std::map<std::string, Outcome>;

std::size_t done_in(const Outcomes& outcomes) {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(),
      [](const auto& outcome) { return outcome.second.kind == Outcome::Kind::done; }));
}

Outcomes run_in(const fs::path& folder, const Plan& plan, unsigned jobs) {
  SharedFolder shared(folder, 60s);
  return run_cells(all_cells(plan), plan.swept, {jobs}, shared);
}

/// The cells' files; timings are beside them.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  return compared_files(folder / "cells");
}

}  // namespace

TEST_CASE("cells run on several threads to the bits of one, and leave no more", "[runner]") {
  const TempFolder one, four;
  const Plan plan = plan_of_steps(200);
  CHECK(done_in(run_in(one.path(), plan, 1)) == plan.cells.size());
  CHECK(done_in(run_in(four.path(), plan, 4)) == plan.cells.size());
  const auto files = files_of(one.path());
  CHECK(files.size() == 6 * plan.cells.size());
  CHECK(files_of(four.path()) == files);
}

TEST_CASE("what several threads are stopped at goes on to the same bits", "[runner]") {
  const TempFolder whole, parts;
  const Plan plan = plan_of_steps(sanitized ? 6000 : 24000);
  run_in(whole.path(), plan, 4);
  const auto checkpoints = [&] {
    const auto files = files_of(parts.path());
    return std::count_if(files.begin(), files.end(),
                         [](const auto& file) { return file.first.ends_with("/checkpoint"); });
  };
  fs::create_directories(parts / "cells");
  for (int i = 0; i < 3; ++i) {
    std::atomic<bool> ended{false};
    std::jthread stopper([&] {
      // Cells are begun once it is known how long they take.
      const auto claimed = [&](const Cell& cell) {
        return claim_owner(cell_folder(parts.path(), cell.id)).has_value();
      };
      while (!ended && std::none_of(plan.cells.begin(), plan.cells.end(), claimed)) {
        std::this_thread::sleep_for(1ms);
      }
      std::this_thread::sleep_for(50ms);
      stop_requested = true;
    });
    run_in(parts.path(), plan, 4);
    ended = true;
    stopper.join();
    stop_requested = false;
    CHECK((i > 0 || checkpoints() > 0));
  }
  CHECK(done_in(run_in(parts.path(), plan, 4)) == plan.cells.size());
  CHECK(files_of(parts.path()) == files_of(whole.path()));
}

TEST_CASE("owners of claims share a folder's cells, and its summary", "[runner]") {
  const TempFolder whole, parts;
  const Plan plan = plan_of_steps(400);
  run_in(whole.path(), plan, 4);
  std::atomic<int> inside{0}, most{0}, times{0};
  {
    std::vector<std::jthread> owners;
    for (int i = 0; i < 3; ++i) {
      owners.emplace_back([&] {
        SharedFolder shared(parts.path(), 60s);
        const auto count = [&] {
          most = std::max(most.load(), ++inside);
          open_journal(parts.path());
          std::this_thread::sleep_for(10ms);
          --inside;
          ++times;
        };
        shared.alone(count);
        run_cells(all_cells(plan), plan.swept, {2, 5ms}, shared);
        shared.alone(count);
      });
    }
  }
  CHECK(times == 6);
  CHECK(most == 1);
  CHECK(files_of(parts.path()) == files_of(whole.path()));
  CHECK(summarize(parts.path(), plan, Check::all).here.size() == plan.cells.size());
}

TEST_CASE("a failure ends the other threads where that is asked for", "[runner]") {
  class Full final : public CellPlace {
   public:
    bool finish(const Cell&, const CellFiles&, const Run&) override {
      throw std::runtime_error("the disk is full");
    }
  };
  const Plan plan = plan_of_steps(500);
  Full full;
  const auto outcomes = run_cells(all_cells(plan), plan.swept, {3, 60s, true}, full);
  CHECK_FALSE(outcomes.empty());
  CHECK(outcomes.size() < plan.cells.size());
  for (const auto& [id, outcome] : outcomes) CHECK(outcome.reason == "the disk is full");
  CHECK(run_cells(all_cells(plan), plan.swept, {3}, full).size() == plan.cells.size());
}

TEST_CASE("the cells of a large study are looked at on all cores", "[runner]") {
  const TempFolder folder;
  const Plan plan = plan_of(
      "steps = 3\n[data]\nsamples = 2\nfeatures = 2\n[precision]\narithmetic = \"binary32\"\n"
      "[sweep]\n\"data.seed\" = { from = 1, to = 2500, step = 1 }\n");
  std::vector<const Cell*> some;
  for (std::size_t i = 0; i < plan.cells.size(); i += 100) some.push_back(&plan.cells[i]);
  SharedFolder shared(folder.path(), 60s);
  run_cells(some, plan.swept, {4}, shared);
  const Summary summary = summarize(folder.path(), plan, Check::all);
  CHECK(summary.here.size() == some.size());
  CHECK(summary.pending == plan.cells.size() - some.size());
}
