// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/csv.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ulpscope/store/file.hpp"

namespace ulpscope {
namespace {

/// Reads the rows of a text one by one, counting lines for its messages.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool done() const { return at_ == text_.size(); }

  /// The line the row read last began on.
  [[noreturn]] void fail(const std::string& problem) const {
    throw std::runtime_error(file_ + ":" + std::to_string(row_line_) + ": " + problem);
  }

  std::vector<std::string> row() {
    row_line_ = line_;
    std::vector<std::string> fields;
    do {
      fields.push_back(field());
    } while (take(','));
    take('\r');
    if (!done() && !take('\n')) fail("text after a closing quote");
    ++line_;
    return fields;
  }

 private:
  bool take(char c) {
    const bool there = !done() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }

  std::string field() {
    if (take('"')) return quoted();
    std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
    const std::size_t next = end;
    if (end > at_ && text_[end - 1] == '\r') --end;
    std::string value(text_.substr(at_, end - at_));
    if (value.find('"') != std::string::npos) fail("a quote inside an unquoted field");
    at_ = next;
    return value;
  }

  std::string quoted() {
    std::string value;
    while (true) {
      if (done()) fail("a quote is not closed");
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return value;
      line_ += c == '\n' ? 1 : 0;
      value += c;
    }
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
};

void append(std::string& text, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& field = fields[i];
    if (i > 0) text += ',';
    // A row of one empty field would read back as a blank line.
    const bool quote = field.find_first_of("\",\r\n") != std::string::npos ||
                       (fields.size() == 1 && field.empty());
    if (!quote) {
      text += field;
      continue;
    }
    text += '"';
    for (const char c : field) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }
  text += '\n';
}

}  // namespace

std::optional<std::size_t> Csv::column(std::string_view name) const {
  const auto at = std::find(header.begin(), header.end(), name);
  if (at == header.end()) return std::nullopt;
  return static_cast<std::size_t>(at - header.begin());
}

std::string Csv::text() const {
  std::string text;
  append(text, header);
  for (const auto& row : rows) append(text, row);
  return text;
}

Csv parse_csv(std::string_view text, const std::string& file) {
  Reader reader(text, file);
  if (reader.done()) reader.fail("empty; expected a header row");
  Csv csv;
  csv.header = reader.row();
  while (!reader.done()) {
    std::vector<std::string> row = reader.row();
    if (row.size() != csv.header.size()) {
      reader.fail(std::to_string(row.size()) + " fields, where the header has " +
                  std::to_string(csv.header.size()));
    }
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

Csv read_csv(const std::filesystem::path& path) {
  return parse_csv(read_file(path), path.string());
}

}  // namespace ulpscope
