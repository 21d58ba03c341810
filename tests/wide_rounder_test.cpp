// SPDX-License-Identifier: BSL-1.0
// Rounder of long double and the wide arithmetics against the definition of rounding.
#include <vector>

#include "carrier.hpp"
#include "catch.hpp"
#include "reference.hpp"
#include "ulpscope/format/rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Every arithmetic that is not float or double, and what hyper-parameters are computed in.
using Carriers = TypeList<long double, Quad, Dec50, Dec100, Wide24, Wide53, HyperArithmetic<Dec50>,
                          HyperArithmetic<Dec100>>;

template <class T>
std::string described(const T& x, const NamedFormat& row, std::string_view mode,
                      std::uint32_t word) {
  return row.name + " " + std::string(mode) + " word " + std::to_string(word) + ": " +
         exact(x).text();
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("values of a wide carrier are rounded once", "[rounding]", Carriers) {
  using T = TestType;
  std::size_t seen = 0;
  for (const NamedFormat& row : formats_within<T>(various_formats())) {
    Mismatches mismatches;
    Aimed<T> aimed(row.format);
    std::vector<Rounder<T>> rounders;
    for (const ModeName& mode : modes) rounders.emplace_back(Rounding{row.format, mode.mode});
    for (int trial = 0; trial < trials(600); ++trial) {
      const std::uint32_t word = aimed.word();
      const T x = aimed.any(word);
      const Mpfr real = exact(x);
      for (std::size_t i = 0; i < modes.size(); ++i) {
        const Mpfr expected = reference(real, row.format, modes[i].mode, word);
        const T got = rounders[i].with_word(x, word);
        mismatches.expect(same(exact(got), expected), [&] {
          return described(x, row, modes[i].name, word) + " gives " + exact(got).text() +
                 " instead of " + expected.text();
        });
        // A number of the format is a fixed point of every mode.
        using std::isfinite;
        if (!isfinite(got)) continue;
        for (std::size_t k = 0; k < modes.size(); ++k) {
          mismatches.expect(same(exact(rounders[k].with_word(got, word)), exact(got)),
                            [&] { return "again " + described(got, row, modes[k].name, word); });
        }
      }
    }
    ++seen;
    INFO(row.name);
    CHECK_NONE(mismatches);
  }
  CHECK(seen > 40);
}

TEMPLATE_LIST_TEST_CASE("zeros, infinities and NaN in a wide carrier", "[rounding]", Carriers) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  for (const NamedFormat& row : formats_within<T>(various_formats())) {
    for (const ModeName& mode : modes) {
      const Rounder<T> rounder(Rounding{row.format, mode.mode, 5});
      Mismatches mismatches;
      for (const T& x : {T(0), T(-T(0)), Limits::infinity(), T(-Limits::infinity()),
                         Limits::quiet_NaN(), (Limits::max)(), (Limits::min)()}) {
        const Site site{3, 1, 2};
        const Mpfr expected =
            reference(exact(x), row.format, mode.mode, random_word(rounder.rounding().seed, site));
        mismatches.expect(same(exact(rounder(x, site)), expected),
                          [&] { return described(x, row, mode.name, 0); });
      }
      INFO(row.name);
      CHECK_NONE(mismatches);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("a span is rounded as its values are, each at its site", "[rounding]",
                        Carriers) {
  using T = TestType;
  const Format format{11, -14, 15};
  Aimed<T> aimed(format);
  for (const ModeName& mode : modes) {
    const Rounder<T> rounder(Rounding{format, mode.mode, 0x123456789ABCDEFULL});
    std::vector<T> values;
    for (int i = 0; i < 50; ++i) values.push_back(aimed.any(aimed.word()));
    std::vector<T> expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
      // The word that Philox gives for the site, used by the modes that draw.
      const Site site{7 + i, 4, 9};
      expected.push_back(rounder.with_word(values[i], random_word(0x123456789ABCDEFULL, site)));
      CHECK(same(exact(rounder(values[i], site)), exact(expected[i])));
      CHECK(rounder.word(site) ==
            (mode.mode == Mode::stochastic ? random_word(0x123456789ABCDEFULL, site) : 0));
    }
    rounder(std::span<T>(values), Site{7, 4, 9});
    Mismatches mismatches;
    for (std::size_t i = 0; i < values.size(); ++i) {
      mismatches.expect(same(exact(values[i]), exact(expected[i])),
                        [&] { return std::string(mode.name) + " " + std::to_string(i); });
    }
    CHECK_NONE(mismatches);
  }
}

TEMPLATE_LIST_TEST_CASE("a rounder refuses a format that its carrier lacks", "[rounding]",
                        Carriers) {
  using T = TestType;
  const Format own = own_format<T>();
  const auto refused = [](const Format& format) {
    CHECK_THROWS_AS(Rounder<T>(Rounding{format}), std::invalid_argument);
  };
  const auto accepted = [](const Format& format) { CHECK_NOTHROW(Rounder<T>(Rounding{format})); };
  accepted(own);
  CHECK(Rounder<T>(Rounding{own}).exact());
  CHECK_FALSE(Rounder<T>(Rounding{own, Mode::up}).exact());
  CHECK_FALSE(Rounder<T>(Rounding{binary16_format}).exact());
  Format other = own;
  other.overflow = Overflow::largest;
  accepted(other);
  CHECK_FALSE(Rounder<T>(Rounding{other}).exact());
  other = own;
  other.p = own.p + 1;
  refused(other);
  other.p = 0;
  refused(other);
  other = own;
  other.emax = own.emax + 1;
  refused(other);
  refused({8, 3, 2});  // emin above emax
  accepted({4, -6, 8, Subnormals::kept, Overflow::nan, true, 7});
  refused({4, -6, 8, Subnormals::kept, Overflow::nan, true, 8});  // no number at emax
  refused({4, -6, 8, Subnormals::kept, Overflow::nan, true, -1});
  // The smallest number of the format, and one below what T has: subnormal where T has such.
  const bool kept = own.subnormals == Subnormals::kept;
  const std::int64_t lowest = kept ? own.emin - own.p + 1 : own.emin;
  accepted({5, lowest + 4, 0});
  refused({5, lowest + 3, 0});
  const std::int64_t flushed = kept ? lowest + 4 : lowest;
  accepted({5, flushed, 0, Subnormals::flushed});
  refused({5, flushed - 1, 0, Subnormals::flushed});
}
