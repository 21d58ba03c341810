// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ulpscope {

/// The study files to choose from: those of the working directory's folder `studies`, else those
/// that came with the program. Throws InputError where neither folder is there.
std::vector<std::filesystem::path> shipped_studies();

/// The file that is meant: the one of this name, else the study of either folder that is called so,
/// with or without its ending. Throws InputError where there is none.
std::string study_file(const std::string& name);

}  // namespace ulpscope
