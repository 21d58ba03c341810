// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Adagrad: J. Duchi, E. Hazan, Y. Singer, J. Mach. Learn. Res. 12 (2011) 2121, as PyTorch has it
/// (torch.optim.Adagrad):
///
///   g = g + weight_decay w                                    gradient
///   v = v + (g g)                                             second_moment
///   d = sqrt(v) + eps                                         update
///   u = (lr / (1 + (t-1) lr_decay)) (g / d)                   update
///   w = w - u                                                 parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. v, a sum of squares, starts at initial_accumulator_value, as it is stored. The factor of
/// the update is a hyper-parameter: computed in wide arithmetic and rounded once. `maximize` turns
/// g's sign before all else.
struct Adagrad {
  static constexpr std::string_view name = "adagrad";
  static constexpr std::string_view summary = "gradient by the root of its summed squares";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-2";
  Decimal lr_decay = "0";
  Decimal weight_decay = "0";
  Decimal initial_accumulator_value = "0";
  Decimal eps = "1e-10";
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Adagrad::lr, "learning rate", non_negative},
        Option{"lr_decay", &Adagrad::lr_decay, "growth of the learning rate's divisor",
               non_negative},
        Option{"weight_decay", &Adagrad::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"initial_accumulator_value", &Adagrad::initial_accumulator_value,
               "the sum of squares before the first step", non_negative},
        Option{"eps", &Adagrad::eps, "added to the root of the second moment", non_negative},
        Option{"maximize", &Adagrad::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const { return {Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Adagrad::In final : public Rule<T> {
 public:
  In(const Adagrad& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        maximize_(options.maximize),
        lr_decay_(hyper<T>(options.lr_decay)),
        eps_(roles.eps(options.eps)),
        decay_(roles.hyper(options.weight_decay)),
        v_(this->second_moments(layout.size(), options.initial_accumulator_value)) {}

  std::optional<Preconditioner<T>> preconditioner() const override {
    return {{v_, T(1), T(1), eps_, scale_}};
  }
  std::optional<LinearStep<T>> linear_step() const override {
    auto step = this->linear(T(0), T(1), maximize_, decay_, preconditioner());
    step.rate = scale_;
    return step;
  }

 protected:
  void begin(Step<T>& s) override {
    scale_ = s.roles().hyper(this->wide_rate() / (1 + (s.number() - 1) * lr_decay_));
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, decay_);
    const auto v = s.keep(Role::second_moment, v_, s.of(v_) + g * g);
    const auto u = s.keep(Role::update, scale_ * (g / this->denominator(s, v, eps_)));
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override { return {{"second_moment", v_}}; }

 private:
  bool maximize_;
  HyperArithmetic<T> lr_decay_;
  T eps_, decay_, scale_{};
  std::vector<T> v_;
};

}  // namespace ulpscope
