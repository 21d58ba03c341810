// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/owner.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace ulpscope {
namespace {

/// When the process started, in clock ticks since boot; empty where there is no such process.
std::string start_of(const std::string& process) {
  std::ifstream stat("/proc/" + process + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return {};
  // Field 22; the second, a name in brackets, may hold spaces.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return field;
}

std::string first_line(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "host";
  std::string text = name.data();
  for (char& c : text) {
    if (c == ',' || c == '/') c = '-';
  }
  return text;
}

/// The namespace in which process numbers have their meaning, as "4026531836".
std::string space() {
  std::error_code error;
  const std::string link = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  const std::size_t from = link.find('['), to = link.find(']');
  return error || from == std::string::npos ? "0" : link.substr(from + 1, to - from - 1);
}

}  // namespace

const std::string& this_process() {
  static const std::string text = [] {
    const std::string process = std::to_string(::getpid());
    const std::string boot = first_line("/proc/sys/kernel/random/boot_id").substr(0, 13);
    return host() + "," + boot + "," + space() + "," + process + "," + start_of(process);
  }();
  return text;
}

Owner::Owner(const std::string& text) {
  std::istringstream parts(text);
  for (std::string* part : {&host, &boot, &space, &process, &start}) {
    std::getline(parts, *part, ',');
  }
}

bool has_ended(const Owner& owner) {
  static const Owner self(this_process());
  if (!owner.known() || owner.host != self.host) return false;
  if (owner.boot != self.boot) return true;
  return owner.space == self.space && start_of(owner.process) != owner.start;
}

}  // namespace ulpscope
