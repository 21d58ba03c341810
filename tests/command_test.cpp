// SPDX-License-Identifier: BSL-1.0
// The program from outside: what it prints, what it leaves, how it ends.
#include <algorithm>
#include <csignal>

#include "catch.hpp"
#include "program.hpp"
#include "sanitized.hpp"
#include "sealed.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/json.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// A small case in all arithmetics: 8 x 12, 60 steps.
const std::string small_study = R"([study]
name = "small"
steps = 60
[data]
samples = 8
features = 12
[rule]
lr = 1e-2
[record]
every = 7
[sweep]
"precision.arithmetic" = ["binary32", "binary64", "x87", "quad", "dec50", "dec100", "wide24", "wide53"]
[[sweep.cell]]
"rule.kind" = "sgd"
"rule.momentum" = 0.9
[[table]]
rows = ["rule.kind", "precision.arithmetic", "rule.momentum"]
columns = ["floor", "verdict"]
[[figure]]
by = ["rule.kind", "precision.arithmetic", "rule.momentum"]
)";

struct Bench {
  TempFolder folder;
  std::string study = (folder / "small.toml").string();
  Bench() { spit(study, small_study); }
  std::string out(const std::string& name = "out") const { return (folder / name).string(); }
  Result run(std::vector<std::string> more = {}, const std::string& name = "out") const {
    std::vector<std::string> arguments{"run", study, "--out", out(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return program(arguments);
  }
};

std::string first_cell(const std::string& out) {
  return read_csv(fs::path(out) / "summary.csv").rows.at(0).at(0);
}

}  // namespace

TEST_CASE("a run leaves the files of the design and nothing else") {
  const Bench bench;
  const Result result = bench.run();
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out.empty());
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(bench.out())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"cells", "cells.sum", "figures", "host.json",
                                          "study.toml", "summary.csv", "tables", "timings.csv"});
  const Csv summary = read_csv(bench.out() + "/summary.csv");
  CHECK(summary.header ==
        std::vector<std::string>{"id", "precision.arithmetic", "rule.kind", "rule.momentum",
                                 "converged", "floor", "floor_step", "onset", "crossing", "peak",
                                 "tail", "verdict", "verdict_step", "stopped", "status"});
  CHECK(summary.rows.size() == 9);
  for (const auto& row : summary.rows) {
    CHECK(row.back() == "done");
    const fs::path cell = fs::path(bench.out()) / "cells" / row[0];
    const Csv trace = read_csv(cell / "trace.csv");
    CHECK(trace.header == std::vector<std::string>{"step", "loss"});
    std::vector<std::string> steps;
    for (const auto& line : trace.rows) steps.push_back(line[0]);
    CHECK(steps ==
          std::vector<std::string>{"0", "7", "14", "21", "28", "35", "42", "49", "56", "59"});
    const Csv final_state = read_csv(cell / "final.csv");
    CHECK(final_state.header == std::vector<std::string>{"role", "index", "value"});
    CHECK(final_state.rows.size() == (row[2] == "sgd" ? 2U : 3U) * 13U);
  }
  CHECK(run({"/bin/sh", "-c", "cd '" + bench.out() + "' && sha256sum -c --quiet cells.sum"}).code ==
        0);
}

TEST_CASE("results have the same bytes for one job and two, and for every instruction set") {
  const Bench bench;
  REQUIRE(bench.run({"--jobs", "1"}, "one").code == 0);
  REQUIRE(bench.run({"--jobs", "2"}, "two").code == 0);
  const auto one = compared_files(bench.out("one"));
  CHECK(one.size() > 9 * 5);
  CHECK(one == compared_files(bench.out("two")));
#ifdef ULPSCOPE_NATIVE
  REQUIRE(run({ULPSCOPE_NATIVE, "run", bench.study, "--out", bench.out("native")}).code == 0);
  CHECK(one == compared_files(bench.out("native")));
  // The sizes of the founding case, where every width of vector has work to do.
  for (const std::string binary : {ULPSCOPE_PROGRAM, ULPSCOPE_NATIVE}) {
    const std::string out = bench.out(binary == ULPSCOPE_PROGRAM ? "plain" : "vectors");
    const std::string study = std::string(ULPSCOPE_SOURCE_DIR) + "/studies/founding.toml";
    REQUIRE(run({binary, "run", study, "--set", "study.steps=1000", "--only",
                 "precision.arithmetic=binary*", "--out", out})
                .code == 0);
  }
  CHECK(compared_files(bench.out("plain")) == compared_files(bench.out("vectors")));
#endif
}

