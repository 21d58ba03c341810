// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/adam.hpp"

namespace ulpscope {

/// Adam with decoupled weight decay: I. Loshchilov and F. Hutter, arXiv 1711.05101, as PyTorch has
/// it (torch.optim.AdamW):
///
///   w = (1 - lr weight_decay) w              parameters
///
/// then a step of Adam without decay, see there. The factor is a hyper-parameter: computed in wide
/// arithmetic and rounded once. Without decay there is no such operation. Frameworks differ: in the
/// paper lr does not scale the decay, its schedule does. Compensation is of Adam's subtraction.
struct AdamW {
  static constexpr std::string_view name = "adamw";
  static constexpr std::string_view summary = "Adam with decoupled weight decay";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "1e-2";
  bool amsgrad = false;
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &AdamW::lr, "learning rate", non_negative},
        Option{"beta1", &AdamW::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &AdamW::beta2, "decay of the squared gradient's average", decay_factor},
        Option{"eps", &AdamW::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &AdamW::weight_decay, "lr times this share of the parameters goes",
               non_negative},
        Option{"amsgrad", &AdamW::amsgrad, "divide by the largest second moment so far"},
        Option{"maximize", &AdamW::maximize, "climb instead of descend"}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class AdamW::In final : public Adam::In<T> {
 public:
  In(const AdamW& o, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : Adam::In<T>({o.lr, o.beta1, o.beta2, o.eps, "0", o.amsgrad, o.maximize}, layout, roles),
        decays_(!o.weight_decay.zero()),
        decay_(hyper<T>(o.weight_decay)) {}

  std::optional<LinearStep<T>> linear_step() const override {
    auto step = Adam::In<T>::linear_step();
    if (decays_) step->gains.keep = convert<double>(factor_);
    return step;
  }

 protected:
  void begin(Step<T>& s) override {
    Adam::In<T>::begin(s);
    factor_ = s.roles().hyper(1 - this->wide_rate() * decay_);
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    if (decays_) this->shrink(s, w, factor_);
    Adam::In<T>::update(s, w, gradient);
  }

 private:
  bool decays_;
  HyperArithmetic<T> decay_;
  T factor_{};
};

}  // namespace ulpscope
