// SPDX-License-Identifier: BSL-1.0
// Data from files: what is read, and what every refusal says.
#include <sys/resource.h>

#include "catch.hpp"
#include "cells.hpp"
#include "mpfr.hpp"
#include "program.hpp"
#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/study/run_cell.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

CsvData csv(const fs::path& file, const std::string& target) {
  CsvData options;
  options.file = file.string();
  options.target = target;
  return options;
}

/// The message, without the file's folder; from extent() and draw() alike.
std::string refusal(const CsvData& options) {
  const auto message = [&](auto&& f) -> std::string {
    try {
      f();
    } catch (const DataError& error) {
      const std::string text = error.what();
      const std::string folder = fs::path(options.file).parent_path().string() + "/";
      return text.rfind(folder, 0) == 0 ? text.substr(folder.size()) : text;
    }
    return "";
  };
  const std::string first = message([&] { options.extent(); });
  CHECK(first == message([&] { options.draw(); }));
  return first;
}

}  // namespace

TEST_CASE("a csv file's numbers are read once, exactly", "[csv]") {
  const TempFolder folder;
  const auto check = [&](const std::string& content) {
    INFO(content);
    spit(folder / "x.csv", content);
    const CsvData options = csv(folder / "x.csv", "y");
    const Extent extent = options.extent();
    CHECK(extent.samples == 2);
    CHECK(extent.features == 2);
    CHECK(extent.classes == 0);
    const Dataset data = options.draw();
    CHECK(data.samples == 2);
    CHECK(data.features == 2);
    CHECK(data.inputs == std::vector<float>{0.1F, -2.5e-3F, 3, 4});
    CHECK(data.targets == std::vector<float>{7, 8});
    CHECK(data.generator == std::mt19937(545345));
  };
  check("a,y,b\n0.1,7,-2.5e-3\n3,8,4\n");
  check("a,y,b\n0.1,7,-2.5e-3\n3,8,4");  // no final newline
  check("a,y,b\r\n0.1,7,-2.5e-3\r\n3,8,4\r\n");
  check(
      "\xEF\xBB\xBF"
      "a,y,b\n0.1,7,-2.5e-3\n3,8,4\n");
  check("\"a\",\"y\",\"b\"\n\"0.1\",7,\"-2.5e-3\"\n+3,\"8\",4\n");
  check("\"a, \"\"quoted\"\"\n\",y,b\n0.1,7,-2.5e-3\n3,8,4\n");

  // Just above the middle of two floats: by way of a double it would become the tie.
  spit(folder / "x.csv", "a,y\n1.00000005960464477539062500000000001,0\n");
  CHECK(csv(folder / "x.csv", "y").draw().inputs[0] == std::nextafter(1.0F, 2.0F));
  spit(folder / "x.csv", "a,y\n1e-45,0\n");
  CHECK(csv(folder / "x.csv", "y").draw().inputs[0] == 0x1p-149F);
}

TEST_CASE("labels are counted to the largest", "[csv]") {
  const TempFolder folder;
  spit(folder / "x.csv", "a,y\n1,0\n2,3\n3,2.0\n4,1\n");
  CsvData options = csv(folder / "x.csv", "y");
  options.task = "classification";
  CHECK(options.extent().classes == 4);
  CHECK(options.draw().classes == 4);
  CHECK(options.draw().targets == std::vector<float>{0, 3, 2, 1});
}

