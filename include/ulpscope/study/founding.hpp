// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The founding case, a perceptron of 1000 inputs, 64 samples and Adam, in an arithmetic: the cell
/// of a study that says nothing else.
Cell founding_cell(std::string_view arithmetic);

}  // namespace ulpscope
