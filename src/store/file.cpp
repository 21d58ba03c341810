// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/file.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const std::string& action, const fs::path& path, int error) {
  throw std::runtime_error("cannot " + action + " " + path.string() + ": " +
                           std::generic_category().message(error));
}

constexpr std::string_view part_ending = ".part";  // then the process

/// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail("open", path, errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(fd) != 0) fail("flush", path, errno);
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail("read", path, errno);
  std::ostringstream content;
  content << stream.rdbuf();
  if (stream.bad()) fail("read", path, EIO);
  return content.str();
}

void write_file(const fs::path& path, std::string_view content) {
  if (fs::is_regular_file(path) && fs::file_size(path) == content.size() &&
      read_file(path) == content) {
    return;
  }
  const fs::path folder = path.parent_path();
  fs::create_directories(folder);
  fs::path beside = path;
  beside += std::string(part_ending) + std::to_string(::getpid());
  try {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file.get(), content, beside);
    fs::rename(beside, path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  // The rename itself is on disk once the folder is.
  const Descriptor parent(folder, O_RDONLY | O_DIRECTORY);
  ::fsync(parent.get());
}

void remove_stale_parts(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::size_t ending = name.rfind(part_ending);
    if (ending == std::string::npos) continue;
    const std::string process = name.substr(ending + part_ending.size());
    if (process.empty() || process.find_first_not_of("0123456789") != std::string::npos) continue;
    const bool dead = ::kill(static_cast<pid_t>(std::stol(process)), 0) != 0 && errno == ESRCH;
    if (dead) fs::remove(entry.path());
  }
}

}  // namespace ulpscope
