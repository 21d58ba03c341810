// SPDX-License-Identifier: BSL-1.0
// log, cos and sin of turns stay within one ulp of MPFR's values, on the arguments that the data
// generators draw: multiples of 2^-32.
#include <cstdint>
#include <random>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/elementary.hpp"
#include "ulpscope/format/random.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Function = double (*)(double);
using Reference = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

/// Compares a function with its reference in ulps of the true value.
class Ulps {
 public:
  Ulps(Function function, Reference reference) : function_(function), reference_(reference) {}

  void operator()(double x) {
    const double got = function_(x);
    mpfr_set_d(argument_, x, MPFR_RNDN);
    reference_(exact_, argument_, MPFR_RNDN);
    mpfr_sub_d(error_, exact_, got, MPFR_RNDN);
    // An ulp of a value in [2^(e-1), 2^e) is 2^(e-53).
    const bool zero = mpfr_zero_p(exact_);
    if (!zero) mpfr_mul_2si(error_, error_, 53 - mpfr_get_exp(exact_), MPFR_RNDN);
    const double ulps = std::abs(mpfr_get_d(error_, MPFR_RNDN));
    mismatches_.expect(zero ? got == 0 : ulps <= 1, [&] {
      return "at " + exact(x).text() + ": " + exact(got).text() + ", off by " +
             std::to_string(ulps) + " ulps";
    });
  }
  const Mismatches& mismatches() const { return mismatches_; }

 private:
  Function function_;
  Reference reference_;
  Mpfr argument_{53}, exact_{120}, error_{120};
  Mismatches mismatches_;
};

constexpr double grid = 0x1p-32;

/// f at the grid's points in [0, 1): evenly spread random ones, all within `near` points of
/// 0, 1 and the borders of octants, and those next to powers of two.
template <class F>
void for_each_grid_point(F&& f) {
  constexpr std::int64_t end = std::int64_t{1} << 32;
  const std::int64_t near = trials(20000);
  for (std::int64_t octant = 0; octant <= 8; ++octant) {
    const std::int64_t border = octant * (end / 8);
    for (std::int64_t k = std::max<std::int64_t>(border - near, 0);
         k < std::min(border + near, end); ++k) {
      f(static_cast<double>(k) * grid);
    }
  }
  for (int power = 0; power < 32; ++power) {
    const std::int64_t border = std::int64_t{1} << power;
    for (std::int64_t k = std::max<std::int64_t>(border - 50, 0); k < border + 50; ++k) {
      f(static_cast<double>(k) * grid);
    }
  }
  std::mt19937 generator(5);
  for (int trial = 0; trial < trials(700000); ++trial) f(uniform(generator));
}

}  // namespace

TEST_CASE("log is within an ulp on the grid", "[elementary]") {
  Ulps compare(elementary::log, mpfr_log);
  for_each_grid_point([&](double u) { compare(1 - u); });  // as it is drawn: never 0
  CHECK_NONE(compare.mismatches());
}

TEST_CASE("log is within an ulp elsewhere", "[elementary]") {
  Ulps compare(elementary::log, mpfr_log);
  std::mt19937 generator(6);
  for (int trial = 0; trial < trials(200000); ++trial) {
    const auto exponent = static_cast<int>(generator() % 2040) - 1020;
    compare(std::ldexp(1 + uniform(generator), exponent));
  }
  // Around 1 and around the border of the reduction, sqrt(1/2) and sqrt(2).
  for (const double centre : {1.0, 0x1.6a09e667f3bcdp-1, 0x1.6a09e667f3bcdp+0}) {
    double above = centre, below = centre;
    for (int k = 0; k < trials(2000); ++k) {
      compare(above);
      compare(below);
      above = std::nextafter(above, 4);
      below = std::nextafter(below, 0);
    }
    for (int scale = 4; scale < 52; ++scale) {
      compare(centre * (1 + std::ldexp(1, -scale)));
      compare(centre * (1 - std::ldexp(1, -scale)));
    }
  }
  CHECK(elementary::log(1) == 0);
  CHECK_NONE(compare.mismatches());
}

TEST_CASE("cos of turns is within an ulp on the grid", "[elementary]") {
  Ulps compare(elementary::cos_turns,
               [](mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t mode) { return mpfr_cosu(y, x, 1, mode); });
  for_each_grid_point(compare);
  CHECK_NONE(compare.mismatches());
}

TEST_CASE("sin of turns is within an ulp on the grid", "[elementary]") {
  Ulps compare(elementary::sin_turns,
               [](mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t mode) { return mpfr_sinu(y, x, 1, mode); });
  for_each_grid_point(compare);
  CHECK_NONE(compare.mismatches());
}

TEST_CASE("quarter turns are exact", "[elementary]") {
  const double cosines[] = {1, 0, -1, 0};
  for (int quarter = 0; quarter < 4; ++quarter) {
    CHECK(elementary::cos_turns(0.25 * quarter) == cosines[quarter]);
    CHECK(elementary::sin_turns(0.25 * quarter) == cosines[(quarter + 3) % 4]);
  }
}
