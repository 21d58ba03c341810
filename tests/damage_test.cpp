// SPDX-License-Identifier: BSL-1.0
// Files that are not as they were written: they are noticed, made again, and never used.
#include <algorithm>
#include <functional>
#include <sys/stat.h>

#include "catch.hpp"
#include "interrupted.hpp"
#include "program.hpp"
#include "sanitized.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/plan.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// A cell for each file that a done cell has.
const std::string small_study = R"([study]
name = "small"
steps = 24
[data]
samples = 4
features = 3
[precision]
arithmetic = "binary32"
[record]
every = 1
[sweep]
"rule.lr" = [1e-3, 2e-3, 3e-3, 4e-3, 5e-3]
)";
const std::vector<std::string> cell_files{"cell.toml", "trace.csv", "metrics.csv", "final.csv",
                                          "done"};

struct Bench {
  TempFolder folder;
  std::string study = (folder / "small.toml").string();
  std::string out = (folder / "out").string();
  std::vector<std::string> ids;
  std::map<std::string, std::string> undisturbed;

  Bench() {
    spit(study, small_study);
    const Result result = run();
    INFO(result.err);
    REQUIRE(result.code == 0);
    for (const auto& row : read_csv(out + "/summary.csv").rows) ids.push_back(row[0]);
    REQUIRE(ids.size() == cell_files.size());
    undisturbed = compared_files(out);
  }

  Result run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"run", study, "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return program(arguments);
  }
  fs::path cell(std::size_t i) const { return fs::path(out) / "cells" / ids.at(i); }
};

using Damage = std::function<void(const fs::path&)>;

void flip(const fs::path& file, std::size_t at) {
  std::string text = slurp(file);
  text.at(at) = static_cast<char>(text.at(at) ^ 1);
  spit(file, text);
}

/// What can happen to a file.
const std::vector<std::pair<std::string, Damage>> damages{
    {"first byte", [](const fs::path& file) { flip(file, 0); }},
    {"a byte in the middle", [](const fs::path& file) { flip(file, fs::file_size(file) / 2); }},
    {"last byte", [](const fs::path& file) { flip(file, fs::file_size(file) - 1); }},
    {"cut", [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }},
    {"one byte less", [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 1); }},
    {"one byte more", [](const fs::path& file) { spit(file, slurp(file) + "\n"); }},
    {"empty", [](const fs::path& file) { spit(file, ""); }},
    {"gone", [](const fs::path& file) { fs::remove(file); }},
    {"a folder with a file",
     [](const fs::path& file) {
       fs::remove(file);
       spit(file / "file", "x");
     }},
    {"a pipe",
     [](const fs::path& file) {
       fs::remove(file);
       REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
     }},
    // To root, too, it cannot be read.
    {"a link to itself",
     [](const fs::path& file) {
       fs::remove(file);
       fs::create_symlink(file, file);
     }},
    {"a link to nothing",
     [](const fs::path& file) {
       fs::remove(file);
       fs::create_symlink(file.parent_path() / "nothing", file);
     }},
};

}  // namespace

TEST_CASE("a damaged file of a cell is noticed by the next run, and made again", "[damage]") {
  const Bench bench;
  for (const auto& [name, damage] : damages) {
    CAPTURE(name);
    for (std::size_t i = 0; i < cell_files.size(); ++i) damage(bench.cell(i) / cell_files[i]);
    const Result result = bench.run();
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(has(result.err, "5 cells, 5 to run"));
    for (std::size_t i = 0; i + 1 < cell_files.size(); ++i) {
      // The end of the line says why, in one way or another.
      const std::size_t at = result.err.find(bench.cell(i).string() + ": ");
      REQUIRE(at != std::string::npos);
      const std::string line = result.err.substr(at, result.err.find('\n', at) - at);
      CHECK(has(line.substr(bench.cell(i).string().size()), cell_files[i]));
      CHECK(line.ends_with("; the cell is run again"));
    }
    CHECK(compared_files(bench.out) == bench.undisturbed);
  }
}

TEST_CASE("an undamaged folder is not run again, nor said to be damaged", "[damage]") {
  const Bench bench;
  const Result result = bench.run();
  CHECK(has(result.err, "5 cells, 0 to run"));
  CHECK_FALSE(has(result.err, "again"));
  CHECK(program({"status", bench.out}).err.empty());
  CHECK(program({"summary", bench.out}).err.empty());
  // A cell of fewer steps is not damaged.
  CHECK_FALSE(has(bench.run({"--set", "study.steps=30"}).err, "again"));
}

