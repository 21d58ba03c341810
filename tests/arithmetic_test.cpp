// SPDX-License-Identifier: BSL-1.0
// + - * / and the square root of the wide arithmetics against MPFR, which rounds correctly.
#include <random>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "reference.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

using WideArithmetics = TypeList<Quad, Dec50, Dec100, Wide24, Wide53>;

/// Significands of p bits, the leading one set, of the kinds that rounding errs on.
class Significands {
 public:
  explicit Significands(unsigned p) : p_(p), top_(cpp_int(1) << (p - 1)) {}

  cpp_int any() {
    switch (below(6)) {
      case 0: return top_;
      case 1: return top_ | 1;
      case 2: return few_bits();
      case 3: return trailing_ones();
      default: return random();
    }
  }
  cpp_int random() { return top_ | random_bits(p_ - 1); }
  cpp_int few_bits() { return top_ | bit(below(p_)) | bit(below(p_)); }
  cpp_int trailing_ones() {
    const unsigned ones = 1 + below(p_);
    return random() | (bit(ones) - 1);
  }
  /// The last set bit at this place, counted from the end.
  cpp_int ending_at(unsigned place) {
    cpp_int all = below(2) ? random() : few_bits();
    all >>= place;
    bit_set(all, 0);
    return all << place;
  }
  /// Odd and of so many bits.
  cpp_int odd(unsigned bits) { return bit(bits - 1) | random_bits(bits - 1) | 1; }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }

  static cpp_int bit(unsigned place) { return cpp_int(1) << place; }

 private:
  cpp_int random_bits(unsigned count) {
    cpp_int all = 0;
    for (unsigned have = 0; have < count; have += 64) all = (all << 64) | generator_();
    return all & (bit(count) - 1);
  }

  unsigned p_;
  cpp_int top_;
  std::mt19937_64 generator_{20260101};
};

template <class T>
T value(bool negative, const cpp_int& significand, int exponent) {
  const T magnitude = ldexp(T(significand), exponent);
  return negative ? T(-magnitude) : magnitude;
}

/// Each operation on operands in both orders, and the root of one, as MPFR has them.
template <class T>
class Comparison {
 public:
  void sums(const T& a, const T& b) {
    const Mpfr x = exact(a), y = exact(b);
    mpfr_add(expected_, x, y, MPFR_RNDN);
    compare(a + b, a, "+", b);
    compare(b + a, b, "+", a);
    mpfr_sub(expected_, x, y, MPFR_RNDN);
    compare(a - b, a, "-", b);
    mpfr_sub(expected_, y, x, MPFR_RNDN);
    compare(b - a, b, "-", a);
  }
  void products(const T& a, const T& b) {
    const Mpfr x = exact(a), y = exact(b);
    mpfr_mul(expected_, x, y, MPFR_RNDN);
    compare(a * b, a, "*", b);
    compare(b * a, b, "*", a);
    mpfr_div(expected_, x, y, MPFR_RNDN);
    compare(a / b, a, "/", b);
    mpfr_div(expected_, y, x, MPFR_RNDN);
    compare(b / a, b, "/", a);
  }
  void root(const T& a) {
    mpfr_sqrt(expected_, exact(a), MPFR_RNDN);
    compare(sqrt(a), T(0), "sqrt", a);
  }
  const Mismatches& mismatches() const { return mismatches_; }

 private:
  void compare(const T& result, const T& a, const char* operation, const T& b) {
    const Mpfr got = exact(result);
    mismatches_.expect(same(got, expected_), [&] {
      return exact(a).text() + " " + operation + " " + exact(b).text() + " = " + got.text() +
             " instead of " + expected_.text();
    });
  }

