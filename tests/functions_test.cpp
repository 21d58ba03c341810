// SPDX-License-Identifier: BSL-1.0
// The functions of activations and losses against MPFR, in every arithmetic.
#include "ulpscope/format/functions.hpp"

#include <random>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/random.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

constexpr int reference_bits = 600;

Mpfr unary(int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t), const Mpfr& x) {
  Mpfr result(precision(x));
  f(result, x, MPFR_RNDN);
  return result;
}

Mpfr widened(const Mpfr& x, int bits = reference_bits) {
  Mpfr result(bits);
  mpfr_set(result, x, MPFR_RNDN);
  return result;
}

Mpfr number(double x, int bits = reference_bits) {
  Mpfr result(bits);
  mpfr_set_d(result, x, MPFR_RNDN);
  return result;
}

/// Below, z^2 is about how many times larger a value's relative error is than that of z: of these
/// bits, 12 are lost at |z| = 2^6. erfc takes a hundred times as long with 600 as with 153.
int tail_bits(const Mpfr& z) { return precision(z) + 100; }

/// erfc(-z / sqrt(2)) / 2
Mpfr distribution(const Mpfr& z) {
  const int bits = tail_bits(z);
  const Mpfr two = number(2, bits);
  return unary(mpfr_erfc, number(0, bits) - widened(z, bits) / sqrt(two)) / two;
}

/// e^(-z^2/2) / sqrt(2 pi)
Mpfr density(const Mpfr& z) {
  const int bits = tail_bits(z);
  const Mpfr wide = widened(z, bits), two = number(2, bits);
  Mpfr pi(bits);
  mpfr_const_pi(pi, MPFR_RNDN);
  return unary(mpfr_exp, number(0, bits) - wide * wide / two) / sqrt(two * pi);
}

/// Checks that f(x) is the number of T nearest to the reference, or within 2^-16 ulp of being so.
/// Below binary64's normal range, the one that is rounded twice, it may be off by an ulp. Nothing
/// is asked where T overflows.
template <class T>
class Nearest {
 public:
  template <class F, class Reference>
  void operator()(const T& x, F&& f, Reference&& reference) {
    constexpr Format format = own_format<T>();
    const Mpfr expected = reference(exact(x));
    const T got = f(x);
    const std::int64_t top = mpfr_zero_p(expected) ? format.emin : mpfr_get_exp(expected) - 1;
    if (top >= format.emax) return;
    const auto exponent = std::max<std::int64_t>(top, format.emin);
    const bool twice = std::is_same_v<T, double> && top < format.emin;
    Mpfr bound = number(twice ? 1 : 0.5 + 0x1p-16);
    mpfr_mul_2si(bound, bound, exponent - format.p + 1, MPFR_RNDN);
    ++count_;
    mismatches_.expect(within(exact(got), expected, bound), [&] {
      return "at " + exact(x).text() + ": " + exact(got).text() + ", not " + expected.text();
    });
  }
  ~Nearest() {
    CHECK(count_ > 100);
    CHECK_NONE(mismatches_);
  }

 private:
  int count_ = 0;
  Mismatches mismatches_;
};

/// Random numbers of both signs between 2^low and 2^high in magnitude, all of T's bits drawn.
template <class T, class F>
void for_each_argument(int low, int high, F&& f) {
  using W = HyperArithmetic<T>;
  std::mt19937 generator(11);
  const int trials = is_wide<T> ? 150 : 1500;
  for (int trial = 0; trial < trials; ++trial) {
    W significand(1);
    for (int word = 1; word <= significand_bits<W> / 32; ++word) {
      significand += ldexp(W(generator()), -32 * word);
    }
    const int exponent = low + static_cast<int>(generator() % static_cast<unsigned>(high - low));
    const T x = convert<T>(W(ldexp(significand, exponent)));
    if (!(x - x == T(0))) continue;  // beyond T
    f(x);
    f(T(-x));
  }
}