TEST_CASE("a file that has changed and keeps its time is noticed where it is used or checked",
          "[damage]") {
  const Bench bench;
  const fs::path trace = bench.cell(1) / "trace.csv";
  const auto time = fs::last_write_time(bench.cell(1) / "done") - std::chrono::hours(1);
  spit(trace, slurp(trace) + "\n");
  fs::last_write_time(trace, time);
  CHECK(has(bench.run().err, "5 cells, 0 to run"));
  CHECK(program({"figure", bench.out}).code == 2);
  CHECK(has(bench.run({"--check"}).err, "5 cells, 1 to run"));
  CHECK(compared_files(bench.out) == bench.undisturbed);
}

TEST_CASE("what draws or compares traces refuses those that have changed", "[damage]") {
  const Bench bench;
  const std::string other = (bench.folder / "other").string();
  fs::copy(bench.out, other, fs::copy_options::recursive);
  const std::string trace = slurp(bench.cell(1) / "trace.csv");
  std::string forged = trace;
  forged.replace(forged.find("\n3,") + 3, 1, "7");  // still a trace
  REQUIRE(forged != trace);
  spit(bench.cell(1) / "trace.csv", forged);
  const auto before = compared_files(bench.out);
  const std::string words =
      bench.cell(1).string() + ": trace.csv has changed; `ulpscope run --check` makes it again\n";
  const std::string page = (bench.folder / "page.html").string();
  const std::string drawing = (bench.folder / "figure.svg").string();
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"figure", bench.out},
           {"figure", bench.out, "--adhoc", "--kind", "loss", "--by", "rule.lr", "--out", drawing},
           {"report", bench.out, "--out", page},
           {"compare", bench.out, other},
           {"compare", other, bench.out, "--csv"}}) {
    CAPTURE(arguments.front());
    const Result result = program(arguments);
    CHECK(result.code == 2);
    CHECK(result.err == words);
    CHECK(result.out.empty());
  }
  CHECK_FALSE(fs::exists(page));
  CHECK_FALSE(fs::exists(drawing));
  const Result verified = program({"verify", bench.out});
  CHECK(verified.code == 1);
  CHECK(has(verified.out, bench.ids[1] + ": trace.csv has changed\n4 of 5 cells verified\n"));
  CHECK(compared_files(bench.out) == before);
  // Of final.csv and cell.toml the page shows something, too.
  for (const std::string file : {"final.csv", "cell.toml"}) {
    spit(bench.cell(1) / "trace.csv", trace);
    const std::string content = slurp(bench.cell(1) / file);
    spit(bench.cell(1) / file, content + "\n");
    CHECK(has(program({"report", bench.out, "--out", page}).err, file + " has changed"));
    spit(bench.cell(1) / file, content);
  }
  CHECK(program({"report", bench.out, "--out", page}).code == 0);
}

TEST_CASE("verify names every kind of damage and goes on", "[damage]") {
  const Bench bench;
  for (const auto& [name, damage] : damages) {
    CAPTURE(name);
    for (std::size_t i = 0; i + 1 < cell_files.size(); ++i) damage(bench.cell(i) / cell_files[i]);
    const Result result = program({"verify", bench.out, "--sample", "1"});
    INFO(result.out << result.err);
    CHECK(result.code == 1);
    for (std::size_t i = 0; i + 1 < cell_files.size(); ++i) {
      CHECK(has(result.out, bench.ids[i] + ": "));
      CHECK(has(result.out, cell_files[i]));
    }
    CHECK(has(result.out, "1 of 5 cells verified"));
    REQUIRE(bench.run().code == 0);
  }
}

