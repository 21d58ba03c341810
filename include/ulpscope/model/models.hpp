// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/model/linear.hpp"
#include "ulpscope/model/logistic.hpp"
#include "ulpscope/model/mlp.hpp"
#include "ulpscope/model/quadratic.hpp"
#include "ulpscope/model/surface.hpp"

namespace ulpscope {

/// The one list of models. Each is a struct of options with `name`, `summary`, `options()`,
/// `conflict()` if values can be at odds; `needs`, the Targets that its data must have;
/// `parameters` and `values`, their numbers by Sizes; a `start`; and a template In<T>(options,
/// samples, roles) that is a Model<T>. Without samples (Targets::none) it is In<T>(options, roles).
using Models = TypeList<Linear, Logistic, Mlp, Quadratic, Rosenbrock, Beale, Himmelblau, Booth,
                        Saddle, Matyas>;

}  // namespace ulpscope