  Mpfr expected_{significand_bits<T>};
  Mismatches mismatches_;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("sums and differences are correctly rounded at every exponent distance",
                        "[arithmetic]", WideArithmetics) {
  using T = TestType;
  constexpr unsigned p = significand_bits<T>;
  Significands significands(p);
  Comparison<T> comparison;
  for (unsigned distance = 0; distance <= 2 * p + 2; ++distance) {
    const auto compare = [&](const cpp_int& a, const cpp_int& b) {
      const int exponent = static_cast<int>(significands.below(200)) - 100;
      const bool negative = significands.below(2) == 0;
      const T x = value<T>(negative, a, exponent + static_cast<int>(distance));
      comparison.sums(x, value<T>(negative, b, exponent));
      comparison.sums(x, value<T>(!negative, b, exponent));
    };
    for (int trial = 0; trial < trials(150); ++trial) {
      compare(significands.any(), significands.any());
      // Half an ulp of the sum is the place distance - 1 of b; of a difference or a carry, one
      // place to either side. A tie, and one last bit above and below it.
      const unsigned half = distance + significands.below(3);
      if (half < 2 || half - 2 >= p) continue;
      const cpp_int b = significands.ending_at(half - 2);
      compare(significands.any(), b);
      if (half == 2) continue;
      compare(significands.any(), b + 1);
      compare(significands.any(), half - 2 == p - 1 ? b : cpp_int(b - 1));
    }
  }
  CHECK_NONE(comparison.mismatches());
}

TEMPLATE_LIST_TEST_CASE("differences of neighbours are exact, zero is positive", "[arithmetic]",
                        WideArithmetics) {
  using T = TestType;
  constexpr unsigned p = significand_bits<T>;
  Significands significands(p);
  Comparison<T> comparison;
  const cpp_int lowest = cpp_int(1) << (p - 1);
  const cpp_int highest = (cpp_int(1) << p) - 1;
  for (int trial = 0; trial < trials(3000); ++trial) {
    const int exponent = static_cast<int>(significands.below(200)) - 100;
    const bool negative = significands.below(2) == 0;
    const cpp_int a = significands.any();
    const cpp_int b = a - lowest > 2 ? cpp_int(a - significands.below(3)) : a;
    comparison.sums(value<T>(negative, a, exponent), value<T>(negative, b, exponent));
    comparison.sums(value<T>(negative, a, exponent), value<T>(!negative, b, exponent));
    // On both sides of a power of two.
    const T above = value<T>(negative, lowest + significands.below(3), exponent + 1);
    comparison.sums(above, value<T>(negative, highest - significands.below(3), exponent));
  }
  for (const T& zero : {T(0), T(-T(0))}) {
    for (const T& other : {T(0), T(-T(0)), T(1), T(-1)}) comparison.sums(zero, other);
  }
  CHECK_NONE(comparison.mismatches());
}

TEMPLATE_LIST_TEST_CASE("products, quotients and roots are correctly rounded", "[arithmetic]",
                        WideArithmetics) {
  using T = TestType;
  constexpr unsigned p = significand_bits<T>;
  Significands significands(p);
  Comparison<T> comparison;
  for (int trial = 0; trial < trials(60000); ++trial) {
    const int exponent = static_cast<int>(significands.below(200)) - 100;
    const bool negative = significands.below(2) == 0;
    const T a = value<T>(false, significands.any(), exponent);
    comparison.products(a, value<T>(negative, significands.any(), -exponent / 2));
    comparison.root(a);
    // p + 1 bits, the last one set: a tie, where the product does not have p bits only.
    const unsigned bits = 1 + significands.below(p);
    comparison.products(value<T>(negative, significands.odd(bits), exponent),
                        value<T>(negative, significands.odd(p + 1 - bits), exponent));
  }
  CHECK_NONE(comparison.mismatches());
}

TEST_CASE("wide24 is float where float neither over- nor underflows", "[arithmetic]") {
  std::mt19937 generator(47);
  Mismatches mismatches;
  const auto draw = [&] {
    const auto significand = static_cast<float>(1 + generator() % (1U << 24U));
    return std::ldexp(generator() % 2 ? significand : -significand,
                      static_cast<int>(generator() % 60) - 42);
  };
  for (int trial = 0; trial < trials(1000000); ++trial) {
    const float a = draw(), b = draw();
    const Wide24 x(a), y(b);
    const auto check = [&](const Wide24& got, float expected, const char* operation) {
      mismatches.expect(got == Wide24(expected), [&] {
        return exact(a).text() + " " + operation + " " + exact(b).text() + ": " + exact(got).text();
      });
    };
    check(x + y, a + b, "+");
    check(x - y, a - b, "-");
    check(x * y, a * b, "*");
    check(x / y, a / b, "/");
    check(sqrt(abs(x)), std::sqrt(std::abs(a)), "root, beside");
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("roots next to squares and powers of two are correctly rounded",
                        "[arithmetic]", WideArithmetics) {
  using T = TestType;
  constexpr int p = significand_bits<T>;
  Significands significands(p);
  Comparison<T> comparison;
  const cpp_int top = cpp_int(1) << p;
  for (int trial = 0; trial < trials(2000); ++trial) {
    const cpp_int half = significands.odd(static_cast<unsigned>(p) / 2);
    const cpp_int square = half * half;
    const int exponent = 2 * static_cast<int>(significands.below(100)) - 100;
    const unsigned small = significands.below(9);
    for (const cpp_int& operand : {cpp_int(square - 1), square, cpp_int(square + 1),
                                   cpp_int((top >> 1) + small), cpp_int(top - 1 - small)}) {
      for (const int parity : {0, 1}) comparison.root(value<T>(false, operand, exponent + parity));
    }
  }
  comparison.root(T(0));
  CHECK_NONE(comparison.mismatches());
}

namespace {

template <class T>
using Limits = std::numeric_limits<T>;

/// Converts into To; MPFR rounds the same value into To's format.
template <class To, class From>
class Conversion {
 public:
  void operator()(const From& x) {
    const To converted = convert<To>(x);
    const Mpfr got = exact(converted);
    Mpfr expected(significand_bits<To>);
    if constexpr (is_soft<To>) {
      expected = reference(exact(x), To::format, Mode::nearest_even);
    } else if constexpr (is_native<To>) {
      const ExponentRange range(Limits<To>::min_exponent - 1, Limits<To>::max_exponent - 1,
                                significand_bits<To>, true);
      const int ternary = mpfr_set(expected, exact(x), MPFR_RNDN);
      mpfr_subnormalize(expected, ternary, MPFR_RNDN);
    } else {
      const int ternary = mpfr_set(expected, exact(x), MPFR_RNDN);
      // Boost's exponents are those of the leading bit; it has no subnormal numbers.
      if (mpfr_regular_p(expected) && mpfr_get_exp(expected) - 1 < Limits<To>::min_exponent) {
        mpfr_set_zero(expected, mpfr_signbit(expected) ? -1 : 1);
      } else {
        const ExponentRange range(Limits<To>::min_exponent, Limits<To>::max_exponent,
                                  significand_bits<To>, false);
        mpfr_check_range(expected, ternary, MPFR_RNDN);
      }
    }
    mismatches_.expect(same(got, expected), [&] {
      return std::string(ArithmeticTraits<From>::name) + " to " +
             std::string(ArithmeticTraits<To>::name) + ": " + exact(x).text() + " gives " +
             got.text() + " instead of " + expected.text();
    });
  }
  const Mismatches& mismatches() const { return mismatches_; }

 private:
  Mismatches mismatches_;
};

/// Values of From around everything at which To's numbers change.
template <class To, class From, class F>
void for_each_border_value(F&& f) {
  using std::ldexp;
  constexpr int from_p = significand_bits<From>;
  constexpr int to_p = significand_bits<To>;
  Significands significands(from_p);
  // Two's exponents that both have, and that are small enough to write down.
  const auto emit = [&](const cpp_int& significand, int leading) {
    using std::isfinite;
    const int exponent = leading - from_p + 1;
    From x(0);
    if constexpr (is_soft<From>) {
      x = From(ldexp(static_cast<double>(significand), exponent));
    } else {
      x = ldexp(From(significand), exponent);
    }
    if (!isfinite(x)) return;
    f(x);
    f(From(-x));
  };
  const auto around = [&](int leading) {
    emit(significands.any(), leading);
    // To's numbers and the middles between them, as many bits as To has there; and beside them.
    int bits = to_p;
    if (!is_wide<To>) bits = std::min(to_p, leading + 2 - Limits<To>::min_exponent + to_p);
    for (const int kept : {bits, bits + 1}) {
      const int rest = from_p - kept;
      if (rest < 1 || rest >= from_p) continue;
      const cpp_int border = significands.ending_at(static_cast<unsigned>(rest));
      emit(border, leading);
      emit(border + 1, leading);
      if (rest < from_p - 1) emit(border - 1, leading);
    }
    emit((cpp_int(1) << from_p) - 1, leading);
    emit(cpp_int(1) << (from_p - 1), leading);
  };
  for (int trial = 0; trial < trials(300); ++trial) {
    around(static_cast<int>(significands.below(200)) - 100);
    constexpr int lowest = Limits<To>::min_exponent;
    constexpr int highest = Limits<To>::max_exponent;
    if (lowest > Limits<From>::min_exponent - from_p && lowest > -20000) {
      around(lowest + 3 - static_cast<int>(significands.below(to_p + 6)));
    }
    if (highest <= Limits<From>::max_exponent && highest < 20000) {
      around(highest + 1 - static_cast<int>(significands.below(4)));
    }
    if (Limits<From>::min_exponent > -20000) {  // From's own subnormal numbers
      around(Limits<From>::min_exponent - static_cast<int>(significands.below(from_p)));
    }
  }
  for (const From& x : {From(0), From(-From(0)), From(1), Limits<From>::infinity(),
                        From(-Limits<From>::infinity()), Limits<From>::quiet_NaN()}) {
    f(x);
  }
  // Boost's int32 exponents wrap where a wide arithmetic's last ones are converted.
  if (Limits<From>::max_exponent > 20000) return;
  for (const From& x : {(Limits<From>::max)(), (Limits<From>::min)(), Limits<From>::denorm_min()}) {
    f(x);
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a conversion rounds once, into subnormal numbers too", "[arithmetic]",
                        TestedArithmetics) {
  using To = TestType;
  for_each_arithmetic([]<class From>() {
    Conversion<To, From> conversion;
    for_each_border_value<To, From>(conversion);
    CHECK_NONE(conversion.mismatches());
  });
}
