// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <optional>
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
    if (fd_ < 0) fail((flags & O_ACCMODE) == O_RDONLY ? "read" : "open", path, errno);
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
  const std::string ending =
      std::string(part_ending) + this_process() + "," + std::to_string(++count);
  constexpr std::size_t longest = 255;
  const std::string name = path.filename().string();
  return path.parent_path() / (name.substr(0, longest - std::min(longest, ending.size())) + ending);
}

/// Removes what write_file left of the processes for which left_by(process) is true.
template <class F>
void remove_parts(const fs::path& folder, F&& left_by) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t ending = name.rfind(part_ending);
    if (ending == std::string::npos) continue;
    const std::string process = name.substr(ending + part_ending.size());
    // A claim in the making is of one that comes, not of one that has left.
    const bool coming = name.starts_with("claim.") && !has_ended(Owner(process));
    if (coming || !left_by(process)) continue;
    std::error_code gone;  // another process may do the same
    fs::remove(entry.path(), gone);
  }
}

}  // namespace

std::optional<std::string> read_if_there(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const std::runtime_error&) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) throw;
    return std::nullopt;
  }
}

std::string read_file(const fs::path& path) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);  // a pipe would wait for who writes it
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) fail("read", path, EISDIR);
  if (!S_ISREG(status.st_mode))
    throw std::runtime_error("cannot read " + path.string() + ": Not a file");
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

namespace {

/// False where that cannot be told: the file is written then, and says what is wrong.
bool holds(const fs::path& path, std::string_view content) {
  std::error_code unknown;
  if (!fs::is_regular_file(path, unknown) || fs::file_size(path, unknown) != content.size()) {
    return false;
  }
  try {
    return read_file(path) == content;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

bool write_file_of_several(const fs::path& path, std::string_view content) {
  if (holds(path, content)) return false;
  fs::create_directories(path.parent_path());
  const fs::path beside = part_of(path);
  try {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_EXCL);
    write_all(file.get(), content, beside);
    if (::fsync(file.get()) != 0) fail("flush", beside, errno);
    fs::rename(beside, path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  return true;
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  ::fsync(opened.get());
}

void write_file(const fs::path& path, std::string_view content) {
  if (write_file_of_several(path, content)) sync_folder(path.parent_path());
}

bool create_file(const fs::path& path, std::string_view content) {
  const fs::path beside = part_of(path);
  try {
    {
      const Descriptor file(beside, O_WRONLY | O_CREAT | O_EXCL);
      write_all(file.get(), content, beside);
      // Where space is granted late, as by NFS, here is where it is refused.
      if (::fsync(file.get()) != 0) fail("flush", beside, errno);
    }
    // Unlike renaming, this fails where the file exists.
    bool created = ::link(beside.c_str(), path.c_str()) == 0;
    const int error = errno;
    // Over a network the answer may be lost and the question repeated; two names tell.
    struct stat status {};
    if (!created && error == EEXIST) {
      created = ::stat(beside.c_str(), &status) == 0 && status.st_nlink == 2;
    }
    std::error_code gone;
    fs::remove(beside, gone);
    // The part itself is gone where another process has claimed the folder and cleared it.
    if (!created && error != EEXIST && error != ENOENT) fail("create", path, error);
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
