// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cfloat>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ostream>
#include <type_traits>

#include "ulpscope/format/native_rounder.hpp"

namespace ulpscope {

#ifdef __FAST_MATH__
#error "ulpscope's numbers are defined without -ffast-math"
#endif
static_assert(FLT_EVAL_METHOD == 0, "float and double operations must round to their own type");

namespace detail {

/// A double for a number x that it rounds from: x where that is a double, else the odd one of the
/// two doubles around it. What is rounded from that to at most 51 bits is as if rounded from x (S.
/// Boldo, G. Melquiond, IEEE Transactions on Computers 57(4), 2008, doi 10.1109/TC.2007.70819).
/// `nearest` is a double next to x, `order` how its magnitude compares to that of x.
constexpr double rounded_to_odd(double nearest, std::partial_ordering order) {
  if (!(order < 0) && !(order > 0)) return nearest;
  const auto bits = std::bit_cast<std::uint64_t>(nearest);
  return std::bit_cast<double>((order > 0 ? bits - 1 : bits) | 1U);
}

constexpr double to_odd(long double x) {
  const auto nearest = static_cast<double>(x);
  const long double back = nearest;
  return rounded_to_odd(nearest, x < 0 ? x <=> back : back <=> x);
}

template <std::integral Integer>
constexpr double to_odd(Integer x) {
  if constexpr (sizeof(Integer) <= 4) {
    return static_cast<double>(x);
  } else {
    static_assert(sizeof(Integer) == 8);
    const auto bits = static_cast<std::uint64_t>(x);
    const std::uint64_t magnitude = x < 0 ? -bits : bits;
    constexpr unsigned excess = 11;
    const std::uint64_t low = magnitude & ((1U << excess) - 1);
    const double high = static_cast<double>(magnitude >> excess | (low != 0 ? 1U : 0U)) *
                        static_cast<double>(1U << excess);
    const double value = magnitude >> 53U == 0 ? static_cast<double>(magnitude) : high;
    return x < 0 ? -value : value;
  }
}

}  // namespace detail

/// The numbers of a format, and operations that are rounded once into it, to nearest even: what a
/// machine with that format would compute. Overflow gives what the format says.
///
/// Stored as a float, which has every number of the format; it takes a float's 4 bytes therefore.
///
/// An operation is done in double, then rounded into the format. That is as good as a single
/// rounding from the exact result: rounding is monotone, so it can only go wrong where the double
/// is a border, the middle m between two neighbours, and the exact result r is beside it. A border
/// has at most p + 1 significand bits, in the subnormal range fewer, and operands have p. With 53
/// bits, at least 2 p + 2 (S. A. Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter
/// 30(3), 1995, doi 10.1145/221332.221334), r does not come so close to m without being m:
///   sum       it is exact, or a number of the format and less than an eighth of its ulp more or
///             less, while borders are a quarter or further away
///   product   it is exact
///   quotient  a - m b is 0 or at least 2^-(2p+1) of m b, as that has 2 p + 1 bits
///   root      x - m^2 is at least 2^-(2p+2) of m^2, and half of it is the root's share
/// No result leaves the normal range of double, whose exponents go beyond twice those of float.
template <Format own>
class Soft {
 public:
  static constexpr Format format = own;
  static_assert(own.p >= 1 && holds(Grid<float>::carrier, own), "float must have all numbers");
  static_assert(2 * Grid<float>::digits + 2 <= Grid<double>::digits);

  /// Zero.
  constexpr Soft() = default;

  /// Any number, rounded once.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr explicit Soft(Number x) : Soft(rounded(widened(x))) {}
  template <Format other>
  requires(other != own) constexpr explicit Soft(Soft<other> x) : Soft(static_cast<float>(x)) {}

  /// As a float gives it: exact for float and what is wider.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr explicit operator Number() const { return static_cast<Number>(value_); }

  friend constexpr Soft operator+(Soft a, Soft b) { return rounded(a.wide() + b.wide()); }
  friend constexpr Soft operator-(Soft a, Soft b) { return rounded(a.wide() - b.wide()); }
  friend constexpr Soft operator*(Soft a, Soft b) { return rounded(a.wide() * b.wide()); }
  friend constexpr Soft operator/(Soft a, Soft b) { return rounded(a.wide() / b.wide()); }
  constexpr Soft operator+() const { return *this; }
  constexpr Soft operator-() const { return as_it_is(-value_); }
  constexpr Soft& operator+=(Soft other) { return *this = *this + other; }
  constexpr Soft& operator-=(Soft other) { return *this = *this - other; }
  constexpr Soft& operator*=(Soft other) { return *this = *this * other; }
  constexpr Soft& operator/=(Soft other) { return *this = *this / other; }

  friend constexpr bool operator==(Soft a, Soft b) { return a.value_ == b.value_; }
  friend constexpr std::partial_ordering operator<=>(Soft a, Soft b) {
    return a.value_ <=> b.value_;
  }
  /// Numbers of other types are compared as they are, not rounded.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  friend constexpr bool operator==(Soft a, Number b) { return (a <=> b) == 0; }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  friend constexpr std::partial_ordering operator<=>(Soft a, Number b) {
    return a.wide() <=> widened(b);  // a double rounded to odd is no number of the format
  }