TEST_CASE("stochastic roles draw the same words for all jobs, instruction sets and restarts") {
  const TempFolder folder;
  const std::string study = (folder / "drawn.toml").string();
  // More parameters than are updated in one go, and no multiple of a vector's width.
  spit(study, R"([study]
name = "drawn"
steps = 40
[data]
samples = 5
features = 707
[precision]
gradient = { format = "p16", mode = "stochastic", seed = 4 }
parameters = { format = "p20", mode = "stochastic", seed = 3 }
first_moment = { format = "p10", mode = "stochastic", seed = 2, rounding = "every" }
second_moment = { format = "bfloat16", mode = "stochastic" }
[record]
probes = ["moments", "shadow"]
[sweep]
"precision.second_moment.seed" = [1, 2]
"precision.arithmetic" = ["binary32", "binary64")" +
                  std::string(sanitized ? "" : ", \"quad\"") + "]\n");
  const auto out = [&](const std::string& name) { return (folder / name).string(); };
  REQUIRE(program({"run", study, "--jobs", "1", "--out", out("one")}).code == 0);
  const auto one = compared_files(out("one"));
  REQUIRE(one.size() > (sanitized ? 4 : 6) * 5);
  REQUIRE(program({"run", study, "--jobs", "2", "--out", out("two")}).code == 0);
  CHECK(one == compared_files(out("two")));
#ifdef ULPSCOPE_NATIVE
  REQUIRE(run({ULPSCOPE_NATIVE, "run", study, "--out", out("native")}).code == 0);
  CHECK(one == compared_files(out("native")));
#endif
  Process killed({ULPSCOPE_PROGRAM, "run", study, "--jobs", "1", "--out", out("killed")});
  // In the middle: some cell is done, not all.
  const auto some_done = [&] {
    const fs::path cells = out("killed") + "/cells";
    if (!fs::exists(cells)) return false;
    return std::any_of(fs::directory_iterator(cells), fs::directory_iterator(),
                       [](const auto& cell) { return fs::exists(cell.path() / "done"); });
  };
  for (int wait = 0; wait < 1000 && !some_done(); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(killed.pid(), SIGKILL);
  CHECK(killed.wait().code == 128 + SIGKILL);
  CHECK(compared_files(out("killed")).size() < one.size());
  REQUIRE(program({"run", study, "--out", out("killed")}).code == 0);
  CHECK(one == compared_files(out("killed")));
}

TEST_CASE("what does not fit the precision of a run ends with 2 before anything is written") {
  const Bench bench;
  const auto refused = [&](const std::string& set, const std::string& problem,
                           const std::string& example) {
    const Result result = bench.run({"--set", set}, "refused");
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find(problem) != std::string::npos);
    CHECK(result.err.find("for example " + example) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK_FALSE(fs::exists(bench.out("refused")));
  };
  const std::string v = "precision.second_moment";
  refused(v + ".p=0", v + ".p: 0: expected a whole number from 1 to 335", "second_moment.p = 11");
  refused(v + ".p=60", "p = 60, emin = -126, emax = 127 does not fit binary32",
          "{ format = \"p24\" }");
  refused(v + "={ emin = 5, emax = 4 }", "emin = 5 is above emax = 4", "{ p = 11, emin = -14");
  refused(v + ".emin=200", "emin = 200 is above emax = 127", "{ p = 11, emin = -14");
  refused(v + ".mode=\"nearest\"", "\"nearest\": expected one of \"nearest-even\"",
          "second_moment.mode = \"nearest-even\"");
  refused(v + "={ format = \"bfloat16\", mode = \"stochastic\" }",
          "stochastic rounding needs a seed",
          "{ format = \"bfloat16\", mode = \"stochastic\", seed = 1 }");
  refused("precision.third_moment=\"bfloat16\"", "precision.third_moment: unknown key", "");
  spit(bench.study, small_study + "[precision]\nsecond_moment = \"bfloat16\"\n");
  refused("rule.kind=\"sgd\"", "precision.second_moment: no cell of this study has it",
          "rule.kind");
}

TEST_CASE("a second run has nothing to do and changes nothing") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const auto before = compared_files(bench.out());
  const std::string timings = slurp(bench.out() + "/timings.csv");
  const Result again = bench.run();
  CHECK(again.code == 0);
  CHECK(again.err.find("9 cells, 0 to run") != std::string::npos);
  CHECK(compared_files(bench.out()) == before);
  CHECK(slurp(bench.out() + "/timings.csv") == timings);
}

