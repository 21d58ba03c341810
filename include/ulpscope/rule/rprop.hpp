// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Resilient propagation: M. Riedmiller and H. Braun, ICNN 1993, doi 10.1109/ICNN.1993.298623, as
/// PyTorch has it (torch.optim.Rprop):
///
///   p = g g'                                            gradient; g' from the step before
///   f = eta_minus, 1, eta_plus for p < 0, p = 0, p > 0
///   s = min(max(f s, step_min), step_max)               update; s = lr at the first step
///   g' = 0 for p < 0, else g                            gradient
///   u = s sign(g')                                      update
///   w = w - u                                           parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. A product p that underflows counts as 0. g' and s are the states previous_gradient and
/// step_size; a learning rate that is changed later has no effect. `maximize` turns g's sign before
/// all else.
struct Rprop {
  static constexpr std::string_view name = "rprop";
  static constexpr std::string_view summary = "a step size for each parameter, by signs alone";

  Decimal lr = "1e-2";
  Decimal eta_minus = "0.5";
  Decimal eta_plus = "1.2";
  Decimal step_min = "1e-6";
  Decimal step_max = "50";
  bool maximize = false;

  static auto options() {
    constexpr Constraint shrinks{"a number > 0 and < 1", "0.5",
                                 [](const Decimal& x) { return x > "0" && x < "1"; }};
    constexpr Constraint grows{"a number > 1", "1.2", [](const Decimal& x) { return x > "1"; }};
    return std::tuple{
        Option{"lr", &Rprop::lr, "the first step size", non_negative},
        Option{"eta_minus", &Rprop::eta_minus, "factor where the gradient's sign changed", shrinks},
        Option{"eta_plus", &Rprop::eta_plus, "factor where it did not", grows},
        Option{"step_min", &Rprop::step_min, "the least step size", non_negative},
        Option{"step_max", &Rprop::step_max, "the largest step size", positive},
        Option{"maximize", &Rprop::maximize, "climb instead of descend"}};
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (step_min <= step_max) return {};
    return "expected step_min <= step_max; for example step_min = 1e-6";
  }

  std::vector<Role> moments() const { return {}; }

  template <class T>
  class In;
};

template <class T>
class Rprop::In final : public Rule<T> {
 public:
  In(const Rprop& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        maximize_(options.maximize),
        minus_(roles.hyper(options.eta_minus)),
        plus_(roles.hyper(options.eta_plus)),
        least_(roles.hyper(options.step_min)),
        largest_(roles.hyper(options.step_max)),
        previous_(layout.size(), T(0)),
        size_(layout.size(), T(0)) {}

 protected:
  using Values = typename Rule<T>::Values;

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    using expression::BySign, expression::Constant;
    const auto g = this->slope(s, w, gradient, maximize_, T(0));
    const auto p = s.compute(Role::gradient, g * s.of(previous_));
    const auto size =
        s.number() == 1 ? limited(s, Constant(this->rate()))
                        : limited(s, BySign(p, Constant(minus_), Constant(T(1)), Constant(plus_)) *
                                         s.of(size_));
    const auto kept = s.keep(Role::gradient, previous_, BySign(p, Constant(T(0)), g, g));
    const auto u = s.keep(Role::update, size * sign(kept));
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override {
    return {{"previous_gradient", previous_}, {"step_size", size_}};
  }

 private:
  template <expression::Expression E>
  Values limited(Step<T>& s, const E& size) {
    return s.keep(Role::update, size_, min(max(size, least_), largest_));
  }

  bool maximize_;
  T minus_, plus_, least_, largest_;
  std::vector<T> previous_, size_;
};

}  // namespace ulpscope
