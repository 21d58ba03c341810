// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/sha256.hpp"

#include <array>
#include <cstdint>
// libmd's header does not define the integer types that it uses.
#include <sha256.h>

namespace ulpscope {

struct Sha256::Context {
  SHA256_CTX libmd;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { SHA256Init(&context_->libmd); }
Sha256::~Sha256() = default;

void Sha256::update(std::string_view piece) {
  SHA256Update(&context_->libmd, reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size());
}

std::string Sha256::hex() {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256End(&context_->libmd, hex.data());
  return hex.data();
}

std::string sha256(std::string_view content) {
  Sha256 hash;
  hash.update(content);
  return hash.hex();
}

}  // namespace ulpscope
