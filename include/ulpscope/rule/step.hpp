// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <span>
#include <type_traits>
#include <vector>

#include "ulpscope/format/encoding.hpp"
#include "ulpscope/format/roles.hpp"
#include "ulpscope/format/simd.hpp"
#include "ulpscope/rule/expression.hpp"
#include "ulpscope/rule/intervention.hpp"

#if defined(__clang__)
#define ULPSCOPE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ULPSCOPE_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace ulpscope {

namespace detail {

/// A loop for run(): a formula's values.
template <class T, class E>
struct ComputeAll {
  T* values;
  std::size_t count;
  const E& formula;

  [[gnu::always_inline]] void operator()() const {
    // Copies: the compiler need not fear that a value's store changes them.
    T* const out = values;
    const std::size_t n = count;
    const E e = formula;
    // A formula reads no value but the one at the place that it is written to.
    ULPSCOPE_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) out[i] = e.plain(i);
  }
};

}  // namespace detail

/// A role's operations on single values, outside the formulas of chunks, such as sums over tensors:
/// together one operation of the role, in which they count as indices do elsewhere.
template <class T>
class Singles {
 public:
  Singles(const KeptRole<T>& role, const Site& first) : role_(&role), site_(first) {}

  T sum(const T& a, const T& b) { return role_->sum(a, b, next()); }
  T product(const T& a, const T& b) { return role_->product(a, b, next()); }
  T quotient(const T& a, const T& b) {
    const Site at = next();
    return role_->plain() ? expression::Divide::plain(a, b) : role_->quotient(a, b, at);
  }
  T root(const T& a) {
    const Site at = next();
    return role_->plain() ? expression::SquareRoot::plain(a) : role_->root(a, at);
  }

 private:
  Site next() {
    const Site now = site_;
    ++site_.index;
    return now;
  }

  const KeptRole<T>* role_;
  Site site_;
};

/// One update of the parameters in the arithmetic T, as a rule's formulas see it: a chunk of
/// parameters at a time, each formula's result in a role, rounded as the role's format says.
///
/// `every`: each operation of the formula rounds once into the format, from its exact value.
/// `store`: the formula is computed in T; its result is encoded and rounded where it is kept.
template <class T>
class Step {
 public:
  using Values = expression::Values<T>;

  /// Parameters worked on at a time: what a chunk of a few states takes fits the first cache, and
  /// blocks of encodings do not straddle chunks.
  static constexpr std::size_t chunk = 512;
  static_assert(chunk % block8_size == 0);

  explicit Step(const Roles<T>& roles) : roles_(&roles) {}

  /// The model's sums draw as the role gradient, too: what a rule adds comes behind them.
  static constexpr std::uint32_t first_gradient_operation = 1U << 27U;

  /// `least`: the intervention's, as the role second_moment computes.
  void intervene(const Intervention& what, const T& least) {
    intervention_ = what;
    least_ = least;
  }
  void intervene_after(std::uint64_t updates) { intervention_.at = updates; }

  void begin(std::uint64_t number) {
    number_ = number;
    frozen_ = intervention_.acts(Intervention::Kind::freeze, number);
    held_ = intervention_.acts(Intervention::Kind::hold, number);
    operations_ = {};
    operation(Role::gradient) = first_gradient_operation;
  }

  std::uint64_t number() const { return number_; }
  /// How many updates the second moment has taken in: number(), but for an intervention.
  std::uint64_t second_moment_age() const { return intervention_.age(number_); }
  const Roles<T>& roles() const { return *roles_; }

  /// Formulas are computed by this instruction set; the bits are the same. Those of wide numbers
  /// by eights need the best one.
  void use(Simd simd) { simd_ = simd; }

  /// Roles whose formulas are not computed: their values stay as they are.
  void skip(Role role) { skipped_[static_cast<std::size_t>(role)] = true; }

  Singles<T> singles(Role role) {
    Singles<T> all(roles()[role], site(role, 0));
    ++operation(role);
    return all;
  }

  /// Values of a whole state, computed by single operations, kept in it; they become what is used
  /// from here on, as keep has it below. Where the role is skipped they go nowhere.
  void keep_whole(Role role, std::span<T> state, std::span<T> values) {
    if (skipped_[static_cast<std::size_t>(role)]) return;
    if (frozen(role)) {
      ++operation(role);
      std::copy(state.begin(), state.end(), values.begin());
      return;
    }
    const KeptRole<T>& how = roles()[role];
    hold(role, values);
    std::copy(values.begin(), values.end(), state.begin());
    if (how.rounds && !how.format.every) encode(state, how.format, how.rounder, site(role, 0));
    ++operation(role);
    if (!how.format.fresh) std::copy(state.begin(), state.end(), values.begin());
  }

  /// The scalar formulas of the step are done: what follows is computed for each chunk alike.
  void begin_chunks() { before_chunks_ = operations_; }
  void begin_chunk(std::size_t first, std::size_t count) {
    first_ = first;
    count_ = count;
    operations_ = before_chunks_;
    used_ = 0;
  }

  /// The chunk's values of a state.
  Values of(std::span<const T> state) const {
    fetch_ahead(state);
    return Values(state.data() + first_);
  }

  /// A formula of scalars, such as lr / (1 - b1^t): its value for this step.
  template <expression::Expression E>
  T scalar(Role role, const E& formula) {
    expression::Every<T> every{roles()[role].rounder, site(role, 0)};
    operation(role) += E::operations;
    return roles()[role].format.every ? formula.every(0, every) : formula.plain(0);
  }

