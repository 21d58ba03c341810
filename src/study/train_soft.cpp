// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/trained.hpp"

namespace ulpscope {
ULPSCOPE_TRAIN(, Binary16)
ULPSCOPE_TRAIN(, BFloat16)
ULPSCOPE_TRAIN(, Tf32)
ULPSCOPE_TRAIN(, E5m2)
ULPSCOPE_TRAIN(, E4m3)
}  // namespace ulpscope
