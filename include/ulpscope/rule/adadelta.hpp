// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Adadelta: M. D. Zeiler, arXiv 1212.5701, as PyTorch has it (torch.optim.Adadelta):
///
///   g = g + weight_decay w                              gradient
///   v = (rho v) + (((1-rho) g) g)                       second_moment
///   x = (sqrt(a + eps) / sqrt(v + eps)) g               update
///   a = (rho a) + (((1-rho) x) x)                       update
///   u = lr x                                            update
///   w = w - u                                           parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. a is the state accumulated_update. eps stands under both roots: no eps policy applies.
/// Frameworks differ: the paper has no lr. `maximize` turns g's sign before all else.
struct Adadelta {
  static constexpr std::string_view name = "adadelta";
  static constexpr std::string_view summary = "updates in the units of the parameters";

  Decimal lr = "1";
  Decimal rho = "0.9";
  Decimal eps = "1e-6";
  Decimal weight_decay = "0";
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Adadelta::lr, "factor of the update", non_negative},
        Option{"rho", &Adadelta::rho, "decay of both averages of squares", decay_factor},
        Option{"eps", &Adadelta::eps, "added to both averages under the root", non_negative},
        Option{"weight_decay", &Adadelta::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"maximize", &Adadelta::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const { return {Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Adadelta::In final : public Rule<T> {
 public:
  In(const Adadelta& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        maximize_(options.maximize),
        b_(roles.hyper(options.rho)),
        c_(roles.complement(options.rho)),
        eps_(roles.hyper(options.eps)),
        decay_(roles.hyper(options.weight_decay)),
        v_(layout.size(), T(0)),
        a_(layout.size(), T(0)) {}

 protected:
  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, decay_);
    const auto v = this->square_average(s, Role::second_moment, v_, b_, c_, g);
    const auto x = s.compute(Role::update, (sqrt(s.of(a_) + eps_) / sqrt(v + eps_)) * g);
    this->square_average(s, Role::update, a_, b_, c_, x);
    const auto u = s.keep(Role::update, this->rate() * x);
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override {
    return {{"second_moment", v_}, {"accumulated_update", a_}};
  }

 private:
  bool maximize_;
  T b_, c_, eps_, decay_;
  std::vector<T> v_, a_;
};

}  // namespace ulpscope
