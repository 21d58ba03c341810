// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fstream>
#include <string>

#include "program.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope::test {

/// The study of a file's text, below its name.
inline Study study_of(const std::string& text, const std::vector<std::string>& sets = {}) {
  const TempFolder folder;
  spit(folder / "t.toml", "[study]\nname = \"t\"\n" + text);
  return read_study((folder / "t.toml").string(), sets);
}

inline Plan plan_of(const std::string& text, const std::vector<std::string>& sets = {}) {
  return make_plan(study_of(text, sets));
}

/// The message for a study that cannot be run, from the line number on.
inline std::string message(const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    plan_of(text, sets);
  } catch (const InputError& error) {
    const std::string what = error.what();
    const std::size_t file = what.find("t.toml:");
    return file == std::string::npos ? what : what.substr(file + 7);
  }
  return "no error";
}

/// Its only cell.
inline Cell cell_of(const std::string& text) { return plan_of(text).cells.at(0); }

/// Every role in a format, as a part of [precision].
inline std::string all_roles(const std::string& format, bool every, bool moments = true) {
  std::string text;
  for (const RoleInfo& info : role_list) {
    const bool moment = info.role == Role::first_moment || info.role == Role::second_moment;
    if (moment && !moments) continue;
    text += std::string(info.name) + " = { format = \"" + format + "\"" +
            (every ? ", rounding = \"every\"" : "") + " }\n";
  }
  return text;
}

}  // namespace ulpscope::test
