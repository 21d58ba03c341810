// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/probe/curvature.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

template <class T>
Samples<double> in_binary64(const Samples<T>& all) {
  Samples<double> wide{all.count, all.features, all.classes, {}, {}, all.labels};
  if (holds(own_format<T>(), own_format<float>())) {
    wide.narrow = all.narrow;
  } else {
    for (const float x : all.narrow) wide.inputs.push_back(convert<double>(convert<T>(x)));
  }
  for (const T& x : all.inputs) wide.inputs.push_back(convert<double>(x));
  for (const T& y : all.targets) wide.targets.push_back(convert<double>(y));
  return wide;
}

/// The curvature of a cell's loss. `samples`: as the cell's model has them, its values in binary64;
/// none of a model without samples.
///
/// Solved directly for a linear model of at most 256 samples or parameters, whichever are fewer;
/// beyond, as for every other model, by Lanczos iteration.
std::unique_ptr<Curvature> make_curvature(const Cell& cell, Samples<double> samples);

/// What that takes of memory, without the probe nothing; `model`: values that the model holds.
double curvature_bytes(const Cell& cell, double model, double parameters);

}  // namespace ulpscope
