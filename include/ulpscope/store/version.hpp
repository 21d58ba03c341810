// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace ulpscope {

/// The release, as files name it; CMakeLists.txt has it too.
inline constexpr std::string_view release = "0.1.0";

}  // namespace ulpscope
