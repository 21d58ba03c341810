// SPDX-License-Identifier: BSL-1.0
// Sums in low precision have the bits of Soft's own operations on every instruction set. Compiled
// with -O2.
#include <bit>
#include <random>
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/kernel/soft_sum.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Softs = TypeList<Binary16, BFloat16, Tf32, E5m2, E4m3>;

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

/// x and both doubles next to it, of both signs.
template <class F>
void around(double x, F&& f) {
  for (const std::uint64_t each : {bits(x) - 1, bits(x), bits(x) + 1}) {
    f(std::bit_cast<double>(each));
    f(-std::bit_cast<double>(each));
  }
}

/// Any float's bits, rounded: of all magnitudes, infinities and NaN among them.
template <class T>
std::vector<T> values(std::size_t count, std::mt19937& generator, bool ordinary) {
  std::normal_distribution<float> normal;
  std::vector<T> all;
  for (std::size_t i = 0; i < count; ++i) {
    const auto any = std::bit_cast<float>(static_cast<std::uint32_t>(generator()));
    all.push_back(T(ordinary ? normal(generator) : any));
  }
  return all;
}

/// The loop that the others are measured by.
template <class T>
std::vector<T> plain(const std::vector<T>& matrix, const std::vector<T>& weights,
                     std::size_t columns) {
  std::vector<T> out;
  for (std::size_t k = 0; k < columns; ++k) {
    T sum(0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      sum = sum + weights[r] * matrix[r * columns + k];
    }
    out.push_back(sum);
  }
  return out;
}

bool same_or_nan(float a, float b) {
  return (a != a && b != b) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("double's own rounding is that of a low precision", "[kernel][soft]",
                        Softs) {
  constexpr Format format = TestType::format;
  const Grid<double> grid(format);
  Mismatches mismatches;
  const auto check = [&](double x) {
    const double expected = round_to_grid(x, grid, Mode::nearest_even);
    const double found = kernel::detail::SoftRounding<format>::rounded(x);
    mismatches.expect((x != x && found != found) || bits(found) == bits(expected), [&] {
      return exact(x).text() + " becomes " + exact(found).text() + ", not " +
             exact(expected).text();
    });
  };
  // Every number of the format, with more exponents below and above, and every middle between two.
  for (auto e = static_cast<int>(format.emin) - format.p - 3; e <= format.emax + 3; ++e) {
    for (int twice = 1 << format.p; twice < 2 << format.p; ++twice) {
      around(std::ldexp(twice, e - format.p), check);
    }
  }
  std::mt19937_64 generator(1);
  for (int trial = 0; trial < trials(1000000); ++trial) {
    const auto x = std::bit_cast<double>(generator());
    // No sum or product of floats is beyond 2^257.
    if (!(std::abs(x) > 0x1p257) || !std::isfinite(x)) check(x);
  }
  for (const double x : {0.0, 0x1p-1074, 0x1p256, std::numeric_limits<double>::infinity()}) {
    check(x);
    check(-x);
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("sums in low precision have the plain loop's bits", "[kernel][soft]",
                        Softs) {
  using T = TestType;
  std::mt19937 generator(2);
  Mismatches mismatches;
  for (const std::size_t columns : {1U, 7U, 64U, 127U, 128U, 129U, 300U}) {
    for (const std::size_t rows : {0U, 1U, 2U, 5U, 40U}) {
      for (const bool ordinary : {true, false}) {
        const auto matrix = values<T>(rows * columns, generator, ordinary);
        const auto weights = values<T>(rows, generator, ordinary);
        const auto expected = plain(matrix, weights, columns);
        for (const Simd level : levels()) {
          std::vector<T> out(columns + 1, T(0));
          out.back() = T(3);
          const std::size_t half = rows / 2;  // the matrix comes in two parts
          const auto add = [&](std::size_t first, std::size_t count) {
            kernel::add_row_sum<T>(
                std::span<const T>(matrix).subspan(first * columns, count * columns), columns,
                std::span<const T>(weights).subspan(first, count), std::span(out).first(columns),
                level);
          };
          add(0, half);
          add(half, rows - half);
          bool right = out.back() == T(3);
          for (std::size_t k = 0; k < columns; ++k) {
            right =
                right && same_or_nan(static_cast<float>(out[k]), static_cast<float>(expected[k]));
          }
          mismatches.expect(right, [&] {
            return std::to_string(rows) + " x " + std::to_string(columns) + ", level " +
                   std::to_string(static_cast<int>(level));
          });
        }
      }
    }
  }
  CHECK_NONE(mismatches);
}
