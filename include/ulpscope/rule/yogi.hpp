// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/two_moments.hpp"

namespace ulpscope {

/// Yogi: M. Zaheer et al., "Adaptive Methods for Nonconvex Optimization", NeurIPS 2018,
/// algorithm 2:
///
///   g = g + weight_decay w                              gradient
///   m = (b1 m) + ((1-b1) g)                             first_moment
///   v = v - sign(v - g g) (((1-b2) g) g)                second_moment
///   d = sqrt(v) + eps                                   update
///   u = lr (m / d)                                      update
///   w = w - u                                           parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. v starts at initial_accumulator_value, as it is stored. No average is corrected for its
/// start, as in the paper's algorithm, which has no weight decay.
struct Yogi {
  static constexpr std::string_view name = "yogi";
  static constexpr std::string_view summary = "Adam whose second moment moves by fixed shares";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-2";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-3";
  Decimal weight_decay = "0";
  Decimal initial_accumulator_value = "1e-6";

  static auto options() {
    return std::tuple{
        Option{"lr", &Yogi::lr, "learning rate", non_negative},
        Option{"beta1", &Yogi::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &Yogi::beta2, "1 - the squared gradient's share", decay_factor},
        Option{"eps", &Yogi::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &Yogi::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"initial_accumulator_value", &Yogi::initial_accumulator_value,
               "the second moment before the first step", non_negative}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Yogi::In final : public TwoMoments<T> {
 public:
  In(const Yogi& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : TwoMoments<T>(options, layout, roles) {
    this->v_ = this->second_moments(layout.size(), options.initial_accumulator_value);
  }

  std::optional<Preconditioner<T>> preconditioner() const override {
    return {{this->v_, T(1), T(1), this->eps_, this->rate()}};
  }
  std::optional<LinearStep<T>> linear_step() const override {
    return this->averaged_step(preconditioner());
  }

 protected:
  void begin(Step<T>&) override {}

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, false, this->decay_);
    const auto m = this->first_moment(s, g);
    const auto old = s.of(this->v_);
    const auto v =
        s.keep(Role::second_moment, this->v_, old - sign(old - g * g) * ((this->c2_ * g) * g));
    const auto u = s.keep(Role::update, this->rate() * (m / this->denominator(s, v, this->eps_)));
    this->subtract(s, w, u);
  }
};

}  // namespace ulpscope
