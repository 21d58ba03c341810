// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Prints a line of progress or a message to stderr; one that cannot be written is no reason to
/// stop.
void say_line(const std::string& line);
template <class... A>
void say(fmt::format_string<A...> format, A&&... arguments) {
  say_line(fmt::format(format, std::forward<A>(arguments)...));
}

/// "precision.arithmetic=quad rule.lr=1e-3": what tells a cell from the others of its study.
std::string label_of(const Cell& cell, const std::vector<std::string>& swept);

/// 1:02:03 or 2:03.
std::string clock_text(double seconds);

/// "8 cells", "1 cell".
std::string counted(std::size_t number, const std::string& noun);

}  // namespace ulpscope
