// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace ulpscope::test {

namespace fs = std::filesystem;

inline std::string slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

inline void spit(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A folder that is gone with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "ulpscope-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

struct Result {
  int code;  ///< exit code, or 128 + the signal
  std::string out;
  std::string err;
};

/// A running program with its output in files of a folder of its own.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments, const std::string& input = "") {
    spit(folder_ / "in", input);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string in = (folder_ / "in").string();
    const std::string out = (folder_ / "out").string();
    const std::string err = (folder_ / "err").string();
    constexpr int create = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), create, 0600);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }

  pid_t pid() const { return pid_; }

  Result wait() {
    int status = 127 << 8;
    while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, slurp(folder_ / "out"), slurp(folder_ / "err")};
  }

 private:
  TempFolder folder_;
  pid_t pid_ = -1;
};

inline Result run(std::vector<std::string> arguments, const std::string& input = "") {
  return Process(std::move(arguments), input).wait();
}

#ifdef ULPSCOPE_PROGRAM
/// The program under test with these arguments.
inline Result program(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), ULPSCOPE_PROGRAM);
  return run(std::move(arguments), input);
}
#endif

/// All files below a folder that results are compared by, with their contents.
inline std::map<std::string, std::string> compared_files(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name == "timings.csv" || name == "host.json") {
      continue;
    }
    files.emplace(fs::relative(entry.path(), folder).string(), slurp(entry.path()));
  }
  return files;
}

}  // namespace ulpscope::test
