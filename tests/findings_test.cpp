// SPDX-License-Identifier: BSL-1.0
// results/README.md says what was found. Each number in it is followed by a comment that says where
// it is from, and is looked up there:
//
//   <!-- STUDY: METRIC of KEY=GLOB,... -->         the median over the cells; `low METRIC`, `high
//                                                  METRIC`: a quartile
//   <!-- STUDY: count of KEY=GLOB,... -->          how many cells there are
//   <!-- STUDY: explained of KEY=GLOB,... -->      how many have an onset that growth from the
//                                                  crossing reaches to within 5 % of its step
//
// Numbers that describe the set-up stand in the comment <!-- given: ... --> at the top.
#include <cmath>
#include <filesystem>
#include <fnmatch.h>
#include <regex>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/quartiles.hpp"
#include "ulpscope/store/release.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/plan.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
namespace fs = std::filesystem;

const fs::path results = fs::path(ULPSCOPE_SOURCE_DIR) / "results";

const Csv& summary_of(const std::string& study) {
  static std::map<std::string, Csv> known;
  const auto at = known.find(study);
  if (at != known.end()) return at->second;
  const fs::path folder = results / study;
  const Study written = read_study((folder / "study.toml").string());
  return known.emplace(study, for_report(read_csv(folder / "summary.csv"), written)).first->second;
}

/// Whether a row's values match "key=glob,...".
bool matches(const Csv& summary, const std::vector<std::string>& row, const std::string& only) {
  std::istringstream conditions(only);
  for (std::string condition; std::getline(conditions, condition, ',');) {
    const std::size_t equals = condition.find('=');
    const auto column = summary.column(condition.substr(0, equals));
    if (!column) throw std::runtime_error("no column " + condition.substr(0, equals));
    if (::fnmatch(condition.substr(equals + 1).c_str(), row[*column].c_str(), 0) != 0) return false;
  }
  return true;
}

/// Whether growth from the floor, as the sharpness says, comes to the onset's level when the onset
/// is.
bool is_explained(const Csv& summary, const std::vector<std::string>& row) {
  const auto onset = summary.column("onset"), growth = summary.column("growth_onset");
  if (!onset || !growth) throw std::runtime_error("no columns onset and growth_onset");
  if (row[*onset].empty() || row[*onset].starts_with("> ") || row[*growth].empty()) return false;
  const double step = std::stod(row[*onset]);
  return std::abs(std::stod(row[*growth]) - step) <= 0.05 * step;
}

/// What a comment names; throws std::runtime_error where there is no such thing.
std::string looked_up(const std::string& comment) {
  static const std::regex form("([a-z-]+): (?:(low|high) )?([a-z_]+) of (.*)");
  std::smatch parts;
  if (!std::regex_match(comment, parts, form)) throw std::runtime_error("unknown form");
  const std::string study = parts[1];
  const Csv& summary = summary_of(study);
  std::vector<std::string> values;
  std::size_t count = 0;
  const bool explained = parts[3] == "explained", counts = explained || parts[3] == "count";
  const auto column = summary.column(parts[3].str());
  if (!counts && !column) throw std::runtime_error("no column " + parts[3].str());
  for (const auto& row : summary.rows) {
    if (!matches(summary, row, parts[4]) || (explained && !is_explained(summary, row))) continue;
    ++count;
    if (!counts) values.push_back(row[*column]);
  }
  if (count == 0 && !counts) throw std::runtime_error("no cell");
  if (counts) return std::to_string(count);
  const auto of = quartiles(values);
  if (!of) throw std::runtime_error("no value");
  return parts[2] == "low" ? of->low : parts[2] == "high" ? of->high : of->middle;
}

/// Whether a number is the value rounded to the digits that it is written with.
bool rounds_to(const std::string& value, const std::string& written) {
  if (value.starts_with("> ") || written.starts_with("> ")) return value == written;
  const std::size_t exponent = written.find('e');
  const std::string digits = written.substr(0, exponent);
  const std::size_t point = digits.find('.');
  const auto places = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  const double scale = exponent == std::string::npos ? 0 : std::stod(written.substr(exponent + 1));
  const double unit = std::pow(10, scale - places);
  return std::abs(std::stod(value) - std::stod(written)) <= unit / 2 * (1 + 1e-9);
}

const std::regex number("(?:> )?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?");

}  // namespace

TEST_CASE("numbers are compared to the digits that they have", "[findings]") {
  CHECK(rounds_to("1.21082597e-11", "1.2e-11"));
  CHECK_FALSE(rounds_to("1.26e-11", "1.2e-11"));
  CHECK(rounds_to("3031", "3031"));
  CHECK_FALSE(rounds_to("3032", "3031"));
  CHECK(rounds_to("> 6000", "> 6000"));
  CHECK_FALSE(rounds_to("> 6000", "6000"));
}

TEST_CASE("every number of the findings is that of the results", "[findings]") {
  const fs::path file = results / "README.md";
  std::string text = slurp(file.string());
  std::set<std::string> given;
  std::smatch found;
  if (std::regex_search(text, found, std::regex("<!-- given: ([^>]*) -->"))) {
    std::istringstream words(found[1]);
    for (std::string word; words >> word;) given.insert(word);
    text = found.prefix().str() + found.suffix().str();
  }
  // Code, targets of links and headings are no claims.
  text = std::regex_replace(text, std::regex("```[^`]*```|`[^`\n]*`|\\]\\([^)]*\\)"), "");
  text = std::regex_replace(text, std::regex("(^|\n)#[^\n]*"), "\n");
  const std::regex marked("(" + std::string("(?:> )?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?") +
                          ")\\s*<!-- ([^>]*) -->");
  std::string rest;
  std::size_t claims = 0;
  while (std::regex_search(text, found, marked)) {
    const std::string written = found[1], comment = found[2];
    CAPTURE(written, comment);
    std::string value;
    CHECK_NOTHROW(value = looked_up(comment));
    CAPTURE(value);
    CHECK((!value.empty() && rounds_to(value, written)));
    ++claims;
    rest += found.prefix().str();
    text = found.suffix();
  }
  rest += text;
  CHECK(claims > 0);
  CHECK(rest.find("<!--") == std::string::npos);
  for (std::sregex_iterator at(rest.begin(), rest.end(), number), end; at != end; ++at) {
    const std::string word = at->str();
    const char before = at->prefix().length() > 0 ? *(at->prefix().second - 1) : ' ';
    if (std::isalpha(static_cast<unsigned char>(before)) != 0) continue;  // binary32
    CAPTURE(word);
    CHECK(given.count(word) == 1);
  }
}

TEST_CASE("the study beside each result has all that its study file says now", "[findings]") {
  // But for where data stand, which is written from the folder of the results, and what is drawn.
  const auto compared = [](const std::string& text) {
    return std::regex_replace(text.substr(0, text.find("\n\n[[table]]")),
                              std::regex("\nfile = [^\n]*"), "");
  };
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(results)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const Study study = read_study(std::string(ULPSCOPE_SOURCE_DIR) + "/studies/" + name + ".toml");
    const std::string now = release_line() + study_toml(study, make_plan(study));
    CHECK(compared(slurp(entry.path() / "study.toml")) == compared(now));
    ++count;
  }
  CHECK(count > 0);
}
