// SPDX-License-Identifier: BSL-1.0
#pragma once

// The one place that includes nlohmann's JSON.
#include <nlohmann/json.hpp>

namespace ulpscope {

using Json = nlohmann::ordered_json;

}  // namespace ulpscope
