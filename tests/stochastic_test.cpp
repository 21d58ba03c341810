// SPDX-License-Identifier: BSL-1.0
// Stochastic rounding draws each neighbour as often as it should: by frequency, and on average,
// down to numbers below the smallest of the format. Compiled with -O3.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"
#include "rounding_oracle.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// P(X <= k) and P(X >= k) for X successes in n trials with probability q each.
struct Tails {
  double lower, upper;
};

Tails tails(std::int64_t n, std::int64_t k, double q) {
  const auto term = [&](std::int64_t j) {
    const auto x = static_cast<double>(j), rest = static_cast<double>(n - j);
    return std::exp(std::lgamma(static_cast<double>(n) + 1) - std::lgamma(x + 1) -
                    std::lgamma(rest + 1) + x * std::log(q) + rest * std::log1p(-q));
  };
  Tails result{0, 0};
  for (std::int64_t j = k; j >= 0; --j) {
    const double more = term(j);
    result.lower += more;
    if (static_cast<double>(j) < static_cast<double>(n) * q && more < 1e-12) break;
  }
  for (std::int64_t j = k; j <= n; ++j) {
    const double more = term(j);
    result.upper += more;
    if (static_cast<double>(j) > static_cast<double>(n) * q && more < 1e-12) break;
  }
  return result;
}

/// How many of so many draws round x away from zero; every draw gives one of its neighbours.
template <class T>
std::int64_t rounded_away(const Rounder<T>& rounder, T x, std::uint32_t step, std::size_t draws,
                          T inner, T outer) {
  std::vector<T> values(draws, x);
  rounder(values, {0, step, 3});
  const auto away = std::count(values.begin(), values.end(), outer);
  CHECK(away + std::count(values.begin(), values.end(), inner) ==
        static_cast<std::ptrdiff_t>(draws));
  return away;
}

struct Neighbours {
  double inner, outer, probability;
};

/// Of x, and how often it should be rounded away: the fraction to 32 bits.
template <class T>
Neighbours neighbours(T x, const Format& format) {
  const auto next = oracle::neighbours(exact(x), format);
  return {mpfr_get_d(next.inner, MPFR_RNDN), mpfr_get_d(next.outer, MPFR_RNDN),
          static_cast<double>(oracle::threshold(exact(x), next)) * 0x1p-32};
}

/// 1000 values of T, a tenth of them below the smallest numbers of the format.
template <class T>
void check_frequencies(const Format& format, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  const Rounder<T> rounder({format, Mode::stochastic, seed});
  const auto draws = static_cast<std::size_t>(trials(100000));
  int outside = 0, pooled = 0;
  double chi_square = 0;
  for (std::uint32_t k = 0; k < 1000; ++k) {
    const auto exponent = k % 10 == 0 ? static_cast<int>(format.emin) - format.p
                                      : static_cast<int>(generator() % 20) - 10;
    const auto significand = static_cast<double>(generator() >> 11U) * 0x1p-53 + 1;
    const auto x = static_cast<T>(std::ldexp(significand, exponent));
    const Neighbours next = neighbours(x, format);
    const std::int64_t away =
        rounded_away(rounder, x, k, draws, static_cast<T>(next.inner), static_cast<T>(next.outer));
    const double q = next.probability;
    const auto n = static_cast<double>(draws);
    const double expected = n * q, variance = n * q * (1 - q);
    const Tails tail = tails(static_cast<std::int64_t>(draws), away, q);
    if (std::min(tail.lower, tail.upper) < 0.0005) ++outside;
    if (variance > 25) {
      ++pooled;
      const double off = static_cast<double>(away) - expected;
      chi_square += off * off / variance;
    }
  }
  CHECK(outside <= 6);
  // The sum of squares of as many normal deviates: 2 k is its variance.
  CHECK(pooled > 900);
  const double deviation = (chi_square - pooled) / std::sqrt(2.0 * pooled);
  INFO(outside << " outside, chi-square " << chi_square << " of " << pooled);
  CHECK(std::abs(deviation) < 3.5);
}

}  // namespace

TEST_CASE("stochastic rounding moves away as often as it should", "[stochastic]") {
  SECTION("bfloat16 in float") { check_frequencies<float>(bfloat16_format, 1); }
  SECTION("binary16 in double") { check_frequencies<double>(binary16_format, 2); }
}

