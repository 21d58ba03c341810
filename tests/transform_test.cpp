// SPDX-License-Identifier: BSL-1.0
// Transforms of a gradient: by hand, in wide arithmetic, and rounded as their role says.
#include <numeric>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/rule/transform.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using Options = TransformOptions;

const Options clip_value{.kind = "clip-value", .lower = "-1.5", .upper = "2"};
const Options clip_norm{.kind = "clip-norm", .max_norm = "2.5"};
const Options sum_of_3{.kind = "accumulate", .steps = 3};
const Options mean_of_4{.kind = "accumulate", .steps = 4, .average = true};
const Options noise_of_half{.kind = "noise", .deviation = "0.5", .seed = 7};

template <class T>
std::vector<T> in(const std::vector<double>& values) {
  std::vector<T> all;
  for (const double x : values) all.push_back(convert<T>(x));
  return all;
}

/// What is left of this gradient at update 1.
template <class T>
std::vector<T> transformed(const std::vector<Options>& options, const std::vector<double>& values,
                           const RoleFormats& formats = {}) {
  Transforms<T> transforms(options, Roles<T>(formats));
  std::vector<T> gradient = in<T>(values);
  REQUIRE(transforms.apply(1, gradient));
  return gradient;
}

/// Rounding errors of so many operations, in any arithmetic.
template <class T>
bool near(const T& x, const Dec100& expected, int operations) {
  using std::abs;
  const Dec100 unit = ldexp(Dec100(1), -significand_bits<T>);
  return abs(convert<Dec100>(x) - expected) <= operations * unit * abs(expected);
}

/// A gradient of some thousand values, numbers of every arithmetic down to three bits.
std::vector<double> many(std::size_t count = 1000) {
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back((static_cast<double>(i * 7919 % 7) - 3) * 0.25);
  }
  return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("transforms by hand", "[transform]", TestedArithmetics) {
  using T = TestType;
  CHECK(transformed<T>({}, {1, 2}) == in<T>({1, 2}));
  CHECK(transformed<T>({Options{}}, {1, 2}) == in<T>({1, 2}));
  CHECK(transformed<T>({clip_value}, {-4, -1.5, -1, 0, 2, 3}) == in<T>({-1.5, -1.5, -1, 0, 2, 2}));
  // Of norm 5.
  const auto clipped = transformed<T>({clip_norm}, {3, 4});
  const Dec100 factor = from_decimal<Dec100>("2.5") / (5 + from_decimal<Dec100>("1e-6"));
  CHECK(near(clipped[0], 3 * factor, 8));
  CHECK(near(clipped[1], 4 * factor, 8));
  CHECK(transformed<T>({clip_norm}, {0.75, 1}) == in<T>({0.75, 1}));

  const auto accumulated = [](const Options& options) {
    Transforms<T> transforms({options}, Roles<T>());
    std::vector<T> last;
    for (const std::uint64_t t : {1U, 2U}) {  // a second time as the first
      for (std::uint64_t part = 1; part <= options.steps; ++part) {
        std::vector<T> gradient = in<T>({1, static_cast<double>(part)});
        CHECK(transforms.apply(t, gradient) == (part == options.steps));
        last = gradient;
      }
    }
    return last;
  };
  CHECK(accumulated(sum_of_3) == in<T>({3, 6}));
  CHECK(accumulated(mean_of_4) == in<T>({1, 2.5}));
}

TEST_CASE("the order of transforms matters", "[transform]") {
  const std::vector<double> gradient{3, 4};
  const auto first = transformed<double>({clip_value, clip_norm}, gradient);   // (2, 2), norm 2.8
  const auto second = transformed<double>({clip_norm, clip_value}, gradient);  // (1.5, 2)
  CHECK(near(first[0], 2.5 / std::sqrt(2) / (1 + 1e-6 / std::sqrt(8)), 8));
  CHECK(near(second[0], 1.5 / (1 + 2e-7), 8));

  // Before an accumulate each part is clipped, after it the sum.
  const auto sum = [](const std::vector<Options>& options) {
    Transforms<double> transforms(options, Roles<double>());
    std::vector<double> g;
    do g = {1.5};
    while (!transforms.apply(1, g));
    return g[0];
  };
  CHECK(sum({clip_value, sum_of_3}) == 4.5);
  CHECK(sum({sum_of_3, clip_value}) == 2);
  CHECK(sum({sum_of_3, mean_of_4}) == 4.5);
  CHECK(sum({mean_of_4, clip_value, sum_of_3}) == 4.5);
}

