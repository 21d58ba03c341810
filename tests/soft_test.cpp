// SPDX-License-Identifier: BSL-1.0
// Soft<Format>: each operation is its exact result rounded once. MPFR does that at the format's own
// precision and exponents; float and _Float16 are formats of the compiler's.
#include "ulpscope/format/soft.hpp"

#include <bit>
#include <cstdint>
#include <random>
#include <sstream>

#include "catch.hpp"
#include "mpfr.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// The codes of a type of so many exponent bits: those of e4m3 are numbers up to the last but one.
template <class T, int exponent_bits, bool all_numbers = false>
struct Codes {
  using Type = T;
  static constexpr int fraction_bits = T::format.p - 1;
  static constexpr std::uint32_t sign = std::uint32_t{1} << (exponent_bits + fraction_bits);
  static constexpr std::uint64_t count = std::uint64_t{2} * sign;
  static constexpr std::uint32_t span = 2 * T::format.p << fraction_bits;  ///< of 2 p binades

  static double value(std::uint32_t code) {
    const std::uint32_t magnitude = code & (sign - 1);
    const auto exponent = static_cast<int>(magnitude >> fraction_bits);
    const auto fraction = static_cast<int>(magnitude & ((1U << fraction_bits) - 1));
    constexpr int top = (1 << exponent_bits) - 1;
    constexpr int bias = top / 2;
    double x = 0;
    if (all_numbers ? magnitude == sign - 1 : exponent == top && fraction != 0) {
      x = NAN;
    } else if (!all_numbers && exponent == top) {
      x = INFINITY;
    } else if (exponent == 0) {
      x = std::ldexp(fraction, 1 - bias - fraction_bits);
    } else {
      x = std::ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
    }
    return code & sign ? -x : x;
  }
};

using Binary16Codes = Codes<Binary16, 5>;
using BFloat16Codes = Codes<BFloat16, 8>;
using Tf32Codes = Codes<Tf32, 8>;
using E5m2Codes = Codes<E5m2, 5>;
using E4m3Codes = Codes<E4m3, 4, true>;
/// A float's product of its numbers, unlike those of the others, would not be exact.
using P17Codes = Codes<Soft<Format{17, -126, 127}>, 8>;
/// binary16 without what is below 2^-14 and beyond 65504.
using FlatCodes = Codes<Soft<Format{11, -14, 15, Subnormals::flushed, Overflow::largest}>, 5>;
/// float itself, once more: the most bits that an operation in double is enough for.
using Float = Soft<Format{24, -126, 127}>;
using FloatCodes = Codes<Float, 8>;

bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

std::string text(double x) {
  std::ostringstream out;
  out << std::hexfloat << x;
  return out.str();
}

/// Operations on T as MPFR has them.
template <class T>
class Reference {
 public:
  template <class Operation>
  double operator()(Operation&& operation) {
    const int ternary = operation(static_cast<mpfr_ptr>(result_));
    if (kept) mpfr_subnormalize(result_, ternary, MPFR_RNDN);
    const double x = mpfr_get_d(result_, MPFR_RNDN);
    if (!kept && std::abs(x) < std::ldexp(1, T::format.emin)) return std::copysign(0, x);
    if (T::format.overflow == Overflow::nan && std::abs(x) > 448) return NAN;  // e4m3's largest
    if (T::format.overflow == Overflow::largest && std::isinf(x)) return std::copysign(65504, x);
    return x;
  }

 private:
  static constexpr bool kept = T::format.subnormals == Subnormals::kept;
  ExponentRange range_{T::format.emin - (kept ? 0 : 100), T::format.emax, T::format.p, kept};
  Mpfr result_{T::format.p};
};

/// + - * / of numbers given as doubles.
template <class T>
class Operations {
 public:
  void operator()(double a, double b) {
    const T x(a), y(b);
    // What a format lacks of the codes becomes one of its numbers before.
    mpfr_set_d(a_, static_cast<double>(x), MPFR_RNDN);
    mpfr_set_d(b_, static_cast<double>(y), MPFR_RNDN);
    check(mpfr_add, x + y, a, "+", b);
    check(mpfr_sub, x - y, a, "-", b);
    check(mpfr_mul, x * y, a, "*", b);
    check(mpfr_div, x / y, a, "/", b);
  }
  const Mismatches& mismatches() const { return mismatches_; }

 private:
  using Function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
  void check(Function function, T got, double a, const char* operation, double b) {
    const double expected =
        reference_([&](mpfr_ptr result) { return function(result, a_, b_, MPFR_RNDN); });
    mismatches_.expect(same(static_cast<double>(got), expected), [&] {
      return text(a) + " " + operation + " " + text(b) + ": " + text(static_cast<double>(got)) +
             " instead of " + text(expected);
    });
  }

  // Operands have room for more exponents than the results.
  Mpfr a_{T::format.p}, b_{T::format.p};
  Reference<T> reference_;
  Mismatches mismatches_;
};

