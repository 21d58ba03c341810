// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/layout.hpp"
#include "ulpscope/rule/linear_step.hpp"
#include "ulpscope/rule/step.hpp"

namespace ulpscope {

/// A quantity that a rule keeps from step to step, one value a parameter.
template <class T>
struct State {
  std::string_view name;  ///< as in final.csv: first_moment, second_moment, ...
  std::span<T> values;
};

/// An optimizer's update rule in the arithmetic T.
///
/// The rule's struct of hyper-parameters, Rules below its own header, says equation, source and
/// order of evaluation; every operation is T's and rounds once, and the roles' formats round
/// further (see Step).
template <class T>
class Rule {
 public:
  using Values = typename Step<T>::Values;
  using Hyper = HyperArithmetic<T>;

  /// lr is the learning rate until it is set to another.
  Rule(const Layout& layout, const Roles<T>& roles, const Decimal& lr)
      : roles_(roles),
        step_(roles_),
        compensation_(roles_[Role::parameters].format.compensated ? layout.size() : 0, T(0)) {
    set_rate(hyper<T>(lr));
  }
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
  virtual ~Rule() = default;

  /// Update number t = 1, 2, ... of the parameters, in place; both spans have one value a
  /// parameter. Hyper-parameters of step t are functions of t alone, never of the calls before.
  void step(std::uint64_t t, std::span<T> parameters, std::span<const T> gradient) {
    if (intervention_.kind == Intervention::Kind::reset && t == intervention_.at + 1) reset();
    step_.begin(t);
    begin(step_);
    prepare(step_, parameters, gradient);
    step_.begin_chunks();
    for (std::size_t first = 0; first < parameters.size(); first += Step<T>::chunk) {
      step_.begin_chunk(first, std::min(Step<T>::chunk, parameters.size() - first));
      update(step_, parameters, gradient);
    }
  }

  /// Once states() are as step t left them, the rest is, too: what preconditioner() depends on.
  void resume(std::uint64_t t) {
    step_.begin(t);
    begin(step_);
  }

  /// Before the first step and before states() are restored: what happens to the second moment on
  /// the way.
  void intervene(const Intervention& what) {
    intervention_ = what;
    const KeptRole<T>& how = roles_[Role::second_moment];
    const T least = roles_.hyper(what.least);
    const bool rounds = how.rounds && how.format.every;
    step_.intervene(what, rounds ? how.rounder(least, how.site(0, 0, 0)) : least);
    initial_.clear();
    if (what.kind != Intervention::Kind::reset) return;
    for (const State<T>& state : own_states()) {
      if (!of_second_moment(state.name)) continue;
      initial_.emplace_back(state.values.begin(), state.values.end());
    }
  }

  /// When that begins, if it was not known yet; before the step that follows these updates.
  void intervene_after(std::uint64_t updates) {
    intervention_.at = updates;
    step_.intervene_after(updates);
  }

  /// The learning rate from the next step on, rounded once as a hyper-parameter.
  void set_rate(const Hyper& rate) {
    wide_rate_ = rate;
    rate_ = roles_.hyper(rate);
  }
  const T& rate() const { return rate_; }

  /// Everything that the next step depends on besides t and the learning rate, in a fixed order.
  std::vector<State<T>> states() {
    std::vector<State<T>> all = own_states();
    if (!compensation_.empty()) all.push_back({"compensation", compensation_});
    return all;
  }

  /// As the last step left it; nothing for a rule that divides by no second moment.
  virtual std::optional<Preconditioner<T>> preconditioner() const { return std::nullopt; }

  /// The last step, linearised; nothing for a rule that is not of that form, such as one that goes
  /// by signs.
  virtual std::optional<LinearStep<T>> linear_step() const { return std::nullopt; }

  /// Whether the second moment is an average of the gradient's squares, v = (b v) + ((c g) g), as
  /// the last step computed it.
  bool averages_squares() const { return averages_squares_; }

  /// From now on steps compute one role alone, from the gradient and what else it is computed from:
  /// all others stay as they are.
  void compute_only(Role role) {
    for (const RoleInfo& other : role_list) {
      if (other.role != role && !feeds(other.role, role)) step_.skip(other.role);
    }
  }

  const Roles<T>& roles() const { return roles_; }

  /// From now on steps are computed by this instruction set, which the processor must have.
  void use(Simd simd) { step_.use(simd); }

 protected:
  /// The learning rate before it is rounded, for what is computed from it.
  const Hyper& wide_rate() const { return wide_rate_; }

  /// Whether the values of a role are computed from those of another.
  virtual bool feeds(Role other, Role) const { return other == Role::gradient; }