TEST_CASE("status and summary say which cells are damaged, and use none of it", "[damage]") {
  const Bench bench;
  const std::string metrics = slurp(bench.cell(0) / "metrics.csv");
  std::string forged = metrics;
  const std::size_t verdict = forged.find("unconverged");
  REQUIRE(verdict != std::string::npos);
  forged.replace(verdict, 11, "stable");
  spit(bench.cell(0) / "metrics.csv", forged);
  fs::remove(bench.cell(1) / "trace.csv");
  for (const char* command : {"status", "summary"}) {
    const Result result = program({command, bench.out});
    CHECK(result.code == 0);
    for (const auto& [i, what] :
         {std::pair(0, "metrics.csv has changed"), std::pair(1, "trace.csv is missing")}) {
      CHECK(has(result.err, bench.cell(static_cast<std::size_t>(i)).string() + ": " + what +
                                "; `ulpscope run --check` makes it again\n"));
    }
    CHECK_FALSE(has(result.out, "stable"));
  }
  CHECK(slurp(bench.out + "/summary.csv") == bench.undisturbed.at("summary.csv"));
  // Without the summary, there is nothing that knows the metrics.
  fs::remove(bench.out + "/summary.csv");
  CHECK(has(program({"status", bench.out}).out, "3 done, 0 running, 0 failed, 2 left"));
}

TEST_CASE("a summary without a checksum is refused where its steps are none", "[damage]") {
  const Bench bench;
  const fs::path summary = fs::path(bench.out) / "summary.csv";
  Csv csv = read_csv(summary.string());
  csv.rows.front().at(*csv.column("onset")) = "soon";
  spit(summary, csv.text());
  // As written before the summary had one.
  const fs::path sums = fs::path(bench.out) / "cells.sum";
  const std::string written = slurp(sums);
  spit(sums, written.substr(written.find('\n') + 1));
  const Result result = program({"advise", bench.study, "--predict", "--compare", bench.out});
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  CHECK(has(result.err, summary.string() + ": no step: \"soon\""));
}

TEST_CASE("steps count as what they are however they are written", "[damage]") {
  TempFolder folder;
  const std::string study = (folder / "s.toml").string(), out = (folder / "out").string();
  const auto run = [&](const std::string& steps) {
    std::string text = small_study;
    text.replace(text.find("steps = 24"), 10, "steps = " + steps);
    spit(study, text);
    return program({"run", study, "--out", out});
  };
  REQUIRE(run("1_00").code == 0);
  const Result fewer = run("2_4");
  CHECK(fewer.code == 2);
  CHECK(has(fewer.err, "the folder holds runs of 100 steps, which would be lost"));
  // As in a fresh clone.
  fs::remove_all(fs::path(out) / "cells");
  const std::string summary = slurp(out + "/summary.csv");
  CHECK(program({"summary", out}).out == summary);
  std::string copy = slurp(out + "/study.toml");
  copy.replace(copy.find("1_00"), 4, "-5");
  spit(out + "/study.toml", copy);
  const Result damaged = program({"table", out});
  CHECK(damaged.code == 2);
  CHECK(has(damaged.err, "study.toml:5: study.steps: -5: expected a whole number"));
}

TEST_CASE("what tables and figures are made from and cannot be read is bad input", "[damage]") {
  const Bench bench;
  const std::string timings = bench.out + "/timings.csv", written = slurp(timings);
  spit(timings, written + "\"");
  for (const std::string command : {"table", "figure"}) {
    const Result result = program({command, bench.out});
    CHECK(result.code == 2);
    CHECK(has(result.err, timings));
  }
  CHECK(
      program({"table", bench.out, "--adhoc", "--rows", "rule.lr", "--columns", "seconds"}).code ==
      2);

  // A row that is none, by a run that measures others anew.
  Csv rows = parse_csv(written, timings);
  rows.rows[0][2] = "";
  rows.rows[1][3] = "soon";
  spit(timings, rows.text());
  CHECK(bench.run().code == 0);
  CHECK(read_csv(timings).rows.size() == rows.rows.size() - 2);

  fs::remove_all(fs::path(bench.out) / "cells");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"figure", bench.out},
           {"figure", bench.out, "--adhoc", "--kind", "loss", "--by", "rule.lr", "--out",
            (bench.folder / "f.svg").string()}}) {
    const Result result = program(arguments);
    CHECK(result.code == 2);
    CHECK(has(result.err, "figures are drawn from the traces"));
  }
}