TEST_CASE("a cell without done is run again and --fresh runs the planned cells only") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const auto before = compared_files(bench.out());
  fs::remove(bench.out() + "/cells/" + first_cell(bench.out()) + "/done");
  CHECK(bench.run().err.find("1 to run") != std::string::npos);
  CHECK(compared_files(bench.out()) == before);
  CHECK(bench.run({"--fresh", "--only", "precision.arithmetic=binary*"}).err.find("3 to run") !=
        std::string::npos);
  CHECK(compared_files(bench.out()) == before);
}

TEST_CASE("with --only some cells run and the others are pending") {
  const Bench bench;
  REQUIRE(bench.run({"--only", "precision.arithmetic=quad"}).code == 0);
  std::size_t pending = 0;
  for (const auto& row : read_csv(bench.out() + "/summary.csv").rows) {
    pending += row.back() == "pending" ? 1 : 0;
  }
  CHECK(pending == 8);
  REQUIRE(bench.run().code == 0);
  REQUIRE(bench.run({}, "whole").code == 0);
  CHECK(compared_files(bench.out()) == compared_files(bench.out("whole")));
}

TEST_CASE("what a fresh clone holds survives a partial run and can be verified") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const std::string summary = slurp(bench.out() + "/summary.csv");
  const std::string sums = slurp(bench.out() + "/cells.sum");
  fs::remove_all(bench.out() + "/cells");
  REQUIRE(bench.run({"--only", "precision.arithmetic=quad"}).code == 0);
  CHECK(slurp(bench.out() + "/summary.csv") == summary);
  CHECK(slurp(bench.out() + "/cells.sum") == sums);
  fs::remove_all(bench.out() + "/cells");
  const Result verified = program({"verify", bench.out()});
  CHECK(verified.code == 0);
  CHECK(verified.out == "9 of 9 cells verified\n");
}

TEST_CASE("more steps go on, fewer are refused: results would be lost") {
  const Bench bench;
  REQUIRE(bench.run({"--set", "study.steps=30"}).code == 0);
  REQUIRE(bench.run().code == 0);
  REQUIRE(bench.run({}, "whole").code == 0);
  CHECK(compared_files(bench.out()) == compared_files(bench.out("whole")));
  const auto before = compared_files(bench.out());
  const Result fewer = bench.run({"--set", "study.steps=30"});
  CHECK(fewer.code == 2);
  CHECK(fewer.err.find("the folder holds runs of 60 steps, which would be lost") !=
        std::string::npos);
  CHECK(compared_files(bench.out()) == before);
}

TEST_CASE("verify names what is changed, missing or forged") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const std::string id = first_cell(bench.out());
  const fs::path cell = fs::path(bench.out()) / "cells" / id;
  const std::string trace = slurp(cell / "trace.csv");
  spit(cell / "trace.csv", trace + "60,0\n");
  Result result = program({"verify", bench.out()});
  CHECK(result.code == 1);
  CHECK(result.out == id + ": trace.csv has changed\n8 of 9 cells verified\n");
  spit(cell / "trace.csv", trace);
  std::string summary = slurp(bench.out() + "/summary.csv");
  const std::string forged_id = read_csv(bench.out() + "/summary.csv").rows[1][0];
  summary.replace(summary.find("unconverged", summary.find(forged_id)), 11, "stable");
  spit(bench.out() + "/summary.csv", summary);
  CHECK(program({"verify", bench.out()})
            .out.find("\nsummary.csv: has changed: cells.sum has another checksum\n") !=
        std::string::npos);
  seal_summary(bench.out());
  result = program({"verify", bench.out()});
  CHECK(result.code == 1);
  CHECK(result.out.find("has changed") == std::string::npos);
  CHECK(result.out.rfind(forged_id + ": a rerun gives another row than summary.csv has\n", 0) == 0);
  CHECK(result.out.find("\n8 of 9 cells verified\n") != std::string::npos);
}

