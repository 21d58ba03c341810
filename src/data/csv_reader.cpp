// SPDX-License-Identifier: BSL-1.0
#include "csv_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace ulpscope {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 18U;

/// What a file that is no text would do to a terminal, it shall not; nor fill it.
std::string printable(const std::string& text) {
  constexpr std::size_t longest = 300;
  std::string shown;
  for (const char c : text.substr(0, longest)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    shown += control ? '?' : c;
  }
  return text.size() > longest ? shown + "..." : shown;
}

}  // namespace

CsvReader::CsvReader(const std::string& file, bool hashed)
    : file_(file), hashed_(hashed), buffer_(buffer_size) {
  // A pipe would wait for who writes it, and could be read only once.
  std::error_code unknown;
  const auto type = std::filesystem::status(file, unknown).type();
  if (type == std::filesystem::file_type::directory) {
    throw DataError(file + ": a folder; expected a file");
  }
  using std::filesystem::file_type;
  if (type == file_type::fifo || type == file_type::socket || type == file_type::character ||
      type == file_type::block) {
    throw DataError(file + ": a device or pipe; expected a file");
  }
  in_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  errno = 0;
  in_.open(file, std::ios::binary);
  if (!in_) {
    throw DataError(file + ": cannot be opened: " + std::strerror(errno == 0 ? EIO : errno));
  }
}

void CsvReader::fail(const std::string& problem) const {
  throw DataError(file_ + ":" + std::to_string(record_line_) + ": " + printable(problem));
}

bool CsvReader::read_line() {
  if (!std::getline(in_, text_)) {
    if (in_.bad()) fail("cannot be read further");
    return false;
  }
  ++line_;
  if (hashed_) {
    hash_.update(text_);
    if (!in_.eof()) hash_.update("\n");
  }
  if (!text_.empty() && text_.back() == '\r') text_.pop_back();
  if (line_ == 1 && text_.rfind("\xEF\xBB\xBF", 0) == 0) text_.erase(0, 3);  // byte order mark
  return true;
}

const std::vector<std::string>* CsvReader::next() {
  record_line_ = line_ + 1;
  if (!read_line()) return nullptr;
  std::size_t count = 0;
  for (std::size_t at = 0;; ++at) {
    if (count == record_.size()) record_.emplace_back();
    at = cell(count++, at);
    if (at == text_.size()) break;
    if (text_[at] != ',') fail("text after a closing quote; expected , or the end of the line");
  }
  record_.resize(count);
  return &record_;
}

std::size_t CsvReader::cell(std::size_t i, std::size_t at) {
  std::string& value = record_[i];
  if (at < text_.size() && text_[at] == '"') return quoted(value, at + 1);
  const std::size_t end = std::min(text_.find(',', at), text_.size());
  value.assign(text_, at, end - at);
  if (value.find('"') != std::string::npos) {
    fail("a quote inside " + value + "; expected it around the whole cell, as \"0.5\"");
  }
  return end;
}

std::size_t CsvReader::quoted(std::string& value, std::size_t at) {
  value.clear();
  while (true) {
    const std::size_t end = text_.find('"', at);
    value.append(text_, at, end - at);  // to the end where there is none
    if (end == std::string::npos) {
      value += '\n';
      if (!read_line()) fail("a quote is not closed; expected \" at the end of the cell");
      at = 0;
    } else if (end + 1 < text_.size() && text_[end + 1] == '"') {
      value += '"';
      at = end + 2;
    } else {
      return end + 1;
    }
  }
}

CsvSize csv_size(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(buffer_size);
  CsvSize size{0, 1};
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    size.bytes += static_cast<std::size_t>(in.gcount());
    size.lines +=
        static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + in.gcount(), '\n'));
  }
  return size;
}

}  // namespace ulpscope
