// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/schedule/cosine.hpp"
#include "ulpscope/schedule/cycle.hpp"
#include "ulpscope/schedule/decay.hpp"
#include "ulpscope/schedule/plateau.hpp"

namespace ulpscope {

/// The one list of learning-rate schedules; the first is the default. Each is a struct of options
/// with `name`, `summary`, `options()` and `In<W>`, a Rate<W>; where values may not go together
/// `conflict()`, with the rule's lr `conflict_with(lr)`, with a run's length
/// `conflict_with_steps(steps)`.
using Schedules = TypeList<Constant, StepDecay, ExponentialDecay, InverseTime, Cosine, WarmRestarts,
                           LinearChange, Cyclic, OneCycle, Plateau>;

}  // namespace ulpscope
