// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// RMSprop: G. Hinton's course, lecture 6 (2012); centered: A. Graves, arXiv 1308.0850; as PyTorch
/// has it (torch.optim.RMSprop):
///
///   g = g + weight_decay w                              gradient
///   v = (alpha v) + (((1-alpha) g) g)                   second_moment
///   m = (alpha m) + ((1-alpha) g)                       first_moment, where centered
///   x = v - (m m)                                       second_moment, where centered; else v
///   q = g / (sqrt(x) + eps)                             update; the denominator comes first
///   b = (momentum b) + q                                update, with momentum; else q
///   u = lr b                                            update
///   w = w - u                                           parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. b is the state momentum. x is not stored, and where rounding makes it negative the root is
/// NaN. Frameworks differ in where eps enters. `maximize` turns g's sign before all else.
struct Rmsprop {
  static constexpr std::string_view name = "rmsprop";
  static constexpr std::string_view summary =
      "gradient by its root mean square; momentum, centered";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-2";
  Decimal alpha = "0.99";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";
  Decimal momentum = "0";
  bool centered = false;
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Rmsprop::lr, "learning rate", non_negative},
        Option{"alpha", &Rmsprop::alpha, "decay of the averages", decay_factor},
        Option{"eps", &Rmsprop::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &Rmsprop::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"momentum", &Rmsprop::momentum, "factor of the sum of updates", non_negative},
        Option{"centered", &Rmsprop::centered, "divide by the deviation from the average"},
        Option{"maximize", &Rmsprop::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const {
    return centered ? std::vector{Role::first_moment, Role::second_moment}
                    : std::vector{Role::second_moment};
  }

  template <class T>
  class In;
};

template <class T>
class Rmsprop::In final : public Rule<T> {
 public:
  In(const Rmsprop& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        maximize_(options.maximize),
        b_(roles.hyper(options.alpha)),
        c_(roles.complement(options.alpha)),
        eps_(roles.eps(options.eps)),
        decay_(roles.hyper(options.weight_decay)),
        momentum_(roles.hyper(options.momentum)),
        v_(layout.size(), T(0)),
        m_(options.centered ? layout.size() : 0, T(0)),
        sum_(options.momentum.zero() ? 0 : layout.size(), T(0)) {}

  /// Nothing where centered: what divides is not kept then.
  std::optional<Preconditioner<T>> preconditioner() const override {
    if (!m_.empty()) return std::nullopt;
    return {{v_, T(1), T(1), eps_, this->rate()}};
  }
  std::optional<LinearStep<T>> linear_step() const override {
    if (!m_.empty()) return std::nullopt;
    return this->linear(momentum_, T(1), maximize_, decay_, preconditioner());
  }

 protected:
  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, decay_);
    auto x = this->square_average(s, Role::second_moment, v_, b_, c_, g);
    if (!m_.empty()) {
      const auto m = this->average(s, Role::first_moment, m_, b_, c_, g);
      x = s.compute(Role::second_moment, x - m * m);
    }
    auto q = s.compute(Role::update, g / this->denominator(s, x, eps_));
    if (!sum_.empty()) q = s.keep(Role::update, sum_, momentum_ * s.of(sum_) + q);
    const auto u = s.keep(Role::update, this->rate() * q);
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override {
    std::vector<State<T>> all{{"second_moment", v_}};
    if (!m_.empty()) all.push_back({"first_moment", m_});
    if (!sum_.empty()) all.push_back({"momentum", sum_});
    return all;
  }

 private:
  bool maximize_;
  T b_, c_, eps_, decay_, momentum_;
  std::vector<T> v_, m_, sum_;
};

}  // namespace ulpscope
