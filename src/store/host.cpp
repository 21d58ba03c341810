// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/host.hpp"

#include <ctime>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/json.hpp"
#include "ulpscope/store/version.hpp"

namespace ulpscope {

std::string processor_text() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::string compiler_text() {
#ifdef __clang__
  return std::string("clang ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

std::string build_flags() { return ULPSCOPE_FLAGS; }

std::vector<std::pair<std::string, std::string>> library_versions() {
  constexpr int fmt = FMT_VERSION;
  return {{"Boost", ULPSCOPE_BOOST},
          {"fmt", fmt::format("{}.{}.{}", fmt / 10000, fmt / 100 % 100, fmt % 100)}};
}

std::string host_json(const Csv& timings) {
  utsname system{};
  uname(&system);
  Json host;
  host["ulpscope"] = release;
  host["machine"] = {{"name", system.nodename},
                     {"processor", processor_text()},
                     {"threads", std::thread::hardware_concurrency()},
                     {"system", std::string(system.sysname) + " " + system.release},
                     {"architecture", system.machine}};
  host["compiler"] = compiler_text();
  host["flags"] = build_flags();
  for (const auto& [name, version] : library_versions()) host["versions"][name] = version;
  host["timings"] = Json::array();
  for (const auto& row : timings.rows) {
    host["timings"].push_back({{"id", row[0]},
                               {"steps", std::stoull(row[1])},
                               {"seconds", std::stod(row[2])},
                               {"us_per_step", std::stod(row[3])}});
  }
  // A host name need not be UTF-8: replaced rather than refused.
  return host.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ulpscope