TEST_CASE("every refusal of a csv file says where and what", "[csv]") {
  const TempFolder folder;
  struct Row {
    const char* content;
    const char* message;
  };
  const Row rows[] = {
      {"", "x.csv:1: empty; expected a header row, as x1,x2,y"},
      {"a,y\n", "x.csv:2: no rows; expected at least one below the header"},
      {"alpha,target\n1,2\n",
       "x.csv:1: no column y; expected target to be a name of the header, as target = \"target\""},
      {"a,Y\n1,2\n",
       "x.csv:1: no column y; expected target to be a name of the header, as "
       "target = \"Y\""},
      {"y\n1\n", "x.csv:1: no column besides the target; expected inputs, as x1,x2,y"},
      {"a,y,a\n1,2,3\n",
       "x.csv:1: column a: the name of columns 1 and 3; expected different ones, as a1"},
      {"a,,y\n1,2,3\n", "x.csv:1: column 2 has no name; expected one, as x1"},
      {"a,b,y\n1,2,3\n1,,3\n", "x.csv:3: column b: missing; expected a number, as 0.5"},
      {"a,b,y\n1,2\n", "x.csv:2: column y: missing; expected 3 cells a row, as 0.5"},
      {"a,b,y\n1,2,3\n\n", "x.csv:3: column a: missing; expected 3 cells a row, as 0.5"},
      {"a,b,y\n1,2,3,4\n", "x.csv:2: 4 cells; expected 3, one for each column of the header"},
      {"a,y\nabc,2\n", "x.csv:2: column a: \"abc\"; expected a number, as 0.5"},
      {"a,y\n 1,2\n", "x.csv:2: column a: \" 1\"; expected a number, as 0.5"},
      {"a,y\n1,+-2\n", "x.csv:2: column y: \"+-2\"; expected a number, as 0.5"},
      {"a,y\n1.5.2,2\n", "x.csv:2: column a: \"1.5.2\"; expected a number, as 0.5"},
      {"a,y\n0x10,2\n", "x.csv:2: column a: \"0x10\"; expected a number, as 0.5"},
      {"a,y\n1,\n", "x.csv:2: column y: missing; expected a number, as 0.5"},
      {"a,y\n\"\",2\n", "x.csv:2: column a: missing; expected a number, as 0.5"},
      {"a,y\n1,2\n3", "x.csv:3: column y: missing; expected 2 cells a row, as 0.5"},
      {"a,y\n1,2\n3,4,", "x.csv:3: 3 cells; expected 2, one for each column of the header"},
      {"a,y\r\n1,2\r\nabc,2\r\n", "x.csv:3: column a: \"abc\"; expected a number, as 0.5"},
      {"a,y\r\n1,2\r\n1,abc\r\n", "x.csv:3: column y: \"abc\"; expected a number, as 0.5"},
      {"\xEF\xBB\xBF"
       "a,y\n1,2\nabc,2\n",
       "x.csv:3: column a: \"abc\"; expected a number, as 0.5"},
      {"\xEF\xBB\xBF", "x.csv:1: column 1 has no name; expected one, as x1"},
      {"\"a\",\"y\"\n\"1\",\"two\"\n", "x.csv:2: column y: \"two\"; expected a number, as 0.5"},
      {"a,y\ninf,2\n", "x.csv:2: column a: \"inf\"; expected a finite number, as 0.5"},
      {"a,y\n-Infinity,2\n", "x.csv:2: column a: \"-Infinity\"; expected a finite number, as 0.5"},
      {"a,y\nNaN,2\n", "x.csv:2: column a: \"NaN\"; expected a finite number, as 0.5"},
      {"a,y\n1,nan\n", "x.csv:2: column y: \"nan\"; expected a finite number, as 3"},
      {"a,y\n1e39,2\n",
       "x.csv:2: column a: \"1e39\"; expected 0 or a size that binary32 has, 1e-45 to 3.4e38, as "
       "0.5"},
      {"a,y\n1,-1e39\n",
       "x.csv:2: column y: \"-1e39\"; expected 0 or a size that binary32 has, 1e-45 to 3.4e38, as "
       "0.5"},
      {"a,y\n1e-60,2\n",
       "x.csv:2: column a: \"1e-60\"; expected 0 or a size that binary32 has, 1e-45 to 3.4e38, as "
       "0.5"},
      {"a,y\n\"1,2\n", "x.csv:2: a quote is not closed; expected \" at the end of the cell"},
      {"a,y\n\"1\"2,2\n", "x.csv:2: text after a closing quote; expected , or the end of the line"},
      {"a,y\n1\"2,2\n",
       "x.csv:2: a quote inside 1\"2; expected it around the whole cell, as \"0.5\""},
      {"\"a\nb\",y\n1,2\nx,2\n", "x.csv:4: column a?b: \"x\"; expected a number, as 0.5"}};
  for (const Row& row : rows) {
    spit(folder / "x.csv", row.content);
    CHECK(refusal(csv(folder / "x.csv", "y")) == row.message);
  }
  spit(folder / "x.csv", "a,digit\n1,2\n");
  CHECK(refusal(csv(folder / "x.csv", "digits")).find("did you mean \"digit\"?") !=
        std::string::npos);
  CHECK(refusal(csv(folder / "none.csv", "y")) ==
        "none.csv: cannot be opened: No such file or directory");
  CHECK(refusal(csv(folder.path() / ".", "y")) == ".: a folder; expected a file");
}