TEST_CASE("stochastic rounding has no bias near the underflow", "[stochastic]") {
  Format gap = binary16_format;
  gap.subnormals = Subnormals::rounded;
  struct Row {
    Format format;
    double smallest;
  };
  const auto draws = static_cast<std::size_t>(trials(1000000));
  std::uint32_t step = 0;
  for (const Row& row : {Row{binary16_format, 0x1p-24}, Row{e4m3_format, 0x1p-9}, Row{gap, 0x1p-14},
                         Row{bfloat16_format, 0x1p-133}}) {
    const Rounder<double> rounder({row.format, Mode::stochastic, 7});
    for (const double part : {0.001, 0.01, 0.3, 0.5, 0.999, 1.001, 1.5, 2.7}) {
      const double x = -part * row.smallest;
      std::vector<double> values(draws, x);
      rounder(values, {0, ++step, 20});
      long double sum = 0;
      for (const double y : values) sum += static_cast<long double>(y);
      const auto mean = static_cast<double>(sum / static_cast<long double>(draws));
      const Neighbours next = neighbours(x, row.format);
      const double q = next.probability;
      const double spread =
          (next.outer - next.inner) * std::sqrt(q * (1 - q) / static_cast<double>(draws));
      INFO(part << " of " << row.smallest << ": mean " << mean << ", q " << q);
      CHECK(std::abs(mean - x) <= 4 * spread + (next.outer - next.inner) * 0x1p-32);
    }
  }
}

TEST_CASE("what the word decides", "[stochastic]") {
  const auto rounds_to = [](double x, const Format& format, std::uint32_t word) {
    return round_to_format(x, format, Mode::stochastic, word);
  };
  // 1 + f 2^-10 in binary16: away where the word is below floor(2^32 f).
  CHECK(rounds_to(1 + 0x1p-11, binary16_format, 0x7FFFFFFF) == 1 + 0x1p-10);
  CHECK(rounds_to(1 + 0x1p-11, binary16_format, 0x80000000) == 1);
  CHECK(rounds_to(-1 - 0x1p-12, binary16_format, 0x3FFFFFFF) == -1 - 0x1p-10);
  CHECK(rounds_to(-1 - 0x1p-12, binary16_format, 0x40000000) == -1);
  // f = 2^-32 and just less: one word, none.
  CHECK(rounds_to(1 + 0x1p-42, binary16_format, 0) == 1 + 0x1p-10);
  CHECK(rounds_to(1 + 0x1p-42, binary16_format, 1) == 1);
  CHECK(rounds_to(1 + 0x1p-43, binary16_format, 0) == 1);
  // Below the smallest number likewise, and far below.
  CHECK(rounds_to(0x1p-25, binary16_format, 0x7FFFFFFF) == 0x1p-24);
  CHECK(rounds_to(0x1p-25, binary16_format, 0x80000000) == 0);
  CHECK(rounds_to(0x1p-56, binary16_format, 0) == 0x1p-24);
  CHECK(rounds_to(0x1p-57, binary16_format, 0) == 0);
  CHECK(rounds_to(0x1p-1074, binary16_format, 0) == 0);
  CHECK(std::signbit(rounds_to(-0x1p-1074, binary16_format, 0)));
  // Half-way from the largest number to what would be next.
  CHECK(rounds_to(65520, binary16_format, 0x7FFFFFFF) == INFINITY);
  CHECK(rounds_to(65520, binary16_format, 0x80000000) == 65504);
  CHECK(rounds_to(70000, binary16_format, 0xFFFFFFFF) == INFINITY);
}

TEST_CASE("the words are those of the seed and the site", "[stochastic]") {
  // 1 + f with f the first 30 bits of a word: moves away exactly where the word is below.
  const Rounder<double> rounder({{24, -126, 127}, Mode::stochastic, 0x9876543210});
  Mismatches mismatches;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const Site site{index * 77777777777, static_cast<std::uint32_t>(index * 3), 19};
    const std::uint32_t word = random_word(0x9876543210, site);
    const double border = 1 + std::ldexp(word & ~7U, -32 - 23);
    const bool right = rounder(border + 0x1p-52, site) == 1 + 0x1p-23 && rounder(border, site) == 1;
    mismatches.expect(right, [&] { return std::to_string(index); });
  }
  CHECK_NONE(mismatches);
}
