// SPDX-License-Identifier: BSL-1.0
#pragma once

// The one place that includes nlohmann-json, which writes what other programs read.
#include <nlohmann/json.hpp>

namespace ulpscope {

using Json = nlohmann::ordered_json;

}  // namespace ulpscope
