// SPDX-License-Identifier: BSL-1.0
// Rules' steps in wide arithmetic have the same bits by eights and by the portable functions, and
// those of Boost's operations.
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "ulpscope/rule/adafactor.hpp"
#include "ulpscope/rule/adam.hpp"
#include "wide_operands.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

template <class T>
std::vector<T> operands(std::size_t count, std::uint64_t seed) {
  WideOperands<T> aimed(seed);
  std::vector<T> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(ldexp(aimed.significand(), aimed.below(80) - 40));
  }
  return all;
}

/// Parameters and states after five steps.
template <class T, class Options>
std::vector<T> trained(Simd level) {
  typename Options::template In<T> rule(Options{}, Layout({{6, 5}, {1, 7}}));
  rule.use(level);
  std::vector<T> w = operands<T>(37, 1);
  for (std::uint64_t t = 1; t <= 5; ++t) rule.step(t, w, operands<T>(37, 1 + t));
  for (const State<T>& state : rule.states()) {
    w.insert(w.end(), state.values.begin(), state.values.end());
  }
  return w;
}

template <class T, class Options>
void check(Mismatches& mismatches) {
  const auto expected = trained<T, Options>(Simd::baseline);
  for (const Simd level : levels()) {
    const auto found = trained<T, Options>(level);
    mismatches.expect(
        std::equal(found.begin(), found.end(), expected.begin(), expected.end(), same_bits<T>),
        [&] {
          return std::string(Options::name) + ", level " + std::to_string(static_cast<int>(level));
        });
  }
}

}  // namespace

TEMPLATE_TEST_CASE("wide rules have the same bits on every instruction set", "[rule][kernel]", Quad,
                   Dec50, Wide24) {
  Mismatches mismatches;
  check<TestType, Adam>(mismatches);
  check<TestType, Adafactor>(mismatches);
  CHECK_NONE(mismatches);
}

TEMPLATE_TEST_CASE("wide formulas have the bits of Boost's operations", "[rule][kernel]", Quad,
                   Dec50, Dec100, Wide24, Wide53) {
  using T = TestType;
  const std::vector<T> a = operands<T>(1000, 8), b = operands<T>(1000, 9);
  Mismatches mismatches;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto describe = [&] { return exact(a[i]).text() + ", " + exact(b[i]).text(); };
    mismatches.expect(same_bits(expression::Divide::plain(a[i], b[i]), T(a[i] / b[i])), describe);
    const T square = abs(a[i]);
    mismatches.expect(same_bits(expression::SquareRoot::plain(square), T(sqrt(square))), describe);
  }
  for (const T& x : {T(0), T(1), std::numeric_limits<T>::infinity(), T(-1)}) {
    for (const T& y : {T(0), T(-0.0), T(3)}) {
      mismatches.expect(same_bits(expression::Divide::plain(x, y), T(x / y)),
                        [&] { return exact(x).text() + " / " + exact(y).text(); });
    }
    mismatches.expect(same_bits(expression::SquareRoot::plain(x), T(sqrt(x))),
                      [&] { return "root of " + exact(x).text(); });
  }
  CHECK_NONE(mismatches);
}
