// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/operation.hpp"
#include "ulpscope/format/role.hpp"
#include "ulpscope/format/rounder.hpp"

namespace ulpscope {

/// A role's format in the arithmetic T, with its operations: T's own, rounded once into the format
/// where it rounds every one.
template <class T>
struct KeptRole {
  Role role = Role::data;
  RoleFormat format;
  Rounder<T> rounder;
  bool rounds = false;  ///< whether there is anything to do

  /// Whether operations are T's own.
  bool plain() const { return !format.every; }

  /// Where the role's operation of this number draws from.
  Site site(std::uint64_t index, std::uint64_t step, std::uint64_t operation) const {
    return {index, static_cast<std::uint32_t>(step),
            static_cast<std::uint32_t>(static_cast<std::uint64_t>(role) + 16 * operation)};
  }

  T sum(const T& a, const T& b, const Site& at) const {
    return format.every ? add(a, b, rounder, at) : a + b;
  }
  T difference(const T& a, const T& b, const Site& at) const {
    return format.every ? subtract(a, b, rounder, at) : a - b;
  }
  T product(const T& a, const T& b, const Site& at) const {
    return format.every ? multiply(a, b, rounder, at) : a * b;
  }
  T quotient(const T& a, const T& b, const Site& at) const {
    return format.every ? divide(a, b, rounder, at) : a / b;
  }
  T root(const T& a, const Site& at) const {
    using std::sqrt;
    return format.every ? square_root(a, rounder, at) : sqrt(a);
  }
  /// A function's value as an operation: rounded to T already.
  T function(const T& value, const Site& at) const {
    return format.every ? rounder(value, at) : value;
  }
  /// Values that are now stored; operations that rounded left nothing to do.
  void store(std::span<T> values, const Site& first) const {
    if (rounds && !format.every) rounder(values, first);
  }
};

/// Values of binary32 as a role stores them: rounded once into its format, into T's own otherwise.
/// Data are such values, and what models start from.
template <class T>
std::vector<T> stored(std::span<const float> values, const KeptRole<T>& role,
                      std::uint64_t operation = 0) {
  std::vector<T> all;
  all.reserve(values.size());
  if (!role.rounds) {
    for (const float x : values) all.push_back(convert<T>(x));
    return all;
  }
  if (holds(own_format<double>(), role.format.rounding.format)) {
    const Rounder<double> rounder(role.format.rounding);
    for (const float x : values) {
      all.push_back(convert<T>(rounder(double{x}, role.site(all.size(), 0, operation))));
    }
    return all;
  }
  // Only formats with more bits than binary32 are left, and T has them.
  for (const float x : values) {
    all.push_back(role.rounder(convert<T>(x), role.site(all.size(), 0, operation)));
  }
  return all;
}

/// The same for decimal numbers.
template <class T>
std::vector<T> stored(std::span<const Decimal> values, const KeptRole<T>& role) {
  std::vector<T> all;
  const Rounder<HyperArithmetic<T>> rounder(role.format.rounding);
  for (const Decimal& x : values) {
    const auto exact = hyper<T>(x);
    all.push_back(convert<T>(role.rounds ? rounder(exact, role.site(all.size(), 0, 0)) : exact));
  }
  return all;
}

/// The roles' formats in the arithmetic T, and hyper-parameters in theirs.
template <class T>
class Roles {
 public:
  using Hyper = HyperArithmetic<T>;

  /// Throws std::invalid_argument where T lacks some number of a role's format.
  explicit Roles(const RoleFormats& formats = {}) : eps_policy_(formats.eps_policy) {
    kept_.reserve(role_count);
    for (const RoleInfo& info : role_list) {
      const auto& given = formats[info.role];
      const RoleFormat format = given ? *given : RoleFormat{{own_format<T>()}};
      Rounder<T> rounder(format.rounding);
      const bool rounds = !rounder.exact() || format.encoding != Encoding::linear;
      kept_.push_back({info.role, format, std::move(rounder), rounds});
    }
    if (const auto& given = formats[Role::hyperparameters]) {
      hyper_rounder_.emplace(given->rounding);
      smallest_normal_ = given->rounding.format.emin;
    }
  }

  const KeptRole<T>& operator[](Role role) const { return kept_[static_cast<std::size_t>(role)]; }
  EpsPolicy eps_policy() const { return eps_policy_; }

  /// A root s = sqrt(v) joined with eps by the policy, in any number type W.
  template <class W>
  W joined(const W& s, const W& eps) const {
    using std::sqrt;
    switch (eps_policy_) {
      case EpsPolicy::inside: return sqrt(s * s + eps);
      case EpsPolicy::max: return s < eps ? eps : s;
      case EpsPolicy::as_is:
      case EpsPolicy::floor:
      case EpsPolicy::wide_denominator: break;
    }
    return s + eps;
  }

  /// A hyper-parameter, computed in wide arithmetic, rounded once into the format of
  /// hyperparameters.
  T hyper(const Hyper& x) const {
    return hyper_rounder_ ? convert<T>((*hyper_rounder_)(x, Site{})) : convert<T>(x);
  }
  T hyper(const Decimal& x) const { return hyper(ulpscope::hyper<T>(x)); }
  /// 1 - x, as a hyper-parameter.
  T complement(const Decimal& x) const { return hyper(Hyper(1 - ulpscope::hyper<T>(x))); }

  /// eps by the policy.
  T eps(const Decimal& x) const {
    using std::ldexp;
    const Hyper exact = ulpscope::hyper<T>(x);
    if (eps_policy_ == EpsPolicy::wide_denominator) return convert<T>(exact);
    T rounded = hyper(exact);
    if (eps_policy_ != EpsPolicy::floor) return rounded;
    const T floor = convert<T>(Hyper(ldexp(Hyper(1), static_cast<int>(smallest_normal_))));
    return rounded < floor ? floor : rounded;
  }

 private:
  EpsPolicy eps_policy_;
  std::vector<KeptRole<T>> kept_;
  std::optional<Rounder<Hyper>> hyper_rounder_;
  std::int64_t smallest_normal_ = own_format<T>().emin;
};

}  // namespace ulpscope
