// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "ulpscope/store/file.hpp"

namespace ulpscope::test {

/// A text that tests/golden pins. ULPSCOPE_UPDATE_GOLDEN=1 in the environment writes it anew.
inline void check_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(ULPSCOPE_TEST_DIR) / "golden" / name;
  if (std::getenv("ULPSCOPE_UPDATE_GOLDEN") != nullptr) write_file(file, text);
  INFO("pinned by " << file.string());
  CHECK(text == read_file(file));
}

}  // namespace ulpscope::test
