// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <unistd.h>

namespace ulpscope::test {

/// A folder in memory; one for the whole process.
class ScratchFolder {
 public:
  ScratchFolder() : path_("/dev/shm/ulpscope-fuzz-" + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  void put(const std::string& name, const std::string& content) const {
    std::ofstream file(path_ / name, std::ios::binary);
    if (!file.write(content.data(), static_cast<std::streamsize>(content.size()))) std::abort();
  }
  void remove(const std::string& name) const { std::filesystem::remove(path_ / name); }
  std::optional<std::string> content_of(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

 private:
  std::filesystem::path path_;
};

/// A file in memory that readers can open by its name; one for the whole process.
class ScratchFile {
 public:
  std::string holding(const std::uint8_t* data, std::size_t size) const {
    folder_.put("file", std::string(reinterpret_cast<const char*>(data), size));
    return (folder_.path() / "file").string();
  }

 private:
  ScratchFolder folder_;
};

}  // namespace ulpscope::test
