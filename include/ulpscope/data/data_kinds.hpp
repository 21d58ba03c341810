// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

/// The one list of data. Each is a struct of options with `name`, `summary`, `options()`
/// and `draw()`.
using DataKinds = TypeList<Gaussian>;

}  // namespace ulpscope
