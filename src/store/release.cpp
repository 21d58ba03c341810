// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/release.hpp"

#include <charconv>
#include <fstream>
#include <vector>

#include "ulpscope/store/version.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view release_prefix = "# ulpscope ";

/// Numbers with points between them; what follows, as "-rc1", does not count. Empty for no number.
std::vector<std::uint64_t> release_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  while (true) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return {};
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    if (!text.starts_with('.')) return numbers;
    text.remove_prefix(1);
  }
}

}  // namespace

std::string release_line() { return std::string(release_prefix) + std::string(release) + "\n"; }

std::optional<std::string> newer_release(const fs::path& folder) {
  std::ifstream file(folder / "study.toml");
  std::string line;
  // What was written before files named it is older.
  if (!std::getline(file, line) || !line.starts_with(release_prefix)) return std::nullopt;
  std::string name = line.substr(release_prefix.size());
  const auto numbers = release_numbers(name);
  if (!numbers.empty() && numbers <= release_numbers(release)) return std::nullopt;
  return name;
}

}  // namespace ulpscope