TEST_CASE("verify compares what is made from the summary") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const fs::path table = fs::path(bench.out()) / "tables/table-1.md";
  const std::string text = slurp(table);
  spit(table, text + " ");
  CHECK(program({"verify", bench.out()}).out ==
        "tables/table-1.md: is not the table that summary.csv gives\n9 of 9 cells verified\n");
  spit(table, text);
  const std::string summary = slurp(bench.out() + "/summary.csv");
  spit(bench.out() + "/summary.csv", summary + summary.substr(summary.find('\n') + 1));
  seal_summary(bench.out());
  CHECK(program({"verify", bench.out()}).code == 1);
}

TEST_CASE("a folder may be named with a slash behind it") {
  const Bench bench;
  CHECK(bench.run({"--only", "precision.arithmetic=binary32"}, "out/").code == 0);
  CHECK(fs::exists(bench.out() + "/timings.csv"));
  CHECK_FALSE(fs::exists(bench.out() + "/claim.1"));
}

TEST_CASE("a sample is run again, the files of all are checked") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const Result some = program({"verify", bench.out(), "--sample", "2"});
  CHECK(some.code == 0);
  CHECK(some.out == "9 of 9 cells verified, 2 of them run again\n");
  CHECK(std::count(some.err.begin(), some.err.end(), '\n') == 2);
  const auto rows = read_csv(bench.out() + "/summary.csv").rows;
  const fs::path trace = fs::path(bench.out()) / "cells" / rows[3][0] / "trace.csv";
  fs::resize_file(trace, fs::file_size(trace) - 1);
  const Result cut = program({"verify", bench.out(), "--sample", "2"});
  CHECK(cut.code == 1);
  CHECK(cut.out.starts_with(rows[3][0] + ": trace.csv has changed\n"));
  CHECK(program({"verify", bench.out(), "--sample", "0"}).code == 2);
}

TEST_CASE("SIGINT and SIGTERM end with 130 and keep what is done") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Bench bench;
    REQUIRE(bench.run({"--only", "precision.arithmetic=binary32"}).code == 0);
    const auto cells = compared_files(bench.out() + "/cells");
    Process process({ULPSCOPE_PROGRAM, "run", bench.study, "--out", bench.out(), "--jobs", "2",
                     "--checkpoint", "0.1", "--set", "study.steps=20000000", "--only",
                     "precision.arithmetic=binary64"});
    const auto checkpoints = [&] {
      const auto files = compared_files(bench.out() + "/cells");
      return std::count_if(files.begin(), files.end(),
                           [](const auto& file) { return file.first.ends_with("/checkpoint"); });
    };
    for (int wait = 0; wait < 600 && checkpoints() < 2; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ::kill(process.pid(), signal);
    const Result result = process.wait();
    INFO(result.err);
    CHECK(result.code == 130);
    // Both cells that ran have a checkpoint, and are not claimed any more.
    auto after = compared_files(bench.out() + "/cells");
    CHECK(std::erase_if(after,
                        [](const auto& file) { return file.first.ends_with("/checkpoint"); }) == 2);
    CHECK(after == cells);
    // Nothing of this length has been run.
    for (const auto& row : read_csv(bench.out() + "/summary.csv").rows) {
      CHECK(row.back() == "pending");
    }
  }
}

TEST_CASE("raised steps with --only leave the other cells pending") {
  const Bench bench;
  REQUIRE(bench.run({"--set", "study.steps=30"}).code == 0);
  REQUIRE(bench.run({"--only", "precision.arithmetic=quad"}).code == 0);
  std::size_t done = 0;
  for (const auto& row : read_csv(bench.out() + "/summary.csv").rows) {
    done += row.back() == "done" ? 1 : 0;
  }
  CHECK(done == 1);
  CHECK(program({"verify", bench.out(), "--only", "precision.arithmetic=quad"}).code == 0);
}

