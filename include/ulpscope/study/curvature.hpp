// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>

#include "ulpscope/probe/curvature.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// The curvature of a cell's loss. `samples`: as the cell's model has them, its values in binary64;
/// none of a model without samples.
///
/// Solved directly for a linear model of at most 256 samples or parameters, whichever are fewer;
/// beyond, as for every other model, by Lanczos iteration.
std::unique_ptr<Curvature> make_curvature(const Cell& cell, Samples<double> samples);

}  // namespace ulpscope
