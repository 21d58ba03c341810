// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "ulpscope/format/simd.hpp"

namespace ulpscope::test {

/// The instruction sets that this processor has.
inline std::vector<Simd> levels() {
  std::vector<Simd> all{Simd::baseline};
  if (best_simd() != Simd::baseline) all.push_back(Simd::avx2);
  if (best_simd() == Simd::avx512) all.push_back(Simd::avx512);
  return all;
}

}  // namespace ulpscope::test