TEST_CASE("labels and standardizing have refusals of their own", "[csv]") {
  const TempFolder folder;
  const auto check = [&](const std::string& content, bool labels, const std::string& message) {
    spit(folder / "x.csv", content);
    CsvData options = csv(folder / "x.csv", "y");
    if (labels) options.task = "classification";
    options.standardize = !labels;
    CHECK(refusal(options) == message);
  };
  const std::string whole = "; expected a whole number from 0 to 16777216, as 3";
  check("a,y\n1,1\n1,1.5\n", true, "x.csv:3: column y: \"1.5\"" + whole);
  check("a,y\n1,1\n1,-1\n", true, "x.csv:3: column y: \"-1\"" + whole);
  check("a,y\n1,1\n1,16777218\n", true, "x.csv:3: column y: \"16777218\"" + whole);
  check("a,y\n1,1\n1,x\n", true, "x.csv:3: column y: \"x\"" + whole);
  check("a,y\n1,0\n1,0\n", true,
        "x.csv:1: column y: 0 in every row; expected two labels at least, 0 and 1");
  // Labels that count from 1 would make a class that no sample has.
  check("a,y\n1,1\n1,2\n", true,
        "x.csv:1: column y: no row has the label 0; expected all from 0 to the largest, 2");
  check("a,y\n1,0\n1,5\n1,1\n", true,
        "x.csv:1: column y: no row has the label 2; expected all from 0 to the largest, 5");
  check("a,y\n\x1b[2J,1\n", true, "x.csv:2: column a: \"?[2J\"; expected a number, as 0.5");
  check("a,y\n1e39,1\n1e999,1\n", false,
        "x.csv:3: column a: \"1e999\"; expected 0 or a size that binary64 has, 1e-323 to 1.7e308, "
        "as 0.5");
  check("a,y\n1e39,1\nnan,1\n", false,
        "x.csv:3: column a: \"nan\"; expected a finite number, as 0.5");
  check("a,y\n1,1e39\n", false,
        "x.csv:2: column y: \"1e39\"; expected 0 or a size that binary32 has, 1e-45 to 3.4e38, as "
        "0.5");
  // The mean of three 0.1 is not 0.1.
  spit(folder / "x.csv", "a,y,b\n1,1,0.1\n2,1,0.1\n3,1,0.1\n");
  CsvData constant = csv(folder / "x.csv", "y");
  constant.standardize = true;
  const std::string message =
      "x.csv:1: column b: the same number in every row; expected two that differ, or standardize "
      "= false";
  CHECK(refusal(constant) == message);
  spit(folder / "x.csv", "a,y\n1e-200,1\n2e-200,1\n");
  CHECK_THROWS_WITH(
      constant.draw(),
      constant.file + ":1: column a: a variance beyond binary64's range; expected another unit");
}

TEST_CASE("a csv file's SHA-256 is checked", "[csv]") {
  const TempFolder folder;
  const std::string content = "a,y\n1,2";
  spit(folder / "x.csv", content);
  CsvData options = csv(folder / "x.csv", "y");
  options.sha256 = sha256(content);
  CHECK(options.draw().samples == 1);
  spit(folder / "x.csv", content + "\r\n");
  CHECK(refusal(options) ==
        "x.csv: its SHA-256 is " + sha256(content + "\r\n") + "; expected " + sha256(content));
}

