// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/statistics.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// The arithmetic of a shadow: at least 50 bits more than the rule's.
template <class T>
using ShadowArithmetic =
    std::conditional_t<(significand_bits<T> + 50 <= significand_bits<Dec50>), Dec50, Dec100>;

/// The roles of a shadow: what it does not follow has the run's own values, hyper-parameters
/// rounded as the run's, what is added to the gradient rounded as the run rounds it.
template <class T>
RoleFormats shadow_roles(RoleFormats run) {
  RoleFormats formats;
  formats.eps_policy = run.eps_policy;
  const RoleFormat own{{own_format<T>()}};
  formats[Role::hyperparameters] = run[Role::hyperparameters].value_or(own);
  formats[Role::gradient] = run[Role::gradient].value_or(RoleFormat{{own_format<T>()}, true});
  return formats;
}

/// The probe `shadow` of a run in the rule's arithmetic T: a second copy of one role, driven by
/// the same gradients in wide arithmetic W, each value V beside the run's v. Row t, after update
/// number t, over the parameters:
///
///   shadow_median, _max          |v - V| / |V|
///   shadow_ulps_median, _max     |v - V| in ulps of the role's format at V
///   shadow_update_median, _max   the relative error of the update by v in place of V: of 1 / P for
///                                a second moment, see Preconditioner
///   shadow_bound                 what |v - V| / |V| cannot exceed, see bound
///
/// A parameter with V = 0 has no error where v = 0, else an infinite one. Differences v - V are
/// taken in W, and what follows from them in binary64. The update has no fields where the rule
/// divides by fresh second moments, which are not kept, or in another form than Preconditioner's.
/// A role that the followed one is computed from (AdaBelief's first moment) is in W, too.
template <class T>
class Shadow {
 public:
  using W = ShadowArithmetic<T>;

  /// `rule`: of the cell's kind in W, with shadow_roles.
  Shadow(Role role, std::unique_ptr<Rule<W>> rule) : role_(role), rule_(std::move(rule)) {
    rule_->compute_only(role);
  }

  /// The learning rate from the next step on, as of the run.
  void set_rate(const HyperArithmetic<W>& rate) { rule_->set_rate(rate); }

  /// As Rule::intervene_after, with the run's rule.
  void intervene_after(std::uint64_t updates) { rule_->intervene_after(updates); }

  /// Update number t, with the parameters before it; on every step of the run.
  void step(std::uint64_t t, std::span<const T> w, std::span<const T> gradient) {
    t_ = t;
    w_.clear();
    gradient_.clear();
    for (const T& x : w) w_.push_back(convert<W>(x));
    for (const T& x : gradient) gradient_.push_back(convert<W>(x));
    rule_->step(t, w_, gradient_);
  }

  /// What the next step depends on besides its number and the learning rate.
  std::vector<State<W>> states() { return rule_->states(); }

