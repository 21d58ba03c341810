// SPDX-License-Identifier: BSL-1.0
// Square roots and quotients of wide numbers have the bits of Boost's operations, which have those
// of MPFR.
#include <vector>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/kernel/square_root.hpp"
#include "wide_operands.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Those of the arithmetics, and of programs with others of their own: the most and the fewest bits
/// that a kernel takes in three limbs, and one whose range is Boost's.
using Own200 = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<200, boost::multiprecision::digit_base_2>,
    boost::multiprecision::et_off>;
using Wides = TypeList<Quad, Dec50, Dec100, Wide24, Wide53, WideFloat<129>, WideFloat<189>, Own200>;

/// Numbers whose root is a number, nearly one, or nearly the middle between two.
template <class T>
T aimed_square(WideOperands<T>& aimed) {
  constexpr int p = significand_bits<T>;
  const int e = aimed.below(200) - 100, few = aimed.below(9) - 4;
  switch (aimed.below(5)) {
    case 0: return ldexp(aimed.significand(), e);
    case 1:
      return ldexp(aimed.ulps(T(1), few), e);  // sqrt(1 + u) = 1 + u/2 - u^2/8: a tie but for that
    case 2: {                                  // exact: half of the bits
      const T root = aimed.odd(1 + aimed.below(p / 2));
      return ldexp(T(root * root), e);
    }
    case 3: {
      const T root = aimed.significand();
      return ldexp(aimed.ulps(T(root * root), few), e);
    }
    default: {  // (m + 1/2)^2 for m of half the bits
      const T root = aimed.odd(1 + aimed.below(p / 2 + 2));
      return ldexp(aimed.ulps(T(root * root), few), e);
    }
  }
}

/// Operands whose quotient is a number, nearly one, or nearly the middle between two.
template <class T>
std::pair<T, T> aimed_quotient(WideOperands<T>& aimed) {
  constexpr int p = significand_bits<T>;
  const int e = aimed.below(200) - 100, few = aimed.below(9) - 4;
  const T a = ldexp(aimed.significand(), e), b = aimed.significand();
  switch (aimed.below(5)) {
    case 0: return {a, b};
    case 1: return {a, aimed.ulps(T(1), few)};  // a (1 - u) and a little more
    case 2: return {aimed.ulps(T(a * b), few), b};
    case 3: {  // exact, or a tie but for few ulps
      const int bits = 1 + aimed.below(p);
      const T q = aimed.odd(std::min(p, p + 1 - bits)), d = aimed.odd(bits);
      return {aimed.ulps(T(q * d), aimed.below(2) == 0 ? 0 : few), d};
    }
    default: return {aimed.ulps(a, few), a};  // next to one
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("square roots have Boost's bits and MPFR's", "[kernel]", Wides) {
  using T = TestType;
  WideOperands<T> aimed(61);
  Mismatches mismatches;
  Mpfr expected(significand_bits<T>);
  for (int trial = 0; trial < trials(1000000); ++trial) {
    const T x = abs(aimed_square(aimed));
    const T got = kernel::square_root(x);
    const auto describe = [&] { return exact(x).text() + " has the root " + exact(got).text(); };
    mismatches.expect(same_bits(got, T(sqrt(x))), describe);
    if (trial % 8 != 0) continue;
    mpfr_sqrt(expected, exact(x), MPFR_RNDN);
    mismatches.expect(same(exact(got), expected), describe);
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("quotients have Boost's bits and MPFR's", "[kernel]", Wides) {
  using T = TestType;
  WideOperands<T> aimed(62);
  Mismatches mismatches;
  Mpfr expected(significand_bits<T>);
  for (int trial = 0; trial < trials(1000000); ++trial) {
    const auto [a, b] = aimed_quotient(aimed);
    const T& x = a;
    const T& y = b;
    const T got = kernel::divide(x, y);
    const auto describe = [&] {
      return exact(x).text() + " / " + exact(y).text() + " gives " + exact(got).text();
    };
    mismatches.expect(same_bits(got, T(x / y)), describe);
    if (trial % 8 != 0) continue;
    mpfr_div(expected, exact(x), exact(y), MPFR_RNDN);
    mismatches.expect(same(exact(got), expected), describe);
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("functions of special values and at the ends of the range are Boost's",
                        "[kernel]", Wides) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  std::vector<T> all{
      Limits::infinity(), Limits::quiet_NaN(), (Limits::max)(), (Limits::min)(), T(0), T(1), T(3)};
  WideOperands<T> aimed(63);
  for (int trial = 0; trial < 60; ++trial) {
    const int inside = aimed.below(6);
    const auto e = trial % 2 == 0 ? T::backend_type::min_exponent + inside
                                  : T::backend_type::max_exponent - inside;
    all.push_back(ldexp(aimed.significand(), static_cast<int>(trial % 3 == 0 ? e / 2 : e)));
  }
  for (std::size_t i = 0, count = all.size(); i < count; ++i) all.push_back(-all[i]);
  Mismatches mismatches;
  for (const T& a : all) {
    const T root = kernel::square_root(a);
    mismatches.expect(same_bits(root, T(sqrt(a))), [&] { return "root of " + exact(a).text(); });
    for (const T& b : all) {
      mismatches.expect(same_bits(kernel::divide(a, b), T(a / b)),
                        [&] { return exact(a).text() + " / " + exact(b).text(); });
    }
  }
  CHECK_NONE(mismatches);
}
