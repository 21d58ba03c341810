// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/model/linear.hpp"

namespace ulpscope {

/// The one list of models. Each is a struct of options with `name`, `summary`, `options()`,
/// sizes, a start, and a template In<T> that is a Model<T>.
using Models = TypeList<Linear>;

}  // namespace ulpscope
