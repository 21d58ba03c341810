// SPDX-License-Identifier: BSL-1.0
#include "out_file.hpp"

#include <cerrno>
#include <climits>
#include <system_error>
#include <unistd.h>

#include "ulpscope/study/study.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Empty where the file can be written, as far as can be told.
std::string hindrance(const fs::path& file) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  if (error) return error.message();
  const fs::path name = whole.filename();
  if (name.empty() || name == "." || name == "..") return "names no file";
  switch (fs::status(whole, error).type()) {
    case fs::file_type::regular:
    case fs::file_type::not_found: break;
    case fs::file_type::directory: return "is a folder";
    case fs::file_type::none: return error.message();
    default: return "is no file, but a device or the like";
  }
  // Up to a folder that is there.
  fs::path above = whole;
  fs::file_status status;
  do {
    if (above.filename().native().size() > NAME_MAX) {
      return std::generic_category().message(ENAMETOOLONG);
    }
    above = above.parent_path();
    status = fs::symlink_status(above, error);
  } while (status.type() == fs::file_type::not_found);
  if (!fs::is_directory(above, error)) return "is not in a folder, but in " + above.string();
  return ::access(above.c_str(), W_OK | X_OK) == 0 ? "" : std::generic_category().message(errno);
}

}  // namespace

void require_file(const fs::path& file, const std::string& place, const std::string& example) {
  const std::string why = hindrance(file);
  if (why.empty()) return;
  throw InputError(
      {place, 0}, "",
      why + "; expected a file in a folder that can be written, for example --out " + example);
}

}  // namespace ulpscope
