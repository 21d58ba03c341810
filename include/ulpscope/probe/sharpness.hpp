// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/growth.hpp"
#include "ulpscope/probe/statistics.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Curvature::largest at a run's parameters, as a function of the scale.
using LargestCurvature = std::function<double(std::span<const double> scale)>;

/// P of a rule's last step, in ProbeArithmetic: roots are taken there, where squares of gradients
/// that the rule has are no underflow.
template <class T>
std::vector<ProbeArithmetic<T>> divisors(const Roles<T>& roles, const Preconditioner<T>& p) {
  using W = ProbeArithmetic<T>;
  using std::sqrt;
  const W root = convert<W>(p.root), eps = convert<W>(p.eps), factor = convert<W>(p.factor);
  std::vector<W> all;
  all.reserve(p.second_moment.size());
  for (const T& v : p.second_moment) {
    const W wide = convert<W>(v);
    all.push_back(factor * (p.of_squares ? roles.joined(W(sqrt(wide) / root), eps) : wide));
  }
  return all;
}

/// The probe `sharpness` of a run in the rule's arithmetic T. Row t, after update number t:
///
///   sharpness    the largest eigenvalue of P_t^-1 H, H the Hessian of the loss at w_t and P_t the
///                rule's preconditioner, see Preconditioner; 1 where a step divides by none. The
///                loss is that over all samples, times what a step's gradient is of its gradient on
///                average: batch size / samples where losses of mini-batches are sums, times the
///                gradients that `accumulate` sums
///   threshold    the sharpness from which steps grow, at the current learning rate: Gains::limit
///                by it
///
/// P and its roots are in ProbeArithmetic. What is solved, in binary64, is the symmetric
/// S H S with S = sqrt(min P / P), whose values are 0 to 1 however small P is; its eigenvalue
/// divided by min P is the sharpness (see Curvature for its error). A P with a zero makes it
/// infinite. Second moments are as they are kept.
///
/// Empty are: both at t = 0 and where the rule has no linear_step (lion, rprop, adafactor,
/// adadelta, centered rmsprop); the threshold where there is none, or a weight decay joins the
/// gradient.
template <class T>
class SharpnessProbe {
 public:
  using W = ProbeArithmetic<T>;

  /// The row's fields; `growth` becomes what metrics need of them, or nothing.
  static std::vector<std::string> row(const Rule<T>& rule, const LargestCurvature& curvature,
                                      std::optional<Growth>& growth) {
    growth.reset();
    const auto step = rule.linear_step();
    if (!step) return {"", ""};
    const W rate = convert<W>(step->rate);
    const W s = sharpness(rule.roles(), *step, curvature);
    std::vector<std::string> fields{decimal_text(s), ""};
    const auto limit = step->gains.limit();
    if (limit && !step->penalised) {
      fields[1] = decimal_text(W(convert<W>(*limit) / rate));
      growth = Growth{convert<double>(W(rate * s)), step->gains};
    }
    return fields;
  }

 private:
  static W sharpness(const Roles<T>& roles, const LinearStep<T>& step,
                     const LargestCurvature& curvature) {
    using std::sqrt;
    if (!step.preconditioner) return convert<W>(curvature({}));
    const std::vector<W> p = divisors(roles, *step.preconditioner);
    const W least = quantiles(p).front();
    if (!(least > W(0))) return convert<W>(1 / convert<double>(least));
    std::vector<double> scale;
    scale.reserve(p.size());
    for (const W& divisor : p) scale.push_back(convert<double>(W(sqrt(W(least / divisor)))));
    return convert<W>(curvature(scale)) / least;
  }
};

}  // namespace ulpscope
