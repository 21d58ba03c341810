// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ulpscope {

/// The whole file. Throws std::runtime_error that names it and the reason.
std::string read_file(const std::filesystem::path& path);

/// The same of a file that other processes may remove; nothing where it is not there.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Writes beside its place, flushes to disk, renames: the file is there whole or not at all.
/// A file that holds these bytes already is left alone. Throws std::runtime_error that names the
/// file and the reason; the temporary file is gone then.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The same of one of several files in a folder: their names are on disk once sync_folder has
/// returned, or write_file for another of them. False where there was nothing to write.
bool write_file_of_several(const std::filesystem::path& path, std::string_view content);
void sync_folder(const std::filesystem::path& folder);

/// Creates the file with this content; false where it is there already. Throws as write_file does.
bool create_file(const std::filesystem::path& path, std::string_view content);

/// Removes what write_file left in a folder where a process was killed on this host; the files of
/// processes that may live stay.
void remove_stale_parts(const std::filesystem::path& folder);

/// Removes all that other processes left there, for the one that has claimed the folder.
void remove_other_parts(const std::filesystem::path& folder);

}  // namespace ulpscope
