// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/two_moments.hpp"

namespace ulpscope {

/// AdaMax: D. P. Kingma and J. Ba, arXiv 1412.6980, algorithm 2, as PyTorch has it
/// (torch.optim.Adamax):
///
///   g = g + weight_decay w                   gradient
///   m = (b1 m) + ((1-b1) g)                  first_moment
///   n = max(b2 n, |g| + eps)                 second_moment
///   u = (lr / (1 - b1^t)) (m / n)            update
///   w = w - u                                parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. lr / (1 - b1^t) is a hyper-parameter: computed in wide arithmetic and rounded once.
/// n is an infinity norm: no root is taken of it. Frameworks differ: the paper has no eps.
/// `maximize` turns g's sign before all else.
struct Adamax {
  static constexpr std::string_view name = "adamax";
  static constexpr std::string_view summary = "Adam by the gradient's infinity norm";

  Decimal lr = "2e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Adamax::lr, "learning rate", non_negative},
        Option{"beta1", &Adamax::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &Adamax::beta2, "decay of the infinity norm", decay_factor},
        Option{"eps", &Adamax::eps, "added to the gradient's magnitude", non_negative},
        Option{"weight_decay", &Adamax::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"maximize", &Adamax::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Adamax::In final : public TwoMoments<T> {
 public:
  In(const Adamax& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : TwoMoments<T>(options, layout, roles),
        maximize_(options.maximize),
        eps_(roles.hyper(options.eps)) {}

  std::optional<LinearStep<T>> linear_step() const override {
    const Preconditioner<T> p{this->v_, this->m_correction_, T(1), T(0), this->rate(), false};
    return this->averaged_step(p, maximize_);
  }

 protected:
  void begin(Step<T>& s) override {
    TwoMoments<T>::begin(s);
    scale_ = s.roles().hyper(this->wide_rate() / this->wide_m_correction_);
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, this->decay_);
    const auto m = this->first_moment(s, g);
    const auto n =
        s.keep(Role::second_moment, this->v_, max(this->b2_ * s.of(this->v_), abs(g) + eps_));
    const auto u = s.keep(Role::update, scale_ * (m / n));
    this->subtract(s, w, u);
  }

 private:
  bool maximize_;
  T eps_, scale_{};
};

}  // namespace ulpscope
