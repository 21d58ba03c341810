// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/option.hpp"
#include "ulpscope/rule/two_moments.hpp"

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
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one; sqrt(1 - b2^t), then lr / (1 - b1^t), are the first two of the role update. lr, b1, 1-b1,
/// b2, 1-b2, eps, 1-b1^t and 1-b2^t are hyperparameters: computed in wide arithmetic and rounded
/// once. d is not stored. Frameworks differ in where eps enters and in which precision the
/// corrections are computed; the form with eps inside the root is eps_policy "inside":
/// d = sqrt(v / (1 - b2^t) + eps).
/// AMSGrad (S. J. Reddi, S. Kale, S. Kumar, arXiv 1904.09237): the largest v so far stands for v
/// in d. `maximize` turns g's sign before all else.
struct Adam {
  static constexpr std::string_view name = "adam";
  static constexpr std::string_view summary = "adaptive moments; AMSGrad, weight decay";
  /// eps joins a root as the eps policies have it.
  static constexpr bool joins_eps = true;

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

  /// The roles that it has besides parameters, gradient, update and hyperparameters.
  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Adam::In : public TwoMoments<T> {
 public:
  In(const Adam& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : TwoMoments<T>(options, layout, roles),
        amsgrad_(options.amsgrad),
        maximize_(options.maximize),
        v_max_(amsgrad_ ? layout.size() : 0, T(0)) {}

  std::optional<Preconditioner<T>> preconditioner() const override {
    return {{amsgrad_ ? v_max_ : this->v_, this->m_correction_, root_, this->eps_, this->rate()}};
  }
  std::optional<LinearStep<T>> linear_step() const override {
    return this->averaged_step(preconditioner(), maximize_);
  }

 protected:
  using Values = typename Rule<T>::Values;

  void begin(Step<T>& s) override {
    TwoMoments<T>::begin(s);
    root_ = s.scalar(Role::update, sqrt(expression::Constant<T>(this->v_correction_)));
    scale_ = s.scalar(Role::update, expression::Constant<T>(this->rate()) / this->m_correction_);
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, maximize_, this->decay_);
    const auto m = this->first_moment(s, g);
    auto v = spread(s, g, m);
    if (amsgrad_) v = s.keep(Role::second_moment, v_max_, max(s.of(v_max_), v));
    const auto d = this->denominator(s, v, root_, this->v_correction_, this->eps_);
    const auto u = s.keep(Role::update, scale_ * (m / d));
    this->subtract(s, w, u);
  }

  /// The second moment, of the gradient here.
  virtual Values spread(Step<T>& s, const Values& g, const Values&) {
    return this->second_moment(s, g);
  }

  std::vector<State<T>> own_states() override {
    auto all = TwoMoments<T>::own_states();
    if (amsgrad_) all.push_back({"second_moment_max", v_max_});
    return all;
  }

 private:
  bool amsgrad_, maximize_;
  T root_{}, scale_{};
  std::vector<T> v_max_;
};

}  // namespace ulpscope
