// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/host.hpp"

#include <fstream>
#include <sys/utsname.h>
#include <thread>

#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/json.hpp"
#include "ulpscope/store/version.hpp"

namespace ulpscope {
namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

}  // namespace

std::string compiler_text() {
#ifdef __clang__
  return std::string("clang ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

std::string host_json(const Csv& timings) {
  utsname system{};
  uname(&system);
  nlohmann::ordered_json host;
  host["ulpscope"] = release;
  host["machine"] = {{"name", system.nodename},
                     {"processor", processor()},
                     {"threads", std::thread::hardware_concurrency()},
                     {"system", std::string(system.sysname) + " " + system.release},
                     {"architecture", system.machine}};
  host["compiler"] = compiler_text();
  host["flags"] = ULPSCOPE_FLAGS;
  host["versions"] = {{"Boost", ULPSCOPE_BOOST}, {"fmt", FMT_VERSION}};
  host["timings"] = nlohmann::ordered_json::array();
  for (const auto& row : timings.rows) {
    host["timings"].push_back({{"id", row[0]},
                               {"steps", std::stoull(row[1])},
                               {"seconds", std::stod(row[2])},
                               {"us_per_step", std::stod(row[3])}});
  }
  // A host name need not be UTF-8: replaced rather than refused.
  return host.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ulpscope
