// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/study/train.hpp"

namespace ulpscope {

// Training in every arithmetic, compiled in src/study/train_<name>.cpp, and what several of them
// use, in train_shared.cpp: a program that links the library need not compile it again.
extern template class detail::NativeRounder<float>;
extern template class detail::NativeRounder<double>;
extern template Dec50 from_decimal<Dec50>(const Decimal&);
ULPSCOPE_TRAIN(extern, float)
ULPSCOPE_TRAIN(extern, double)
ULPSCOPE_TRAIN(extern, long double)
ULPSCOPE_TRAIN(extern, Quad)
ULPSCOPE_TRAIN(extern, Dec50)
ULPSCOPE_TRAIN(extern, Dec100)
ULPSCOPE_TRAIN(extern, Wide24)
ULPSCOPE_TRAIN(extern, Wide53)
ULPSCOPE_TRAIN(extern, Binary16)
ULPSCOPE_TRAIN(extern, BFloat16)
ULPSCOPE_TRAIN(extern, Tf32)
ULPSCOPE_TRAIN(extern, E5m2)
ULPSCOPE_TRAIN(extern, E4m3)

}  // namespace ulpscope
