// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>

namespace ulpscope {

/// Refuses, before anything is computed, what cannot be written as a file: a folder, a device, a
/// name that is too long, a place below a file or in a folder of others. Folders that are not there
/// will be made. `place` is how an error calls it. Throws InputError.
void require_file(const std::filesystem::path& file, const std::string& place,
                  const std::string& example);

}  // namespace ulpscope
