// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/train.hpp"

namespace ulpscope {
ULPSCOPE_TRAIN(, long double)
}  // namespace ulpscope
