// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/power.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// What rules of Adam's kind share, whatever they divide by what:
///
///   m = (b1 m) + ((1-b1) g)                  first_moment
///   v = (b2 v) + (((1-b2) g) g)              second_moment
///
/// and 1-b1^t, 1-b2^t, which correct averages that started at zero. The options have lr, beta1,
/// beta2, eps and weight_decay; 1-b and 1-b^t are computed in wide arithmetic and rounded once. The
/// t of 1-b2^t is the second moment's age, see Intervention.
template <class T>
class TwoMoments : public Rule<T> {
 public:
  template <class Options>
  TwoMoments(const Options& options, const Layout& layout, const Roles<T>& roles)
      : Rule<T>(layout, roles, options.lr),
        b1_(roles.hyper(options.beta1)),
        c1_(roles.complement(options.beta1)),
        b2_(roles.hyper(options.beta2)),
        c2_(roles.complement(options.beta2)),
        eps_(roles.eps(options.eps)),
        decay_(roles.hyper(options.weight_decay)),
        m_(layout.size(), T(0)),
        v_(layout.size(), T(0)),
        b1_power_(hyper<T>(options.beta1)),
        b2_power_(hyper<T>(options.beta2)) {}

 protected:
  using Values = typename Rule<T>::Values;
  using Hyper = typename Rule<T>::Hyper;

  void begin(Step<T>& s) override {
    wide_m_correction_ = 1 - b1_power_.at(s.number());
    wide_v_correction_ = 1 - b2_power_.at(s.second_moment_age());
    m_correction_ = s.roles().hyper(wide_m_correction_);
    v_correction_ = s.roles().hyper(wide_v_correction_);
  }

  Values first_moment(Step<T>& s, const Values& g) {
    return this->average(s, Role::first_moment, m_, b1_, c1_, g);
  }
  Values second_moment(Step<T>& s, const Values& g) {
    return this->square_average(s, Role::second_moment, v_, b2_, c2_, g);
  }

  /// m divided by P.
  LinearStep<T> averaged_step(std::optional<Preconditioner<T>> p, bool maximize = false) const {
    return this->linear(b1_, c1_, maximize, decay_, std::move(p));
  }

  std::vector<State<T>> own_states() override {
    return {{"first_moment", m_}, {"second_moment", v_}};
  }

  T b1_, c1_, b2_, c2_, eps_, decay_;
  T m_correction_{}, v_correction_{};            ///< 1 - b^t
  Hyper wide_m_correction_, wide_v_correction_;  ///< before they are rounded
  std::vector<T> m_, v_;

 private:
  Power<Hyper> b1_power_, b2_power_;
};

}  // namespace ulpscope
