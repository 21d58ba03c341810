// SPDX-License-Identifier: BSL-1.0
// Runs that are killed, frozen and side by side, from outside. ULPSCOPE_KILLS is how many times a
// run is killed; CI does it less often than a release does.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <random>

#include "catch.hpp"
#include "program.hpp"
#include "sanitized.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/results.hpp"

using namespace ulpscope;
using namespace ulpscope::test;
using namespace std::chrono_literals;

namespace {

/// Cells of 10 to 500 ms, with states that a restart must get right.
const std::string study_text = R"([study]
name = "killed"
steps = )" + std::to_string(sanitized ? 400 : 4000) +
                               R"(
[data]
samples = 8
features = 12
[rule]
lr = 1e-2
[record]
every = 7
probes = ["moments", "shadow"]
[precision]
parameters = { format = "p20", mode = "stochastic", seed = 3 }
[sweep]
"precision.arithmetic" = ["binary32", "binary64", "x87"]
"precision.second_moment" = ["p8", "p10", "bfloat16"]
)";

struct Bench {
  TempFolder folder;
  std::string study = (folder / "killed.toml").string();
  std::string out = (folder / "out").string();
  std::map<std::string, std::string> undisturbed;

  Bench() {
    spit(study, study_text);
    const std::string whole = (folder / "whole").string();
    const Result result = program({"run", study, "--jobs", "2", "--out", whole});
    INFO(result.err);
    REQUIRE(result.code == 0);
    undisturbed = compared_files(whole);
    REQUIRE(undisturbed.size() > 9 * 6);
  }

  Process start(const std::string& jobs = "2") const {
    return Process({ULPSCOPE_PROGRAM, "run", study, "--jobs", jobs, "--out", out, "--checkpoint",
                    "0.05", "--claim-lifetime", "1"});
  }
};

int kills() {
  const char* const given = std::getenv("ULPSCOPE_KILLS");
  return given ? std::atoi(given) : 12;
}

void check_same(const Bench& bench) {
  const auto files = compared_files(bench.out);
  for (const auto& [name, content] : files) {
    CAPTURE(name);
    CHECK(bench.undisturbed.count(name) == 1);
  }
  CHECK(files == bench.undisturbed);
}

}  // namespace

TEST_CASE("a run that is killed again and again ends as an undisturbed one", "[shared]") {
  const Bench bench;
  std::mt19937 draw(1);
  for (int i = 0; i < kills(); ++i) {
    Process process = bench.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + draw() % 400));
    ::kill(process.pid(), SIGKILL);
    process.wait();
    CHECK_FALSE(summary_changed(bench.out));
  }
  const Result result = bench.start().wait();
  INFO(result.err);
  REQUIRE(result.code == 0);
  check_same(bench);
}

TEST_CASE("two processes on one folder, killed and started again, end as one", "[shared]") {
  const Bench bench;
  std::mt19937 draw(2);
  for (int i = 0; i < kills(); ++i) {
    Process one = bench.start("1"), two = bench.start("1");
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + draw() % 400));
    ::kill(draw() % 2 == 0 ? one.pid() : two.pid(), SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + draw() % 100));
    ::kill(one.pid(), SIGKILL);
    ::kill(two.pid(), SIGKILL);
    one.wait();
    two.wait();
    CHECK_FALSE(summary_changed(bench.out));
  }
  Process one = bench.start("1"), two = bench.start("1");
  const Result first = one.wait(), second = two.wait();
  INFO(first.err + second.err);
  CHECK(first.code == 0);
  CHECK(second.code == 0);
  check_same(bench);
}

TEST_CASE("a process that is frozen beyond its claims' lifetime loses and spoils nothing",
          "[shared]") {
  std::mt19937 draw(3);
  for (int i = 0; i < std::max(1, kills() / 4); ++i) {
    const Bench bench;
    Process frozen = bench.start("1");
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + draw() % 300));
    ::kill(frozen.pid(), SIGSTOP);
    const Result other = bench.start("1").wait();  // takes over and ends
    INFO(other.err);
    CHECK(other.code == 0);
    ::kill(frozen.pid(), SIGCONT);
    const Result woken = frozen.wait();
    INFO(woken.err);
    CHECK(woken.code == 0);
    check_same(bench);
  }
}

