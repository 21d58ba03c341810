// SPDX-License-Identifier: BSL-1.0
// Rounding float and double into small formats, completely: every number of the format, and on,
// just below and just above every border between neighbours, by enumerating the format's numbers;
// into any format against MPFR; and against the compiler's own conversions.
#include <bit>
#include <cmath>
#include <random>

#include "catch.hpp"
#include "rounding_oracle.hpp"
#include "ulpscope/format/literal.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

template <class T>
bool same_bits(T a, T b) {
  using Bits = typename Grid<T>::Bits;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b) || (std::isnan(a) && std::isnan(b));
}

/// Formats of 16 bits and less, the named and some spelled ones.
std::vector<NamedFormat> small_formats() {
  std::vector<NamedFormat> all;
  const Format carrier = Grid<double>::carrier;
  for (const char* name : {"p11e5", "p8e8", "p3e5", "p4e4", "p3e3", "p12e4", "p10e6", "p6e10",
                           "p13e3", "p2e9", "p1e5", "p1e8", "p5e11"}) {
    all.push_back({name, find_format(name, carrier).value()});
  }
  all.push_back({"e4m3", e4m3_format});
  all.push_back({"e3m2", e3m2_format});
  all.push_back({"e2m3", e2m3_format});
  all.push_back({"e2m1", e2m1_format});
  all.push_back({"p11e5, saturating", {11, -14, 15, Subnormals::kept, Overflow::largest}});
  all.push_back({"p3e5, two codes less", {3, -14, 15, Subnormals::kept, Overflow::nan, true, 2}});
  for (const char* name : {"p8e8", "p3e5", "p11e4", "p1e6"}) {
    Format format = find_format(name, carrier).value();
    format.subnormals = Subnormals::rounded;
    all.push_back({std::string(name) + ", rounded", format});
  }
  return all;
}

/// A number of a format, whether its last bit is set, and half the gap to the next.
struct Number {
  double value;
  bool odd;
  double half_gap;
};

/// All numbers of a format that are not negative, in order, by writing them down: the last is the
/// first beyond its range.
std::vector<Number> numbers(const Format& format) {
  std::vector<Number> all;
  const int half = 1 << (format.p - 1);
  const auto add = [&](int m, std::int64_t e) {
    const auto ulp = static_cast<int>(e) - format.p + 1;
    all.push_back({std::ldexp(m, ulp), m % 2 != 0, std::ldexp(0.5, ulp)});
  };
  if (format.subnormals == Subnormals::kept) {
    for (int m = 0; m < half; ++m) add(m, format.emin);
  } else {
    all.push_back({0, false, std::ldexp(0.5, static_cast<int>(format.emin))});
  }
  for (std::int64_t e = format.emin; e <= format.emax; ++e) {
    for (int m = half; m < 2 * half; ++m) add(m, e);
  }
  for (int k = 1; k < format.top_codes; ++k) all.pop_back();
  if (format.top_codes == 0) add(half, format.emax + 1);
  return all;
}

/// What x, which lies between the neighbours or on the first, is rounded to by definition; the
/// last of the format's numbers is none.
double expected(double x, const Number& lower, const Number& upper, bool last, const Format& format,
                Mode mode, bool negative) {
  if (x == lower.value) return x;
  const double middle = lower.value + lower.half_gap;
  bool away = false;
  switch (mode) {
    case Mode::nearest_even: away = x > middle || (x == middle && lower.odd); break;
    case Mode::nearest_away: away = x >= middle; break;
    case Mode::toward_zero: break;
    case Mode::up: away = !negative; break;
    case Mode::down: away = negative; break;
    case Mode::odd: away = !lower.odd && !last; break;
    case Mode::stochastic: break;
  }
  if (!away) return lower.value;
  if (!last) return upper.value;
  return format.overflow == Overflow::infinity ? INFINITY
         : format.overflow == Overflow::nan    ? NAN
                                               : lower.value;
}

std::string text(double x) { return hex_literal(x); }

