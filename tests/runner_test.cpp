// SPDX-License-Identifier: BSL-1.0
// The parallel runner in one process. Binary32 alone: so much is built under ThreadSanitizer, too.
#include <algorithm>
#include <condition_variable>
#include <thread>

#include "../src/command/runner.hpp"
#include "../src/command/shared_folder.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "program.hpp"
#include "sanitized.hpp"
#include "ulpscope/kernel/cache.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/timings.hpp"

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

bool claimed(const fs::path& cell) { return claim_owner(cell).has_value(); }
bool has_checkpoint(const fs::path& cell) { return fs::exists(cell / "checkpoint"); }

/// Whether the folder of some cell is such.
bool any_cell(const fs::path& folder, const Plan& plan, bool (*is)(const fs::path&)) {
  return std::any_of(plan.cells.begin(), plan.cells.end(),
                     [&](const Cell& cell) { return is(cell_folder(folder, cell.id)); });
}

/// Runs cells, and asks them to stop so long after the folder of one is such.
void run_and_stop(const fs::path& folder, const Plan& plan, const Running& running,
                  bool (*is)(const fs::path&), std::chrono::milliseconds after) {
  std::atomic<bool> ended{false};
  std::jthread stopper([&] {
    while (!ended && !any_cell(folder, plan, is)) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(after);
    stop_requested = true;
  });
  SharedFolder shared(folder, 60s);
  run_cells(all_cells(plan), plan.swept, running, shared);
  ended = true;
  stopper.join();
  stop_requested = false;
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
  fs::create_directories(parts / "cells");
  for (int i = 0; i < 3; ++i) {
    // Cells are begun once it is known how long they take.
    run_and_stop(parts.path(), plan, {.jobs = 4}, claimed, 50ms);
    CHECK((i > 0 || any_cell(parts.path(), plan, has_checkpoint)));
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

TEST_CASE("cells advance together where they share large inputs, to the same bits", "[runner]") {
  std::size_t samples = 300;
  while (kernel::fits_second_cache(static_cast<double>(samples) * 200 * sizeof(float)))
    samples *= 2;
  const Plan plan = plan_of(
      "steps = " + std::to_string(sanitized ? 40 : 1000) +
      "\n[data]\nsamples = " + std::to_string(samples) +
      "\nfeatures = 200\n[precision]\narithmetic = \"binary32\"\n[record]\nevery = 100\n[sweep]\n"
      "\"rule.lr\" = [1e-4, 1e-3, 1e30, 1e-2]\n"
      "\"precision.second_moment.format\" = [\"binary32\", \"p8\"]\n");
  REQUIRE(plan.cells.size() == 8);

  /// A folder that counts the cells which are run at a time, and waits for so many.
  class Counting final : public CellPlace {
   public:
    Counting(SharedFolder& folder, int expected) : folder_(folder), expected_(expected) {}
    Turn take(const Cell& cell) override {
      std::unique_lock lock(mutex_);
      most = std::max(most, ++here_);
      changed_.notify_all();
      // As many as this may not be left in the end.
      changed_.wait_for(lock, 20s, [&] { return most >= expected_; });
      return folder_.take(cell);
    }
    std::unique_ptr<Keeper> keeper(const Cell& cell) override { return folder_.keeper(cell); }
    bool finish(const Cell& cell, const CellFiles& files, const Run& run) override {
      return folder_.finish(cell, files, run);
    }
    void fail(const Cell& cell, const std::string& reason) override { folder_.fail(cell, reason); }
    void release(const Cell& cell) override {
      const std::scoped_lock lock(mutex_);
      --here_;
      folder_.release(cell);
    }
    void tick() override { folder_.tick(); }

    int most = 0;

   private:
    SharedFolder& folder_;
    int expected_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int here_ = 0;
  };
  const auto most_at_a_time = [&](const fs::path& folder, unsigned jobs, unsigned together,
                                  int expected) {
    SharedFolder shared(folder, 60s);
    Counting counting(shared, expected);
    CHECK(done_in(run_cells(all_cells(plan), plan.swept, {.jobs = jobs, .together = together},
                            counting)) == 8);
    return counting.most;
  };
  const TempFolder alone, four, two_by_four;
  CHECK(most_at_a_time(alone.path(), 1, 1, 1) == 1);
  CHECK(most_at_a_time(four.path(), 1, 5, 4) == 4);
  CHECK(most_at_a_time(two_by_four.path(), 2, 8, 8) == 8);
  const auto files = files_of(alone.path());
  CHECK(files_of(four.path()) == files);
  CHECK(files_of(two_by_four.path()) == files);

  // Stopped on the way, they go on to the same.
  const TempFolder parts;
  fs::create_directories(parts / "cells");
  run_and_stop(parts.path(), plan, {.jobs = 1, .save_every = 10ms, .together = 8}, has_checkpoint,
               0ms);
  CHECK(any_cell(parts.path(), plan, has_checkpoint));
  SharedFolder shared(parts.path(), 60s);
  CHECK(done_in(run_cells(all_cells(plan), plan.swept, {.jobs = 1, .together = 8}, shared)) == 8);
  CHECK(files_of(parts.path()) == files);
}

TEST_CASE("cells that share inputs are as many groups as there are jobs, or more", "[runner]") {
  std::size_t samples = 300;
  while (kernel::fits_second_cache(static_cast<double>(samples) * 200 * sizeof(float)))
    samples *= 2;
  const auto sizes = [&](const std::string& axes, unsigned jobs, unsigned together) {
    const Plan plan =
        plan_of("steps = 4\n[data]\nsamples = " + std::to_string(samples) +
                "\nfeatures = 200\n[precision]\narithmetic = \"binary32\"\n[sweep]\n" + axes);
    std::string text;
    std::size_t cells = 0;
    for (const Group& group : groups_of(all_cells(plan), jobs, together)) {
      text += (text.empty() ? "" : " ") + std::to_string(group.size());
      cells += group.size();
      Footprints footprints;
      const double one = footprints.of(*group.front()).memory();
      const double more = memory_of(group, footprints) - one;
      const double inputs = static_cast<double>(samples) * 200 * sizeof(float);
      CHECK(more >= 0);
      CHECK(more <= static_cast<double>(group.size() - 1) * (one - 2 * inputs));
    }
    CHECK(cells == plan.cells.size());
    return text;
  };
  const std::string rates = "\"rule.lr\" = [1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4, 7e-4, 8e-4]\n";
  CHECK(sizes(rates, 1, 8) == "8");
  CHECK(sizes(rates, 2, 8) == "4 4");
  CHECK(sizes(rates, 4, 8) == "2 2 2 2");
  CHECK(sizes(rates, 3, 8) == "3 3 2");
  CHECK(sizes(rates, 1, 3) == "3 3 2");
  CHECK(sizes(rates, 16, 8) == "1 1 1 1 1 1 1 1");
  CHECK(sizes(rates, 1, 1) == "1 1 1 1 1 1 1 1");
  CHECK(sizes(rates + "\"data.seed\" = [1, 2]\n", 1, 8) == "8 8");
  CHECK(sizes(rates + "\"batch.size\" = [\"all\", 10]\n", 1, 8) == "8 1 1 1 1 1 1 1 1");
}
