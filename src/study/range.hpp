// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "document.hpp"

namespace ulpscope {

/// Whether a table in the place of an axis's values is a range and not the parts of a group.
bool is_range(const toml::table& table);

/// The axis of { from, to, step } or { from, to, log }, with `as` or without. Throws InputError.
Axis range_axis(const Document& document, const std::string& key, const toml::table& table);

}  // namespace ulpscope
