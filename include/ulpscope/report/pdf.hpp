// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace ulpscope {

/// A PDF file's content without the time at which it was drawn: the same drawing has the same
/// bytes. Throws std::runtime_error where this is no PDF.
std::string without_time(const std::string& pdf);

}  // namespace ulpscope
