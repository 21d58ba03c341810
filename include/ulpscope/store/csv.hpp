// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// A CSV file: a header row, then rows of as many fields (RFC 4180 quoting, LF line ends).
struct Csv {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  std::optional<std::size_t> column(std::string_view name) const;
  std::string text() const;
};

/// Throws std::runtime_error that names file and line where a row has another number of fields
/// or a quote is not closed.
Csv read_csv(const std::filesystem::path& path);
Csv parse_csv(std::string_view text, const std::string& file);

}  // namespace ulpscope