  friend Soft sqrt(Soft x) { return rounded(std::sqrt(x.wide())); }
  friend Soft abs(Soft x) { return as_it_is(std::fabs(x.value_)); }
  friend Soft fabs(Soft x) { return abs(x); }
  friend bool isfinite(Soft x) { return std::isfinite(x.value_); }
  friend bool isinf(Soft x) { return std::isinf(x.value_); }
  friend bool isnan(Soft x) { return std::isnan(x.value_); }
  friend bool signbit(Soft x) { return std::signbit(x.value_); }
  friend int ilogb(Soft x) { return std::ilogb(x.value_); }
  /// x * 2^n, rounded once: what is subnormal in double is 0 here.
  friend Soft ldexp(Soft x, int n) { return rounded(std::ldexp(x.wide(), n)); }
  /// x = f * 2^n with f in [1/2, 1), which the format has all of.
  friend Soft frexp(Soft x, int* n) requires(own.emin < 0) {
    return as_it_is(std::frexp(x.value_, n));
  }

  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      Soft x) {
    return out << x.value_;
  }

 private:
  static constexpr Grid<double> grid{own};

  constexpr double wide() const { return double{value_}; }

  template <class Number>
  static constexpr double widened(Number x) {
    if constexpr (std::is_same_v<Number, float> || std::is_same_v<Number, double>) {
      return double{x};
    } else {
      return detail::to_odd(x);
    }
  }
  static constexpr Soft rounded(double x) {
    return as_it_is(static_cast<float>(round_to_grid(x, grid, Mode::nearest_even)));
  }
  static constexpr Soft as_it_is(float value) {
    Soft x;
    x.value_ = value;
    return x;
  }

  float value_ = 0;
};

template <class T>
inline constexpr bool is_soft = false;
template <Format own>
inline constexpr bool is_soft<Soft<own>> = true;

using Binary16 = Soft<binary16_format>;
using BFloat16 = Soft<bfloat16_format>;
using Tf32 = Soft<tf32_format>;
using E5m2 = Soft<e5m2_format>;
using E4m3 = Soft<e4m3_format>;

}  // namespace ulpscope

/// All from the format; exponents as the language counts them, one more than IEEE 754.
template <ulpscope::Format own>
class std::numeric_limits<ulpscope::Soft<own>> {
  using T = ulpscope::Soft<own>;
  using Grid = ulpscope::Grid<double>;
  static constexpr double log10_2 = 0.30102999566398120;
  static constexpr double power(std::int64_t k) { return std::bit_cast<double>(Grid::power(k)); }
  static constexpr bool kept = own.subnormals == ulpscope::Subnormals::kept;
  static constexpr double largest = std::bit_cast<double>(Grid(own).largest);

 public:
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = true;
  static constexpr bool is_integer = false;
  static constexpr bool is_exact = false;
  static constexpr bool is_bounded = true;
  static constexpr bool is_modulo = false;
  static constexpr bool has_infinity = own.overflow == ulpscope::Overflow::infinity;
  static constexpr bool has_quiet_NaN = own.nan;
  static constexpr bool has_signaling_NaN = false;
  static constexpr float_denorm_style has_denorm = kept ? denorm_present : denorm_absent;
  static constexpr bool has_denorm_loss = false;
  static constexpr float_round_style round_style = round_to_nearest;
  static constexpr bool is_iec559 =
      kept && has_infinity && own.nan && own.top_codes == 0 && own.emin == 1 - own.emax;
  static constexpr bool traps = false;
  static constexpr bool tinyness_before = false;

  static constexpr int radix = 2;
  static constexpr int digits = own.p;
  static constexpr int digits10 = static_cast<int>((own.p - 1) * log10_2);
  static constexpr int max_digits10 = static_cast<int>(own.p * log10_2) + 2;
  static constexpr int min_exponent = static_cast<int>(own.emin) + 1;
  static constexpr int max_exponent = static_cast<int>(own.emax) + 1;
  static constexpr int min_exponent10 = static_cast<int>(static_cast<double>(own.emin) * log10_2);
  static constexpr int max_exponent10 = [] {
    int exponent = 0;
    for (double ten = 10; ten <= largest; ten *= 10) ++exponent;
    return exponent;
  }();

  static constexpr T min() { return T(power(own.emin)); }
  static constexpr T max() { return T(largest); }
  static constexpr T lowest() { return -max(); }
  static constexpr T epsilon() { return T(power(1 - own.p)); }
  static constexpr T round_error() { return T(0.5); }
  static constexpr T denorm_min() { return T(power(own.emin - (kept ? own.p - 1 : 0))); }
  static constexpr T infinity() {
    return has_infinity ? T(std::numeric_limits<double>::infinity()) : T();
  }
  static constexpr T quiet_NaN() {
    return has_quiet_NaN ? T(std::numeric_limits<double>::quiet_NaN()) : T();
  }
  static constexpr T signaling_NaN() { return T(); }
};