TEST_CASE("a cell that fails is named by status and tried again", "[shared]") {
  const Bench bench;
  // A file stands where the cell's folder must be.
  const std::string id = read_csv(bench.folder / "whole/summary.csv").rows.at(0).at(0);
  spit(fs::path(bench.out) / "cells" / id, "");
  const Result failed = bench.start().wait();
  INFO(failed.err);
  CHECK(failed.code == 1);
  CHECK(failed.err.find("1 cell failed") != std::string::npos);
  const auto rows = read_csv(bench.out + "/summary.csv").rows;
  CHECK(rows.at(0).back().starts_with("failed: "));
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const auto& row) { return row.back() == "done"; }) == 8);
  fs::remove(fs::path(bench.out) / "cells" / id);
  CHECK(bench.start().wait().code == 0);
  check_same(bench);
  const Result status = program({"status", bench.out});
  CHECK(status.code == 0);
  CHECK(status.out == "killed: 9 cells, 9 done, 0 running, 0 failed, 0 left\n");
}

TEST_CASE("status says what runs where, while it runs", "[shared]") {
  const Bench bench;
  Process process({ULPSCOPE_PROGRAM, "run", bench.study, "--jobs", "1", "--out", bench.out, "--set",
                   "study.steps=2000000"});
  std::string status;
  for (int wait = 0; wait < 200 && status.find("running on") == std::string::npos; ++wait) {
    std::this_thread::sleep_for(50ms);
    status = program({"status", bench.out}).out;
  }
  CHECK(status.find("killed: 9 cells, 0 done, 1 running, 0 failed, 8 left") == 0);
  CHECK(status.find(", process " + std::to_string(process.pid()) + ", since ") !=
        std::string::npos);
  const Result refused =
      program({"run", bench.study, "--fresh", "--out", bench.out, "--set", "study.steps=2000000"});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("is being run by process " + std::to_string(process.pid())) !=
        std::string::npos);
  ::kill(process.pid(), SIGTERM);
  CHECK(process.wait().code == 130);
  CHECK(program({"status", bench.out}).out.find("0 done, 0 running, 0 failed, 9 left") !=
        std::string::npos);
}

TEST_CASE("on a full disk a run says so, keeps what is done, and goes on when there is room",
          "[shared]") {
  const Bench bench;
  const fs::path disk = bench.folder / "disk";
  fs::create_directories(disk);
  const auto mount = [&](const std::string& options) {
    return run({"/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.string()}).code;
  };
  if (::geteuid() != 0 || mount("size=256k") != 0) {
    WARN("skipped: a small disk needs the right to mount one");
    return;
  }
  const std::string out = (disk / "out").string();
  const auto start = [&] {
    return program({"run", bench.study, "--jobs", "2", "--out", out, "--checkpoint", "0.05"});
  };
  const Result full = start();
  INFO(full.err);
  CHECK(full.code != 0);
  CHECK(full.err.find("No space left on device") != std::string::npos);
  for (const auto& [name, content] : compared_files(out)) {
    if (!name.starts_with("cells/") || name.find("/failed") != std::string::npos) continue;
    CAPTURE(name);
    if (name.ends_with("/done")) CHECK(bench.undisturbed.at(name) == content);
  }
  REQUIRE(run({"/bin/mount", "-o", "remount,size=64m", disk.string()}).code == 0);
  const Result roomy = start();
  INFO(roomy.err);
  CHECK(roomy.code == 0);
  CHECK(compared_files(out) == bench.undisturbed);
  // Read-only: refused before anything runs.
  REQUIRE(run({"/bin/mount", "-o", "remount,ro", disk.string()}).code == 0);
  const Result read_only = program({"run", bench.study, "--out", out, "--fresh"});
  CHECK(read_only.code == 2);
  CHECK(read_only.err.find("expected a folder that can be written") != std::string::npos);
  CHECK(compared_files(out) == bench.undisturbed);
  run({"/bin/umount", disk.string()});
}
