// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace ulpscope {

/// The first line of study.toml in a folder of results: a comment that names the release.
std::string release_line();
/// The release that wrote the folder's study.toml, where that is a newer one than this, or its
/// first line names none that can be read. Newer releases may mean something else by the same
/// files, so that they are to be refused.
std::optional<std::string> newer_release(const std::filesystem::path& folder);

}  // namespace ulpscope
