// SPDX-License-Identifier: BSL-1.0
// What the sources promise about themselves: data flows one way, each third-party header has one
// door, every file says its licence.
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"

namespace {

namespace fs = std::filesystem;
using ulpscope::test::slurp;

const fs::path root = ULPSCOPE_SOURCE_DIR;

/// What stands later may include what stands earlier; command and main see everything.
const std::vector<std::string> order{"format", "kernel", "rule",  "schedule", "model",  "data",
                                     "probe",  "study",  "store", "report",   "command"};

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* top : {"include", "src", "bench", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto ending = entry.path().extension();
      if (ending == ".hpp" || ending == ".cpp") files.push_back(entry.path());
    }
  }
  return files;
}

std::vector<std::string> includes(const fs::path& file) {
  static const std::regex line(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<std::string> found;
  std::istringstream lines(slurp(file));
  for (std::string text; std::getline(lines, text);) {
    std::smatch match;
    if (std::regex_search(text, match, line)) found.push_back(match[1].str() + match[2].str());
  }
  return found;
}

/// The folder of include/ulpscope or src that a file stands in; empty for main.cpp and others.
std::string folder_of(const fs::path& file) {
  const fs::path below = fs::relative(file, root);
  auto part = below.begin();
  if (part->string() != "include" && part->string() != "src") return "";
  if (part->string() == "include") ++part;
  ++part;
  return std::next(part) == below.end() ? "" : part->string();
}

/// The project's own headers that a file includes, directly or not.
std::set<fs::path> reachable(const fs::path& file) {
  std::set<fs::path> seen;
  std::vector<fs::path> open{file};
  while (!open.empty()) {
    const fs::path next = open.back();
    open.pop_back();
    for (const std::string& name : includes(next)) {
      const fs::path header = root / "include" / name.substr(1);
      if (name[0] == '"' && fs::exists(header) && seen.insert(header).second) {
        open.push_back(header);
      }
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("folders include only what stands earlier") {
  const auto rank = [](const std::string& folder) {
    return std::find(order.begin(), order.end(), folder) - order.begin();
  };
  for (const fs::path& file : sources()) {
    const std::string folder = folder_of(file);
    if (folder.empty()) continue;
    INFO(file);
    REQUIRE(rank(folder) < static_cast<std::ptrdiff_t>(order.size()));
    for (const std::string& name : includes(file)) {
      if (name.rfind("\"ulpscope/", 0) != 0) continue;
      const std::string other = fs::path(name.substr(10)).begin()->string();
      INFO(name);
      CHECK(rank(other) <= rank(folder));
      CHECK_FALSE((folder == "rule" && other == "model"));
      CHECK_FALSE((folder == "model" && other == "rule"));
      CHECK_FALSE((folder == "report" && other == "probe"));
    }
  }
}

TEST_CASE("plan, store and report are free of Boost") {
  for (const fs::path& file : sources()) {
    const std::string folder = folder_of(file);
    const std::string stem = file.stem().string();
    const bool plain =
        folder == "store" || folder == "report" ||
        (folder == "study" && (stem == "plan" || stem == "study" || stem == "read_study" ||
                               stem == "read_sweep" || stem == "write_study"));
    if (!plain) continue;
    INFO(file);
    auto headers = reachable(file);
    headers.insert(file);
    for (const fs::path& header : headers) {
      for (const std::string& name : includes(header)) {
        INFO(header << " includes " << name);
        CHECK(name.rfind("<boost/", 0) != 0);
      }
    }
  }
}

// A linker takes one of two types' functions of the same name for both.
TEST_CASE("a type's name has one definition") {
  static const std::regex opens(R"(^namespace ([A-Za-z_:]*) ?\{$)");
  static const std::regex type(
      R"(^(?:struct|class|enum class) (\w+)(?: final)?(?: : [^;]+| \{.*)$)");
  std::map<std::string, fs::path> places;
  for (const fs::path& file : sources()) {
    const std::string top = fs::relative(file, root).begin()->string();
    if (top != "include" && top != "src") continue;
    std::vector<std::string> names;
    std::istringstream lines(slurp(file));
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (std::regex_match(line, match, opens)) {
        names.push_back(match[1].length() > 0 ? match[1].str() : file.string());
      } else if (line.rfind("}  // namespace", 0) == 0) {
        names.pop_back();
      } else if (std::regex_match(line, match, type)) {
        std::string name;
        for (const std::string& outer : names) name += outer + "::";
        const auto [at, is_new] = places.emplace(name + match[1].str(), file);
        INFO(at->first << " in " << at->second << " and " << file);
        CHECK(is_new);
      }
    }
    CHECK(names.empty());
  }
  CHECK(places.size() > 150);
}

TEST_CASE("the low precisions' type is light") {
  const fs::path soft = root / "include/ulpscope/format/soft.hpp";
  auto headers = reachable(soft);
  headers.insert(soft);
  for (const fs::path& header : headers) {
    INFO(header);
    const auto names = includes(header);
    CHECK(std::none_of(names.begin(), names.end(),
                       [](const std::string& name) { return name.rfind("<boost/", 0) == 0; }));
  }
}

TEST_CASE("each third-party header is included in one place") {
  const std::vector<std::string> libraries{"<toml++/",
                                           "<CLI/",
                                           "<fmt/",
                                           "<nlohmann/",
                                           "<sha256.h",
                                           "<Eigen/",
                                           "<boost/multiprecision/cpp_bin_float",
                                           "<boost/multiprecision/cpp_int"};
  for (const std::string& library : libraries) {
    std::set<fs::path> places;
    for (const fs::path& file : sources()) {
      const std::string top = fs::relative(file, root).begin()->string();
      if (top != "include" && top != "src") continue;
      for (const std::string& name : includes(file)) {
        if (name.rfind(library, 0) == 0) places.insert(file);
      }
    }
    INFO(library);
    CHECK(places.size() == 1);
  }
}

TEST_CASE("every source file begins with its licence") {
  for (const fs::path& file : sources()) {
    INFO(file);
    CHECK(slurp(file).rfind("// SPDX-License-Identifier: BSL-1.0\n", 0) == 0);
  }
}

TEST_CASE("the release has one number") {
  const std::string cmake = slurp(root / "CMakeLists.txt");
  std::smatch match;
  REQUIRE(std::regex_search(cmake, match, std::regex(R"(project\(ulpscope VERSION ([0-9.]+))")));
  const std::string header = slurp(root / "include/ulpscope/store/version.hpp");
  CHECK(header.find("\"" + match[1].str() + "\"") != std::string::npos);
}

TEST_CASE("top-level folders are those of the design") {
  const std::set<std::string> allowed{"include", "src",     "studies", "bench",
                                      "tests",   "results", "build"};
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name[0] != '.') CHECK(allowed.count(name) == 1);
  }
}

TEST_CASE("the README quotes the founding study's table") {
  const auto fields = [](const std::string& line) {
    std::vector<std::string> all;
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, '|');) {
      part.erase(0, part.find_first_not_of(' '));
      part.erase(part.find_last_not_of(' ') + 1);
      all.push_back(part);
    }
    return all;
  };
  // overview.md: rule, arithmetic, converged, floor, floor step, onset, peak, tail, verdict;
  // README: rule, arithmetic, significand, floor, onset, tail.
  std::set<std::vector<std::string>> results;
  std::istringstream table(slurp(root / "results/founding/tables/overview.md"));
  for (std::string line; std::getline(table, line);) {
    const auto f = fields(line);
    if (f.size() < 10) continue;
    results.insert({f[1], f[2], f[4], f[6] == "\xE2\x80\x93" ? "none" : f[6], f[8]});
  }
  std::size_t quoted = 0;
  std::istringstream readme(slurp(root / "README.md"));
  for (std::string line; std::getline(readme, line);) {
    const auto f = fields(line);
    if (f.size() != 7 || (f[1] != "adam" && f[1] != "sgd")) continue;
    INFO(line);
    CHECK(results.count({f[1], f[2], f[4], f[5], f[6]}) == 1);
    ++quoted;
  }
  CHECK(quoted == 8);
}

