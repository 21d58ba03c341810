// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ulpscope {

/// The whole file. Throws std::runtime_error that names it and the reason.
std::string read_file(const std::filesystem::path& path);

/// Writes beside its place, flushes to disk, renames: the file is there whole or not at all.
/// A file that holds these bytes already is left alone. Throws std::runtime_error that names the
/// file and the reason; the temporary file is gone then.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace ulpscope
