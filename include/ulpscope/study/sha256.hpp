// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace ulpscope {

/// SHA-256 in hexadecimal, as sha256sum prints it.
std::string sha256(std::string_view content);

}  // namespace ulpscope
