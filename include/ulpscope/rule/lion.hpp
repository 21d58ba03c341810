// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Lion: X. Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv 2302.06675:
///
///   c = (b1 m) + ((1-b1) g)                  update
///   u = lr (sign(c) + weight_decay w)        update; without decay lr sign(c)
///   m = (b2 m) + ((1-b2) g)                  first_moment
///   w = w - u                                parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. The sign of 0 is 0. Weight decay is decoupled: it does not enter m.
struct Lion {
  static constexpr std::string_view name = "lion";
  static constexpr std::string_view summary = "sign of an interpolated average; weight decay";

  Decimal lr = "1e-4";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.99";
  Decimal weight_decay = "0";

  static auto options() {
    return std::tuple{
        Option{"lr", &Lion::lr, "learning rate", non_negative},
        Option{"beta1", &Lion::beta1, "the average's share of the update", decay_factor},
        Option{"beta2", &Lion::beta2, "decay of the gradient's average", decay_factor},
        Option{"weight_decay", &Lion::weight_decay, "lr times this share of the parameters goes",
               non_negative}};
  }

  std::vector<Role> moments() const { return {Role::first_moment}; }

  template <class T>
  class In;
};

template <class T>
class Lion::In final : public Rule<T> {
 public:
  In(const Lion& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Rule<T>(layout, roles, options.lr),
        b1_(roles.hyper(options.beta1)),
        c1_(roles.complement(options.beta1)),
        b2_(roles.hyper(options.beta2)),
        c2_(roles.complement(options.beta2)),
        decay_(roles.hyper(options.weight_decay)),
        m_(layout.size(), T(0)) {}

 protected:
  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = s.of(gradient);
    const auto c = s.compute(Role::update, b1_ * s.of(m_) + c1_ * g);
    const auto u = decay_ == T(0)
                       ? s.keep(Role::update, this->rate() * sign(c))
                       : s.keep(Role::update, this->rate() * (sign(c) + decay_ * s.of(w)));
    this->average(s, Role::first_moment, m_, b2_, c2_, g);
    this->subtract(s, w, u);
  }

  std::vector<State<T>> own_states() override { return {{"first_moment", m_}}; }

 private:
  T b1_, c1_, b2_, c2_, decay_;
  std::vector<T> m_;
};

}  // namespace ulpscope
