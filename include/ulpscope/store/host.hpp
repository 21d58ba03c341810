// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// Machine, compiler, flags, versions and timings of a run as JSON: facts that are never
/// compared.
std::string host_json(const Csv& timings);

/// The processor's name as the system has it.
std::string processor_text();

/// Seconds that the processor has worked for this thread: not those in which it worked for others.
double processor_seconds();

/// "g++ 12.2.0" and the like: what this program was built with.
std::string compiler_text();

/// With which options, those that numbers depend on included.
std::string build_flags();

/// The libraries that results and their text depend on, by name, with their versions.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace ulpscope
