// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/roles.hpp"

namespace ulpscope {

/// The operations of a role in a step's formula, counted from 0 in the order in which they are
/// done: left operand, right operand, operation.
template <class T>
class Counter {
 public:
  Counter(const KeptRole<T>& role, std::uint64_t step) : role_(role), step_(step) {}

  const KeptRole<T>& role() const { return role_; }
  Site next() { return role_.site(0, step_, operations_++); }

 private:
  const KeptRole<T>& role_;
  std::uint64_t step_, operations_ = 0;
};

/// A value of T whose operations are a role's: rounded where it rounds every one. Both operands
/// have the same counter. Formulas that are written for any number type take it as theirs.
template <class T>
class Counted {
 public:
  Counted(const T& value, Counter<T>& counter) : value_(value), counter_(&counter) {}

  const T& value() const { return value_; }

  friend Counted operator+(const Counted& a, const Counted& b) {
    return {a.counter_->role().sum(a.value_, b.value_, a.counter_->next()), *a.counter_};
  }
  friend Counted operator-(const Counted& a, const Counted& b) {
    return {a.counter_->role().difference(a.value_, b.value_, a.counter_->next()), *a.counter_};
  }
  friend Counted operator*(const Counted& a, const Counted& b) {
    return {a.counter_->role().product(a.value_, b.value_, a.counter_->next()), *a.counter_};
  }

 private:
  T value_;
  Counter<T>* counter_;
};

}  // namespace ulpscope
