// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

double limit_in(const fs::path& file) {
  std::ifstream in(file);
  double bytes = 0;
  return in >> bytes && bytes > 0 ? bytes : none;  // "max" is no limit
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
    if (path.starts_with("/..")) continue;  // the process is outside of what is mounted
    fs::path group = fs::path(path).relative_path();
    for (bool more = true; more; group = group.parent_path()) {
      more = !group.empty();
      if (second) {
        least = std::min(least, limit_in(mounted / group / "memory.max"));
        least = std::min(least, limit_in(mounted / "unified" / group / "memory.max"));
      } else {
        least = std::min(least, limit_in(mounted / "memory" / group / "memory.limit_in_bytes"));
      }
    }
  }
  return least;
}

double usable_memory() {
  const double machine = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                         static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  std::ostringstream groups;
  groups << std::ifstream("/proc/self/cgroup").rdbuf();
  const double grouped = group_memory(groups.str(), "/sys/fs/cgroup");
  rlimit addresses{};
  const bool limited =
      ::getrlimit(RLIMIT_AS, &addresses) == 0 && addresses.rlim_cur != RLIM_INFINITY;
  return std::min({machine, grouped, limited ? static_cast<double>(addresses.rlim_cur) : none});
}

}  // namespace ulpscope
