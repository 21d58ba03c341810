// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/statistics.hpp"
#include "ulpscope/rule/rule.hpp"

namespace ulpscope {

/// The probe `moments` of a run in the rule's arithmetic T. Row t, after update number t:
///
///   update_norm             Euclidean norm of w_t - w_(t-1)
///   root_v_min .. max       of sqrt(v_t), the second moment as the rule divides by it
///   step_size_min .. max    of lr / P_t, see Preconditioner
///   v_zero                  share of v_t that is zero
///   v_subnormal             share below the smallest normal number of its format, but not zero
///   v_stalled               share where v_t = v_(t-1), although g^2 differs from it
///   eps_dominated           share where eps is larger than the root it keeps from zero
///   unchanged               share of parameters with w_t = w_(t-1)
///   cosine                  of w_t - w_(t-1) and the negative gradient that drove the update
///
/// Empty are: all at t = 0, those of v where a step divides by none, v_stalled at the first step
/// that does, a cosine with a zero. Computed in ProbeArithmetic, sums in the order of the
/// parameters.
template <class T>
class Moments {
 public:
  using W = ProbeArithmetic<T>;

  /// Before the update that a row follows.
  void before(Rule<T>& rule, std::span<const T> w, std::span<const T> gradient) {
    w_.assign(w.begin(), w.end());
    gradient_.assign(gradient.begin(), gradient.end());
    v_.clear();
    if (const auto p = rule.preconditioner()) {
      v_.assign(p->second_moment.begin(), p->second_moment.end());
    }
  }

  /// The row's fields behind gradient_norm, in the order of probe_list.
  std::vector<std::string> after(Rule<T>& rule, std::span<const T> w) const {
    std::vector<std::string> row(13);
    std::vector<W> moved(w.size());
    std::size_t unchanged = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      moved[i] = convert<W>(w[i]) - convert<W>(w_[i]);
      unchanged += w[i] == w_[i] ? 1 : 0;
    }
    const W length = norm(moved);
    row[0] = decimal_text(length);
    if (const auto p = rule.preconditioner()) moment_fields(rule, *p, row);
    row[11] = share(unchanged, w.size());
    const std::vector<W> gradient = widened<T>(gradient_);
    const W slope = norm(gradient);
    if (length > W(0) && slope > W(0)) {
      W product(0);
      for (std::size_t i = 0; i < w.size(); ++i) {
        product = product - (moved[i] / length) * (gradient[i] / slope);
      }
      row[12] = decimal_text(product);
    }
    return row;
  }

 private:
  static std::string share(std::size_t part, std::size_t all) {
    return decimal_text(static_cast<double>(part) / static_cast<double>(all));
  }

  void moment_fields(Rule<T>& rule, const Preconditioner<T>& p,
                     std::vector<std::string>& row) const {
    using std::sqrt;
    const auto& format = rule.roles()[Role::second_moment].format;
    const std::int64_t emin = format.rounding.format.emin;
    const W root = convert<W>(p.root), eps = convert<W>(p.eps);
    std::vector<W> roots, sizes;
    std::size_t zero = 0, subnormal = 0, stalled = 0, dominated = 0;
    for (std::size_t i = 0; i < p.second_moment.size(); ++i) {
      const T& kept = p.second_moment[i];
      const W v = convert<W>(kept);
      const W g = convert<W>(gradient_[i]);
      roots.push_back(sqrt(v));
      zero += v == W(0) ? 1 : 0;
      // What is stored: the value, or its root.
      const W& held = format.encoding == Encoding::sqrt ? roots.back() : v;
      const bool has_exponent =
          format.encoding == Encoding::linear || format.encoding == Encoding::sqrt;
      subnormal += has_exponent && held != W(0) && below_normal(held, emin) ? 1 : 0;
      stalled += !v_.empty() && kept == v_[i] && g * g != v ? 1 : 0;
      dominated += roots.back() / root < eps ? 1 : 0;
      const W d = rule.roles().joined(roots.back() / root, eps);
      sizes.push_back(convert<W>(p.lr) / (convert<W>(p.factor) * d));
    }
    std::size_t at = 1;
    for (const auto* values : {&roots, &sizes}) {
      for (const W& quantile : quantiles(*values)) row[at++] = decimal_text(quantile);
    }
    const std::size_t all = roots.size();
    row[7] = share(zero, all);
    row[8] = share(subnormal, all);
    if (!v_.empty()) row[9] = share(stalled, all);
    row[10] = share(dominated, all);
  }

  static bool below_normal(const W& x, std::int64_t emin) {
    using std::ilogb;
    return x == x && ilogb(x) < emin;
  }

  std::vector<T> w_, v_, gradient_;
};

}  // namespace ulpscope
