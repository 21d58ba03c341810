// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/train.hpp"

namespace ulpscope {
ULPSCOPE_TRAIN(, Dec50)
}  // namespace ulpscope