  /// Scalars of a step, functions of its number and the learning rate.
  virtual void begin(Step<T>&) {}
  /// What needs all values at once, such as sums over tensors, before the chunks.
  virtual void prepare(Step<T>&, std::span<const T>, std::span<const T>) {}
  /// The formulas, for the chunk that the step is at.
  virtual void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) = 0;
  virtual std::vector<State<T>> own_states() = 0;

  /// The gradient to go by: -g where the rule maximizes, plus decay * w.
  static Values slope(Step<T>& s, std::span<const T> w, std::span<const T> gradient, bool maximize,
                      const T& decay) {
    const Values g = maximize ? s.compute(-s.of(gradient)) : s.of(gradient);
    return decay == T(0) ? g : s.keep(Role::gradient, g + decay * s.of(w));
  }

  /// The average a, in its role: a = (b a) + (c x).
  static Values average(Step<T>& s, Role role, std::span<T> a, const T& b, const T& c,
                        const Values& x) {
    return s.keep(role, a, b * s.of(a) + c * x);
  }
  /// The average v of squares: v = (b v) + ((c x) x).
  Values square_average(Step<T>& s, Role role, std::span<T> v, const T& b, const T& c,
                        const Values& x) {
    averages_squares_ = averages_squares_ || role == Role::second_moment;
    return s.keep(role, v, b * s.of(v) + (c * x) * x);
  }

  /// sqrt(v) / root joined with eps by the policy; root is the square root of correction.
  static Values denominator(Step<T>& s, const Values& v, const T& root, const T& correction,
                            const T& eps) {
    return joined(s, v / correction, sqrt(v) / root, eps);
  }
  /// The same without a correction.
  static Values denominator(Step<T>& s, const Values& v, const T& eps) {
    return joined(s, v, sqrt(v), eps);
  }

  /// linear_step of a rule with an average of gradients, each of this share, and a momentum.
  LinearStep<T> linear(const T& momentum, const T& share, bool maximize, const T& decay,
                       std::optional<Preconditioner<T>> preconditioner) const {
    const double averaged = convert<double>(share);
    return {{convert<double>(momentum), maximize ? -averaged : averaged},
            rate_,
            std::move(preconditioner),
            decay != T(0)};
  }

  /// w = factor w, which no compensation makes good for.
  static void shrink(Step<T>& s, std::span<T> w, const T& factor) {
    s.keep(Role::parameters, w, factor * s.of(w));
  }

  /// A second moment before the first step: this value, as it is stored.
  std::vector<T> second_moments(std::size_t count, const Decimal& value) const {
    std::vector<T> all(count, roles_.hyper(value));
    const KeptRole<T>& how = roles_[Role::second_moment];
    if (how.rounds) encode(std::span<T>(all), how.format, how.rounder, how.site(0, 0, 0));
    return all;
  }

  /// w = w - u. With compensation c (W. Kahan, doi 10.1145/363707.363723; for parameters:
  /// P. Zamirai et al., arXiv 2010.06192): y = -u - c, w' = w + y, c = (w' - w) - y, w = w'.
  void subtract(Step<T>& s, std::span<T> w, const Values& u) {
    if (compensation_.empty()) {
      s.keep(Role::parameters, w, s.of(w) - u);
      return;
    }
    const Values y = s.compute(Role::parameters, -u - s.of(compensation_));
    const Values sum = s.keep(Role::parameters, s.of(w) + y);
    s.keep(Role::parameters, compensation_, (sum - s.of(w)) - y);
    s.copy(sum, w);
  }

 private:
  /// The second moment as it was before the first step.
  void reset() {
    auto values = initial_.begin();
    for (const State<T>& state : own_states()) {
      if (!of_second_moment(state.name)) continue;
      std::copy(values->begin(), values->end(), state.values.begin());
      ++values;
    }
  }

  template <expression::Expression Square, expression::Expression Root>
  static Values joined(Step<T>& s, const Square& square, const Root& root, const T& eps) {
    switch (s.roles().eps_policy()) {
      case EpsPolicy::inside: return s.compute(Role::update, sqrt(square + eps));
      case EpsPolicy::max: return s.compute(Role::update, max(root, eps));
      case EpsPolicy::wide_denominator: return s.compute(root + eps);
      case EpsPolicy::as_is:
      case EpsPolicy::floor: break;
    }
    return s.compute(Role::update, root + eps);
  }

  Roles<T> roles_;
  Step<T> step_;
  Hyper wide_rate_;
  T rate_{};
  std::vector<T> compensation_;
  Intervention intervention_;
  bool averages_squares_ = false;
  std::vector<std::vector<T>> initial_;  ///< what a reset goes back to, a state each
};

}  // namespace ulpscope