  std::vector<std::string> row(Rule<T>& rule) const {
    std::vector<double> errors, ulps, updates;
    const auto& format = rule.roles()[role_].format;
    const std::span<const T> values = state(rule.states());
    const std::span<const W> wide = state(rule_->states());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Difference d(values[i], wide[i]);
      errors.push_back(d.relative());
      ulps.push_back(d.ulps(format.rounding.format));
    }
    if (role_ == Role::first_moment) updates = errors;
    if (role_ == Role::second_moment && !format.fresh) {
      const auto run = rule.preconditioner();
      const auto exact = rule_->preconditioner();
      for (std::size_t i = 0; run && i < values.size(); ++i) {
        updates.push_back(update_error(rule.roles().eps_policy(),
                                       Difference(run->second_moment[i], exact->second_moment[i]),
                                       convert<double>(exact->root), convert<double>(exact->eps)));
      }
    }
    std::vector<std::string> fields;
    for (const auto* all : {&errors, &ulps, &updates}) {
      if (all->empty()) {
        fields.insert(fields.end(), 2, "");
        continue;
      }
      const auto [least, middle, largest] = quantiles(*all);
      fields.push_back(decimal_text(middle));
      fields.push_back(decimal_text(largest));
    }
    fields.push_back(bound(rule));
    return fields;
  }

  /// The a-priori bound of a stored average of squares, v = (b v) + ((c g) g), after t updates: no
  /// term of it has met more than 2t + 1 roundings of operations and t of storing, all terms are
  /// positive, and b and c are the same in both, so that
  ///
  ///   |v - V| / V <= (1 + u)^(2t+1) (1 + s)^t - 1
  ///
  /// with the unit roundoffs u of the operations and s of storing, 2^-p to nearest and 2^(1-p)
  /// otherwise (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1), to the
  /// first order the usual gamma of 3t + 1. Underflow is left out. Empty for other recurrences,
  /// first moments, encodings, and without such a step.
  std::string bound(const Rule<T>& rule) const {
    const KeptRole<T>& kept = rule.roles()[role_];
    if (!rule.averages_squares() || role_ != Role::second_moment || t_ == 0) return "";
    if (kept.format.encoding != Encoding::linear) return "";
    const double own = std::ldexp(1.0, -static_cast<int>(significand_bits<T>));
    const Rounding& to = kept.format.rounding;
    const bool nearest = to.mode == Mode::nearest_even || to.mode == Mode::nearest_away;
    const double stored =
        kept.rounds ? std::ldexp(1.0, (nearest ? 0 : 1) - static_cast<int>(to.format.p)) : 0;
    const bool every = kept.rounds && kept.format.every;
    const auto t = static_cast<double>(t_);
    return decimal_text(std::expm1((2 * t + 1) * std::log1p(every ? stored : own) +
                                   (every ? 0 : t) * std::log1p(stored)));
  }

 private:
  /// A run's value, the wide one, and how far they are apart.
  struct Difference {
    W wide;
    W between;  ///< v - V
    double v, V;

    Difference(const T& value, const W& exact)
        : wide(exact),
          between(convert<W>(value) - exact),
          v(convert<double>(value)),
          V(convert<double>(exact)) {}

    double relative() const {
      using std::isfinite;
      if (between == 0) return 0;
      return isfinite(between) ? convert<double>(W(abs(W(between / wide))))
                               : std::numeric_limits<double>::infinity();
    }
    double ulps(const Format& format) const {
      if (wide == 0) return between == 0 ? 0 : std::numeric_limits<double>::infinity();
      const std::int64_t e = std::max<std::int64_t>(ilogb(wide), format.emin) - format.p + 1;
      return convert<double>(W(abs(W(ldexp(between, static_cast<int>(-e))))));
    }
  };

  /// |P(V) / P(v) - 1|, from differences that do not cancel: sqrt(v) - sqrt(V) is
  /// (v - V) / (sqrt(v) + sqrt(V)).
  static double update_error(EpsPolicy policy, const Difference& d, double root, double eps) {
    const double between = convert<double>(d.between);
    if (between == 0) return 0;
    const double s = std::sqrt(d.v) / root, S = std::sqrt(d.V) / root;
    const double moved = between / ((s + S) * root * root);
    switch (policy) {
      case EpsPolicy::inside: {
        const double p = std::sqrt(s * s + eps), P = std::sqrt(S * S + eps);
        return std::abs(between / (root * root) / ((p + P) * p));
      }
      case EpsPolicy::max:
        if (s < eps && S < eps) return 0;
        if (s < eps || S < eps) return std::abs(std::max(S, eps) / std::max(s, eps) - 1);
        return std::abs(moved / s);
      case EpsPolicy::as_is:
      case EpsPolicy::floor:
      case EpsPolicy::wide_denominator: break;
    }
    return std::abs(moved / (s + eps));
  }

  template <class N>
  std::span<const N> state(const std::vector<State<N>>& states) const {
    for (const State<N>& state : states) {
      if (state.name == role_list[static_cast<std::size_t>(role_)].name) return state.values;
    }
    throw std::logic_error("a shadow of a role that the rule does not keep");
  }

  Role role_;
  std::uint64_t t_ = 0;  ///< updates done
  std::unique_ptr<Rule<W>> rule_;
  std::vector<W> w_, gradient_;
};

}  // namespace ulpscope
