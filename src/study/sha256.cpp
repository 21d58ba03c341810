// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/sha256.hpp"

#include <array>
#include <cstdint>
// libmd's header does not define the integer types that it uses.
#include <sha256.h>

namespace ulpscope {

std::string sha256(std::string_view content) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(content.data()), content.size(), hex.data());
  return hex.data();
}

}  // namespace ulpscope