TEMPLATE_LIST_TEST_CASE("the norm is that of wide arithmetic", "[transform]", HighArithmetics) {
  using T = TestType;
  std::vector<double> gradient;
  for (int i = 1; i <= 300; ++i) gradient.push_back(std::ldexp(i * 8191 % 1009, -8));
  Mpfr squares(500), square(500);
  mpfr_set_zero(squares, 1);
  for (const double g : gradient) {
    mpfr_set_d(square, g, MPFR_RNDN);
    mpfr_sqr(square, square, MPFR_RNDN);
    squares = squares + square;
  }
  const Mpfr factor = parse("2.5", 500) / (sqrt(squares) + parse("1e-6", 500));
  const auto clipped = transformed<T>({clip_norm}, gradient);
  Mismatches mismatches;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    Mpfr expected(500), bound(500);
    mpfr_set_d(expected, gradient[i], MPFR_RNDN);
    expected = expected * factor;
    // 300 squares and sums halved by the root, root, 1e-6 and its sum, quotient and product.
    mpfr_mul_ui(bound, expected, 156, MPFR_RNDN);
    mpfr_mul_2si(bound, bound, -significand_bits<T>, MPFR_RNDN);
    mismatches.expect(within(exact(clipped[i]), expected, bound),
                      [&] { return std::to_string(i) + ": " + exact(clipped[i]).text(); });
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("transforms round as the gradient's role says", "[transform]") {
  const std::vector<std::vector<Options>> chains{{clip_norm},
                                                 {noise_of_half},
                                                 {noise_of_half, clip_value},
                                                 {clip_norm, noise_of_half, clip_norm}};
  RoleFormats every;
  every[Role::gradient] = RoleFormat{{bfloat16_format}, true};
  every[Role::hyperparameters] = RoleFormat{{bfloat16_format}};
  for (const auto& chain : chains) {
    const auto narrow = in<double>([&] {
      std::vector<double> all;
      for (const BFloat16 x : transformed<BFloat16>(chain, many())) {
        all.push_back(static_cast<double>(x));
      }
      return all;
    }());
    // The normal values are rounded to the arithmetic, which is not the role's here: only chains
    // without noise are those of the narrow arithmetic to the bit.
    const bool drawn = chain.size() > 1 || chain[0].kind == "noise";
    if (!drawn) CHECK(transformed<double>(chain, many(), every) == narrow);
    for (const bool rounds_every : {false, true}) {
      RoleFormats formats;
      formats[Role::gradient] = RoleFormat{{bfloat16_format}, rounds_every};
      Mismatches mismatches;
      for (const double x : transformed<double>(chain, many(), formats)) {
        mismatches.expect(x == round_to_format(x, bfloat16_format),
                          [&] { return std::to_string(x); });
      }
      CHECK_NONE(mismatches);
    }
  }
  // Stored once: the product is not rounded before the sum is.
  RoleFormats stored;
  stored[Role::gradient] = RoleFormat{{bfloat16_format}};
  const auto plain = transformed<double>({noise_of_half}, many());
  const auto rounded = transformed<double>({noise_of_half}, many(), stored);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CHECK(rounded[i] == round_to_format(plain[i], bfloat16_format));
  }
  // A bound that the format lacks is rounded, too.
  const Options odd{.kind = "clip-value", .lower = "-1", .upper = "1.001"};
  CHECK(transformed<double>({odd}, {2}, stored)[0] == 1);
  CHECK(transformed<double>({odd}, {2})[0] == 1.001);
}

TEST_CASE("sums are stored after every part", "[transform]") {
  RoleFormats formats;
  formats[Role::gradient] = RoleFormat{{bfloat16_format}};
  Transforms<double> transforms({{.kind = "accumulate", .steps = 1000}}, Roles<double>(formats));
  std::vector<double> g;
  do g = {1};
  while (!transforms.apply(1, g));
  CHECK(g[0] == 256);  // 257 is no number of bfloat16, and 256 is even
}

TEST_CASE("no two roundings of an update draw the same word", "[transform]") {
  // Stochastic: the mean of many sums that 256 + 1 takes half the time up by 2.
  RoleFormats formats;
  formats[Role::gradient] = RoleFormat{{bfloat16_format, Mode::stochastic, 3}};
  Transforms<double> transforms({{.kind = "accumulate", .steps = 129}}, Roles<double>(formats));
  std::vector<double> g;
  do g.assign(2000, g.empty() ? 256 : 1);
  while (!transforms.apply(1, g));
  const double mean = std::accumulate(g.begin(), g.end(), 0.0) / 2000;
  // 128 draws of 0 or 2 each: variance 128. Were they the same, g would be 256 or 512 alone.
  CHECK(std::abs(mean - 384) < 5 * std::sqrt(128.0 / 2000));
  double variance = 0;
  for (const double x : g) variance += (x - mean) * (x - mean) / 2000;
  CHECK(std::abs(variance - 128) < 5 * 128 * std::sqrt(2.0 / 2000));
}

