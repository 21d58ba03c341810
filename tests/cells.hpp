// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fstream>
#include <string>

#include "program.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope::test {

/// The plan of a study file's text, below its name.
inline Plan plan_of(const std::string& text, const std::vector<std::string>& sets = {}) {
  const TempFolder folder;
  spit(folder / "t.toml", "[study]\nname = \"t\"\n" + text);
  return make_plan(read_study((folder / "t.toml").string(), sets));
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
