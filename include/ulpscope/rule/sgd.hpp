// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Gradient descent with momentum, as PyTorch has it (torch.optim.SGD):
///
///   g = g + weight_decay w
///   b = g                                 at the first step,
///   b = momentum b + (1 - dampening) g    later
///   w = w - lr b      or, with nesterov,      w = w - lr (g + momentum b)
///
/// B. T. Polyak, USSR Comp. Math. 4 (1964), doi 10.1016/0041-5553(64)90137-5; the Nesterov form
/// is that of I. Sutskever et al., ICML 2013. Frameworks differ: here, as in PyTorch, lr scales
/// the whole average, not the gradient that enters it, and the first average is not dampened.
/// 1 - dampening is computed in wide arithmetic and rounded once. A term whose factor is zero
/// in T is left out. `maximize` turns g's sign before all else.
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
      return "nesterov = true needs momentum > 0 and dampening = 0";
    }
    return {};
  }

  template <class T>
  class In;
};

template <class T>
class Sgd::In final : public Rule<T> {
 public:
  In(const Sgd& options, std::size_t parameters)
      : nesterov_(options.nesterov),
        maximize_(options.maximize),
        lr_(convert<T>(hyper<T>(options.lr))),
        momentum_(convert<T>(hyper<T>(options.momentum))),
        share_(convert<T>(1 - hyper<T>(options.dampening))),
        decay_(convert<T>(hyper<T>(options.weight_decay))),
        average_(momentum_ == 0 ? 0 : parameters, T(0)) {}

  void step(std::uint64_t t, std::span<T> w, std::span<const T> gradient) override {
    for (std::size_t i = 0; i < w.size(); ++i) {
      T g = maximize_ ? -gradient[i] : gradient[i];
      if (decay_ != 0) g = g + decay_ * w[i];
      if (momentum_ != 0) {
        T& b = average_[i];
        b = t == 1 ? g : momentum_ * b + share_ * g;
        g = nesterov_ ? g + momentum_ * b : b;
      }
      w[i] = w[i] - lr_ * g;
    }
  }

  std::vector<State<T>> states() override {
    if (average_.empty()) return {};
    return {{"first_moment", average_}};
  }

 private:
  bool nesterov_, maximize_;
  T lr_, momentum_, share_, decay_;
  std::vector<T> average_;
};

}  // namespace ulpscope
