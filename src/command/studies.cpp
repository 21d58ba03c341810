// SPDX-License-Identifier: BSL-1.0
#include "studies.hpp"

#include <algorithm>
#include <system_error>

#include "ulpscope/format/spelling.hpp"
#include "ulpscope/study/study.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// Here, then beside a program where it was built, where the build puts a link, or where it was
/// installed or moved to: no path of either is in the program.
std::vector<fs::path> studies_folders() {
  std::error_code without_proc;
  const fs::path program = fs::read_symlink("/proc/self/exe", without_proc).parent_path();
  std::vector<fs::path> folders;
  for (const fs::path& folder :
       {fs::path("studies"), program / "studies", program / ULPSCOPE_STUDIES_FROM_PROGRAM}) {
    if (fs::is_directory(folder)) folders.push_back(folder.lexically_normal());
  }
  return folders;
}

std::vector<fs::path> studies_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<fs::path> shipped_studies() {
  const auto folders = studies_folders();
  if (folders.empty()) {
    throw InputError({"list studies", 0}, "",
                     "there are none: expected a folder studies here, or the one that was "
                     "installed with the program, for example /usr/share/ulpscope/studies");
  }
  return studies_in(folders.front());
}

std::string study_file(const std::string& name) {
  const bool is_name = !name.empty() && name.find('/') == std::string::npos;
  std::error_code too_long;
  if (!is_name || (fs::exists(name, too_long) && !fs::is_directory(name))) return name;
  std::vector<std::string> names;
  for (const fs::path& folder : studies_folders()) {
    for (const fs::path& file : studies_in(folder)) {
      names.push_back(file.stem().string());
      if (name == names.back() || name == file.filename()) return file.string();
    }
  }
  throw InputError({name, 0}, "",
                   "cannot be read; expected a study file, for example studies/founding.toml, or a "
                   "study that ships, for example founding" +
                       suggestion(fs::path(name).stem().string(), names));
}

}  // namespace ulpscope
