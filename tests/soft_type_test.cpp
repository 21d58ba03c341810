// SPDX-License-Identifier: BSL-1.0
// Soft<Format> as a C++ number: conversions, comparisons, limits, functions, text.
#include <algorithm>
#include <bit>
#include <random>
#include <sstream>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/soft.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Float = Soft<Format{24, -126, 127}>;
using Flushed = Soft<Format{4, -6, 7, Subnormals::flushed, Overflow::largest}>;
using E2m1 = Soft<e2m1_format>;

bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

std::string text(long double x) {
  std::ostringstream out;
  out << std::hexfloat << x;
  return out.str();
}

/// Zero and the positive finite numbers of a format with subnormals, and the one that would come
/// next.
std::vector<double> numbers(const Format& format) {
  std::vector<double> all;
  const int half = 1 << (format.p - 1);
  for (int m = 0; m < half; ++m)
    all.push_back(std::ldexp(m, static_cast<int>(format.emin) - format.p + 1));
  for (std::int64_t e = format.emin; e <= format.emax; ++e) {
    for (int m = half; m < 2 * half; ++m) {
      all.push_back(std::ldexp(m, static_cast<int>(e) - format.p + 1));
    }
  }
  all.resize(all.size() - static_cast<std::size_t>(format.top_codes));
  all.push_back(2 * all.back() - all[all.size() - 2]);
  return all;
}

double overflown(const Format& format, double largest) {
  if (format.overflow == Overflow::largest) return largest;
  return format.overflow == Overflow::nan ? NAN : INFINITY;
}

}  // namespace

TEMPLATE_TEST_CASE("conversions of all that is next to a middle round once", "[soft]", Binary16,
                   BFloat16, Tf32, E5m2, E4m3, E2m1) {
  using T = TestType;
  const std::vector<double> all = numbers(T::format);
  Mismatches mismatches;
  const auto check = [&]<class Number>(Number x, double expected) {
    for (const bool negative : {false, true}) {
      const Number from = negative ? -x : x;
      const double to = negative ? -expected : expected;
      const auto got = static_cast<double>(T(from));
      mismatches.expect(same(got, to),
                        [&] { return text(from) + " gives " + text(got) + ", not " + text(to); });
    }
  };
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const double a = all[i];
    const bool last = i + 2 == all.size();
    const double b = last ? overflown(T::format, a) : all[i + 1];
    const double middle = (a + all[i + 1]) / 2;
    const double even = (last ? T::format.top_codes == 1 : i % 2 == 0) ? a : b;
    check(a, a);
    check(static_cast<float>(a), a);
    check(std::nextafter(a, INFINITY), a);
    check(std::nextafter(middle, 0), a);
    check(middle, even);
    check(std::nextafter(middle, INFINITY), b);
    check(std::nextafter(all[i + 1], 0), b);
    // What double does not have.
    const auto wide = static_cast<long double>(middle);
    check(wide, even);
    check(std::nextafter(wide, 0.0L), a);
    check(std::nextafter(wide, static_cast<long double>(INFINITY)), b);
  }
  const double beyond = overflown(T::format, all[all.size() - 2]);
  for (const long double x : {0x1p1000L, 0x1p2000L, static_cast<long double>(INFINITY)}) {
    check(x, beyond);
    check(static_cast<double>(x), beyond);
  }
  for (const long double x : {0.0L, 0x1p-1000L, 0x1p-1074L, 0x1p-3000L}) {
    check(x, 0);
    check(static_cast<double>(x), 0);
  }
  check(std::nan(""), NAN);
  check(static_cast<long double>(NAN), NAN);
  CHECK_NONE(mismatches);
}

