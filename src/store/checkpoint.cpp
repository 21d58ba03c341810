// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/checkpoint.hpp"

#include <sstream>
#include <stdexcept>

#include "ulpscope/format/sha256.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/version.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr const char* checkpoint_name = "checkpoint";
constexpr const char* end_name = "state";
constexpr std::string_view rule_list = "rule.";

/// A header, then each list under its name and size, an item a line; last the sum of all that.
std::string text_of(const RunState& state) {
  std::string text =
      fmt::format("ulpscope {}\nstep {}\nseconds {}\n", release, state.step, state.seconds);
  for (const auto& [name, items] : state.lists) {
    text += fmt::format("{} {}\n", name, items.size());
    for (const std::string& item : items) (text += item) += '\n';
  }
  return text + sha256(text) + "\n";
}

/// Throws std::runtime_error that says what is wrong.
RunState state_of(const std::string& text) {
  const std::size_t sum = text.rfind('\n', text.size() - 2) + 1;
  if (text.size() < 2 || text.substr(sum) != sha256(text.substr(0, sum)) + "\n") {
    throw std::runtime_error("is damaged");
  }
  std::istringstream lines(text.substr(0, sum));
  std::string line, word;
  std::getline(lines, line);
  if (line != fmt::format("ulpscope {}", release)) {
    throw std::runtime_error("is of another release: " + line);
  }
  RunState state;
  lines >> word >> state.step >> word >> state.seconds;
  if (!lines) throw std::runtime_error("is damaged");
  std::size_t size = 0;
  while (lines >> word) {
    lines >> size;
    lines.ignore();  // the line's end
    auto& items = state.lists[word];
    while (items.size() < size && std::getline(lines, line)) items.push_back(line);
    if (!lines || items.size() != size) throw std::runtime_error("is damaged");
  }
  return state;
}

/// The end of a done cell, whose files hold a part of it.
RunState end_of(const fs::path& folder) {
  const auto done = read_done(folder);
  if (!done) throw std::runtime_error("has no `done` beside it");
  if (const auto what = damage(folder, *done)) throw std::runtime_error("beside it " + *what);
  RunState state = state_of(read_file(folder / end_name));
  if (state.lists["done"] != std::vector{sha256(*done)}) {
    throw std::runtime_error("does not belong to the `done` beside it");
  }
  for (const auto& row : read_csv(folder / "final.csv").rows) {
    state.lists[std::string(rule_list) + row.at(0)].push_back(row.at(2));
  }
  std::istringstream trace(read_file(folder / "trace.csv"));
  auto& rows = state.lists["trace"];
  std::string line;
  std::getline(trace, line);  // the header
  while (std::getline(trace, line)) rows.push_back(line);
  return state;
}

}  // namespace

void write_checkpoint(const fs::path& cell_folder, const RunState& state) {
  write_file(cell_folder / checkpoint_name, text_of(state));
}

void write_end_state(const fs::path& cell_folder, const RunState& state, const CellFiles& files) {
  RunState rest = state;
  rest.seconds = 0;  // differs from run to run
  std::erase_if(rest.lists, [](const auto& list) {
    return list.first == "trace" || list.first.starts_with(rule_list);
  });
  rest.lists["done"] = {sha256(files.done())};
  write_file_of_several(cell_folder / end_name, text_of(rest));
}

std::optional<RunState> read_state(const fs::path& cell_folder, std::uint64_t steps,
                                   std::string& why) {
  for (const char* name : {checkpoint_name, end_name}) {
    const fs::path file = cell_folder / name;
    std::error_code unknown;
    if (!fs::is_regular_file(file, unknown)) continue;
    try {
      RunState state = name == end_name ? end_of(cell_folder) : state_of(read_file(file));
      if (state.step <= steps) return state;
      why = file.string() + " is of more steps";
    } catch (const std::exception& error) {
      why = file.string() + " " + error.what();
    }
  }
  return std::nullopt;
}

void remove_checkpoint(const fs::path& cell_folder) {
  std::error_code ignored;
  fs::remove(cell_folder / checkpoint_name, ignored);
}

void remove_checkpoint(const fs::path& cell_folder, const RunState& state) {
  if (read_if_there(cell_folder / checkpoint_name) == text_of(state))
    remove_checkpoint(cell_folder);
}

void remove_end_state(const fs::path& cell_folder) {
  std::error_code ignored;
  fs::remove(cell_folder / end_name, ignored);
}

}  // namespace ulpscope
