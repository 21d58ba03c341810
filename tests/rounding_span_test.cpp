// SPDX-License-Identifier: BSL-1.0
// Rounding many values is rounding each, to the bit: for every instruction set, mode, length and
// place in memory; and no optimization takes rounding away. Compiled with -O3.
#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/literal.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Any bits of T, and values near the ends of a format's range.
template <class T>
std::vector<T> mixture(const Format& format, std::size_t count) {
  using G = Grid<T>;
  using Bits = typename G::Bits;
  std::mt19937_64 generator(31);
  const G grid(format);
  std::vector<T> all(count);
  const Bits edges[] = {0,           grid.tiny,  grid.middle, G::power(format.emin), grid.largest,
                        G::power(0), G::leading, G::infinity};
  for (T& x : all) {
    auto bits = static_cast<Bits>(generator());
    const std::uint64_t choice = generator();
    if (choice % 4 == 0) bits = edges[choice / 4 % 8] + static_cast<Bits>(choice / 32 % 5) - 2;
    if (choice % 4 == 1) bits = G::power(format.emin) + (bits % (G::leading * 8)) - G::leading * 4;
    if (choice % 4 == 2) bits = G::power(0) + bits % (G::leading * 8) - G::leading * 4;
    if (choice % 2 == 0) bits ^= choice & 1024U ? G::sign : 0;
    x = std::bit_cast<T>(bits);
  }
  return all;
}

template <class T>
void check_spans(const Format& format) {
  const std::size_t most = 1300;
  const std::vector<T> from = mixture<T>(format, most);
  std::vector<std::size_t> lengths;
  for (std::size_t n = 0; n <= 70; ++n) lengths.push_back(n);
  lengths.insert(lengths.end(), {509, 512, 513, 1024, 1025, most - 16});
  Mismatches mismatches;
  for (const auto& [name, mode] : modes) {
    const Rounder<T> rounder({format, mode, 0x123456789ABCDEF});
    const Site site{4294967290, 7, 35};
    std::vector<T> expected(most);
    for (std::size_t i = 0; i < most; ++i) {
      expected[i] = rounder(from[i], {site.index + i, site.step, site.stream});
    }
    for (const Simd level : levels()) {
      for (std::size_t offset = 0; offset < 16; ++offset) {
        for (const std::size_t length : lengths) {
          std::vector<T> values = from;
          const std::span<T> part = std::span(values).subspan(offset, length);
          rounder(part, {site.index + offset, site.step, site.stream}, level);
          // Bits are compared: NaNs keep theirs, too. What stands outside is as it was.
          const auto equal = [](const T* a, const T* b, std::size_t n) {
            return n == 0 || std::memcmp(a, b, n * sizeof(T)) == 0;
          };
          const bool right =
              equal(part.data(), expected.data() + offset, length) &&
              equal(values.data(), from.data(), offset) &&
              equal(part.data() + length, from.data() + offset + length, most - offset - length);
          mismatches.expect(right, [&, mode_name = name] {
            return std::string(mode_name) + ", level " + std::to_string(static_cast<int>(level)) +
                   ", " + std::to_string(length) + " from " + std::to_string(offset) + " on";
          });
        }
      }
    }
  }
  INFO("p " << format.p << ", emin " << format.emin << " in " << 8 * sizeof(T) << " bits");
  CHECK_NONE(mismatches);
}

constexpr auto flushed = Subnormals::flushed;
constexpr auto rounded = Subnormals::rounded;

}  // namespace

TEST_CASE("rounding a span of floats is rounding each", "[rounding]") {
  for (const Format& format :
       {binary16_format, bfloat16_format, e4m3_format, e2m1_format, Format{8, -126, 127, flushed},
        Format{8, -126, 127, rounded}, Format{4, -140, 100}, Format{4, -140, 100, rounded},
        Format{1, -149, 127}, Format{24, -126, 127, flushed}}) {
    check_spans<float>(format);
  }
}

TEST_CASE("rounding a span of doubles is rounding each", "[rounding]") {
  for (const Format& format :
       {binary16_format, bfloat16_format, e4m3_format, e2m1_format, Format{24, -126, 127, flushed},
        Format{24, -126, 127, rounded}, Format{11, -1022, 1023, flushed}, Format{7, -1060, 1000},
        Format{52, -1022, 1023, rounded}, Format{1, -1074, 1023}}) {
    check_spans<double>(format);
  }
}

TEST_CASE("the span form with one argument less takes the best instruction set", "[rounding]") {
  const std::vector<double> from = mixture<double>(binary16_format, 100);
  const Rounder<double> rounder({binary16_format, Mode::stochastic, 5});
  std::vector<double> a = from, b = from;
  rounder(a, {3, 1, 2});
  rounder(b, {3, 1, 2}, Simd::baseline);
  CHECK(std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

namespace {

// What the compiler can see through: constants, a value known to be a number, a round trip that
// an optimizer without scruples would call the identity.
constexpr double third = round_to_format(1.0 / 3, binary16_format);
static_assert(third == 0x1.554p-2);

[[gnu::noinline]] double error(double x) { return x - round_to_format(x, bfloat16_format); }

[[gnu::noinline]] float error(float x) { return x - round_to_format(x, bfloat16_format); }

/// Rounded after every addition.
template <class T>
[[gnu::noinline]] T sum(std::span<const T> values, const Format& format) {
  T total = 0;
  for (const T x : values) total = round_to_format(static_cast<T>(total + x), format);
  return total;
}

}  // namespace

TEST_CASE("no optimization takes rounding away", "[rounding]") {
  volatile double x = 1.0 / 3;
  CHECK(round_to_format(static_cast<double>(x), binary16_format) == third);
  CHECK(error(static_cast<double>(x)) == 1.0 / 3 - 0.333984375);
  CHECK(error(static_cast<float>(x)) == 1.0F / 3 - 0.333984375F);
  // 256 ones and then ones that bfloat16 no longer sees.
  const std::vector<double> ones(1000, 1.0);
  CHECK(sum<double>(ones, bfloat16_format) == 256);
  const std::vector<float> single(1000, 1.0F);
  CHECK(sum<float>(single, bfloat16_format) == 256);
  const std::vector<double> many(1000, 1.0 / 3);
  const Rounder<double> rounder({bfloat16_format});
  for (const Simd level : levels()) {
    std::vector<double> values = many;
    rounder(values, {}, level);
    CHECK(std::count(values.begin(), values.end(), 0.333984375) == 1000);
  }
}
