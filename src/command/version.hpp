// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace ulpscope {

/// The instruction set for which loops are chosen on this machine.
std::string instruction_set();

/// Name and release, then how the program was built and what it found here, a line each.
std::string version_text();

}  // namespace ulpscope