TEMPLATE_LIST_TEST_CASE("noise is the same in every arithmetic", "[transform]", TestedArithmetics) {
  using T = TestType;
  const Options unit{.kind = "noise", .deviation = "1", .seed = 7};
  const auto reference = transformed<double>({unit}, std::vector<double>(999, 0));
  const auto got = transformed<T>({unit}, std::vector<double>(999, 0));
  Mismatches mismatches;
  for (std::size_t i = 0; i < got.size(); ++i) {
    mismatches.expect(got[i] == convert<T>(reference[i]), [&] { return std::to_string(i); });
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("noise is standard normal, and new at each update, part and place", "[transform]") {
  const Options unit{.kind = "noise", .deviation = "1", .seed = 7};
  const std::size_t count = 40000;
  const auto drawn = [&](std::uint64_t t, const Options& options, int place, int part) {
    std::vector<Options> all(static_cast<std::size_t>(place), clip_norm);
    all.push_back(options);
    all.push_back({.kind = "accumulate", .steps = 2});
    Transforms<double> transforms(all, Roles<double>());
    std::vector<double> first(count, 0), second(count, 0);
    transforms.apply(t, first);
    transforms.apply(t, second);  // the sum
    for (std::size_t i = 0; i < count; ++i) second[i] -= first[i];
    return part == 0 ? first : second;
  };
  Options other = unit;
  other.seed = 8;
  const std::vector<std::vector<double>> all{drawn(1, unit, 0, 0), drawn(2, unit, 0, 0),
                                             drawn(1, unit, 0, 1), drawn(1, unit, 1, 0),
                                             drawn(1, other, 0, 0)};
  const double n = static_cast<double>(count);
  for (std::size_t k = 0; k < all.size(); ++k) {
    double moments[5] = {};
    for (const double z : all[k]) {
      for (int power = 1; power <= 4; ++power) moments[power] += std::pow(z, power) / n;
    }
    INFO(k);  // five standard deviations of each moment
    CHECK(std::abs(moments[1]) < 5 / std::sqrt(n));
    CHECK(std::abs(moments[2] - 1) < 5 * std::sqrt(2 / n));
    CHECK(std::abs(moments[3]) < 5 * std::sqrt(15 / n));
    CHECK(std::abs(moments[4] - 3) < 5 * std::sqrt(96 / n));
    for (std::size_t j = 0; j < k; ++j) {
      const double product = std::inner_product(all[k].begin(), all[k].end(), all[j].begin(), 0.0);
      CHECK(std::abs(product / n) < 5 / std::sqrt(n));
    }
  }
  CHECK(drawn(1, unit, 0, 0) == all[0]);
  // std scales it.
  CHECK(transformed<double>({noise_of_half}, {0, 0})[1] ==
        0.5 * transformed<double>({unit}, {0, 0})[1]);
}

TEST_CASE("transforms refuse what does not go together", "[transform]") {
  for (const Options& right :
       {Options{}, clip_value, clip_norm, sum_of_3, mean_of_4, noise_of_half}) {
    CHECK(right.conflict().empty());
  }
  struct Row {
    Options options;
    const char* why;
  };
  const Row rows[] = {
      {{.kind = "none", .max_norm = "1"},
       "kind = \"none\" has no max_norm; expected it with kind = \"clip-norm\" alone; for example "
       "kind = \"clip-norm\""},
      {{.kind = "clip-norm", .lower = "1"},
       "kind = \"clip-norm\" has no lower; expected it with kind = \"clip-value\" alone; for "
       "example kind = \"clip-value\""},
      {{.kind = "noise", .upper = "1"},
       "kind = \"noise\" has no upper; expected it with kind = \"clip-value\" alone; for example "
       "kind = \"clip-value\""},
      {{.kind = "noise", .steps = 2},
       "kind = \"noise\" has no steps; expected it with kind = \"accumulate\" alone; for example "
       "kind = \"accumulate\""},
      {{.kind = "clip-norm", .average = true},
       "kind = \"clip-norm\" has no average; expected it with kind = \"accumulate\" alone; for "
       "example kind = \"accumulate\""},
      {{.kind = "accumulate", .deviation = "1"},
       "kind = \"accumulate\" has no std; expected it with kind = \"noise\" alone; for example "
       "kind = \"noise\""},
      {{.kind = "accumulate", .seed = 1},
       "kind = \"accumulate\" has no seed; expected it with kind = \"noise\" alone; for example "
       "kind = \"noise\""},
      {{.kind = "clip-value", .lower = "2", .upper = "1"},
       "lower = 2 is above upper = 1; expected lower <= upper; for example lower = -1, upper = 1"},
      {{.kind = "clip-value", .upper = "1"},
       "kind = \"clip-value\" needs a lower that is not 0; for example lower = -1"},
      {{.kind = "clip-value", .lower = "-1"},
       "kind = \"clip-value\" needs an upper that is not 0; for example upper = 1"},
      {{.kind = "clip-norm"},
       "kind = \"clip-norm\" needs a max_norm that is not 0; for example max_norm = 1"},
      {{.kind = "accumulate"}, "kind = \"accumulate\" needs steps; for example steps = 4"},
      {{.kind = "noise"}, "kind = \"noise\" needs a std that is not 0; for example std = 0.01"}};
  for (const Row& row : rows) CHECK(row.options.conflict() == row.why);
  const Options most{.kind = "accumulate", .steps = 1'000'000};
  CHECK_THROWS_AS(Transforms<double>({most, most}, Roles<double>()), std::invalid_argument);
  CHECK(describe_options<Options>().front().name == "kind");
}
