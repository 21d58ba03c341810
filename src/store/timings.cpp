// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/timings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "derived.hpp"
#include "ulpscope/store/owner.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

template <class T>
bool read(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

/// Nothing where a text is no number, as in a line that a full disk cut.
std::optional<Timing> read_timing(const std::string& steps, const std::string& seconds) {
  Timing timing{};
  if (!read(steps, timing.steps) || !read(seconds, timing.seconds)) return std::nullopt;
  return timing;
}

/// Nothing where a row of timings.csv is none.
std::optional<Timing> read_timing(const std::vector<std::string>& row) {
  double us_per_step = 0;
  if (row.size() != 1 + timing_columns.size() || !read(row[3], us_per_step)) return std::nullopt;
  return read_timing(row[1], row[2]);
}

constexpr std::string_view journal_prefix = "timings.", journal_ending = ".journal";

fs::path journal_of(const fs::path& folder, const std::string& process) {
  return folder / (std::string(journal_prefix) + process + std::string(journal_ending));
}

/// The journals of a folder with the processes that keep them.
std::vector<std::pair<std::string, fs::path>> journals_in(const fs::path& folder) {
  std::vector<std::pair<std::string, fs::path>> journals;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(journal_prefix) || !name.ends_with(journal_ending)) continue;
    name.resize(name.size() - journal_ending.size());
    journals.emplace_back(name.substr(journal_prefix.size()), entry.path());
  }
  return journals;
}

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

}  // namespace

Csv merged_timings(const fs::path& folder, const Plan& plan, const Timings& timings) {
  Csv csv{timing_columns, {}};
  csv.header.insert(csv.header.begin(), "id");
  const auto earlier = by_id(derived(folder / "timings.csv").value_or(""));
  for (const Cell& cell : plan.cells) {
    const auto now = timings.find(cell.id);
    const auto before = earlier.find(cell.id);
    if (now != timings.end()) {
      const auto& [steps, seconds] = now->second;
      csv.rows.push_back({cell.id, std::to_string(steps), fixed(seconds),
                          fixed(1e6 * seconds / static_cast<double>(steps))});
    } else if (before != earlier.end() && read_timing(before->second)) {
      csv.rows.push_back(before->second);
    }
  }
  return csv;
}

void open_journal(const fs::path& folder) {
  std::ofstream(journal_of(folder, this_process()), std::ios::app);
}

void note_timing(const fs::path& folder, const std::string& id, const Timing& timing) {
  std::ofstream(journal_of(folder, this_process()), std::ios::app)
      << "\n" + id + "," + std::to_string(timing.steps) + "," + fixed(timing.seconds) + "\n";
}

Timings read_journals(const fs::path& folder) {
  Timings timings;
  for (const auto& [process, file] : journals_in(folder)) {
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line)) {
      if (lines.eof()) continue;  // the process was killed here
      std::istringstream fields(line);
      std::string id, steps, seconds;
      std::getline(fields, id, ',');
      std::getline(fields, steps, ',');
      std::getline(fields, seconds);
      if (const auto timing = read_timing(steps, seconds)) timings[id] = *timing;
    }
  }
  return timings;
}

Timings all_timings(const fs::path& folder) {
  Timings timings = read_journals(folder);
  for (const auto& [id, row] : by_id(derived(folder / "timings.csv").value_or(""))) {
    if (const auto timing = read_timing(row)) timings.emplace(id, *timing);
  }
  return timings;
}

bool left_journals(const fs::path& folder) {
  const auto journals = journals_in(folder);
  return std::any_of(journals.begin(), journals.end(),
                     [](const auto& journal) { return has_ended(Owner(journal.first)); });
}

void remove_journals(const fs::path& folder, bool all) {
  for (const auto& [process, file] : journals_in(folder)) {
    std::error_code gone;
    if (all || process == this_process() || has_ended(Owner(process))) fs::remove(file, gone);
  }
}

}  // namespace ulpscope
