// SPDX-License-Identifier: BSL-1.0
// compare: which cells go together, what differs, and how it ends.
#include <algorithm>

#include "catch.hpp"
#include "program.hpp"
#include "sealed.hpp"
#include "ulpscope/store/csv.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

namespace {

const std::string study = R"([study]
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
"precision.arithmetic" = ["binary32", "binary64"]
)";

struct Folders {
  TempFolder folder;
  Folders() { spit(folder / "small.toml", study); }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  void run(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"run", path("small.toml"), "--out", path(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = program(arguments);
    INFO(result.err);
    REQUIRE(result.code == 0);
  }
  Result compare(const std::string& first, const std::string& second,
                 std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"compare", path(first), path(second)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return program(arguments);
  }
  std::string first_cell(const std::string& name) const {
    return read_csv(folder / (name + "/summary.csv")).rows.at(0).at(0);
  }
};

}  // namespace

TEST_CASE("the same results compare as the same", "[compare]") {
  const Folders folders;
  folders.run("a");
  folders.run("b", {"--jobs", "1"});
  const Result result = folders.compare("a", "b");
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(has(result.out, "matched by id: 2 cells\n"));
  CHECK(has(result.out, "\n2 cells the same, 0 different, 0 on one side only\n"));
  const Result rows = folders.compare("a", "b", {"--csv"});
  CHECK(rows.code == 0);
  const Csv csv = parse_csv(rows.out, "stdout");
  REQUIRE(csv.rows.size() == 2);
  CHECK(csv.rows[0][*csv.column("matched")] == "id");
  CHECK(csv.rows[0][*csv.column("same")] == "yes");
  CHECK(csv.rows[0][*csv.column("bits")] == "same");

  // A clone has the checksums.
  fs::remove_all(folders.folder / "b/cells");
  const Result clone = folders.compare("a", "b");
  INFO(clone.out);
  CHECK(clone.code == 0);
  CHECK_FALSE(has(clone.out, "by the summary alone"));
  fs::remove(folders.folder / "b/cells.sum");
  CHECK(has(folders.compare("a", "b").out, "2 cells the same (2 by the summary alone)"));
}

TEST_CASE("what differs is told to the bit and the step", "[compare]") {
  const Folders folders;
  folders.run("a");
  fs::copy(folders.folder / "a", folders.folder / "b", fs::copy_options::recursive);
  const std::string id = folders.first_cell("a");
  const fs::path trace = folders.folder / ("b/cells/" + id + "/trace.csv");
  Csv csv = read_csv(trace);
  const std::string was = csv.rows[2][1];
  csv.rows[2][1] = "1.5";
  csv.rows[4][1] = "2.5";
  spit(trace, csv.text());
  seal_cell(trace.parent_path());
  Csv summary = read_csv(folders.folder / "b/summary.csv");
  const std::string tail = summary.rows[0][*summary.column("tail")];
  summary.rows[0][*summary.column("tail")] = "7";
  spit(folders.folder / "b/summary.csv", summary.text());
  seal_summary(folders.folder / "b");

  const Result result = folders.compare("a", "b");
  INFO(result.out << result.err);
  CHECK(result.code == 1);
  CHECK(has(result.out, "cell " + id +
                            "  precision.arithmetic=binary32\n  bits differ: trace.csv\n"
                            "  traces part at step 14:\n    loss: " +
                            was + " -> 1.5\n  tail: " + tail + " -> 7\n"));
  CHECK(has(result.out, "\n1 cell the same, 1 different, 0 on one side only\n"));
  const Result rows = folders.compare("a", "b", {"--csv"});
  CHECK(rows.code == 1);
  const Csv table = parse_csv(rows.out, "stdout");
  const auto value = [&](const std::string& column) {
    return table.rows[0][*table.column(column)];
  };
  CHECK(value("same") == "no");
  CHECK(value("files") == "trace.csv");
  CHECK(value("step") == "14");
  CHECK(value("columns") == "loss");
  CHECK(value("tail_1") == tail);
  CHECK(value("tail_2") == "7");

  fs::remove_all(folders.folder / "b/cells");
  spit(folders.folder / "b/cells.sum", "00  cells/" + id + "/done\n");
  CHECK(has(folders.compare("a", "b").out,
            "bits differ by the checksums; which files is not at hand"));
}