/// Where functions leave the normal range of T downwards; wide types hardly have such a place.
template <class T, class F>
void for_each_tiny_argument(F&& f) {
  if constexpr (!is_wide<T> && !std::is_same_v<T, long double>) {
    constexpr int low = static_cast<int>(own_format<T>().emin) - significand_bits<T> + 1;
    for_each_argument<T>(low, low + 2 * significand_bits<T>, f);
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("exponentials are the nearest numbers", "[elementary]", TestedArithmetics) {
  using T = TestType;
  Nearest<T> nearest;
  for_each_argument<T>(-30, 10, [&](const T& x) {
    nearest(x, elementary::exp<T>, [](const Mpfr& z) { return unary(mpfr_exp, widened(z)); });
  });
}

TEMPLATE_LIST_TEST_CASE("log(1 + y) is the nearest number", "[elementary]", TestedArithmetics) {
  using T = TestType;
  Nearest<T> nearest;
  const auto check = [&](const T& y) {
    if (y < T(0)) return;
    nearest(y, elementary::log1p<T>, [](const Mpfr& z) { return unary(mpfr_log1p, widened(z)); });
  };
  for_each_argument<T>(-60, 14, check);
  for_each_tiny_argument<T>(check);
}

TEMPLATE_LIST_TEST_CASE("hyperbolic tangents are the nearest numbers", "[elementary]",
                        TestedArithmetics) {
  using T = TestType;
  Nearest<T> nearest;
  const auto check = [&](const T& x) {
    nearest(x, elementary::tanh<T>, [](const Mpfr& z) { return unary(mpfr_tanh, widened(z)); });
  };
  for_each_argument<T>(-40, 8, check);
  for_each_tiny_argument<T>(check);
}

TEMPLATE_LIST_TEST_CASE("the normal distribution and its density are the nearest numbers",
                        "[elementary]", TestedArithmetics) {
  using T = TestType;
  Nearest<T> of_distribution, of_density;
  const auto check = [&](const T& z) {
    of_distribution(z, elementary::normal_distribution<T>, distribution);
    of_density(z, elementary::normal_density<T>, density);
  };
  for_each_argument<T>(-30, 6, check);
  // The density of 37.52 is 2^-1016, the distribution at -38.5 below the smallest subnormal number.
  if constexpr (std::is_same_v<T, double>) {
    for (int i = 0; i < 3000; ++i) check(-(37.3 + i * 0x1.5p-11));
  }
}

TEST_CASE("operations of double-doubles keep 100 bits", "[elementary]") {
  std::mt19937 generator(17);
  const auto draw = [&] {
    const double high = std::ldexp(uniform(generator) + 0.5, static_cast<int>(generator() % 40));
    return DoubleDouble(high) + DoubleDouble(std::ldexp(uniform(generator) - 0.5, -20)) *
                                    DoubleDouble(std::ldexp(uniform(generator), -10));
  };
  const auto exactly = [](const DoubleDouble& x) {
    const auto high = static_cast<double>(x);
    return number(high) + number(static_cast<double>(x - DoubleDouble(high)));
  };
  Mismatches mismatches;
  for (int trial = 0; trial < 5000; ++trial) {
    const DoubleDouble a = draw(), b = draw();
    const Mpfr x = exactly(a), y = exactly(b);
    const std::vector<std::pair<DoubleDouble, Mpfr>> results{
        {a + b, x + y}, {a * b, x * y}, {a / b, x / y}, {sqrt(a), sqrt(x)}};
    for (const auto& result : results) {
      const Mpfr got = exactly(result.first), &expected = result.second;
      Mpfr bound = abs(expected);
      mpfr_div_2ui(bound, bound, 100, MPFR_RNDN);
      mismatches.expect(within(got, expected, bound),
                        [&] { return got.text() + ", not " + expected.text(); });
    }
    // A difference is right to 2^-100 of its larger operand.
    Mpfr bound = abs(x) + abs(y);
    mpfr_div_2ui(bound, bound, 100, MPFR_RNDN);
    mismatches.expect(within(exactly(a - b), x - y, bound), [&] { return exactly(a - b).text(); });
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("functions end where their values do", "[elementary]", TestedArithmetics) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  const T zero(0), one(1);
  CHECK(elementary::exp(zero) == one);
  CHECK(elementary::log1p(zero) == zero);
  CHECK(elementary::tanh(zero) == zero);
  CHECK(elementary::normal_distribution(zero) == T(0.5F));
  for (const T& x : {Limits::max(), Limits::has_infinity ? Limits::infinity() : Limits::max()}) {
    CHECK(elementary::exp(T(-x)) == zero);
    CHECK(elementary::tanh(x) == one);
    CHECK(elementary::tanh(T(-x)) == T(-1));
    CHECK(elementary::normal_density(x) == zero);
    CHECK(elementary::normal_distribution(x) == one);
    CHECK(elementary::normal_distribution(T(-x)) == zero);
  }
  if constexpr (Limits::has_infinity) {
    CHECK(elementary::exp(Limits::max()) == Limits::infinity());
    CHECK(elementary::exp(Limits::infinity()) == Limits::infinity());
    CHECK(elementary::log1p(Limits::infinity()) == Limits::infinity());
  }
  const T nan = Limits::quiet_NaN();
  for (const T& value : {elementary::exp(nan), elementary::log1p(nan), elementary::tanh(nan),
                         elementary::normal_density(nan), elementary::normal_distribution(nan)}) {
    CHECK(value != value);
  }
}