TEST_CASE("results that only the summary holds are not dropped") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  fs::remove_all(bench.out() + "/cells");
  const auto before = compared_files(bench.out());
  const Result narrower = bench.run({"--set", "precision.arithmetic=binary32"});
  CHECK(narrower.code == 2);
  CHECK(narrower.err.find("summary.csv alone holds 7 results") != std::string::npos);
  CHECK(compared_files(bench.out()) == before);
}

TEST_CASE("damaged files are made again, never used") {
  const Bench bench;
  REQUIRE(bench.run().code == 0);
  const auto before = compared_files(bench.out());
  const fs::path cell = fs::path(bench.out()) / "cells" / first_cell(bench.out());
  for (const fs::path& file :
       {cell / "done", cell / "metrics.csv", cell / "cell.toml", cell / "trace.csv",
        fs::path(bench.out()) / "summary.csv", fs::path(bench.out()) / "cells.sum",
        fs::path(bench.out()) / "timings.csv"}) {
    INFO(file);
    const bool by_presence = file.filename() == "cell.toml" || file.filename() == "trace.csv";
    if (by_presence)
      fs::remove(file);
    else
      spit(file, "garbage \"");
    CHECK(bench.run().code == 0);
    CHECK(compared_files(bench.out()) == before);
  }
}

TEST_CASE("output that cannot be written is no success, progress that cannot be is no failure") {
  const Bench bench;
  const auto shell = [](const std::string& command) {
    return run({"/bin/sh", "-c", command}).code;
  };
  const std::string binary = ULPSCOPE_PROGRAM;
  CHECK(shell(binary + " list keys >/dev/full") == 1);
  CHECK(shell(binary + " round binary32 0.1 >/dev/full") == 1);
  CHECK(shell(binary + " run '" + bench.study + "' --out '" + bench.out() + "' 2>/dev/full") == 0);
  CHECK(shell("PATH=/nowhere " + binary + " run '" + bench.study + "' --out '" + bench.out("none") +
              "'") == 2);
  CHECK_FALSE(fs::exists(bench.out("none")));
}

TEST_CASE("bad input ends with 2, one message and nothing written") {
  const Bench bench;
  const auto refused = [&](const std::string& text, const std::vector<std::string>& more,
                           const std::string& expected) {
    spit(bench.study, text);
    const Result result = bench.run(more);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.find(expected) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK_FALSE(fs::exists(bench.out()));
  };
  const std::string head = "[study]\nname = \"small\"\n";
  refused(head + "stepps = 5\n", {}, "small.toml:3: study.stepps: unknown key; did you mean");
  refused(head + "steps = -5\n", {}, "small.toml:3: study.steps: -5: expected a whole number");
  refused(head + "[rule]\nkind = \"adamm\"\n", {},
          "small.toml:4: rule.kind: \"adamm\": unknown rule");
  refused(head + "[rule]\nlr = \"fast\"\n", {},
          "small.toml:4: rule.lr: \"fast\": expected a number");
  refused(head + "[sweep]\n\"rule.speed\" = [1]\n", {}, "small.toml:4: rule.speed: unknown key");
  refused(head + "[data]\nsamples = 1000000000\nfeatures = 1000000000\n", {}, "GiB");
  refused(head, {"--only", "rule.lr=3"}, "selects no cell");
  refused(head, {"--set", "rule.lr=fast"}, "--set rule.lr=fast: rule.lr");
  spit(bench.out(), "a file in the folder's place");
  const Result result = program({"run", bench.study, "--out", bench.out()});
  CHECK(result.code == 2);
  CHECK(result.err.find("--out " + bench.out()) != std::string::npos);
  CHECK(slurp(bench.out()) == "a file in the folder's place");
  const Result missing = program({"run", bench.out("none.toml")});
  CHECK(missing.code == 2);
  CHECK(missing.err == bench.out("none.toml") +
                           ": cannot be read; expected a study file, for example "
                           "studies/founding.toml\n");
}

TEST_CASE("results of another study are not overwritten") {
  const Bench bench;
  REQUIRE(bench.run({"--only", "precision.arithmetic=binary32"}).code == 0);
  const Result other = bench.run({"--set", "study.name=other"});
  CHECK(other.code == 2);
  CHECK(other.err.find("the folder holds the study \"small\"") != std::string::npos);
}