TEST_CASE("a longer run parts from a shorter one nowhere before its end", "[compare]") {
  const Folders folders;
  folders.run("a");
  folders.run("b", {"--set", "study.steps=80"});
  const Result result = folders.compare("a", "b");
  INFO(result.out);
  CHECK(result.code == 1);
  CHECK(has(result.out, "matched cells differ in study.steps: 60 -> 80\n"));
  CHECK(has(result.out, "traces are the same where both have values, at 9 steps\n"));
}

TEST_CASE("cells of another description are matched by what is swept", "[compare]") {
  const Folders folders;
  folders.run("a");
  folders.run("b",
              {"--set", "rule.lr=2e-2", "--set", "precision.arithmetic=[\"binary32\", \"x87\"]"});
  const Result result = folders.compare("a", "b");
  INFO(result.out << result.err);
  CHECK(result.code == 1);
  CHECK(has(result.out, "matched by id: 0 cells\n"));
  CHECK(has(result.out, "matched by equal values of precision.arithmetic: 1 cell\n"));
  CHECK(has(result.out, "matched cells differ in rule.lr: 1e-2 -> 2e-2\n"));
  CHECK(has(result.out, "only in the first: 1 cell\n"));
  CHECK(has(result.out, "only in the second: 1 cell\n"));
  CHECK(has(result.out, "  precision.arithmetic=x87\n"));
  CHECK(has(result.out, "bits differ: cell.toml, trace.csv, metrics.csv, final.csv\n"));
  CHECK(has(result.out, "traces part at step 7:\n"));
  CHECK(has(result.out, "\n0 cells the same, 1 different, 2 on one side only\n"));
  const Csv csv = parse_csv(folders.compare("a", "b", {"--csv"}).out, "stdout");
  REQUIRE(csv.rows.size() == 3);
  CHECK(csv.rows[0][*csv.column("matched")] == "values");
  CHECK(csv.rows[1][*csv.column("matched")] == "only in the first");
  CHECK(csv.rows[2][*csv.column("matched")] == "only in the second");
}

TEST_CASE("a key that only one study sweeps tells cells apart in both", "[compare]") {
  const Folders folders;
  folders.run("a", {"--set", "rule.beta1=0.8"});
  folders.run("b", {"--set", "rule.lr=[1e-2, 2e-2]"});
  const Result result = folders.compare("a", "b");
  INFO(result.out << result.err);
  CHECK(has(result.out, "matched by equal values of precision.arithmetic, rule.lr: 2 cells\n"));
  CHECK(has(result.out, "matched cells differ in rule.beta1: 0.8 -> 0.9\n"));
  CHECK(has(result.out, "only in the second: 2 cells\n"));
}

TEST_CASE("it is said where only some of the matched cells differ in a key", "[compare]") {
  const Folders folders;
  const auto run = [&](const std::string& name, const std::string& momentum) {
    folders.run(name, {"--set", "precision.arithmetic=binary32", "--set",
                       "rule.kind=[\"adam\", \"sgd\"]", "--set", "rule.momentum=" + momentum});
  };
  run("a", "0.9");
  run("b", "0.8");
  const Result result = folders.compare("a", "b");
  INFO(result.out << result.err);
  CHECK(has(
      result.out,
      "matched by id: 1 cell\nmatched by equal values of precision.arithmetic, rule.kind: 1 cell\n"
      "matched cells differ in rule.momentum: 0.9 -> 0.8 (1 of 2 cells)\n"));
}

TEST_CASE("what cannot be compared is bad input", "[compare]") {
  const Folders folders;
  folders.run("a");
  CHECK(folders.compare("a", "none").code == 2);
  CHECK(program({"compare", folders.path("a")}).code == 2);
  fs::copy(folders.folder / "a", folders.folder / "b", fs::copy_options::recursive);
  spit(folders.folder / "b/summary.csv", "id,status\n1\n");
  seal_summary(folders.folder / "b");
  const Result damaged = folders.compare("a", "b");
  CHECK(damaged.code == 2);
  CHECK(has(damaged.err, "summary.csv:2"));
  fs::remove(folders.folder / "b/summary.csv");
  CHECK(folders.compare("a", "b").code == 2);
}
