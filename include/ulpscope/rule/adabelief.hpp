// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/adam.hpp"

namespace ulpscope {

/// AdaBelief: J. Zhuang et al., arXiv 2010.07468, algorithm 2:
///
///   g = g + weight_decay w
///   m = (b1 m) + ((1-b1) g)                        first_moment
///   e = g - m                                      second_moment
///   s = ((b2 s) + (((1-b2) e) e)) + eps            second_moment
///   d = sqrt(s) / sqrt(1 - b2^t) + eps             update
///   u = (lr / (1 - b1^t)) (m / d)                  update
///   w = w - u                                      parameters
///
/// in this order and with the roundings of Adam, see there. eps enters twice: the one in s as a
/// hyper-parameter, the one in d by the eps policy. The paper's algorithm has no weight decay; here
/// it is Adam's.
struct AdaBelief {
  static constexpr std::string_view name = "adabelief";
  static constexpr std::string_view summary = "Adam by the gradient's deviation from its average";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";

  static auto options() {
    return std::tuple{
        Option{"lr", &AdaBelief::lr, "learning rate", non_negative},
        Option{"beta1", &AdaBelief::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &AdaBelief::beta2, "decay of the squared deviation's average",
               decay_factor},
        Option{"eps", &AdaBelief::eps, "added to the second moment, and to its root", non_negative},
        Option{"weight_decay", &AdaBelief::weight_decay, "L2 penalty, added to the gradient",
               non_negative}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class AdaBelief::In final : public Adam::In<T> {
 public:
  In(const AdaBelief& o, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Adam::In<T>({o.lr, o.beta1, o.beta2, o.eps, o.weight_decay}, layout, roles),
        added_(roles.hyper(o.eps)) {}

 protected:
  using Values = typename Rule<T>::Values;

  Values spread(Step<T>& s, const Values& g, const Values& m) override {
    const auto e = s.compute(Role::second_moment, g - m);
    return s.keep(Role::second_moment, this->v_,
                  (this->b2_ * s.of(this->v_) + (this->c2_ * e) * e) + added_);
  }

  bool feeds(Role other, Role role) const override {
    return other == Role::gradient || (other == Role::first_moment && role == Role::second_moment);
  }

 private:
  T added_;
};

}  // namespace ulpscope