TEST_CASE("a diverged run is a result, not a failure") {
  const Bench bench;
  const Result result = bench.run({"--set", "rule.lr=[10]", "--set", "rule.kind=sgd", "--set",
                                   "precision.arithmetic=binary32", "--set", "study.steps=500"});
  INFO(result.err);
  CHECK(result.code == 0);
  const Csv summary = read_csv(bench.out() + "/summary.csv");
  CHECK(summary.rows[0][*summary.column("verdict")] == "diverged");
  CHECK(summary.rows[0][*summary.column("status")] == "done");
  const Csv trace = read_csv(bench.out() + "/cells/" + summary.rows[0][0] + "/trace.csv");
  CHECK(trace.rows.back()[1] == "inf");
  CHECK(trace.rows.back()[0] == summary.rows[0][*summary.column("verdict_step")]);
}

TEST_CASE("usage errors end with 2, help with 0") {
  CHECK(program({}).code == 2);
  CHECK(program({"rum"}).code == 2);
  CHECK(program({"run"}).code == 2);
  CHECK(program({"run", "x.toml", "--job", "2"}).code == 2);
  CHECK(program({"run", "x.toml", "--jobs", "0"}).code == 2);
  CHECK(program({"table", "/nonexistent"}).code == 2);
  CHECK(program({"verify", "/nonexistent"}).code == 2);
  CHECK(program({"list", "rule"}).code == 2);
  CHECK(program({"--help"}).code == 0);
}

TEST_CASE("the version says how the program was built, as host.json does") {
  const Result result = program({"--version"});
  CHECK(result.code == 0);
  CHECK(result.out.rfind("ulpscope 0.1.0\n", 0) == 0);
  for (const char* name : {"compiler", "flags", "Boost", "fmt", "processor", "instruction set",
                           "wide kernels", "long double", "Chart.js"}) {
    CHECK(result.out.find(std::string("\n") + name + ' ') != std::string::npos);
  }
  CHECK(result.out.find("-ffp-contract=off") != std::string::npos);
  const Bench bench;
  REQUIRE(bench.run({"--only", "precision.arithmetic=binary32"}).code == 0);
  const auto host = Json::parse(slurp(fs::path(bench.out()) / "host.json"));
  const auto line = [](const std::string& name, const std::string& value) {
    return name + std::string(17 - name.size(), ' ') + value + '\n';
  };
  CHECK(result.out.find(line("compiler", host["compiler"])) != std::string::npos);
  CHECK(result.out.find(line("flags", host["flags"])) != std::string::npos);
  for (const auto& [name, version] : host["versions"].items()) {
    CHECK(result.out.find(line(name, version)) != std::string::npos);
  }
}

TEST_CASE("a study that ships is known by its name") {
  // A folder of one's own is looked at first, and hides nothing.
  const TempFolder folder;
  spit(folder / "studies/mine.toml", "[study]\nname = \"mine\"\ntitle = \"Mine\"\nsteps = 1\n");
  const auto there = [&](std::vector<std::string> arguments) {
    std::vector<std::string> all{"/usr/bin/env", "-C", folder.path().string(), ULPSCOPE_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
  };
  CHECK(there({"list", "studies"}).out == "studies/mine.toml  Mine\n");
  CHECK(there({"plan", "mine"}).code == 0);
  CHECK(there({"plan", "founding", "--only", "precision.arithmetic=binary32"}).code == 0);
  const Result wrong = program({"run", "fouding"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err ==
        "fouding: cannot be read; expected a study file, for example studies/founding.toml, or a "
        "study that ships, for example founding; did you mean \"founding\"?\n");
}

TEST_CASE("list shows what the lists hold") {
  CHECK(program({"list", "arithmetics"}).out.find("dec100      335") != std::string::npos);
  CHECK(program({"list", "rules"}).out.find("beta2") != std::string::npos);
  for (const char* what : {"modes", "models", "data", "keys", "studies"}) {
    CHECK(program({"list", what}).out.size() > 10);
  }
}

TEST_CASE("plan shows every cell and a cost") {
  const Bench bench;
  const Result result = program({"plan", bench.study, "--jobs", "2"});
  CHECK(result.code == 0);
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 10);
  CHECK(result.out.find("9 cells: about ") != std::string::npos);
  CHECK_FALSE(fs::exists(bench.out()));
}
