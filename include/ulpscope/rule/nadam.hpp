// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/elementary.hpp"
#include "ulpscope/rule/two_moments.hpp"

namespace ulpscope {

/// Adam with Nesterov's momentum: T. Dozat, ICLR workshop 2016, as PyTorch has it
/// (torch.optim.NAdam):
///
///   mu_t = b1 (1 - 0.96^(t momentum_decay) / 2),  M_t = mu_1 mu_2 ... mu_t
///   g = g + weight_decay w                                       gradient
///   m = (b1 m) + ((1-b1) g)                                      first_moment
///   v = (b2 v) + (((1-b2) g) g)                                  second_moment
///   d = sqrt(v) / sqrt(1 - b2^t) + eps                           update
///   u = (lr (1 - mu_t) / (1 - M_t) g + lr mu_(t+1) / (1 - M_t mu_t mu_(t+1)) m) / d  update
///   w = w - u                                                    parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one; sqrt(1 - b2^t) is the first of the role update. The two factors of g and m are
/// hyper-parameters: computed in wide arithmetic and rounded once. Frameworks differ: mu_t twice in
/// the correction of m is PyTorch 1.13's, where the paper has M_(t+1); PyTorch subtracts the two
/// parts of u one after the other. The preconditioner is that of a gradient that
/// equals its average.
struct Nadam {
  static constexpr std::string_view name = "nadam";
  static constexpr std::string_view summary = "Adam with Nesterov's momentum";
  static constexpr bool joins_eps = true;

  Decimal lr = "2e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";
  Decimal momentum_decay = "4e-3";

  static auto options() {
    return std::tuple{
        Option{"lr", &Nadam::lr, "learning rate", non_negative},
        Option{"beta1", &Nadam::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &Nadam::beta2, "decay of the squared gradient's average", decay_factor},
        Option{"eps", &Nadam::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &Nadam::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"momentum_decay", &Nadam::momentum_decay, "how fast the momentum warms up",
               non_negative}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Nadam::In final : public TwoMoments<T> {
 public:
  using Hyper = HyperArithmetic<T>;

  In(const Nadam& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : TwoMoments<T>(options, layout, roles),
        momentum_{hyper<T>(options.beta1),
                  hyper<T>(options.momentum_decay) * elementary::log2(hyper<T>("0.96"))},
        product_(momentum_) {}

  std::optional<Preconditioner<T>> preconditioner() const override {
    return {{this->v_, factor_, root_, this->eps_, this->rate()}};
  }
  /// P is of g and m together, so their shares are of one.
  std::optional<LinearStep<T>> linear_step() const override {
    auto step = this->averaged_step(preconditioner());
    step.gains.direct = direct_;
    step.gains.averaged *= 1 - direct_;
    return step;
  }

 protected:
  void begin(Step<T>& s) override {
    TwoMoments<T>::begin(s);
    const std::uint64_t t = s.number();
    const Hyper now = momentum_(t), next = momentum_(t + 1), product = product_.at(t);
    const Hyper g_share = (1 - now) / (1 - product);
    const Hyper m_share = next / (1 - product * now * next);
    g_scale_ = s.roles().hyper(this->wide_rate() * g_share);
    m_scale_ = s.roles().hyper(this->wide_rate() * m_share);
    factor_ = convert<T>(Hyper(1 / (g_share + m_share)));
    direct_ = convert<double>(Hyper(g_share / (g_share + m_share)));
    root_ = s.scalar(Role::update, sqrt(expression::Constant<T>(this->v_correction_)));
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, false, this->decay_);
    const auto m = this->first_moment(s, g);
    const auto v = this->second_moment(s, g);
    const auto d = this->denominator(s, v, root_, this->v_correction_, this->eps_);
    const auto u = s.keep(Role::update, (g_scale_ * g + m_scale_ * m) / d);
    this->subtract(s, w, u);
  }

 private:
  /// mu_t.
  struct Momentum {
    Hyper beta1, log;
    Hyper operator()(std::uint64_t t) const {
      return beta1 * (1 - elementary::exp2(Hyper(t * log)) / 2);
    }
  };

  Momentum momentum_;
  Product<Hyper> product_;
  T g_scale_{}, m_scale_{}, factor_{}, root_{};
  double direct_ = 0;  ///< the gradient's share beside its average
};

}  // namespace ulpscope
