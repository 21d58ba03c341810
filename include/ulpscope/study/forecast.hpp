// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ulpscope/study/hazard.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// When a cell's loss will climb, from its steps up to the floor and none after.
struct Forecast {
  std::string lack{};  ///< why nothing can be said; else empty
  std::uint64_t floor_step = 0;
  std::string floor{};  ///< as the metric of this name, in the cell's arithmetic
  /// Steps, as the metrics `crossing` and `growth_onset` have them; nothing where there is none
  /// within the cell's steps.
  std::optional<std::uint64_t> crossing{}, onset{};
};

/// Forecasts the onset of a cell:
///
///   1. It is trained until it has converged and the trailing 25-step median of the loss has had no
///      new minimum for `floor_patience` steps. The minimum is the floor; what came after it, or
///      after `converged` where that is later, is dropped.
///   2. From the state there on its rule goes on without a model: gradients have the root mean
///      square that each of theirs had in the 25 steps before, their signs taking turns. So v
///      decays as the rule's own formulas, rounded as in the run, say.
///   3. Every 10 steps the sharpness, the largest eigenvalue of P^-1 H, is computed, with H at the
///      floor; it crosses the threshold (Gains::limit), and the floor grows from there on by
///      Gains::growth (see growth_onset_of) up to the level of the onset.
///
/// As many numbers as a run has: what is measured is measured by `measure`, as in a run.
Forecast forecast_onset(const Cell& cell);

inline constexpr std::uint64_t floor_patience = 50;

/// Magnitudes of the cell's first gradient, as the rule gets it, and of its start, and the rule's
/// gains and scaled sharpness after that one update. No curvature.
Magnitudes first_magnitudes(const Cell& cell);

}  // namespace ulpscope
