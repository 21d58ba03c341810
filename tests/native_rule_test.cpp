// SPDX-License-Identifier: BSL-1.0
// Formulas of rules in the machine's own arithmetics have the bits of the plain loop on every
// instruction set, and so have all rules' steps. Compiled with -O2.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "native_values.hpp"
#include "rules.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
namespace ex = ulpscope::expression;

/// The loop that the others are measured by: never in vectors, as each value goes through memory
/// on its own.
template <class T, class E>
std::vector<T> plain(const E& formula, std::size_t count) {
  std::vector<T> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    volatile T x = formula.plain(i);
    all[i] = x;
  }
  return all;
}

template <class T, class E>
void check(const char* name, const E& formula, std::size_t count, Mismatches& mismatches) {
  const std::vector<T> expected = plain<T>(formula, count);
  for (const Simd level : levels()) {
    std::vector<T> out(count + 1, T(77));
    run(level, ulpscope::detail::ComputeAll<T, E>{out.data(), count, formula});
    bool right = out.back() == T(77);
    for (std::size_t i = 0; i < count; ++i) right = right && same(out[i], expected[i]);
    mismatches.expect(right, [&] {
      return std::string(name) + ", " + std::to_string(count) + " values, level " +
             std::to_string(static_cast<int>(level));
    });
  }
}

/// The operations, and Adam's formulas, of values of all kinds.
template <class T>
void check_formulas(std::size_t count, Values<T>& values, Mismatches& mismatches) {
  const std::vector<T> a_values = values(count), b_values = values(count);
  const ex::Values<T> a(a_values.data()), b(b_values.data());
  const T c = values(), d = values();
  check<T>("a + b", a + b, count, mismatches);
  check<T>("a - b", a - b, count, mismatches);
  check<T>("a * b", a * b, count, mismatches);
  check<T>("a / b", a / b, count, mismatches);
  check<T>("sqrt(|a|)", sqrt(abs(a)), count, mismatches);
  check<T>("max(a, b)", max(a, b), count, mismatches);
  check<T>("min(a, b)", min(a, b), count, mismatches);
  check<T>("sign(a)", sign(a), count, mismatches);
  check<T>("-a", -a, count, mismatches);
  check<T>("c * a + d * b", c * a + d * b, count, mismatches);
  check<T>("c * a + (d * b) * b", c * a + (d * b) * b, count, mismatches);
  check<T>("sqrt(|a|) / c + d", sqrt(abs(a)) / c + d, count, mismatches);
  check<T>("c * (a / b)", c * (a / b), count, mismatches);
}

/// Parameters and states after ten steps.
template <class T, class Options>
std::vector<T> trained(const Options& options, std::size_t count, Simd level, bool finite) {
  Values<T> values(5, finite);
  typename Options::template In<T> rule(options, count);
  rule.use(level);
  std::vector<T> w = values(count);
  for (std::uint64_t t = 1; t <= 10; ++t) rule.step(t, w, values(count));
  for (const State<T>& state : rule.states()) {
    w.insert(w.end(), state.values.begin(), state.values.end());
  }
  return w;
}

}  // namespace

TEMPLATE_TEST_CASE("formulas have the plain loop's bits on every instruction set", "[rule]", float,
                   double) {
  using T = TestType;
  if (best_simd() != Simd::avx512) WARN("no AVX-512 on this processor: not compared");
  if (best_simd() == Simd::baseline) WARN("no AVX2 on this processor: not compared");
  Mismatches mismatches;
  Values<T> values(3, false);
  for (std::size_t size = 0; size < 100; ++size) check_formulas<T>(size, values, mismatches);
  // Ten million values in all.
  for (int round = 0; round < 1000; ++round) check_formulas<T>(800, values, mismatches);
  CHECK_NONE(mismatches);
}

TEMPLATE_TEST_CASE("a rule's steps have the same bits on every instruction set", "[rule]", float,
                   double) {
  using T = TestType;
  Mismatches mismatches;
  for (const bool finite : {true, false}) {
    for (const std::size_t size : {1U, 37U, 1100U}) {
      for_each_case([&](const auto& options) {
        const auto expected = trained<T>(options, size, Simd::baseline, finite);
        for (const Simd level : levels()) {
          const auto found = trained<T>(options, size, level, finite);
          mismatches.expect(
              std::equal(found.begin(), found.end(), expected.begin(), expected.end(), same<T>),
              [&] {
                return std::string(options.name) + ", " + std::to_string(size) +
                       " parameters, level " + std::to_string(static_cast<int>(level));
              });
        }
      });
    }
  }
  CHECK_NONE(mismatches);
}
