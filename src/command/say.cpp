// SPDX-License-Identifier: BSL-1.0
#include "say.hpp"

#include <cmath>
#include <cstdio>

namespace ulpscope {

void say_line(const std::string& line) { std::fputs(line.c_str(), stderr); }

std::string label_of(const Cell& cell, const std::vector<std::string>& swept) {
  std::string text;
  for (const std::string& key : swept) {
    if (const Setting* setting = cell.find(key)) {
      text += (text.empty() ? "" : " ") + key + "=" + setting->written;
    }
  }
  return text;
}

std::string clock_text(double seconds) {
  const auto whole = std::llround(seconds);
  const auto hours = whole / 3600;
  if (hours == 0) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", hours, whole / 60 % 60, whole % 60);
}

std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace ulpscope
