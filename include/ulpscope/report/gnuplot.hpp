// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// A folder under the system's temporary one; gone with everything in it at the end of its life.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A gnuplot expression whose value is these characters and nothing else, on one line.
std::string gnuplot_string(std::string_view text);

/// Whether PATH has a program.
bool in_path(const std::string& program);

/// Runs a script, with `files` as its ARG1, ARG2, ..., without the user's own settings and
/// without a shell. Throws std::runtime_error with gnuplot's message where it fails, or where
/// there is no gnuplot.
void run_gnuplot(const std::filesystem::path& script,
                 const std::vector<std::filesystem::path>& files);

}  // namespace ulpscope
