// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ulpscope {

/// SHA-256 in hexadecimal, as sha256sum prints it.
std::string sha256(std::string_view content);

/// The same of a content that comes in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(std::string_view piece);
  /// Of all pieces; there are none after it.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace ulpscope
