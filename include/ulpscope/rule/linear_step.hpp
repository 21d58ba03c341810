// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <optional>
#include <span>

namespace ulpscope {

/// What a rule divides the averaged gradient by, after an update:
/// P = factor * (sqrt(second_moment) / root joined with eps by the policy); a parameter's effective
/// step size is lr / P. Where second_moment is of magnitudes, P = factor * second_moment.
template <class T>
struct Preconditioner {
  std::span<const T> second_moment;
  T factor, root, eps, lr;
  bool of_squares = true;
};

/// How an update reads where the preconditioner P stays as it is and the loss is a parabola, along
/// an eigenvector of P^-1 H with the eigenvalue s, x from the minimum, where the gradient is P s x:
///
///   m = momentum m + averaged s x
///   x = keep x - lr (m + direct s x)
///
/// An iteration of two numbers: with z = lr s its matrix, of (m, x), has
///
///   trace       = momentum + keep - (averaged + direct) z
///   determinant = momentum (keep - direct z)
///
/// so that limit() and growth() are the same statement for every rule. Plain numbers without a
/// unit, of moderate size, so binary64 in every arithmetic; each is within a few roundings of the
/// rule's own hyper-parameters.
struct Gains {
  double momentum = 0, averaged = 1, direct = 0, keep = 1;

  /// The z = lr s up to which the iteration shrinks, its stability threshold; nothing where it does
  /// so for no z > 0, or for all.
  ///
  /// Both roots of a quadratic are inside the unit circle where |determinant| < 1 and
  /// |trace| < 1 + determinant (E. I. Jury, doi 10.1109/JRPROC.1962.288193). From z = 0 upwards the
  /// first to break is 1 + trace + determinant > 0, which the root -1 makes an equation:
  ///
  ///   z = (1 + momentum) (1 + keep) / (averaged + (1 + momentum) direct)
  ///
  /// Gradient descent: 2. Momentum b, dampening d: 2 (1 + b) / (1 - d). Nesterov: 2 (1 + b) /
  /// (1 + 2 b). Adam's family: (2 + 2 b1) / (1 - b1) (J. Cohen et al., arXiv 2103.00065,
  /// 2207.14484).
  std::optional<double> limit() const {
    const double pull = averaged + (1 + momentum) * direct;
    if (!(std::abs(momentum) < 1 && pull > 0 && keep > -1)) return std::nullopt;
    return (1 + momentum) * (1 + keep) / pull;
  }

  /// The factor by which distances from the minimum grow in a step, in the long run: the spectral
  /// radius at z = lr s.
  double growth(double z) const {
    const double half = (momentum + keep - (averaged + direct) * z) / 2;
    const double determinant = momentum * (keep - direct * z);
    const double square = half * half - determinant;
    if (square < 0) return std::sqrt(determinant);
    return std::abs(half) + std::sqrt(square);
  }
};

/// An update as the last one was, linearised.
template <class T>
struct LinearStep {
  Gains gains;
  T rate;
  std::optional<Preconditioner<T>> preconditioner;  ///< nothing: P = 1
  /// Whether a weight decay joins the gradient: what is stable then depends on P itself, not on
  /// P^-1 H alone.
  bool penalised = false;
};

}  // namespace ulpscope