TEMPLATE_TEST_CASE("whole numbers are rounded once", "[soft]", Binary16, BFloat16, Tf32, E4m3,
                   Float) {
  using T = TestType;
  std::mt19937_64 generator(43);
  Mismatches mismatches;
  Mpfr expected(T::format.p);
  const auto check = [&]<class Integer>(Integer x) {
    if constexpr (std::is_signed_v<Integer>) {
      mpfr_set_sj(expected, x, MPFR_RNDN);
    } else {
      mpfr_set_uj(expected, x, MPFR_RNDN);
    }
    double to = mpfr_get_d(expected, MPFR_RNDN);
    const auto largest = static_cast<double>(std::numeric_limits<T>::max());
    if (std::abs(to) > largest) to = std::copysign(overflown(T::format, largest), to);
    const auto got = static_cast<double>(T(x));
    mismatches.expect(same(got, to), [&] { return std::to_string(x) + ": " + text(got); });
  };
  const auto all_types = [&](std::uint64_t x) {
    check(x);
    check(static_cast<std::int64_t>(x));
    check(static_cast<std::uint32_t>(x));
    check(static_cast<int>(x));
    check(static_cast<short>(x));
    check(static_cast<unsigned char>(x));
  };
  for (int trial = 0; trial < trials(100000); ++trial) {
    const std::uint64_t bits = generator();
    const auto shift = static_cast<unsigned>(bits % 64);
    all_types(bits >> shift);
    // The middle between two numbers that end in 2^shift, and beside it, where a double has none.
    const std::uint64_t odd = bits >> (64 - T::format.p - 1) | 1U;
    const std::uint64_t middle = odd << (shift % static_cast<unsigned>(64 - T::format.p));
    for (const std::uint64_t beside : {middle - 1, middle, middle + 1}) all_types(beside);
  }
  for (const std::uint64_t x : {std::uint64_t{0}, std::uint64_t{1} << 63U, ~std::uint64_t{0}}) {
    all_types(x);
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("softs convert to one another and to other types", "[soft]") {
  CHECK(E4m3(Binary16(464)) == 448);
  CHECK(isnan(E4m3(Binary16(464.5))));
  CHECK(Binary16(E5m2(57344)) == 57344);
  CHECK(isinf(Binary16(BFloat16(65536))));
  CHECK(BFloat16(Tf32(1.00390625)) == 1);
  CHECK(static_cast<int>(Binary16(-2.75)) == -2);
  CHECK(static_cast<long double>(Binary16(0.1)) == 0x1.998p-4L);
  CHECK(static_cast<bool>(Binary16(0.1)));
  CHECK_FALSE(static_cast<bool>(Binary16()));
  STATIC_REQUIRE_FALSE(std::is_convertible_v<double, Binary16>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Binary16, double>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<Binary16>);
  STATIC_REQUIRE(sizeof(E4m3) == 4);
}

TEST_CASE("softs are constants", "[soft]") {
  constexpr E4m3 tie(464.0F);
  STATIC_REQUIRE(tie == E4m3(448));
  STATIC_REQUIRE((Binary16(0.1) + Binary16(0.2)) * Binary16(3) == Binary16(0x1.cc8p-1));
  STATIC_REQUIRE(-Binary16(1) / Binary16(3) == Binary16(-0x1.554p-2));
  constexpr auto sum = [] {
    BFloat16 all(1);
    all += BFloat16(0x1p-8);  // a tie, to even
    all -= BFloat16(3);
    all *= BFloat16(5);
    all /= BFloat16(4);
    return all;
  }();
  STATIC_REQUIRE(sum == -2.5);
  STATIC_REQUIRE(+sum == sum);
}

TEST_CASE("softs compare with each other and with any number as it is", "[soft]") {
  const Binary16 one(1), two(2), zero, nan(NAN);
  CHECK(one < two);
  CHECK(two >= one);
  CHECK(zero == -zero);
  CHECK_FALSE(nan == nan);
  CHECK((nan <=> one) == std::partial_ordering::unordered);
  CHECK(std::max(one, two) == two);
  CHECK(std::min({two, one, zero}) == zero);
  CHECK(one == 1);
  CHECK(1.0F == one);
  CHECK(zero != 1U);
  CHECK(0 < one);
  // 2049 is no binary16: it is not rounded to 2048 first.
  CHECK(Binary16(2048) < 2049);
  CHECK(Binary16(2048) != 2049);
  CHECK(one < 1 + 0x1p-52);
  CHECK(one < 1 + 0x1p-63L);
  CHECK(one > 1 - 0x1p-64L);
  CHECK(-one > -1 - 0x1p-63L);
  CHECK(Float(0x1p60) < (std::int64_t{1} << 60) + 1);
  CHECK(Float(0x1p60) > (std::int64_t{1} << 60) - 1);
  CHECK(Float(0x1p60) == std::int64_t{1} << 60);
  CHECK(Float(-0x1p63) == std::numeric_limits<std::int64_t>::min());
  CHECK(Float(0x1p64) > ~std::uint64_t{0});
  CHECK_FALSE(nan < 1);
}

TEST_CASE("limits are those of the row", "[soft]") {
  using Own = std::numeric_limits<Float>;
  using Machine = std::numeric_limits<float>;
  CHECK(Own::is_specialized);
  CHECK(Own::is_signed == Machine::is_signed);
  CHECK(Own::is_integer == Machine::is_integer);
  CHECK(Own::is_exact == Machine::is_exact);
  CHECK(Own::is_bounded == Machine::is_bounded);
  CHECK(Own::is_modulo == Machine::is_modulo);
  CHECK(Own::is_iec559 == Machine::is_iec559);
  CHECK(Own::has_infinity == Machine::has_infinity);
  CHECK(Own::has_quiet_NaN == Machine::has_quiet_NaN);
  CHECK(Own::has_denorm == Machine::has_denorm);
  CHECK(Own::round_style == Machine::round_style);
  CHECK(Own::radix == Machine::radix);
  CHECK(Own::digits == Machine::digits);
  CHECK(Own::digits10 == Machine::digits10);
  CHECK(Own::max_digits10 == Machine::max_digits10);
  CHECK(Own::min_exponent == Machine::min_exponent);
  CHECK(Own::max_exponent == Machine::max_exponent);
  CHECK(Own::min_exponent10 == Machine::min_exponent10);
  CHECK(Own::max_exponent10 == Machine::max_exponent10);
  CHECK(Own::min() == Machine::min());
  CHECK(Own::max() == Machine::max());
  CHECK(Own::lowest() == Machine::lowest());
  CHECK(Own::epsilon() == Machine::epsilon());
  CHECK(Own::round_error() == Machine::round_error());
  CHECK(Own::denorm_min() == Machine::denorm_min());
  CHECK(Own::infinity() == Machine::infinity());
  CHECK(isnan(Own::quiet_NaN()));

  const auto check = []<class T>(T, double max, double min, double denorm_min, double epsilon,
                                 int digits10, int max_digits10, int min10, int max10) {
    using Limits = std::numeric_limits<T>;
    INFO("p = " << Limits::digits);
    CHECK(Limits::max() == max);
    CHECK(Limits::lowest() == -max);
    CHECK(Limits::min() == min);
    CHECK(Limits::denorm_min() == denorm_min);
    CHECK(Limits::epsilon() == epsilon);
    CHECK(T(1) + Limits::epsilon() > T(1));
    CHECK(Limits::digits10 == digits10);
    CHECK(Limits::max_digits10 == max_digits10);
    CHECK(Limits::min_exponent10 == min10);
    CHECK(Limits::max_exponent10 == max10);
  };
  check(Binary16(), 65504, 0x1p-14, 0x1p-24, 0x1p-10, 3, 5, -4, 4);
  check(BFloat16(), 0x1.fep127, 0x1p-126, 0x1p-133, 0x1p-7, 2, 4, -37, 38);
  check(Tf32(), 0x1.ffcp127, 0x1p-126, 0x1p-136, 0x1p-10, 3, 5, -37, 38);
  check(E5m2(), 57344, 0x1p-14, 0x1p-16, 0x1p-2, 0, 2, -4, 4);
  check(E4m3(), 448, 0x1p-6, 0x1p-9, 0x1p-3, 0, 3, -1, 2);
  check(Flushed(), 240, 0x1p-6, 0x1p-6, 0x1p-3, 0, 3, -1, 2);
  CHECK(std::numeric_limits<Binary16>::is_iec559);
  CHECK_FALSE(std::numeric_limits<E4m3>::is_iec559);
  CHECK_FALSE(std::numeric_limits<E4m3>::has_infinity);
  CHECK(std::numeric_limits<E4m3>::has_quiet_NaN);
  CHECK_FALSE(std::numeric_limits<E2m1>::has_quiet_NaN);
  CHECK(std::numeric_limits<Flushed>::has_denorm == std::denorm_absent);
  CHECK(std::numeric_limits<const Binary16>::digits == 11);
}

TEST_CASE("functions of softs", "[soft]") {
  using std::abs;
  using std::isfinite;
  using std::sqrt;
  CHECK(sqrt(Binary16(2)) == 0x1.6ap0);
  CHECK(isnan(sqrt(Binary16(-1))));
  CHECK(signbit(sqrt(-Binary16())));
  CHECK(abs(Binary16(-3)) == 3);
  CHECK_FALSE(signbit(fabs(-Binary16())));
  CHECK(signbit(-Binary16()));
  CHECK(isfinite(Binary16(65504)));
  CHECK_FALSE(isfinite(Binary16(65520)));
  CHECK(isinf(-Binary16(65520)));
  CHECK_FALSE(isinf(E4m3(1e9)));
  CHECK(isnan(E4m3(1e9)));
  CHECK(ilogb(Binary16(0x1p-24)) == -24);
  CHECK(ilogb(Binary16(65504)) == 15);
  CHECK(ldexp(Binary16(3), 4) == 48);
  CHECK(ldexp(Binary16(3), -25) == 0x1p-23);            // 1.5 units, a tie, to even
  CHECK(ldexp(Binary16(0x1.404p0), -22) == 0x1.4p-22);  // as many bits as are left
  CHECK(ldexp(Binary16(1), -2000) == 0);
  CHECK(signbit(ldexp(Binary16(-1), -2000)));
  CHECK(isinf(ldexp(Binary16(1), 16)));
  CHECK(isinf(ldexp(Binary16(1), 5000)));
  CHECK(Flushed(-1) / Flushed() == -240);
  CHECK(Flushed(0x1p-6) / Flushed(2) == 0);
  for (const double x : {0x1p-24, 0x1.8p-23, 1.0, -3.0, 65504.0}) {
    int n = 0;
    const Binary16 f = frexp(Binary16(x), &n);
    CHECK(abs(f) >= 0.5);
    CHECK(abs(f) < 1);
    CHECK(std::ldexp(static_cast<double>(f), n) == x);
  }
}

TEST_CASE("softs are written as numbers", "[soft]") {
  std::ostringstream out;
  out << Binary16(0.1) << ' ' << -E4m3(448) << ' ' << BFloat16(INFINITY) << ' ';
  out.precision(std::numeric_limits<Binary16>::max_digits10 - 1);
  out << std::scientific << Binary16(0.1);
  CHECK(out.str() == "0.0999756 -448 inf 9.9976e-02");
  std::wostringstream wide;
  wide << Binary16(2);
  CHECK(wide.str() == L"2");
}
