// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// Machine, compiler, flags, versions and timings of a run as JSON: facts that are never
/// compared.
std::string host_json(const Csv& timings);

/// "g++ 12.2.0" and the like: what this program was built with.
std::string compiler_text();

}  // namespace ulpscope