/// The numbers as T's, with those between neighbours; each once with either sign.
template <class T>
void check_all(const NamedFormat& row) {
  const std::vector<Number> all = numbers(row.format);
  const Grid<T> grid(row.format);
  Mismatches mismatches;
  const auto check = [&](T x, std::size_t i) {
    for (const bool negative : {false, true}) {
      const T signed_x = negative ? -x : x;
      for (const auto& [name, mode] : modes) {
        if (mode == Mode::stochastic) continue;
        double result =
            expected(x, all[i], all[i + 1], i + 2 == all.size(), row.format, mode, negative);
        if (negative) result = -result;
        const T got = round_to_grid(signed_x, grid, mode);
        mismatches.expect(same_bits(got, static_cast<T>(result)), [&, mode_name = name] {
          return std::string(mode_name) + " " + text(signed_x) + ": " + text(got) + " instead of " +
                 text(result);
        });
      }
    }
  };
  const auto infinity = std::numeric_limits<T>::infinity();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const auto lower = static_cast<T>(all[i].value), upper = static_cast<T>(all[i + 1].value);
    REQUIRE(lower == all[i].value);
    // A fixed point in every mode, whatever the word.
    for (const T x : {lower, static_cast<T>(-lower)}) {
      for (const auto& mode : modes) {
        for (const std::uint32_t word : {0U, 0x80000000U, 0xFFFFFFFFU}) {
          mismatches.expect(same_bits(round_to_grid(x, grid, mode.mode, word), x),
                            [&] { return text(x) + " is no fixed point"; });
        }
      }
    }
    const T above = std::nextafter(lower, infinity);
    if (above == upper) continue;  // the carrier has nothing in between
    const auto middle = static_cast<T>(all[i].value + all[i].half_gap);
    const std::initializer_list<T> between{above, std::nextafter(middle, T(0)), middle,
                                           std::nextafter(middle, infinity),
                                           std::nextafter(upper, T(0))};
    for (const T x : between) {
      if (x > lower && x < upper) check(x, i);
    }
  }
  INFO(row.name << " in " << 8 * sizeof(T) << " bits");
  CHECK_NONE(mismatches);
}

}  // namespace

TEST_CASE("every number of a small format is a fixed point, all borders round by definition",
          "[rounding]") {
  for (const NamedFormat& row : small_formats()) {
    check_all<double>(row);
    if (holds(Grid<float>::carrier, row.format)) check_all<float>(row);
  }
}

TEST_CASE("beyond the largest number, infinity and NaN", "[rounding]") {
  const double big = 0x1p1000, nan = std::numeric_limits<double>::quiet_NaN();
  for (const NamedFormat& row : small_formats()) {
    INFO(row.name);
    const Format& format = row.format;
    const std::vector<Number> all = numbers(format);
    const double top = all[all.size() - 2].value;
    const double beyond = format.overflow == Overflow::infinity ? INFINITY
                          : format.overflow == Overflow::nan    ? nan
                                                                : top;
    const auto check = [&](double x, Mode mode, double result) {
      CHECK(same_bits(round_to_format(x, format, mode), result));
    };
    for (const auto& mode : modes) {
      check(INFINITY, mode.mode, beyond);
      check(-INFINITY, mode.mode, -beyond);
      CHECK(std::isnan(round_to_format(nan, format, mode.mode)));
      CHECK(std::isnan(round_to_format(-nan, format, mode.mode)));
    }
    if (format.emax > 900) continue;
    for (const Mode mode : {Mode::nearest_even, Mode::nearest_away, Mode::up, Mode::stochastic}) {
      check(big, mode, beyond);
    }
    for (const Mode mode : {Mode::toward_zero, Mode::down, Mode::odd}) check(big, mode, top);
    for (const Mode mode : {Mode::nearest_even, Mode::nearest_away, Mode::down, Mode::stochastic}) {
      check(-big, mode, -beyond);
    }
    for (const Mode mode : {Mode::toward_zero, Mode::up, Mode::odd}) check(-big, mode, -top);
  }
  // As OCP defines e4m3: half-way to the number that is missing goes to 448, what is above is NaN.
  CHECK(round_to_format(464.0, e4m3_format) == 448);
  CHECK(std::isnan(round_to_format(std::nextafter(464.0, 500.0), e4m3_format)));
  CHECK(round_to_format(449.0, e4m3_format, Mode::odd) == 448);
  CHECK(std::isnan(round_to_format(449.0, e4m3_format, Mode::up)));
  CHECK(round_to_format(-449.0, e4m3_format, Mode::up) == -448);
}

