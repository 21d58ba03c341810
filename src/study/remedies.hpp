// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "situation.hpp"

namespace ulpscope::hazard {

/// Changes of a cell's keys with each of which a hazard that is present no longer is, as lines of a
/// study file; `present` says so of a situation.
std::vector<std::string> remedies(const Situation& base, std::string_view hazard,
                                  const std::function<bool(const Situation&)>& present);

}  // namespace ulpscope::hazard
