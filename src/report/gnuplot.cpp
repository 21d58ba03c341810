// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/gnuplot.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "ulpscope/report/text.hpp"
#include "ulpscope/store/file.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Pointers to texts, ended by a null pointer, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// The own environment but for what gnuplot's output would depend on.
std::vector<std::string> environment() {
  std::vector<std::string> result{"LC_ALL=C.UTF-8", "TZ=UTC0"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = text.starts_with("LC_") || text.starts_with("LANG") ||
                          text.starts_with("TZ=") || text.starts_with("GNUTERM=") ||
                          text.starts_with("GNUPLOT_");
    if (!replaced) result.emplace_back(text);
  }
  return result;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "ulpscope-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "cannot create " + name);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string gnuplot_string(std::string_view text) {
  // Between single quotes only these mean something, and gnuplot 5.4 misreads doubled ones at the
  // start.
  std::string quoted = "'";
  for (const char c : one_line(text)) {
    if (c == '\'') {
      quoted += "' . \"'\" . '";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

void run_gnuplot(const fs::path& script, const std::vector<fs::path>& files) {
  std::vector<std::string> arguments{"gnuplot", "--default-settings", "-c", script.string()};
  for (const fs::path& file : files) arguments.push_back(file.string());
  std::vector<std::string> variables = environment();
  const fs::path messages = script.string() + ".messages";

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "gnuplot", &actions, nullptr, pointers(arguments).data(),
                                   pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error(std::string("cannot run gnuplot, which draws the figures (apt-get "
                                         "install gnuplot-nox): ") +
                             std::generic_category().message(error));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "gnuplot");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("gnuplot failed:\n" + read_file(messages));
  }
}

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace ulpscope
