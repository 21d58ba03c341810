// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <unistd.h>

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

double limit_in(const fs::path& file) {
  std::ifstream in(file);
  double bytes = 0;
  return in >> bytes ? bytes : none;  // "max" is no limit
}

}  // namespace

double group_memory(std::string_view groups, const fs::path& mounted) {
  double least = none;
  std::istringstream lines{std::string(groups)};
  for (std::string hierarchy, controllers, path; std::getline(lines, hierarchy, ':') &&
                                                 std::getline(lines, controllers, ':') &&
                                                 std::getline(lines, path);) {
    const bool second = controllers.empty();
    if (!second && ("," + controllers + ",").find(",memory,") == std::string::npos) continue;
    const fs::path root = second ? mounted : mounted / "memory";
    for (fs::path group = fs::path(path).relative_path();; group = group.parent_path()) {
      least = std::min(least,
                       limit_in(root / group / (second ? "memory.max" : "memory.limit_in_bytes")));
      if (group.empty()) break;
    }
  }
  return least;
}

double usable_memory() {
  const double machine = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                         static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  std::ostringstream groups;
  groups << std::ifstream("/proc/self/cgroup").rdbuf();
  return std::min(machine, group_memory(groups.str(), "/sys/fs/cgroup"));
}

}  // namespace ulpscope