TEST_CASE("the README shows the structs that the tests compile") {
  const std::string tests = slurp(root / "tests/extension_test.cpp");
  const std::string readme = slurp(root / "README.md");
  for (const std::string part : {"rule", "schedule", "model"}) {
    INFO(part);
    const std::string mark = "// README: " + part + "\n";
    const std::size_t at = tests.find(mark);
    REQUIRE(at != std::string::npos);
    const std::size_t end = tests.find("// end\n", at);
    REQUIRE(end != std::string::npos);
    const std::string code = tests.substr(at + mark.size(), end - at - mark.size());
    CHECK(code.size() > 200);
    INFO(code);
    CHECK(readme.find("```cpp\n" + code + "```\n") != std::string::npos);
  }
}

TEST_CASE("the README shows the program of one's own that a test builds") {
  const std::string readme = slurp(root / "README.md");
  for (const std::string file : {"main.cpp", "CMakeLists.txt"}) {
    const std::string text = slurp(root / "tests/install/foreign" / file);
    const std::string code = text.substr(text.find('\n') + 1);  // without the licence
    CHECK(code.size() > 100);
    INFO(code);
    const std::string language = file == "main.cpp" ? "cpp" : "cmake";
    CHECK(readme.find("```" + language + "\n" + code + "```\n") != std::string::npos);
  }
}
