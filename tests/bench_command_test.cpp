// SPDX-License-Identifier: BSL-1.0
// ulpscope bench from outside: the table's shape, never a time.
#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/store/csv.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

Result bench(std::vector<std::string> more) {
  more.insert(more.begin(), {"bench", "--seconds", "0.01"});
  return program(more);
}

}  // namespace

TEST_CASE("bench has a row for each arithmetic", "[bench]") {
  const TempFolder folder;
  const std::string file = (folder / "cost.csv").string();
  const Result result = bench({"--out", file});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out == file + "\n");
  const Csv csv = read_csv(file);
  const auto column = [&](const std::string& name) {
    INFO(name);
    REQUIRE(csv.column(name));
    return *csv.column(name);
  };
  const std::size_t ratio = column("ratio"), share = column("roofline_share");
  std::size_t row = 0;
  for_each_arithmetic([&]<class T>() {
    REQUIRE(row < csv.rows.size());
    const auto& fields = csv.rows[row];
    INFO(fields[0]);
    CHECK(fields[0] == ArithmeticTraits<T>::name);
    CHECK(fields[1] == std::to_string(significand_bits<T>));
    const double low = std::stod(fields[column("us_per_step_q1")]),
                 middle = std::stod(fields[column("us_per_step")]),
                 high = std::stod(fields[column("us_per_step_q3")]);
    CHECK((0 < low && low <= middle && middle <= high));
    CHECK(fields[column("us_per_step_n")] == "9");
    CHECK(std::stod(fields[ratio]) > 0);
    CHECK((std::is_same_v<T, float> == (fields[ratio] == "1")));
    CHECK(fields[share].empty() == !is_native<T>);
    ++row;
  });
  CHECK(row == csv.rows.size());
}

TEST_CASE("bench prints what a pattern selects, in the formats of tables", "[bench]") {
  const Result markdown = bench({"--only", "*64"});
  INFO(markdown.err);
  REQUIRE(markdown.code == 0);
  CHECK(has(markdown.out, "table cost -->"));
  CHECK(has(markdown.out, "median \\[quartiles] of 9 rounds on "));
  CHECK(has(markdown.out, "| arithmetic | bits | "));
  CHECK(has(markdown.out, "step (µs)"));
  CHECK(has(markdown.out, "| binary64   |   53 | "));
  CHECK_FALSE(has(markdown.out, "| binary32 "));

  const TempFolder folder;
  const std::string file = (folder / "cost.tex").string();
  REQUIRE(bench({"--only", "binary64", "--out", file}).code == 0);
  const std::string latex = slurp(file);
  CHECK(has(latex, "\\label{tab:bench-cost}"));
  CHECK(has(latex, "binary64 & \\num{53} & \\num{"));
  CHECK(has(latex, "step (\\unit{\\micro\\second})"));

  REQUIRE(bench({"--only", "binary64", "--format", "csv", "--out", file}).code == 0);
  CHECK(has(slurp(file), "\nbinary64,53,"));
}

TEST_CASE("bench refuses bad input before it measures", "[bench]") {
  const auto refused = [](const std::vector<std::string>& options, const std::string& why) {
    const Result result = bench(options);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, why));
    CHECK(result.out.empty());
  };
  refused({"--only", "binary65"}, "did you mean \"binary64\"?");
  refused({"--only", "binary65"}, "for example --only 'binary*'");
  refused({"--out", "/dev/null/cost.md"},
          "is not in a folder, but in /dev/null; expected a file in a folder");
  refused({"--out", "/"}, "names no file; expected a file in a folder");
  refused({"--format", "word"}, "--format");
  CHECK(program({"bench", "--seconds", "0"}).code == 2);
  CHECK(program({"bench", "binary32"}).code == 2);
}