TEST_CASE("standardized columns are those of wide arithmetic", "[csv]") {
  CsvData options = csv(fs::path(ULPSCOPE_SOURCE_DIR) / "studies/data/breast_cancer.csv", "benign");
  options.task = "classification";
  options.sha256 = "33e9c7f375c304bbf5ad1f3d6291735e39974778121e5695b41923d34a1ff19d";
  const Dataset plain = options.draw();
  REQUIRE(plain.samples == 569);
  REQUIRE(plain.features == 30);
  CHECK(plain.classes == 2);
  CHECK(plain.inputs[0] == 17.99F);
  options.standardize = true;
  const Dataset data = options.draw();
  CHECK(data.targets == plain.targets);

  // The file's decimals, read here in another way.
  std::istringstream lines(slurp(options.file));
  std::string line, cell;
  std::getline(lines, line);
  std::vector<std::vector<Dec100>> columns(30);
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    for (auto& column : columns) {
      std::getline(cells, cell, ',');
      column.push_back(from_decimal<Dec100>(cell));
    }
  }
  Mismatches mismatches;
  for (std::size_t k = 0; k < 30; ++k) {
    Dec100 mean(0), variance(0), largest(0);
    for (const Dec100& x : columns[k]) mean += x / 569;
    for (const Dec100& x : columns[k]) variance += (x - mean) * (x - mean) / 569;
    for (const Dec100& x : columns[k]) largest = std::max(largest, Dec100(abs(x)));
    const Dec100 deviation = sqrt(variance);
    for (std::size_t s = 0; s < 569; ++s) {
      const Dec100 expected = (columns[k][s] - mean) / deviation;
      // One rounding to binary32; before it 569 sums in binary64, of values up to the largest.
      const Dec100 bound =
          abs(expected) * (0x1p-24 + 600 * 0x1p-53) + 600 * largest / deviation * 0x1p-53;
      mismatches.expect(abs(Dec100(data.inputs[30 * s + k]) - expected) <= bound, [&] {
        return "row " + std::to_string(s) + " column " + std::to_string(k);
      });
    }
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("the digits that ship are ten classes", "[csv]") {
  CsvData options = csv(fs::path(ULPSCOPE_SOURCE_DIR) / "studies/data/digits.csv", "digit");
  options.task = "classification";
  options.sha256 = "0fe4caad633642ce30c195799800fb66b707f19ddff2bff165db70f6da48a2c7";
  const Extent extent = options.extent();
  CHECK(extent.samples == 1797);
  CHECK(extent.features == 64);
  CHECK(extent.classes == 10);
}

TEST_CASE("reading a million rows keeps their values and no more", "[csv]") {
  const TempFolder folder;
  // In full, just after vectors that grew by themselves would double.
  const int rows = trials(1'100'000);
  {
    std::ofstream out(folder / "x.csv");
    out << "a,b,c,y\n";
    for (int i = 0; i < rows; ++i) out << i << ",0.25,-1e3," << i % 10 << "\n";
  }
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // KiB
  };
  const CsvData options = csv(folder / "x.csv", "y");
  const auto before = peak();
  CHECK(options.extent().samples == static_cast<std::uint64_t>(rows));
  CHECK(peak() - before < 4096);
  const Dataset data = options.draw();
  CHECK(data.samples == static_cast<std::size_t>(rows));
  CHECK(peak() - before < rows * 16L / 1024 + 4096);
}

TEST_CASE("what a cell takes is known without another look at its file", "[csv]") {
  const TempFolder folder;
  std::string content = "a,b,y\n";
  for (int i = 0; i < 1000; ++i) content += std::to_string(i) + ",0.5,1\n";
  spit(folder / "x.csv", content);
  const Cell cell = cell_of(
      "steps = 1\n[rule]\nkind = \"sgd\"\n[precision]\narithmetic = "
      "\"binary64\"\n[data]\nkind = \"csv\"\ntarget = \"y\"\nfile = \"" +
      (folder / "x.csv").string() + "\"\n");
  CHECK(cell.extent.samples == 1000);
  CHECK(cell.extent.features == 2);
  CHECK(cell.extent.sha256 == sha256(content));
  fs::remove(folder / "x.csv");
  // In binary32 as read; in binary64 three values a sample; inputs both ways as kernels read them.
  const double data = 1000 * 3 * 4, model = 3 * 1000 * 8 + 2 * 4 * 1000 * 2;
  const double memory = footprint(cell).memory();
  CHECK(memory >= data + model);
  CHECK(memory < data + model + 4096);
}

