// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/two_moments.hpp"

namespace ulpscope {

/// Rectified Adam: L. Liu et al., arXiv 1908.03265, algorithm 2, as PyTorch has it
/// (torch.optim.RAdam):
///
///   rho = 2 / (1 - b2) - 1,  rho_t = rho - 2 t b2^t / (1 - b2^t)
///   r = sqrt((rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t))
///   g = g + weight_decay w                                    gradient
///   m = (b1 m) + ((1-b1) g)                                   first_moment
///   v = (b2 v) + (((1-b2) g) g)                               second_moment
///   u = (lr r sqrt(1 - b2^t) / (1 - b1^t)) (m / (sqrt(v) + eps))   update, where rho_t > 5
///   u = (lr / (1 - b1^t)) m                                   update, in the steps before
///   w = w - u                                                 parameters
///
/// in this order, each operation rounded in T, and in the role's format where that rounds every
/// one. The factor of the update is a hyper-parameter: computed in wide arithmetic and rounded
/// once. Frameworks differ: in the paper the limit of rho_t is 4, and there is no eps; PyTorch adds
/// it to the root before the correction.
struct Radam {
  static constexpr std::string_view name = "radam";
  static constexpr std::string_view summary = "Adam that waits until the second moment is settled";
  static constexpr bool joins_eps = true;

  Decimal lr = "1e-3";
  Decimal beta1 = "0.9";
  Decimal beta2 = "0.999";
  Decimal eps = "1e-8";
  Decimal weight_decay = "0";

  static auto options() {
    return std::tuple{
        Option{"lr", &Radam::lr, "learning rate", non_negative},
        Option{"beta1", &Radam::beta1, "decay of the gradient's average", decay_factor},
        Option{"beta2", &Radam::beta2, "decay of the squared gradient's average", decay_factor},
        Option{"eps", &Radam::eps, "added to the root of the second moment", non_negative},
        Option{"weight_decay", &Radam::weight_decay, "L2 penalty, added to the gradient",
               non_negative}};
  }

  std::vector<Role> moments() const { return {Role::first_moment, Role::second_moment}; }

  template <class T>
  class In;
};

template <class T>
class Radam::In final : public TwoMoments<T> {
 public:
  using Hyper = HyperArithmetic<T>;

  In(const Radam& options, const Layout& layout, const Roles<T>& roles = Roles<T>())
      : TwoMoments<T>(options, layout, roles), limit_(2 / (1 - hyper<T>(options.beta2)) - 1) {}

  std::optional<Preconditioner<T>> preconditioner() const override {
    if (!rectified_) return std::nullopt;
    return {{this->v_, factor_, T(1), this->eps_, this->rate()}};
  }
  /// Before rectification nothing divides but the correction, which is no parameter's own.
  std::optional<LinearStep<T>> linear_step() const override {
    auto step = this->averaged_step(preconditioner());
    if (!rectified_) step.gains.averaged /= convert<double>(this->wide_m_correction_);
    return step;
  }

 protected:
  void begin(Step<T>& s) override {
    TwoMoments<T>::begin(s);
    const Hyper& correction = this->wide_v_correction_;
    const Hyper length = limit_ - 2 * s.second_moment_age() * (1 - correction) / correction;
    rectified_ = length > 5;
    Hyper share = 1 / this->wide_m_correction_;
    if (rectified_) {
      const Hyper square =
          (length - 4) * (length - 2) * limit_ / ((limit_ - 4) * (limit_ - 2) * length);
      share *= sqrt(Hyper(square * correction));
    }
    scale_ = s.roles().hyper(this->wide_rate() * share);
    factor_ = convert<T>(Hyper(1 / share));
  }

  void update(Step<T>& s, std::span<T> w, std::span<const T> gradient) override {
    const auto g = this->slope(s, w, gradient, false, this->decay_);
    const auto m = this->first_moment(s, g);
    const auto v = this->second_moment(s, g);
    const auto u = rectified_
                       ? s.keep(Role::update, scale_ * (m / this->denominator(s, v, this->eps_)))
                       : s.keep(Role::update, scale_ * m);
    this->subtract(s, w, u);
  }

 private:
  Hyper limit_;  ///< of the length of the average
  bool rectified_ = false;
  T scale_{}, factor_{};
};

}  // namespace ulpscope
