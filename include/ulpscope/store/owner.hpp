// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace ulpscope {

/// A process among all that may work on one folder, as a text that can be part of a file's name:
/// host, boot, process namespace, process number and its start, joined by commas.
const std::string& this_process();

/// The parts of such a text.
struct Owner {
  std::string host, boot, space, process, start;

  /// Of a text that is none all parts are empty.
  explicit Owner(const std::string& text);
  bool known() const { return !start.empty(); }
};

/// Whether the process is certain to have ended: it ran on this host, and is not there any more.
/// One of another host, or of a container whose processes cannot be seen, may live.
bool has_ended(const Owner& owner);

}  // namespace ulpscope
