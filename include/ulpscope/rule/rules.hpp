// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/adam.hpp"
#include "ulpscope/rule/sgd.hpp"

namespace ulpscope {

/// The one list of rules. Each is a struct of hyper-parameters with `name`, `summary`, `options()`,
/// `conflict()` if values can be at odds, `moments()`, and a template In<T>(options, layout, roles)
/// that is a Rule<T>.
using Rules = TypeList<Adam, Sgd>;

}  // namespace ulpscope