namespace {

/// The compiler's conversion of From, widened again, as a format's rounding to nearest even.
template <class To, class From>
void check_conversion(const Format& format, const std::vector<From>& values) {
  const Grid<From> grid(format);
  Mismatches mismatches;
  for (const From x : values) {
    const From got = round_to_grid(x, grid, Mode::nearest_even);
    const From right = static_cast<From>(static_cast<To>(x));
    mismatches.expect(same_bits(got, right), [&] {
      return text(static_cast<double>(x)) + ": " + text(static_cast<double>(got)) + " instead of " +
             text(static_cast<double>(right));
    });
  }
  CHECK_NONE(mismatches);
}

/// Values of T on, next to and between borders of a format with so many bits, at all its exponents
/// and some beyond.
template <class T>
std::vector<T> around(const Format& format, int each) {
  std::mt19937_64 generator(23);
  std::vector<T> all{T(0),
                     std::numeric_limits<T>::infinity(),
                     std::numeric_limits<T>::quiet_NaN(),
                     std::numeric_limits<T>::denorm_min(),
                     std::numeric_limits<T>::min(),
                     std::numeric_limits<T>::max()};
  for (std::int64_t e = format.emin - format.p - 2; e <= format.emax + 2; ++e) {
    for (int k = 0; k < each; ++k) {
      const auto m = static_cast<double>((generator() >> (64 - format.p)) * 2 + generator() % 2);
      const auto border =
          static_cast<T>(std::ldexp(m, static_cast<int>(e - format.p)));  // a number, or half-way
      const auto free = static_cast<T>(
          std::ldexp(static_cast<double>(generator() >> 11U), static_cast<int>(e - 52)));
      const T infinity = std::numeric_limits<T>::infinity();
      for (const T x : {border, std::nextafter(border, T(0)), std::nextafter(border, infinity),
                        free, -free, -border}) {
        all.push_back(x);
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("binary32 in double is the conversion to float", "[rounding]") {
  const Format binary32 = Grid<float>::carrier;
  check_conversion<float>(binary32, around<double>(binary32, trials(400)));
}

#if defined(__FLT16_MANT_DIG__) && !defined(__clang__)
TEST_CASE("binary16 is the conversion to _Float16", "[rounding]") {
  check_conversion<_Float16>(binary16_format, around<double>(binary16_format, trials(3000)));
  check_conversion<_Float16>(binary16_format, around<float>(binary16_format, trials(3000)));
}
#endif

TEST_CASE("a rounder takes the formats that its carrier holds, and no others", "[rounding]") {
  const auto takes = [](const Format& format, bool in_float, bool in_double) {
    INFO("p " << format.p << ", " << format.emin << " to " << format.emax);
    if (in_float) {
      CHECK_NOTHROW(Rounder<float>({format}));
    } else {
      CHECK_THROWS_AS(Rounder<float>({format}), std::invalid_argument);
    }
    if (in_double) {
      CHECK_NOTHROW(Rounder<double>({format}));
    } else {
      CHECK_THROWS_AS(Rounder<double>({format}), std::invalid_argument);
    }
  };
  takes({24, -126, 127}, true, true);
  takes({25, -126, 127}, false, true);
  takes({8, -142, 127}, true, true);  // 2^-149, the last of float's
  takes({8, -143, 127}, false, true);
  takes({8, -126, 128}, false, true);
  takes({53, -1022, 1023}, false, true);
  takes({54, -1022, 1023}, false, false);
  takes({53, -1023, 1023}, false, false);
  takes({53, -1022, 1024}, false, false);
  takes({0, -14, 15}, false, false);
  takes({-1, -14, 15}, false, false);
  takes({11, 15, 14}, false, false);
  takes({3, -14, 15, Subnormals::kept, Overflow::nan, true, 3}, true, true);
  takes({3, -14, 15, Subnormals::kept, Overflow::nan, true, 4}, false, false);
  takes({3, -14, 15, Subnormals::kept, Overflow::nan, true, -1}, false, false);
  CHECK(Rounder<float>({Grid<float>::carrier}).exact());
  CHECK(Rounder<double>({Grid<double>::carrier}).exact());
  CHECK_FALSE(Rounder<double>({Grid<float>::carrier}).exact());
  CHECK_FALSE(Rounder<float>({bfloat16_format}).exact());
}
