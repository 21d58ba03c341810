// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// The candidate nearest to a mistyped text by edit distance, or nothing where none is near.
std::optional<std::string> nearest(std::string_view text,
                                   const std::vector<std::string>& candidates);

/// `; did you mean "..."?` with the nearest candidate, or nothing.
std::string suggestion(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace ulpscope