TEST_CASE("a summary that is not as it was written is not used", "[damage]") {
  const Bench bench;
  const fs::path summary = fs::path(bench.out) / "summary.csv";
  const std::string written = slurp(summary);
  std::string forged = written;
  forged.replace(forged.find("unconverged"), 11, "stable");
  spit(summary, forged);
  const std::vector<std::vector<std::string>> readers{
      {"table", bench.out},
      {"table", bench.out, "--adhoc", "--rows", "rule.lr", "--columns", "floor"},
      {"figure", bench.out},
      {"report", bench.out},
      {"compare", bench.out, bench.out},
      {"advise", bench.study, "--predict", "--compare", bench.out}};
  for (const auto& arguments : readers) {
    CAPTURE(arguments);
    const Result result = program(arguments);
    CHECK(result.code == 2);
    CHECK(has(result.err, summary.string() + ": is not as it was written"));
  }
  CHECK(has(program({"status", bench.out}).err, "is not as it was written"));
  CHECK(slurp(summary) == forged);

  // Where the cells are, it is made again.
  CHECK(program({"summary", bench.out}).out == written);
  CHECK(compared_files(bench.out) == bench.undisturbed);

  // Where they are not, it is all there is: nothing goes over it.
  fs::remove_all(fs::path(bench.out) / "cells");
  CHECK(program({"summary", bench.out}).out == written);
  spit(summary, forged);
  for (const Result& refused :
       {program({"summary", bench.out}), bench.run(), bench.run({"--only", "rule.lr=1e-3"})}) {
    CHECK(refused.code == 2);
    CHECK(has(refused.err, summary.string() + ": is not as it was written"));
    CHECK(has(refused.err, "5 results stood in it alone"));
  }
  CHECK(slurp(summary) == forged);
  spit(summary, written);
  // As little without the cells' checksums: cut after that of the summary, or all gone.
  const fs::path sums = fs::path(bench.out) / "cells.sum";
  const std::string all = slurp(sums);
  for (const std::string& left : {all.substr(0, all.find('\n') + 1), std::string()}) {
    spit(sums, left);
    for (const Result& refused :
         {program({"summary", bench.out}), bench.run(), bench.run({"--fresh"})}) {
      CHECK(refused.code == 2);
      CHECK(has(refused.err, sums.string() + ": has no checksum of 5 cells"));
    }
    CHECK(slurp(summary) == written);
  }
  fs::remove(summary);
  CHECK(program({"table", bench.out}).code == 2);
  CHECK(bench.run().code == 0);
  CHECK(compared_files(bench.out) == bench.undisturbed);
}

TEST_CASE("a summary goes with its checksum at every time of being written", "[damage]") {
  const Bench bench;
  const fs::path sums = fs::path(bench.out) / "cells.sum";
  const std::string before = slurp(fs::path(bench.out) / "summary.csv"), sum = slurp(sums);
  const std::string after = before + before.substr(before.find('\n') + 1);
  const std::string cells = sum.substr(sum.find('\n') + 1);
  const auto line = [](const std::string& text) { return sha256(text) + "  summary.csv\n"; };
  CHECK(sum == line(before) + cells);
  // As a kill would leave them: both checksums, with the one summary or the other.
  spit(sums, line(before) + line(after) + cells);
  CHECK_FALSE(summary_changed(bench.out));
  spit(fs::path(bench.out) / "summary.csv", after);
  CHECK_FALSE(summary_changed(bench.out));
  spit(sums, line(before) + cells);
  CHECK(summary_changed(bench.out));
  // As earlier releases wrote them: without.
  spit(sums, cells);
  CHECK_FALSE(summary_changed(bench.out));
}

TEST_CASE("damaged beside what is selected: the figures are left, the results kept", "[damage]") {
  const Bench bench;
  flip(bench.cell(0) / "trace.csv", 30);
  const auto before = compared_files(bench.out);
  const Result result = bench.run({"--only", "rule.lr=5e-3"});
  CHECK(result.code == 0);
  CHECK(has(result.err, bench.cell(0).string() + ": trace.csv has changed"));
  CHECK(has(result.err, "figures are left as they are"));
  CHECK(compared_files(bench.out) == before);
}

