// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Gradient descent with momentum, as PyTorch has it (torch.optim.SGD):
///
///   g = g + weight_decay w                  gradient
///   b = g                                   first_moment, at the first step
///   b = momentum b + (1 - dampening) g      first_moment, later
///   u = lr b      or, with nesterov,        update
///   u = lr (g + momentum b)
///   w = w - u                               parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. Without momentum g stands for b, and there is no first_moment.
/// B. T. Polyak, USSR Comp. Math. 4 (1964), doi 10.1016/0041-5553(64)90137-5; the Nesterov form
/// is that of I. Sutskever et al., ICML 2013. Frameworks differ: here, as in PyTorch, lr scales
/// the whole average, not the gradient that enters it, and the first average is not dampened.
/// 1 - dampening is computed in wide arithmetic and rounded once. `maximize` turns g's sign before
/// all else.
struct Sgd {
  static constexpr std::string_view name = "sgd";
  static constexpr std::string_view summary = "gradient descent; momentum, Nesterov, weight decay";

  Decimal lr = "1e-3";
  Decimal momentum = "0";
  Decimal dampening = "0";
  bool nesterov = false;
  Decimal weight_decay = "0";
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Sgd::lr, "learning rate", non_negative},
        Option{"momentum", &Sgd::momentum, "factor of the running average", non_negative},
        Option{"dampening", &Sgd::dampening, "1 - the gradient's share of the average", any_real},
        Option{"nesterov", &Sgd::nesterov, "look ahead along the average"},
        Option{"weight_decay", &Sgd::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"maximize", &Sgd::maximize, "climb instead of descend"}};
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (nesterov && (momentum.zero() || !dampening.zero())) {
      return "nesterov = true: expected momentum > 0 and dampening = 0; for example momentum = "
             "0.9, "
             "dampening = 0";
    }
    return {};
  }

  /// The roles that it has besides parameters, gradient, update and hyperparameters.
  std::vector<Role> moments() const {
    return momentum.zero() ? std::vector<Role>{} : std::vector{Role::first_moment};
  }

  template <class T>
  class In;
};

template <class T>
class Sgd::In final : public Rule<T> {
 public:
  In(const Sgd& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        nesterov_(options.nesterov),
        maximize_(options.maximize),
        momentum_(roles.hyper(options.momentum)),
        share_(roles.complement(options.dampening)),
        decay_(roles.hyper(options.weight_decay)),
        average_(options.momentum.zero() ? 0 : layout.size(), T(0)) {}

  /// As from the second step on.
  std::optional<LinearStep<T>> linear_step() const override {
    const bool plain = average_.empty();
    auto step = this->linear(momentum_, plain ? T(1) : share_, maximize_, decay_, std::nullopt);
    if (nesterov_) {
      step.gains.direct = step.gains.averaged;
      step.gains.averaged *= step.gains.momentum;
    }
    return step;
  }

 protected:
  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    auto g = this->slope(s, w, gradient, maximize_, decay_);
    if (!average_.empty()) {
      const auto b = s.number() == 1
                         ? s.keep(Role::first_moment, average_, g)
                         : this->average(s, Role::first_moment, average_, momentum_, share_, g);
      g = nesterov_ ? s.compute(Role::update, g + momentum_ * b) : b;
    }
    const auto u = s.keep(Role::update, this->rate() * g);
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override {
    if (average_.empty()) return {};
    return {{"first_moment", average_}};
  }

 private:
  bool nesterov_, maximize_;
  T momentum_, share_, decay_;
  std::vector<T> average_;
};

}  // namespace ulpscope
