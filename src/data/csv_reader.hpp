// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "ulpscope/data/dataset.hpp"
#include "ulpscope/format/sha256.hpp"

namespace ulpscope {

/// Reads the records of a CSV file one by one: RFC 4180, lines end in LF or CRLF, the last one in
/// either or nothing. Throws DataError with file and line.
class CsvReader {
 public:
  explicit CsvReader(const std::string& file, bool hashed = true);

  /// The next record, valid until the next call; or nothing.
  const std::vector<std::string>* next();

  /// The line that the record began on.
  std::size_t line() const { return record_line_; }
  [[noreturn]] void fail(const std::string& problem) const;
  /// SHA-256 of all that was read, if it is hashed: that takes half of the reading time.
  std::string hash() { return hash_.hex(); }

 private:
  bool read_line();
  /// Cell number i, from text_[at] on; returns where it ends.
  std::size_t cell(std::size_t i, std::size_t at);
  std::size_t quoted(std::string& value, std::size_t at);

  std::string file_;
  bool hashed_;
  std::vector<char> buffer_;
  std::ifstream in_;
  std::string text_;  ///< a line without its end
  std::vector<std::string> record_;
  std::size_t line_ = 0, record_line_ = 1;
  Sha256 hash_;
};

/// How long a file is, without a look at what its lines hold.
struct CsvSize {
  std::size_t bytes = 0, lines = 0;  ///< the last line counts with an end or without
};
CsvSize csv_size(const std::string& file);

}  // namespace ulpscope
