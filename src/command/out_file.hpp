// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>

#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// Refuses, before anything is computed, an --out that can be no file: a folder, a name that is too
/// long, a place below a file. Folders that are not there will be made. Throws InputError.
inline void require_file(const std::string& out, const std::string& example) {
  namespace fs = std::filesystem;
  std::error_code why;
  const fs::path file = fs::absolute(out);
  const fs::file_type type = fs::status(file, why).type();
  fs::path above = file.parent_path();
  while (above.has_relative_path() && !fs::exists(above, why)) above = above.parent_path();
  if (type == fs::file_type::directory || type == fs::file_type::none ||
      !fs::is_directory(above, why)) {
    throw InputError(
        {"--out " + out, 0}, "",
        "can be no file; expected a file's name in a folder, for example --out " + example);
  }
}

}  // namespace ulpscope
