// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/format/role.hpp"
#include "ulpscope/rule/linear_step.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// What a description does not say, and hazards depend on: magnitudes, as C99 literals or decimal
/// numbers. Those that are empty are not known.
struct Magnitudes {
  std::string smallest_gradient{}, largest_gradient{};  ///< of gradients that are not zero
  std::string largest_parameter{};
  std::string curvature{};       ///< largest eigenvalue of the Hessian
  std::optional<Gains> gains{};  ///< of the rule; nothing where it has no linear_step
  /// Learning rate times sharpness after the first update.
  std::optional<double> first_scaled{};
};

/// A number that a hazard is decided by, as text.
struct Border {
  std::string name, value;
};

/// What is found of one hazard in a cell.
struct Finding {
  std::string_view name;
  bool applies = false;  ///< the cell has what it is about, and all that decides it is known
  bool present = false;
  std::vector<Border> borders{};
  std::vector<std::string> remedies{};  ///< changes with each of which it is no longer present
};

struct HazardInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view formula;
  std::string_view study;  ///< one that ships and shows it; empty where none does
};

/// The one list of hazards. With g a gradient's magnitude, c = 1 - beta2, N the cell's steps, each
/// hyper-parameter as it is rounded, and round() as the role rounds; v_N is the least that v can
/// be: the square of the smallest gradient taken in once, then N - 1 steps without any:
///
///   v_1 = round(c g g),   v_(k+1) = round(beta2 v_k),
///
/// computed with the rule's own roundings in their order. Chance is taken to be against one: where
/// v is rounded stochastically it is bounded by rounding down, and no hazard of v stays for
/// good. Where v has the encoding sqrt or log2, its root or logarithm is what is rounded. The codes
/// of block8 have lines for v-stalls, beside a largest value of the block that stays, and for
/// square-underflows, with the largest gradient in the same block.
/// Rules without an average of squares (all but adam, adamw, nadam, radam and rmsprop that is not
/// centered) have no lines on v but v-stalls: as second_moment_stalls says of beta2 as it is
/// written, or as it is rounded.
///
/// Without a curvature step-unstable is of adam, adamw and rmsprop alone: v is the square of the
/// largest first gradient, and so is every P^-1 H of the first; what is counted are the steps of
/// decay until P has shrunk by what the first sharpness is below the threshold; chance leaves the
/// decay as it is. As v is less than that square when gradients vanish, and takes some in
/// afterwards, that is no bound.
///
/// The last two are no hazards but facts: they are never present.
inline constexpr std::array hazard_list{
    HazardInfo{"lr-vanishes", "the learning rate rounds to 0", "round(lr) = 0", ""},
    HazardInfo{"beta2-is-one", "beta2 rounds to 1: v never decays", "round(beta2) = 1",
               "eps-in-half"},
    HazardInfo{"share-vanishes", "1 - beta2 rounds to 0: v takes no square in",
               "round(1 - beta2) = 0", ""},
    HazardInfo{"eps-vanishes", "eps rounds to 0: nothing keeps a denominator away from 0",
               "round(eps) = 0", "eps-in-half"},
    HazardInfo{"v-stalls",
               "v stops on its way down: what a decay takes is less than rounding gives back",
               "round(beta2 v) = v", "stalling"},
    HazardInfo{"square-underflows", "the smallest square leaves v at 0", "round(c g g) = 0",
               "control-rare"},
    HazardInfo{"v-subnormal", "v can come below its smallest normal number, to 0 or to fewer bits",
               "v_N < 2^emin", "control-decay"},
    HazardInfo{"square-overflows", "v can go beyond its largest number",
               "v_(k+1) = round(beta2 v_k + c g g) > largest", ""},
    HazardInfo{"eps-dominates", "sqrt(v) can come below eps: steps follow the gradient's size",
               "sqrt(v_N) < eps", "remedies"},
    HazardInfo{"update-vanishes", "an update of the size of lr rounds to 0", "round(lr) = 0", ""},
    HazardInfo{"update-lost",
               "an update of the size of lr leaves the largest parameters as they are",
               "round(w -+ lr) = w", "isolate-roles"},
    HazardInfo{"step-unstable", "the sharpness can cross the stability threshold",
               "lr L / (sqrt(v_N) + eps) > (2 + 2 beta1) / (1 - beta1), for Adam",
               "edge-of-stability"},
    HazardInfo{"square-absorbed", "from which gradient on a square is lost beside v",
               "round(v + c g g) = v", "second-moment-bits"},
    HazardInfo{"eps-lost", "from which root on eps is lost beside it",
               "round(sqrt(v) + eps) = sqrt(v)", ""}};

/// Hyper-parameters as they are rounded, by name, as decimal numbers of four digits.
std::vector<Border> rounded_hyperparameters(const Cell& cell);

/// One for each of the list, in its order. Throws std::invalid_argument where a magnitude is no
/// number.
std::vector<Finding> hazards_of(const Cell& cell, const Magnitudes& magnitudes);

}  // namespace ulpscope
