// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// Adam: D. P. Kingma and J. Ba, arXiv 1412.6980, algorithm 1, as PyTorch has it:
///
///   g = g + weight_decay w
///   m = (b1 m) + ((1-b1) g)                  first_moment
///   v = (b2 v) + (((1-b2) g) g)              second_moment
///   d = sqrt(v) / sqrt(1 - b2^t) + eps       update
///   u = (lr / (1 - b1^t)) (m / d)            update
///   w = w - u                                parameters
///
/// in this order, each operation rounded in T. lr, b1, 1-b1, b2, 1-b2, eps, 1-b1^t and 1-b2^t are
/// computed in wide arithmetic and rounded once; the root of 1-b2^t is taken in T. Frameworks
/// differ in where eps enters and in which precision the corrections are computed.
/// AMSGrad (S. J. Reddi, S. Kale, S. Kumar, arXiv 1904.09237): the largest v so far stands for v
/// in d. `maximize` turns g's sign before all else.
struct Adam {
  static constexpr std::string_view name = "adam";
  static constexpr std::string_view summary = "adaptive moments; AMSGrad, weight decay";

  Decimal lr = "1e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";
  bool amsgrad = false;
  bool maximize = false;

  static auto options() {
    return std::tuple{
        Option{"lr", &Adam::lr, "learning rate", non_negative},
        Option{"beta1", &Adam::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &Adam::beta2, "decay of the squared gradient's average", decay_factor},
        Option{"eps", &Adam::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &Adam::weight_decay, "L2 penalty, added to the gradient",
               non_negative},
        Option{"amsgrad", &Adam::amsgrad, "divide by the largest second moment so far"},
        Option{"maximize", &Adam::maximize, "climb instead of descend"}};
  }

  template <class T>
  class In;
};

template <class T>
class Adam::In final : public Rule<T> {
 public:
  In(const Adam& options, std::size_t parameters)
      : amsgrad_(options.amsgrad),
        maximize_(options.maximize),
        lr_(convert<T>(hyper<T>(options.lr))),
        b1_(convert<T>(hyper<T>(options.beta1))),
        c1_(convert<T>(1 - hyper<T>(options.beta1))),
        b2_(convert<T>(hyper<T>(options.beta2))),
        c2_(convert<T>(1 - hyper<T>(options.beta2))),
        eps_(convert<T>(hyper<T>(options.eps))),
        decay_(convert<T>(hyper<T>(options.weight_decay))),
        b1_power_(hyper<T>(options.beta1)),
        b2_power_(hyper<T>(options.beta2)),
        m_(parameters, T(0)),
        v_(parameters, T(0)),
        v_max_(amsgrad_ ? parameters : 0, T(0)) {}

  void step(std::uint64_t t, std::span<T> w, std::span<const T> gradient) override {
    using std::sqrt;
    const T rate = lr_ / convert<T>(1 - b1_power_.at(t));
    const T root = sqrt(convert<T>(1 - b2_power_.at(t)));
    // Local copies: a member could be among w for all the compiler knows, and would have to be
    // read again for each parameter.
    const T b1 = b1_, c1 = c1_, b2 = b2_, c2 = c2_, e = eps_, decay = decay_;
    const bool largest = amsgrad_, climbs = maximize_, decays = decay_ != 0;
    T *const m = m_.data(), *const v = v_.data(), *const v_max = v_max_.data();
    for (std::size_t i = 0; i < w.size(); ++i) {
      T g = climbs ? -gradient[i] : gradient[i];
      if (decays) g = g + decay * w[i];
      m[i] = b1 * m[i] + c1 * g;
      v[i] = b2 * v[i] + (c2 * g) * g;
      if (largest) v_max[i] = v_max[i] < v[i] ? v[i] : v_max[i];
      const T d = sqrt(largest ? v_max[i] : v[i]) / root + e;
      const T u = rate * (m[i] / d);
      w[i] = w[i] - u;
    }
  }

  std::vector<State<T>> states() override {
    std::vector<State<T>> all{{"first_moment", m_}, {"second_moment", v_}};
    if (amsgrad_) all.push_back({"second_moment_max", v_max_});
    return all;
  }

 private:
  bool amsgrad_, maximize_;
  T lr_, b1_, c1_, b2_, c2_, eps_, decay_;
  Power<HyperArithmetic<T>> b1_power_, b2_power_;
  std::vector<T> m_, v_, v_max_;
};

}  // namespace ulpscope
