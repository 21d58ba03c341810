// SPDX-License-Identifier: BSL-1.0
// Any bytes are a checkpoint or none: none where the checksum is not theirs, and what is one with
// the checksum that is reads back as it was written.
#include <filesystem>
#include <limits>

#include "scratch_file.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/store/checkpoint.hpp"
#include "ulpscope/store/version.hpp"

using namespace ulpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::ScratchFolder folder;
  constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string why;
  folder.put("checkpoint", bytes);
  if (read_state(folder.path(), any, why) || why.empty()) std::abort();

  std::string text = "ulpscope " + std::string(release) + "\n" + bytes;
  if (text.back() != '\n') text += '\n';
  folder.put("checkpoint", text + sha256(text) + "\n");
  const auto state = read_state(folder.path(), any, why);
  if (!state) return 0;
  write_checkpoint(folder.path(), *state);
  const auto again = read_state(folder.path(), any, why);
  if (!again || again->step != state->step || again->lists != state->lists) std::abort();
  return 0;
}
