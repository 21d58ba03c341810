// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/file.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "ulpscope/store/owner.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const std::string& action, const fs::path& path, int error) {
  throw std::runtime_error("cannot " + action + " " + path.string() + ": " +
                           std::generic_category().message(error));
}

constexpr std::string_view part_ending = ".part-";  // then the process

/// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail(flags == O_RDONLY ? "read" : "open", path, errno);
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
}

/// Another one at each call, as threads may write the same file.
fs::path part_of(const fs::path& path) {
  static std::atomic<std::uint64_t> count{0};
  fs::path beside = path;
  return beside += std::string(part_ending) + this_process() + "," + std::to_string(++count);
}

/// Removes what write_file left of the processes for which left_by(process).
template <class F>
void remove_parts(const fs::path& folder, F&& left_by) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t ending = name.rfind(part_ending);
    if (ending == std::string::npos || !left_by(name.substr(ending + part_ending.size()))) continue;
    std::error_code gone;  // another process may do the same
    fs::remove(entry.path(), gone);
  }
}

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("read", path, errno);
  // Most sizes are known; the byte beyond finds the end without another call.
  std::string content(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const ssize_t count = ::read(file.get(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size == content.size()) content.resize(2 * size);
  }
  content.resize(size);
  return content;
}

void write_file(const fs::path& path, std::string_view content) {
  if (fs::is_regular_file(path) && fs::file_size(path) == content.size() &&
      read_file(path) == content) {
    return;
  }
  const fs::path folder = path.parent_path();
  fs::create_directories(folder);
  const fs::path beside = part_of(path);
  try {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file.get(), content, beside);
    if (::fsync(file.get()) != 0) fail("flush", beside, errno);
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

bool create_file(const fs::path& path, std::string_view content) {
  const fs::path beside = part_of(path);
  try {
    write_all(Descriptor(beside, O_WRONLY | O_CREAT | O_TRUNC).get(), content, beside);
    // Unlike renaming, this fails where the file exists.
    const bool created = ::link(beside.c_str(), path.c_str()) == 0;
    const int error = errno;
    fs::remove(beside);
    if (!created && error != EEXIST) fail("create", path, error);
    return created;
  } catch (...) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
}

void remove_stale_parts(const fs::path& folder) {
  remove_parts(folder, [](const std::string& process) { return has_ended(Owner(process)); });
}

void remove_other_parts(const fs::path& folder) {
  remove_parts(folder, [](const std::string& process) {
    return !process.starts_with(this_process() + ",");
  });
}

}  // namespace ulpscope
