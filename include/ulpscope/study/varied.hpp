// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>

#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The cell with other values, canonical ones, of these keys, which its kinds have; of a group, the
/// parts and the group's own. Nothing is checked again. No id.
Cell varied(const Cell& cell, const std::map<std::string, std::string>& values);

}  // namespace ulpscope
