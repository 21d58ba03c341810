// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <limits>

namespace ulpscope {

/// An unevaluated sum of two doubles, `high` the double nearest to it: at least 100 significand
/// bits within double's range, from + - * / and sqrt of double alone (T. J. Dekker, doi
/// 10.1007/BF01397083). For finite values below 2^996 in magnitude whose parts are normal or zero;
/// square roots of values above 0.
class DoubleDouble {
 public:
  DoubleDouble() = default;
  DoubleDouble(double high, double low = 0) : high_(high), low_(low) {}

  explicit operator double() const { return high_; }

  friend DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
    const DoubleDouble heads = sum(a.high_, b.high_);
    const DoubleDouble tails = sum(a.low_, b.low_);
    const DoubleDouble joined = ordered_sum(heads.high_, heads.low_ + tails.high_);
    return ordered_sum(joined.high_, joined.low_ + tails.low_);
  }
  friend DoubleDouble operator-(const DoubleDouble& a) { return {-a.high_, -a.low_}; }
  friend DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + -b; }
  friend DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
    const DoubleDouble head = product(a.high_, b.high_);
    return ordered_sum(head.high_, head.low_ + (a.high_ * b.low_ + a.low_ * b.high_));
  }
  friend DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b) {
    const double first = a.high_ / b.high_;
    const DoubleDouble rest = a - b * first;
    const double second = rest.high_ / b.high_;
    const double third = (rest - b * second).high_ / b.high_;
    return ordered_sum(first, second) + third;
  }
  friend DoubleDouble sqrt(const DoubleDouble& a) {
    const double first = std::sqrt(a.high_);
    return ordered_sum(first, (a - product(first, first)).high_ / (2 * first));
  }
  friend DoubleDouble floor(const DoubleDouble& a) {
    const double head = std::floor(a.high_);
    return head == a.high_ ? ordered_sum(head, std::floor(a.low_)) : head;
  }
  friend DoubleDouble ldexp(const DoubleDouble& a, int k) {
    return {std::ldexp(a.high_, k), std::ldexp(a.low_, k)};
  }
  friend DoubleDouble frexp(const DoubleDouble& a, int* k) {
    const double head = std::frexp(a.high_, k);
    return {head, std::ldexp(a.low_, -*k)};
  }
  friend bool operator<(const DoubleDouble& a, const DoubleDouble& b) {
    return a.high_ < b.high_ || (a.high_ == b.high_ && a.low_ < b.low_);
  }
  friend bool operator>(const DoubleDouble& a, const DoubleDouble& b) { return b < a; }
  friend bool operator<=(const DoubleDouble& a, const DoubleDouble& b) {
    return a < b || (a.high_ == b.high_ && a.low_ == b.low_);
  }

 private:
  /// a + b exactly (D. E. Knuth, "The Art of Computer Programming", volume 2, 4.2.2).
  static DoubleDouble sum(double a, double b) {
    const double head = a + b;
    const double of_b = head - a;
    return {head, (a - (head - of_b)) + (b - of_b)};
  }
  /// The same for |a| >= |b|.
  static DoubleDouble ordered_sum(double a, double b) {
    const double head = a + b;
    return {head, b - (head - a)};
  }
  /// a b exactly, from halves of 26 bits.
  static DoubleDouble product(double a, double b) {
    const double head = a * b;
    const auto [a1, a2] = halves(a);
    const auto [b1, b2] = halves(b);
    return {head, ((a1 * b1 - head) + a1 * b2 + a2 * b1) + a2 * b2};
  }
  struct Halves {
    double head, tail;
  };
  static Halves halves(double a) {
    const double scaled = 134217729 * a;  // 2^27 + 1
    const double head = scaled - (scaled - a);
    return {head, a - head};
  }

  double high_ = 0, low_ = 0;
};

}  // namespace ulpscope

template <>
class std::numeric_limits<ulpscope::DoubleDouble> {
 public:
  static constexpr bool is_specialized = true;
  static constexpr int digits = 100;
  static ulpscope::DoubleDouble infinity() { return std::numeric_limits<double>::infinity(); }
};
