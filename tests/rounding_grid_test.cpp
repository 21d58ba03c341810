// SPDX-License-Identifier: BSL-1.0
// Rounding float and double into formats of many precisions and ranges, with all three kinds of
// subnormals and of overflow, in every mode, against MPFR: values on, next to and between the
// borders of rounding, anywhere in the carrier.
#include <bit>
#include <random>

#include "catch.hpp"
#include "rounding_oracle.hpp"
#include "ulpscope/format/literal.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

std::string text(const Format& format) {
  return "p " + std::to_string(format.p) + ", " + std::to_string(format.emin) + " to " +
         std::to_string(format.emax) + ", subnormals " +
         std::to_string(static_cast<int>(format.subnormals)) + ", overflow " +
         std::to_string(static_cast<int>(format.overflow)) + ", top codes " +
         std::to_string(format.top_codes);
}

template <class T>
class Trial {
 public:
  using G = Grid<T>;
  using Bits = typename G::Bits;

  explicit Trial(Mismatches& mismatches) : mismatches_(mismatches) {}

  std::size_t below(std::size_t n) { return generator_() % n; }

  /// A value of either sign at which rounding into the format may go wrong.
  T value(const Format& format) {
    std::int64_t e = G::carrier.emin - G::stored + static_cast<std::int64_t>(below(2 * G::bias));
    const auto near = [&](std::int64_t border, int range) {
      e = border + static_cast<int>(below(2 * static_cast<std::size_t>(range) + 1)) - range;
    };
    switch (below(5)) {
      case 0: near(format.emin - format.p / 2, format.p / 2 + 3); break;
      case 1: near(format.emin, 2); break;
      case 2: near(format.emax, 2); break;
      case 3: near((format.emin + format.emax) / 2, 30); break;
      default: break;
    }
    // The significand, its first bit on top: the bits that the format lacks at e are chosen.
    std::uint64_t s = generator_() | std::uint64_t{1} << 63U;
    if (below(6) == 0) s = ~std::uint64_t{0};
    if (below(6) == 0) s = std::uint64_t{1} << 63U;
    std::int64_t kept = format.p;
    if (e < format.emin && format.subnormals == Subnormals::kept) kept -= format.emin - e;
    if (kept >= 0 && kept < 63 && below(4) != 0) {
      const std::uint64_t half = std::uint64_t{1} << (63 - kept);
      const std::uint64_t tails[] = {0, half, half - 1, 2 * half - 1, half + (half >> 3U)};
      s = (s & ~(2 * half - 1)) | tails[below(5)];
    }
    // The carrier's own last bits are cut off; one more or less comes next to a border.
    Bits bits = static_cast<Bits>(s >> (64 - G::digits)) & (G::leading - 1);
    if (e > G::bias) {
      bits = G::infinity;
    } else if (e >= G::carrier.emin) {
      bits |= static_cast<Bits>(e + G::bias) << G::stored;
    } else {
      const std::int64_t shift = G::carrier.emin - e;
      bits = shift > G::stored ? 0 : (bits | G::leading) >> shift;
    }
    if (below(4) == 0 && bits != G::infinity) ++bits;
    if (below(4) == 0 && bits != 0) --bits;
    if (below(40) == 0) bits = static_cast<Bits>(below(3));
    return std::bit_cast<T>(bits | (below(2) ? G::sign : 0));
  }

  void check(const Format& format, int count) {
    const Grid<T> grid(format);
    for (int k = 0; k < count; ++k) {
      const T x = value(format);
      const Mpfr exactly = exact(x);
      for (const auto& [name, mode] : modes) {
        auto word = static_cast<std::uint32_t>(generator_());
        if (mode == Mode::stochastic && mpfr_number_p(exactly)) {
          // The last word that rounds away and the first that does not, often.
          const auto border = static_cast<std::uint32_t>(
              oracle::threshold(exactly, oracle::neighbours(exactly, format)));
          const std::uint32_t words[] = {border, border - 1, border + 1, 0, word, word};
          word = words[below(6)];
        }
        const T got = round_to_grid(x, grid, mode, word);
        const Mpfr right = oracle::reference(exactly, format, mode, word);
        mismatches_.expect(same(exact(got), right), [&, mode_name = name] {
          return text(format) + ": " + std::string(mode_name) + " " + hex_literal(x) + " is " +
                 hex_literal(got) + " instead of " + right.text() + ", word " +
                 std::to_string(word);
        });
      }
    }
  }

 private:
  std::mt19937_64 generator_{29};
  Mismatches& mismatches_;
};

/// All p of a carrier, ranges that end far from its own, at its own and within its subnormals.
template <class T>
void check_grid() {
  using G = Grid<T>;
  Mismatches mismatches;
  Trial<T> trial(mismatches);
  std::size_t formats_tried = 0;
  for (int p = 1; p <= G::digits; ++p) {
    if (p > 24 && p < 50 && p % 8 != 0) continue;
    const std::int64_t last = G::carrier.emin - G::digits + p;  // the lowest emin with p bits
    for (const std::int64_t emin :
         {std::int64_t{-14}, std::int64_t{-2}, std::int64_t{3}, G::carrier.emin + 1,
          G::carrier.emin, G::carrier.emin - 1, last, last + 1, (last + G::carrier.emin) / 2}) {
      if (emin < last) continue;
      for (const std::int64_t emax : {emin, emin + 1, emin + 30, G::carrier.emax}) {
        for (const auto kind : {Subnormals::kept, Subnormals::flushed, Subnormals::rounded}) {
          Format format{p, emin, emax, kind};
          format.overflow = static_cast<Overflow>(formats_tried % 3);
          // Of 2^(p-1) significands at emax some may be missing.
          if (p > 1 && formats_tried % 4 == 1) format.top_codes = 1;
          if (p > 2 && formats_tried % 8 == 3) format.top_codes = (1 << std::min(p - 1, 20)) - 1;
          REQUIRE(holds(G::carrier, format));
          ++formats_tried;
          trial.check(format, trials(80));
        }
      }
    }
  }
  CHECK(formats_tried > 2000);
  CHECK_NONE(mismatches);
}

}  // namespace

TEST_CASE("float rounds into formats of any precision and range as MPFR does", "[rounding]") {
  check_grid<float>();
}
TEST_CASE("double rounds into formats of any precision and range as MPFR does", "[rounding]") {
  check_grid<double>();
}