  /// The formula's values, kept in a state; returns what is used from here on: the values as they
  /// are kept, or, for a role with `fresh`, as they were computed.
  template <expression::Expression E>
  Values keep(Role role, std::span<T> state, const E& formula) {
    if (frozen(role)) {  // what else the role draws stays as it is without the intervention
      operation(role) += roles()[role].format.every ? E::operations + (E::rounded ? 0 : 1) : 1;
      return of(state);
    }
    return keep_at(role, state.data() + first_, formula);
  }

  /// As keep, in a place that lives until the end of the chunk.
  template <expression::Expression E>
  Values keep(Role role, const E& formula) {
    return keep_at(role, temporary(), formula);
  }

  /// The values of a part of a role's formula, which is not stored: not rounded unless every
  /// operation is.
  template <expression::Expression E>
  Values compute(Role role, const E& formula) {
    T* const values = temporary();
    if (skipped_[static_cast<std::size_t>(role)]) return Values(values);
    return roles()[role].format.every ? compute_every(role, values, formula)
                                      : compute_plain(values, formula);
  }

  /// The formula's values in T, whatever the roles' formats.
  template <expression::Expression E>
  Values compute(const E& formula) {
    return compute_plain(temporary(), formula);
  }

  /// Values that are in a role's format already take the place of its state.
  void copy(const Values& from, std::span<T> state) const {
    std::copy(from.data, from.data + count_, state.data() + first_);
  }

 private:
  template <class E>
  Values keep_at(Role role, T* kept, const E& formula) {
    if (skipped_[static_cast<std::size_t>(role)]) return Values(kept);
    const KeptRole<T>& how = roles()[role];
    if (how.format.every) {
      compute_every(role, kept, formula);
      hold(role, {kept, count_});
      return Values(kept);
    }
    T* const computed = how.format.fresh ? temporary() : kept;
    compute_plain(computed, formula);
    hold(role, {computed, count_});
    if (how.format.fresh) std::copy(computed, computed + count_, kept);
    if (how.rounds) {
      encode(std::span<T>(kept, count_), how.format, how.rounder, site(role, first_));
    }
    ++operation(role);
    return Values(computed);
  }

  bool frozen(Role role) const { return frozen_ && role == Role::second_moment; }
  void hold(Role role, std::span<T> values) const {
    if (!held_ || role != Role::second_moment) return;
    for (T& value : values) {
      if (value < least_) value = least_;
    }
  }

  Site site(Role role, std::size_t index) {
    return {index, static_cast<std::uint32_t>(number_),
            static_cast<std::uint32_t>(role) + 16 * operation(role)};
  }
  std::uint32_t& operation(Role role) { return operations_[static_cast<std::size_t>(role)]; }

  /// Asks for a state's values of the next chunk but one, so that memory is read while formulas are
  /// computed: several formulas over a chunk are no one stream that a processor foresees.
  void fetch_ahead([[maybe_unused]] std::span<const T> state) const {
    if constexpr (std::is_floating_point_v<T>) {
      constexpr std::size_t line = 64 / sizeof(T);
      const std::size_t ahead = first_ + 2 * chunk;
      if (ahead + chunk > state.size()) return;
      const T* const values = state.data() + ahead;
      for (std::size_t i = 0; i < chunk; i += line) __builtin_prefetch(values + i);
    }
  }

  /// Room for a chunk of values, until the chunk ends.
  T* temporary() {
    if (used_ == temporaries_.size()) temporaries_.emplace_back(chunk);
    return temporaries_[used_++].data();
  }

  template <class E>
  Values compute_plain(T* out, const E& formula) const {
    if constexpr (E::in_eights && E::operations > 0) {
      if (simd_ == Simd::avx512 && kernel::has_ifma()) return compute_eights(out, formula);
    }
    const detail::ComputeAll<T, E> all{out, count_, formula};
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
      run(simd_, all);
    } else {
      all();
    }
    return Values(out);
  }
  template <class E>
  Values compute_eights(T* out, const E& formula) const {
    constexpr std::size_t lanes = kernel::Eight<T>::lanes;
    for (std::size_t i = 0; i < count_; i += lanes) {
      const std::size_t count = std::min(lanes, count_ - i);
      if (formula.eight(i, count).store(out + i, count)) continue;
      for (std::size_t k = i; k < i + count; ++k) out[k] = formula.plain(k);
    }
    return Values(out);
  }
  template <class E>
  Values compute_every(Role role, T* out, const E& formula) {
    const Rounder<T>& rounder = roles()[role].rounder;
    for (std::size_t i = 0; i < count_; ++i) {
      expression::Every<T> every{rounder, site(role, first_ + i)};
      out[i] = formula.every(i, every);
      if constexpr (!E::rounded) out[i] = rounder(out[i], every.next());
    }
    operation(role) += E::operations + (E::rounded ? 0 : 1);
    return Values(out);
  }

  const Roles<T>* roles_;
  Simd simd_ = best_simd();
  std::uint64_t number_ = 0;
  std::size_t first_ = 0, count_ = 0;
  std::array<std::uint32_t, role_count> operations_{}, before_chunks_{};
  std::array<bool, role_count> skipped_{};
  Intervention intervention_;
  T least_{};
  bool frozen_ = false, held_ = false;
  std::deque<std::vector<T>> temporaries_;
  std::size_t used_ = 0;
};

}  // namespace ulpscope

#undef ULPSCOPE_INDEPENDENT
