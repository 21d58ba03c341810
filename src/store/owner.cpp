// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/owner.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace ulpscope {
namespace {

/// What /proc shows of a process: its state, a letter, and its start in clock ticks since boot.
/// Empty where there is no such process, or it is not to be seen.
struct Shown {
  std::string state, start;
};

Shown look_at(const std::string& process) {
  std::ifstream stat("/proc/" + process + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return {};
  // The second field, a name in brackets, may hold spaces; these are the third and the 22nd.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  Shown shown;
  fields >> shown.state;
  for (int i = 4; i <= 22; ++i) fields >> shown.start;
  return shown;
}

std::string first_line_of(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "host";
  std::string text = name.data();
  // Machines and containers may share a name.
  text += "-" + first_line_of("/etc/machine-id").substr(0, 8);
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
    const std::string boot = first_line_of("/proc/sys/kernel/random/boot_id").substr(0, 13);
    return host() + "," + boot + "," + space() + "," + process + "," + look_at(process).start;
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
  if (owner.space != self.space) return false;
  const Shown shown = look_at(owner.process);
  if (shown.state == "Z") return true;  // but for its parent's asking
  if (!shown.start.empty()) return shown.start != owner.start;
  // Another user's may be hidden.
  pid_t process = 0;
  const char* const end = owner.process.data() + owner.process.size();
  const bool number = std::from_chars(owner.process.data(), end, process).ptr == end;
  return number && ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace ulpscope
