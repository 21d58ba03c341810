// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/study/train.hpp"

namespace ulpscope {

// Training in every arithmetic, compiled in src/study/train_<name>.cpp: a program that links the
// library need not compile it again.
ULPSCOPE_TRAIN(extern, float)
ULPSCOPE_TRAIN(extern, double)
ULPSCOPE_TRAIN(extern, long double)
ULPSCOPE_TRAIN(extern, Quad)
ULPSCOPE_TRAIN(extern, Dec50)
ULPSCOPE_TRAIN(extern, Dec100)
ULPSCOPE_TRAIN(extern, Wide24)
ULPSCOPE_TRAIN(extern, Wide53)

}  // namespace ulpscope
