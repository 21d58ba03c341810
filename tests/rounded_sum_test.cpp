// SPDX-License-Identifier: BSL-1.0
// Sums of rounded products by vectors against the operations one by one, which have their own
// oracle: every instruction set, formats with few and many bits, values that try each condition.
#include <random>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/literal.hpp"
#include "ulpscope/format/operation.hpp"
#include "ulpscope/model/row_sum.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

template <class T>
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : generator_(seed) {}

  /// One of the kinds that conditions are about: long, short and very short significands near 1,
  /// zeros, sizes near the ends of formats and of T, infinities and NaN now and then.
  T operator()() {
    using Bits = typename Grid<T>::Bits;
    const auto word = static_cast<Bits>(generator_());
    const std::uint64_t kind = generator_() % 64;
    Bits bits = (word & ~Grid<T>::infinity) | (static_cast<Bits>(Grid<T>::bias) << Grid<T>::stored);
    if (kind < 24) bits &= ~((Bits{1} << (Grid<T>::digits / 2 + 1)) - 1);
    if (kind < 12) bits &= ~((Bits{1} << (Grid<T>::stored - 3)) - 1);
    auto x = std::bit_cast<T>(bits);
    const auto shift = [&](int low, int high) {
      return low + static_cast<int>(generator_() % static_cast<unsigned>(high - low + 1));
    };
    x = std::ldexp(x, shift(-6, 6));
    if (kind == 24) return T(0);
    if (kind == 25) return -T(0);
    if (kind == 26) x = std::ldexp(x, shift(-30, 30));
    if (kind == 27) x = std::ldexp(x, shift(-Grid<T>::bias - 20, Grid<T>::bias + 1) / 2);
    if (kind == 28 && generator_() % 64 == 0) return std::numeric_limits<T>::infinity();
    if (kind == 29 && generator_() % 256 == 0) return std::numeric_limits<T>::quiet_NaN();
    return x;
  }

 private:
  std::mt19937_64 generator_;
};

template <class T>
bool same(const T& a, const T& b) {
  using Bits = typename Grid<T>::Bits;
  return (a != a && b != b) || std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

}  // namespace

TEMPLATE_TEST_CASE("sums of rounded products have the bits of single operations", "[kernel]", float,
                   double) {
  using T = TestType;
  const std::size_t outputs = 300, terms = 60;
  std::uint64_t seed = 1;
  for (const char* name : {"p3", "p8", "p11", "p12", "p20", "p23", "bfloat16", "binary16", "e5m2",
                           "e4m3", "p24", "p26", "p40", "p52", "p24e6"}) {
    const Format format = *find_format(name, own_format<T>());
    if (!holds(own_format<T>(), format)) continue;
    for (const Mode mode : {Mode::nearest_even, Mode::nearest_away}) {
      CAPTURE(name, mode);
      Rounding rounding{format};
      rounding.mode = mode;
      RoleFormats formats;
      formats[Role::activations] = RoleFormat{rounding, true};
      const Roles<T> roles(formats);
      const KeptRole<T>& role = roles[Role::activations];
      Draw<T> draw(seed++);
      std::vector<T> matrix(outputs * terms), weights(terms), out(outputs);
      for (T& x : matrix) x = draw();
      for (T& w : weights) w = draw();
      weighted_row_sum<T>(matrix, weights, out, role, 1, 0);
      Mismatches mismatches;
      for (std::size_t k = 0; k < outputs; ++k) {
        T sum(0);
        for (std::size_t r = 0; r < terms; ++r) {
          const T term = multiply(weights[r], matrix[r * outputs + k], role.rounder, Site{});
          sum = add(sum, term, role.rounder, Site{});
        }
        mismatches.expect(same(out[k], sum),
                          [&] { return hex_literal(out[k]) + " instead of " + hex_literal(sum); });
      }
      CHECK_NONE(mismatches);
    }
  }
}

TEST_CASE("a sum that only looks like a tie is left to single operations", "[kernel]") {
  // With 2 * 12 bits, one below 2049.5 is 2049.5 in a float, which goes to 2050.
  const Rounding rounding{*find_format("p12", own_format<float>())};
  const float sum = 2049, below_half = 0.5F - 0x1p-13F;
  CHECK(sum + below_half == 2049.5F);
  float next = 0;
  CHECK_FALSE(kernel::RoundedSum<float>(rounding).add_term(&sum, 1, &below_half, &next, 1));
  CHECK(add(sum, below_half, Rounder<float>(rounding), Site{}) == 2049);
}

TEMPLATE_TEST_CASE("what is told to be safe is right on each instruction set", "[kernel]", float,
                   double) {
  using T = TestType;
  constexpr std::size_t count = 256;
  for (const std::string name : {"p3", "p8", "p11", "p23", "bfloat16", "e4m3", "p26", "p8e4 -"}) {
    Format format = *find_format(name.substr(0, name.find(' ')), own_format<T>());
    if (name.ends_with('-')) format.subnormals = Subnormals::flushed;
    if (!holds(own_format<T>(), format)) continue;
    const Rounding rounding{format};
    if (!kernel::RoundedSum<T>::fits(rounding)) continue;
    const Rounder<T> rounder(rounding);
    Draw<T> draw(7);
    std::size_t safe = 0;
    Mismatches mismatches;
    for (int trial = 0; trial < 2000; ++trial) {
      std::array<T, count> sums, x, next;
      // Few at a time, so that some are safe.
      const std::size_t n = 1 + static_cast<std::size_t>(trial) % 9;
      for (std::size_t k = 0; k < n; ++k) {
        sums[k] = rounder(draw(), Site{});
        x[k] = draw();
      }
      const T w = draw();
      std::array<bool, 3> told{};
      for (const Simd simd : {Simd::baseline, Simd::avx2, Simd::avx512}) {
        if (simd > best_simd()) continue;
        const kernel::RoundedSum<T> kernel(rounding, simd);
        told[static_cast<std::size_t>(simd)] =
            kernel.add_term(sums.data(), w, x.data(), next.data(), n);
        mismatches.expect(told[static_cast<std::size_t>(simd)] == told[0], [] { return "told"; });
        if (!told[0]) continue;
        ++safe;
        for (std::size_t k = 0; k < n; ++k) {
          const T right = add(sums[k], multiply(w, x[k], rounder, Site{}), rounder, Site{});
          mismatches.expect(same(next[k], right), [&] {
            return name + ": " + hex_literal(sums[k]) + " + " + hex_literal(w) + " " +
                   hex_literal(x[k]) + " is " + hex_literal(right) + ", not " +
                   hex_literal(next[k]);
          });
        }
      }
    }
    CAPTURE(name);
    CHECK_NONE(mismatches);
    CHECK(safe > 100);
  }
}