TEST_CASE("a damaged checkpoint is not gone on from", "[damage]") {
  const Bench bench;
  const Plan plan = make_plan(read_study(bench.study));
  const fs::path place = bench.cell(0);
  const auto interrupt = [&] {
    fs::remove_all(place);
    REQUIRE_FALSE(run_from(plan.cells[0], place, 10).run);
  };
  interrupt();
  const Result result = bench.run();
  CHECK(has(result.err, "1 to run"));
  CHECK_FALSE(has(result.err, "begins at step"));
  CHECK(compared_files(bench.out) == bench.undisturbed);
  for (const auto& [name, damage] : damages) {
    CAPTURE(name);
    interrupt();
    damage(place / "checkpoint");
    const Result again = bench.run();
    INFO(again.err);
    CHECK(again.code == 0);
    // What is no file is no checkpoint.
    if (fs::is_regular_file(place / "checkpoint")) {
      CHECK(has(again.err, "checkpoint is damaged: begins at step 0"));
    }
    CHECK(compared_files(bench.out) == bench.undisturbed);
    CHECK_FALSE(fs::exists(fs::symlink_status(place / "checkpoint")));
  }
  // Every byte counts.
  interrupt();
  const std::string whole = slurp(place / "checkpoint");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    spit(place / "checkpoint", changed);
    std::string why;
    if (read_state(place, 24, why) || !has(why, " is damaged")) FAIL(at);
    spit(place / "checkpoint", whole.substr(0, at));
    if (read_state(place, 24, why) || !has(why, " is damaged")) FAIL(at);
  }
}

TEST_CASE("with raised steps a damaged end is not gone on from", "[damage]") {
  const Bench bench;
  const std::string more = "study.steps=30";
  const fs::path copy = bench.folder / "copy";
  fs::copy(bench.out, copy, fs::copy_options::recursive);
  REQUIRE(bench.run({"--set", more}).code == 0);
  const auto expected = compared_files(bench.out);
  for (const auto& [name, damage] : damages) {
    CAPTURE(name);
    fs::remove_all(bench.out);
    fs::copy(copy, bench.out, fs::copy_options::recursive);
    for (const std::string file : {"state", "trace.csv", "metrics.csv", "final.csv", "done"}) {
      const std::size_t i =
          file == "state"
              ? 0
              : static_cast<std::size_t>(std::find(cell_files.begin(), cell_files.end(), file) -
                                         cell_files.begin());
      damage(bench.cell(i) / file);
    }
    const Result result = bench.run({"--set", more});
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(compared_files(bench.out) == expected);
  }
}

TEST_CASE("results of a newer release are refused by every command, and left as they are",
          "[damage]") {
  const Bench bench;
  const std::string file = bench.out + "/study.toml";
  const std::string written = slurp(file);
  REQUIRE(written.starts_with("# ulpscope "));
  const std::string rest = written.substr(written.find('\n'));
  const std::string page = (bench.folder / "page.html").string();
  const std::string copy = (bench.folder / "copy").string();
  fs::copy(bench.out, copy, fs::copy_options::recursive);
  for (const std::string release : {"0.1.1", "0.10.0", "99.0", "1.0.0-rc1", "of another kind"}) {
    CAPTURE(release);
    if (sanitized && release != "0.10.0" && release != "of another kind") continue;
    // A key that only the newer one knows is not what it is refused for.
    spit(file, "# ulpscope " + release + rest + "\n[later]\nkey = 1\n");
    const auto before = compared_files(bench.out);
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"run", bench.study, "--out", bench.out},
             {"run", bench.study, "--out", bench.out, "--fresh"},
             {"status", bench.out},
             {"summary", bench.out},
             {"table", bench.out},
             {"table", bench.out, "--adhoc", "--columns", "floor"},
             {"figure", bench.out},
             {"figure", bench.out, "--adhoc", "--kind", "loss", "--by", "rule.lr", "--out",
              page + ".svg"},
             {"report", bench.out},
             {"report", bench.out, "--out", page},
             {"compare", bench.out, copy},
             {"compare", copy, bench.out},
             {"verify", bench.out},
             {"advise", bench.study, "--predict", "--compare", bench.out}}) {
      CAPTURE(arguments);
      const Result result = program(arguments);
      CHECK(result.code == 2);
      CHECK(result.out.empty());
      CHECK(has(result.err, file + ":1: written by ulpscope " + release + ", and this is "));
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
    CHECK(compared_files(bench.out) == before);
    CHECK_FALSE(fs::exists(page));
  }
  // Older ones, and what was written before files named their release, are not.
  for (const std::string line : {"# ulpscope 0.0.9", "# ulpscope 0.1", "# a study"}) {
    spit(file, line + rest);
    CHECK(program({"status", bench.out}).code == 0);
    CHECK(bench.run().code == 0);
    CHECK(compared_files(bench.out) == bench.undisturbed);
  }
}