/// Pairs of T's numbers, every code as likely as any other.
template <class C, class F>
void for_random_pairs(int count, F&& f) {
  std::mt19937_64 generator(31);
  for (int trial = 0; trial < count; ++trial) {
    const std::uint64_t bits = generator();
    f(C::value(static_cast<std::uint32_t>(bits % C::count)),
      C::value(static_cast<std::uint32_t>((bits >> 32U) % C::count)));
  }
}

/// Of either sign, and at most two p binades apart.
template <class C, class F>
void for_close_pairs(int count, F&& f) {
  constexpr std::uint32_t range = C::sign < C::span ? C::sign : C::span;
  std::mt19937_64 generator(37);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(generator() % n); };
  for (int trial = 0; trial < count; ++trial) {
    const std::uint32_t low = below(C::sign - range + 1);
    f(C::value(low + below(range) + C::sign * below(2)),
      C::value(low + below(range) + C::sign * below(2)));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("operations on every pair of numbers of eight bits are rounded once", "[soft]",
                   E5m2Codes, E4m3Codes) {
  using T = typename TestType::Type;
  Operations<T> operations;
  for (std::uint32_t a = 0; a < TestType::count; ++a) {
    for (std::uint32_t b = 0; b < TestType::count; ++b) {
      operations(TestType::value(a), TestType::value(b));
    }
  }
  CHECK_NONE(operations.mismatches());
}

TEMPLATE_TEST_CASE("operations on random pairs are rounded once", "[soft]", Binary16Codes,
                   BFloat16Codes, Tf32Codes, P17Codes, FlatCodes) {
  Operations<typename TestType::Type> operations;
  for_random_pairs<TestType>(trials(1000000), operations);
  // In formats of many exponents most of these are too far apart to meet.
  for_close_pairs<TestType>(trials(1000000), operations);
  CHECK_NONE(operations.mismatches());
}

TEMPLATE_TEST_CASE("roots are rounded once", "[soft]", Binary16Codes, BFloat16Codes, Tf32Codes,
                   P17Codes, E5m2Codes, E4m3Codes) {
  using T = typename TestType::Type;
  Reference<T> reference;
  Mpfr operand(T::format.p);
  Mismatches mismatches;
  constexpr std::uint32_t step = TestType::count > 1U << 20U ? 61 : 1;
  for (std::uint32_t code = 0; code < TestType::count; code += step) {
    const double x = TestType::value(code);
    mpfr_set_d(operand, x, MPFR_RNDN);
    const double expected =
        reference([&](mpfr_ptr result) { return mpfr_sqrt(result, operand, MPFR_RNDN); });
    const auto got = static_cast<double>(sqrt(T(x)));
    mismatches.expect(same(got, expected), [&] { return "root of " + text(x) + ": " + text(got); });
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("operations in float's own format are float's", "[soft]") {
  Mismatches mismatches;
  const auto pair = [&](double wide_a, double wide_b) {
    const auto a = static_cast<float>(wide_a), b = static_cast<float>(wide_b);
    const Float x(a), y(b);
    const auto check = [&](Float got, float expected, const char* operation) {
      mismatches.expect(same(static_cast<float>(got), expected), [&] {
        return text(a) + " " + operation + " " + text(b) + ": " + text(static_cast<float>(got));
      });
    };
    check(x + y, a + b, "+");
    check(x - y, a - b, "-");
    check(x * y, a * b, "*");
    check(x / y, a / b, "/");
    check(sqrt(x), std::sqrt(a), "root");
  };
  for_random_pairs<FloatCodes>(trials(1000000), pair);
  for_close_pairs<FloatCodes>(trials(1000000), pair);
  CHECK_NONE(mismatches);
}

#if defined(__FLT16_MANT_DIG__) && !defined(__clang__)
TEST_CASE("binary16 is the compiler's _Float16", "[soft]") {
  Mismatches mismatches;
  for_random_pairs<Binary16Codes>(trials(1000000), [&](double a, double b) {
    const auto x = static_cast<_Float16>(a), y = static_cast<_Float16>(b);
    const Binary16 s(a), t(b);
    const auto check = [&](Binary16 got, _Float16 expected, const char* operation) {
      mismatches.expect(same(static_cast<double>(got), static_cast<double>(expected)), [&] {
        return text(a) + " " + operation + " " + text(b) + ": " + text(static_cast<double>(got));
      });
    };
    check(s + t, x + y, "+");
    check(s - t, x - y, "-");
    check(s * t, x * y, "*");
    check(s / t, x / y, "/");
    check(-s, -x, "negated");
    mismatches.expect((s < t) == (x < y) && (s == t) == (x == y) && (s >= t) == (x >= y),
                      [&] { return text(a) + " compared with " + text(b); });
  });
  CHECK_NONE(mismatches);
}
#endif
