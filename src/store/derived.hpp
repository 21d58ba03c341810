// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"

// Files of a results folder that can be made again from others.
namespace ulpscope {

using Rows = std::unordered_map<std::string, std::vector<std::string>>;

/// Rows of a derived CSV by their first field; none where it is damaged, as it can be made again.
inline Rows by_id(const std::string& text, std::vector<std::string>* header = nullptr) {
  Rows rows;
  try {
    Csv csv = parse_csv(text, "");
    if (header) *header = std::move(csv.header);
    for (auto& row : csv.rows) {
      std::string id = row.front();
      rows.emplace(std::move(id), std::move(row));
    }
  } catch (const std::runtime_error&) {
    rows.clear();
  }
  return rows;
}

/// The text of a derived file; nothing where it is not there, or not to be read.
inline std::optional<std::string> derived(const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return std::nullopt;
  try {
    return read_if_there(path);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

}  // namespace ulpscope
