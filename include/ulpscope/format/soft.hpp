// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ostream>

#include "ulpscope/format/native_rounder.hpp"

namespace ulpscope {

/// A number of a format, for whole programs that compute in it: every operation is rounded once to
/// nearest even, from its exact result; overflow gives what the format says, subnormals are as the
/// format has them.
///
/// Operations are those of double, whose result is rounded into the format. Rounding twice is the
/// same as once for +, -, *, / and square root, as double has more than 2 p + 2 bits (S. A.
/// Figueroa, SIGNUM Newsletter 30(3), 1995, doi 10.1145/221332.221334), and as no result that is
/// not zero or infinite anyway comes near double's own limits. In the range of the format's
/// subnormals sums and differences are exact; products, quotients and roots are rounded to fewer
/// bits than p, which the same argument covers. The value is kept in a float, which has all of the
/// format's.
template <Format row>
class Soft {
  static constexpr Grid<float> narrow{row};
  static constexpr Grid<double> grid{row};
  static_assert(2 * row.p + 2 <= std::numeric_limits<double>::digits);
  static_assert(holds(Grid<float>::carrier, row));

 public:
  static constexpr Format format = row;

  constexpr Soft() = default;

  /// Rounded once from any number of the language.
  constexpr explicit Soft(double x)
      : value_(static_cast<float>(round_to_grid(x, grid, Mode::nearest_even))) {}
  constexpr explicit Soft(float x) : value_(round_to_grid(x, narrow, Mode::nearest_even)) {}
  constexpr explicit Soft(long double x) : Soft(to_odd(x)) {}
  template <std::integral N>
  constexpr explicit Soft(N x) : Soft(static_cast<long double>(x)) {}

  constexpr explicit operator float() const { return value_; }
  constexpr explicit operator double() const { return double{value_}; }
  constexpr explicit operator long double() const { return static_cast<long double>(value_); }

  friend constexpr Soft operator+(Soft a, Soft b) { return Soft(a.wide() + b.wide()); }
  friend constexpr Soft operator-(Soft a, Soft b) { return Soft(a.wide() - b.wide()); }
  friend constexpr Soft operator*(Soft a, Soft b) { return Soft(a.wide() * b.wide()); }
  friend constexpr Soft operator/(Soft a, Soft b) { return Soft(a.wide() / b.wide()); }
  friend constexpr Soft operator-(Soft a) { return of(-a.value_); }
  friend constexpr Soft operator+(Soft a) { return a; }
  constexpr Soft& operator+=(Soft b) { return *this = *this + b; }
  constexpr Soft& operator-=(Soft b) { return *this = *this - b; }
  constexpr Soft& operator*=(Soft b) { return *this = *this * b; }
  constexpr Soft& operator/=(Soft b) { return *this = *this / b; }

  friend constexpr bool operator==(Soft a, Soft b) { return a.value_ == b.value_; }
  friend constexpr std::partial_ordering operator<=>(Soft a, Soft b) {
    return a.value_ <=> b.value_;
  }

  friend Soft sqrt(Soft a) { return Soft(std::sqrt(a.wide())); }
  friend Soft abs(Soft a) { return of(std::fabs(a.value_)); }
  friend Soft fabs(Soft a) { return abs(a); }
  friend Soft floor(Soft a) { return Soft(std::floor(a.wide())); }
  friend bool isfinite(Soft a) { return std::isfinite(a.value_); }
  friend bool isnan(Soft a) { return std::isnan(a.value_); }
  friend bool isinf(Soft a) { return std::isinf(a.value_); }
  friend bool signbit(Soft a) { return std::signbit(a.value_); }
  friend int ilogb(Soft a) { return std::ilogb(a.value_); }
  friend Soft ldexp(Soft a, int power) { return Soft(std::ldexp(a.wide(), power)); }
  friend Soft frexp(Soft a, int* power) { return Soft(std::frexp(a.wide(), power)); }
  friend std::ostream& operator<<(std::ostream& out, Soft a) { return out << a.value_; }

  /// A float that is a number of the format.
  static constexpr Soft of(float x) {
    Soft result;
    result.value_ = x;
    return result;
  }

 private:
  constexpr double wide() const { return double{value_}; }

  /// To double by rounding to odd, after which rounding to at most 51 bits is as from x itself (S.
  /// Boldo and G. Melquiond, IEEE Trans. Computers 57(4), 2008, doi 10.1109/TC.2007.70819).
  static constexpr double to_odd(long double x) {
    const auto near = static_cast<double>(x);
    const auto bits = std::bit_cast<std::uint64_t>(near);
    const auto back = static_cast<long double>(near);
    if (back == x || !(back - back == 0) || bits % 2 == 1) return near;
    const bool beyond = (back > x) == (x > 0);  // near lies further from zero than x
    return std::bit_cast<double>(beyond ? bits - 1 : bits + 1);
  }

  float value_ = 0;
};

using Binary16 = Soft<binary16_format>;
using BFloat16 = Soft<bfloat16_format>;
using Tf32 = Soft<tf32_format>;
using E5m2 = Soft<e5m2_format>;
using E4m3 = Soft<e4m3_format>;

template <class T>
inline constexpr bool is_soft = false;
template <Format row>
inline constexpr bool is_soft<Soft<row>> = true;

}  // namespace ulpscope

/// All of it follows from the format's row.
template <ulpscope::Format row>
class std::numeric_limits<ulpscope::Soft<row>> {
  using T = ulpscope::Soft<row>;

  /// 2^k.
  static constexpr T power(std::int64_t k) {
    return T::of(std::bit_cast<float>(ulpscope::Grid<float>::power(k)));
  }

 public:
  static constexpr bool is_specialized = true, is_signed = true, is_integer = false,
                        is_exact = false;
  static constexpr bool has_infinity = row.overflow == ulpscope::Overflow::infinity;
  static constexpr bool has_quiet_NaN = row.nan, has_signaling_NaN = false;
  static constexpr float_denorm_style has_denorm =
      row.subnormals == ulpscope::Subnormals::kept ? denorm_present : denorm_absent;
  static constexpr bool has_denorm_loss = false;
  static constexpr float_round_style round_style = round_to_nearest;
  static constexpr bool is_iec559 = false, is_bounded = true, is_modulo = false, traps = false,
                        tinyness_before = false;
  static constexpr int radix = 2, digits = row.p;
  static constexpr int digits10 = (row.p - 1) * 30103 / 100000;
  static constexpr int max_digits10 = row.p * 30103 / 100000 + 2;
  static constexpr int min_exponent = static_cast<int>(row.emin) + 1;
  static constexpr int max_exponent = static_cast<int>(row.emax) + 1;
  static constexpr int min_exponent10 = -(-static_cast<int>(row.emin) * 30103 / 100000);
  static constexpr int max_exponent10 = max_exponent * 30103 / 100000;

  static constexpr T max() {
    return T::of(std::bit_cast<float>(ulpscope::Grid<float>(row).largest));
  }
  static constexpr T lowest() { return -max(); }
  static constexpr T min() { return power(row.emin); }
  static constexpr T denorm_min() {
    return has_denorm == denorm_present ? power(row.emin - row.p + 1) : min();
  }
  static constexpr T epsilon() { return power(1 - row.p); }
  static constexpr T round_error() { return power(-1); }
  static constexpr T infinity() {
    return has_infinity ? T::of(numeric_limits<float>::infinity()) : T();
  }
  static constexpr T quiet_NaN() { return T::of(numeric_limits<float>::quiet_NaN()); }
  static constexpr T signaling_NaN() { return T(); }
};
