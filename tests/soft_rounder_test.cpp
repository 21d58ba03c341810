// SPDX-License-Identifier: BSL-1.0
// Rounding low precisions into lower ones, and their operations rounded once into those.
#include <cmath>
#include <random>

#include "carrier.hpp"
#include "catch.hpp"
#include "reference.hpp"
#include "ulpscope/format/operation.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// The finite numbers of T, by rounding all small floats into it.
template <class T>
std::vector<T> some_numbers() {
  std::vector<T> all{T(), -T(), std::numeric_limits<T>::max(),
                     std::numeric_limits<T>::denorm_min()};
  std::mt19937 generator(53);
  for (int trial = 0; trial < 60; ++trial) {
    const double significand = 1 + static_cast<double>(generator() % 4096U) * 0x1p-12;
    const int range = std::min(2 * static_cast<int>(T::format.emax) + T::format.p, 60);
    const T x(std::ldexp(significand,
                         static_cast<int>(generator() % static_cast<unsigned>(range)) - range / 2));
    if (isfinite(x)) all.push_back(generator() % 2 ? x : -x);
  }
  return all;
}

/// The oracle's result as a number of T: one beyond T's own range is what T has instead.
template <class T>
double within(const Mpfr& x) {
  return static_cast<double>(T(mpfr_get_d(x, MPFR_RNDN)));
}

bool same_value(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

}  // namespace

TEMPLATE_TEST_CASE("low precisions are rounded once into what they hold", "[soft]", Binary16,
                   BFloat16, Tf32, E5m2, E4m3) {
  using T = TestType;
  const std::vector<T> numbers = some_numbers<T>();
  std::vector<NamedFormat> rows = formats_within<T>(various_formats());
  rows.push_back({"p3e3", {3, -2, 3}});
  rows.push_back({"p2e3, flushed", {2, -2, 3, Subnormals::flushed, Overflow::largest}});
  for (const NamedFormat& row : rows) {
    if (row.format.top_codes >= 1 << (row.format.p - 1)) continue;  // nothing at emax: refused
    for (const ModeName& mode : modes) {
      const Rounder<T> rounder({row.format, mode.mode, 3});
      Mismatches mismatches;
      Site site{0, 5, 2};
      for (const T& a : numbers) {
        const auto check = [&](T got, auto&& operation, const char* symbol, T b) {
          const auto set = [&](mpfr_ptr result, mpfr_rnd_t its) {
            return operation(result, exact(a), exact(b), its);
          };
          Mpfr unrounded = stand_in(set, 100);
          if (mpfr_zero_p(unrounded) && mode.mode == Mode::down) return;  // a sum's sign: IEEE's
          const double expected =
              within<T>(reference(unrounded, row.format, mode.mode, rounder.word(site)));
          mismatches.expect(same_value(static_cast<double>(got), expected), [&] {
            return exact(a).text() + symbol + exact(b).text() + ": " + exact(got).text();
          });
          ++site.index;
        };
        const T b = numbers[(site.index + 7) % numbers.size()];
        const auto first = [](mpfr_ptr result, mpfr_srcptr x, mpfr_srcptr, mpfr_rnd_t its) {
          return mpfr_set(result, x, its);
        };
        const auto root = [](mpfr_ptr result, mpfr_srcptr x, mpfr_srcptr, mpfr_rnd_t its) {
          return mpfr_sqrt(result, x, its);
        };
        check(rounder(a, site), first, " rounded, beside ", b);
        check(add(a, b, rounder, site), mpfr_add, " + ", b);
        check(subtract(a, b, rounder, site), mpfr_sub, " - ", b);
        check(multiply(a, b, rounder, site), mpfr_mul, " * ", b);
        check(divide(a, b, rounder, site), mpfr_div, " / ", b);
        check(square_root(a, rounder, site), root, " root, beside ", b);
      }
      INFO(row.name << " " << mode.name);
      CHECK_NONE(mismatches);
      std::vector<T> together = numbers;
      rounder(together, {3, 1, 0});
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const T alone = rounder(numbers[i], {3 + i, 1, 0});
        if (!isnan(alone)) CHECK(together[i] == alone);
      }
    }
  }
}

TEST_CASE("a low precision rounds into what it holds alone", "[soft]") {
  CHECK(Rounder<Binary16>({binary16_format}).exact());
  CHECK_FALSE(Rounder<Binary16>({binary16_format, Mode::up}).exact());
  CHECK_FALSE(Rounder<Binary16>({e5m2_format}).exact());
  CHECK_THROWS_AS(Rounder<Binary16>({bfloat16_format}), std::invalid_argument);
  CHECK_THROWS_AS(Rounder<E4m3>({e5m2_format}), std::invalid_argument);
  CHECK_THROWS_AS(Rounder<E4m3>({Format{0, -2, 2}}), std::invalid_argument);
  // Beyond the numbers of e4m3 there is what the format of the result says.
  const Rounder<E4m3> saturated(Rounding{{3, -6, 7, Subnormals::kept, Overflow::largest}});
  CHECK(divide(E4m3(1), E4m3(0), saturated, {}) == 224);
  CHECK(multiply(E4m3(448), E4m3(-448), saturated, {}) == -224);
}
