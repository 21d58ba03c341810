// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Averaged stochastic gradient descent, as PyTorch has it (torch.optim.ASGD):
///
///   eta = lr / (1 + lambd lr (t-1))^alpha,  mu = 1 / max(1, t - 1 - t0)
///   g = g + weight_decay w                   gradient
///   w = (1 - lambd eta) w                    parameters
///   u = eta g                                update
///   w = w - u                                parameters
///   a = a + ((w - a) mu)                     parameters; where mu = 1, a = w
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. eta, 1 - lambd eta and mu are hyper-parameters: computed in wide arithmetic and rounded
/// once. a, the state `average`, is never read by a step; compensation is of the subtraction alone.
/// B. T. Polyak and A. B. Juditsky, SIAM J. Control Optim. 30 (1992), doi 10.1137/0330046.
/// `maximize` turns g's sign before all else.
struct Asgd {
  static constexpr std::string_view name = "asgd";
  static constexpr std::string_view summary = "gradient descent that averages the parameters";

  Decimal lr = "1e-2";
  Decimal lambd = "1e-4";
  Decimal alpha = "0.75";
  Decimal t0 = "1e6";
  Decimal weight_decay = "0";
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Asgd::lr, "learning rate", non_negative},
        Option{"lambd", &Asgd::lambd, "decay of parameters and learning rate", non_negative},
        Option{"alpha", &Asgd::alpha, "power of the learning rate's decay", any_real},
        Option{"t0", &Asgd::t0, "step at which averaging begins", any_real},
        Option{"weight_decay", &Asgd::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"maximize", &Asgd::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const { return {}; }

  template <class T>
  class In;
};

template <class T>
class Asgd::In final : public Rule<T> {
 public:
  using Hyper = HyperArithmetic<T>;

  In(const Asgd& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        maximize_(options.maximize),
        lambd_(hyper<T>(options.lambd)),
        alpha_(hyper<T>(options.alpha)),
        t0_(hyper<T>(options.t0)),
        decay_(roles.hyper(options.weight_decay)),
        average_(layout.size(), T(0)) {}

  std::optional<LinearStep<T>> linear_step() const override {
    auto step = this->linear(T(0), T(1), maximize_, decay_, std::nullopt);
    step.rate = eta_;
    step.gains.keep = convert<double>(factor_);
    return step;
  }

 protected:
  void begin(Step<T>& s) override {
    const Hyper past(s.number() - 1);
    const Hyper base = 1 + lambd_ * this->wide_rate() * past;
    const Hyper eta = this->wide_rate() / elementary::exp2(Hyper(alpha_ * elementary::log2(base)));
    const Hyper averaged = past - t0_;
    averages_ = averaged > 1;
    eta_ = s.roles().hyper(eta);
    factor_ = s.roles().hyper(1 - lambd_ * eta);
    if (averages_) mu_ = s.roles().hyper(1 / averaged);
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, decay_);
    this->shrink(s, w, factor_);
    const auto u = s.keep(Role::update, eta_ * g);
    this->subtract(s, w, u);
    const auto a = s.of(average_);
    if (averages_) {
      s.keep(Role::parameters, average_, a + (s.of(w) - a) * mu_);
    } else {
      s.copy(s.of(w), average_);
    }
  }

  std::vector<State<T>> own_states() override { return {{"average", average_}}; }

 private:
  bool maximize_;
  bool averages_ = false;
  Hyper lambd_, alpha_, t0_;
  T decay_, eta_{}, factor_{}, mu_{};
  std::vector<T> average_;
};

}  // namespace ulpscope
