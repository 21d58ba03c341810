// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

namespace ulpscope::kernel {

/// Whether so many bytes fit a core's second cache: its size by the system's word, else 1 MiB.
inline bool fits_second_cache(double bytes) {
  static const long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes <= static_cast<double>(told > 0 ? told : 1L << 20U);
}

}  // namespace ulpscope::kernel
