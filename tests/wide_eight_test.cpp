// SPDX-License-Identifier: BSL-1.0
// Operations on eight wide numbers at once have the bits of Boost's, which have those of MPFR, or
// say that they may not.
#include <vector>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/kernel/eight.hpp"
#include "wide_operands.hpp"

#if ULPSCOPE_X86

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using kernel::Eight;

using Wides = TypeList<Quad, Dec50, Dec100, Wide24, Wide53>;

struct Operation {
  char name;
  int (*by_mpfr)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

  template <class N>
  N operator()(const N& a, const N& b) const {
    switch (name) {
      case '+': return a + b;
      case '-': return a - b;
      case '*': return a * b;
      case '/': return a / b;
      default: return sqrt(a);
    }
  }
};

int root_of_first(mpfr_ptr result, mpfr_srcptr a, mpfr_srcptr, mpfr_rnd_t mode) {
  return mpfr_sqrt(result, a, mode);
}
const Operation operations[] = {
    {'+', mpfr_add}, {'-', mpfr_sub}, {'*', mpfr_mul}, {'/', mpfr_div}, {'r', root_of_first}};

template <class T>
class Comparison {
 public:
  /// Returns whether there was a doubt.
  bool operator()(const Operation& operation, const T (&a)[8], const T (&b)[8], bool with_mpfr) {
    T got[8];
    if (!operation(Eight<T>(a), Eight<T>(b)).store(got)) return true;
    Mpfr expected(significand_bits<T>);
    for (int k = 0; k < 8; ++k) {
      const auto describe = [&] {
        return exact(a[k]).text() + " " + operation.name + " " + exact(b[k]).text() + " gives " +
               exact(got[k]).text();
      };
      mismatches_.expect(same_bits(got[k], operation(a[k], b[k])), describe);
      if (!with_mpfr) continue;
      operation.by_mpfr(expected, exact(a[k]), exact(b[k]), MPFR_RNDN);
      mismatches_.expect(same(exact(got[k]), expected), describe);
    }
    return false;
  }
  const Mismatches& mismatches() const { return mismatches_; }

 private:
  Mismatches mismatches_;
};

/// Pairs whose sum, product, quotient or root is hard to round.
template <class T>
void aim(WideOperands<T>& aimed, T& a, T& b) {
  constexpr int p = significand_bits<T>;
  const int e = aimed.below(200) - 100, few = aimed.below(9) - 4;
  a = ldexp(aimed.significand(), e);
  b = ldexp(aimed.significand(), e + (aimed.below(2) == 0 ? 1 : -1) * aimed.distance());
  switch (aimed.below(8)) {
    case 0: {  // a product of p + 1 bits
      const int bits = 1 + aimed.below(p);
      a = aimed.odd(std::min(p, p + 1 - bits));
      b = aimed.odd(bits);
      break;
    }
    case 1: b = aimed.below(2) == 0 ? aimed.ulps(T(-a), few) : aimed.ulps(a, few); break;
    case 2: a = aimed.ulps(T(a * b), few); break;        // a quotient near b
    case 3: a = aimed.ulps(T(b * b), few); break;        // a root near b
    case 4: a = ldexp(aimed.ulps(T(1), few), e); break;  // a root near a middle
    case 5: b = ldexp(aimed.ulps(T(1), few), e); break;  // a quotient, too
    case 6: (aimed.below(2) == 0 ? a : b) = T(aimed.below(2) == 0 ? T(0) : T(-T(0))); break;
    default: break;
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("operations on eight numbers have Boost's bits and MPFR's", "[kernel]",
                        Wides) {
  using T = TestType;
  if (!kernel::has_ifma()) return;
  WideOperands<T> aimed(71);
  Comparison<T> compare;
  for (const Operation& operation : operations) {
    int doubts = 0;
    const int blocks = trials(50000);
    for (int trial = 0; trial < blocks; ++trial) {
      T a[8], b[8];
      for (int k = 0; k < 8; ++k) {
        aim(aimed, a[k], b[k]);
        if (operation.name == 'r' && a[k] < 0) a[k] = -a[k];
        // Roots and quotients near a middle are in doubt, as is division by zero: one such lane
        // takes its block along.
        if (k > 0 && operation.name == '/' && trial % 4 != 0) b[k] = aimed.significand();
        if (k > 0 && operation.name == 'r' && trial % 4 != 0) a[k] = abs(aimed.significand());
      }
      doubts += compare(operation, a, b, trial % 50 == 0) ? 1 : 0;
    }
    INFO(operation.name << ": " << doubts << " of " << blocks << " in doubt");
    CHECK(doubts <= (operation.name == '/' || operation.name == 'r' ? blocks * 3 / 4 : 0));
  }
  CHECK_NONE(compare.mismatches());
}

TEMPLATE_LIST_TEST_CASE("what eight lanes do not know is in doubt", "[kernel]", Wides) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  if (!kernel::has_ifma()) return;
  WideOperands<T> aimed(72);
  Comparison<T> compare;
  std::vector<T> all{Limits::infinity(), Limits::quiet_NaN(), T(0), T(1), T(-T(0)), T(-1)};
  for (int trial = 0; trial < 60; ++trial) {
    const int inside = aimed.below(6);
    const auto e = trial % 2 == 0 ? T::backend_type::min_exponent + inside
                                  : T::backend_type::max_exponent - inside;
    all.push_back(ldexp(aimed.significand(), static_cast<int>(trial % 3 == 0 ? e / 2 : e)));
  }
  int doubts = 0;
  T a[8], b[8];
  for (const T& x : all) {
    for (const T& y : all) {
      for (int k = 0; k < 8; ++k) a[k] = b[k] = T(k + 1);
      const int lane = aimed.below(8);
      a[lane] = x;
      b[lane] = y;
      for (const Operation& operation : operations) {
        const bool doubt = compare(operation, a, b, false);
        doubts += doubt ? 1 : 0;
        INFO(operation.name << " " << exact(x).text() << " " << exact(y).text());
        if (!isfinite(operation(x, y))) CHECK(doubt);
      }
    }
  }
  CHECK_NONE(compare.mismatches());
  CHECK(doubts < 12000);
  // A doubt goes on.
  T out[8];
  b[0] = 0;
  CHECK_FALSE((Eight<T>(a) / Eight<T>(b)).store(out));
  CHECK_FALSE((Eight<T>(a) * sqrt(Eight<T>(a) / Eight<T>(b)) + Eight<T>(a)).store(out));
}

TEST_CASE("a part of eight numbers leaves the rest alone", "[kernel]") {
  if (!kernel::has_ifma()) return;
  const Dec50 three[] = {Dec50(2), Dec50(3), Dec50(5)};
  Dec50 out[] = {Dec50(0), Dec50(0), Dec50(0), Dec50(7)};
  const Eight<Dec50> x(three, 3);
  CHECK((x * x + x).store(out, 3));
  CHECK(out[0] == 6);
  CHECK(out[2] == 30);
  CHECK(out[3] == 7);
}

#endif