TEST_CASE("a study of a file is a study again, with and without its hash", "[csv]") {
  const TempFolder folder;
  spit(folder / "x.csv", "a,y\n1,2\n3,4\n");
  const std::string text =
      "[data]\nkind = \"csv\"\ntarget = \"y\"\nfile = \"" + (folder / "x.csv").string() + "\"\n";
  for (const std::string& hash :
       {std::string(), "sha256 = \"" + sha256("a,y\n1,2\n3,4\n") + "\"\n"}) {
    const Plan plan = plan_of(text + hash);
    spit(folder / "again.toml", study_toml(study_of(text + hash), plan));
    spit(folder / "cell.toml", cell_toml(plan.cells[0]));
    for (const char* name : {"again.toml", "cell.toml"}) {
      CHECK(make_plan(read_study((folder / name).string())).cells.at(0).id == plan.cells[0].id);
    }
  }
}

TEST_CASE("data is named from the results and found from anywhere", "[csv]") {
  const TempFolder folder;
  fs::create_directories(folder / "studies/data");
  fs::create_directories(folder / "results/s/cells/0");
  spit(folder / "studies/data/x.csv", "a,y\n1,2\n3,4\n");
  spit(folder / "studies/s.toml",
       "[study]\nname = \"s\"\n[data]\nkind = \"csv\"\ntarget = \"y\"\nfile = \"data/x.csv\"\n");
  Study study = read_study((folder / "studies/s.toml").string());
  name_data_files_from(folder / "results/s", study);
  const Plan plan = make_plan(study);
  const fs::path results = folder / "results/s/study.toml";
  const fs::path cell = folder / "results/s/cells/0/cell.toml";
  spit(results, study_toml(study, plan));
  spit(cell, cell_toml(plan.cells[0]));
  CHECK(slurp(results).find("file = \"../../studies/data/x.csv\"\n") != std::string::npos);
  const auto cell_of_file = [](const fs::path& file) {
    return make_plan(read_study(file.string())).cells.at(0);
  };
  for (const fs::path& file : {results, cell, fs::relative(results), fs::relative(cell)}) {
    CHECK(cell_of_file(file).id == plan.cells[0].id);
    CHECK(cell_toml(cell_of_file(file)) == slurp(cell));
  }
  // Folders in which nothing is yet are no others.
  Study early = read_study((folder / "studies/s.toml").string());
  name_data_files_from("not-there/s", early);
  const std::string file = make_plan(early).cells.at(0)["data.file"];
  CHECK_FALSE(file.empty());
  CHECK(fs::exists((fs::absolute("not-there/s") / file).lexically_normal()));
  // A whole path stays.
  const std::string whole = (folder / "studies/data/x.csv").string();
  Study set = read_study((folder / "studies/s.toml").string(), {"data.file=" + whole});
  name_data_files_from(folder / "results/s", set);
  CHECK(study_toml(set, make_plan(set)).find("file = \"" + whole + "\"\n") != std::string::npos);
}

TEST_CASE("a csv kind's options", "[csv]") {
  CHECK(CsvData{}.conflict() == "kind = \"csv\" needs file, as file = \"studies/data/digits.csv\"");
  CsvData options;
  options.file = "x.csv";
  CHECK(options.conflict() == "kind = \"csv\" needs target, as target = \"digit\"");
  const auto infos = describe_options<CsvData>();
  CHECK(infos[0].spelled("a/b c.csv"));
  CHECK_FALSE(infos[0].spelled("a\"b"));
  CHECK_FALSE(infos[0].spelled(""));
  CHECK(infos[4].spelled(sha256("")));
  CHECK_FALSE(infos[4].spelled("abc"));
}
