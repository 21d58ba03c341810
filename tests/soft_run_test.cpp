// SPDX-License-Identifier: BSL-1.0
// Whole runs in low precision, from outside.
#include <algorithm>

#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/store/csv.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

std::vector<std::string> soft_names() {
  std::vector<std::string> names;
  for_each_arithmetic([&]<class T>() {
    if (is_soft<T>) names.emplace_back(ArithmeticTraits<T>::name);
  });
  return names;
}

/// The founding case in the low precisions, by a program of one instruction set or another.
Result run_founding(const std::string& binary, const std::string& jobs, const fs::path& out) {
  std::string axis = "precision.arithmetic=[";
  for (const std::string& name : soft_names()) axis += "\"" + name + "\",";
  axis.back() = ']';
  return run({binary, "run", std::string(ULPSCOPE_SOURCE_DIR) + "/studies/founding.toml", "--set",
              axis, "--set", "study.steps=50", "--only", "rule.kind=adam", "--jobs", jobs, "--out",
              out.string()});
}

}  // namespace

TEST_CASE("the founding case runs in every low precision", "[soft]") {
  const TempFolder folder;
  const Result result = run_founding(ULPSCOPE_PROGRAM, "1", folder / "one");
  INFO(result.err);
  REQUIRE(result.code == 0);
  const Csv summary = read_csv(folder / "one/summary.csv");
  const std::size_t arithmetic = *summary.column("precision.arithmetic");
  std::size_t cells = 0;
  for (const auto& row : summary.rows) {
    if (row[*summary.column("rule.kind")] != "adam") continue;
    INFO(row[arithmetic]);
    CHECK(row.back() == "done");
    // All that a run leaves are numbers of its format.
    const fs::path cell = folder / ("one/cells/" + row[0]);
    std::string values;
    for (const auto& line : read_csv(cell / "final.csv").rows) values += line[2] + "\n";
    CHECK(std::count(values.begin(), values.end(), '\n') == 3 * 1001);
    CHECK(program({"round", row[arithmetic], "--hex"}, values).out == values);
    // 11 and 8 bits go a long way down in 50 steps. In 8-bit formats eps is 0 and so are some
    // second moments: 0 / 0.
    const Csv trace = read_csv(cell / "trace.csv");
    if (row[arithmetic] == "e5m2" || row[arithmetic] == "e4m3") {
      CHECK(row[*summary.column("verdict")] == "diverged");
      CHECK(trace.rows.back() == std::vector<std::string>{"1", "nan"});
    } else {
      CHECK(row[*summary.column("verdict")] == "unconverged");
      CHECK(std::abs(std::stod(trace.rows.front()[1]) - 91.7) < 2);
      CHECK(std::stod(trace.rows.back()[1]) < 1);
    }
    ++cells;
  }
  CHECK(cells == soft_names().size());

  REQUIRE(run_founding(ULPSCOPE_PROGRAM, "2", folder / "two").code == 0);
  CHECK(compared_files(folder / "one") == compared_files(folder / "two"));
#ifdef ULPSCOPE_NATIVE
  REQUIRE(run_founding(ULPSCOPE_NATIVE, "2", folder / "native").code == 0);
  CHECK(compared_files(folder / "one") == compared_files(folder / "native"));
#endif
}
