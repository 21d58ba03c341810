// SPDX-License-Identifier: BSL-1.0
// Operations whose exact result is rounded once, against MPFR's exact results and the definition of
// rounding.
#include <vector>

#include "carrier.hpp"
#include "catch.hpp"
#include "reference.hpp"
#include "ulpscope/format/operation.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Carriers = TypeList<float, double, long double, Quad, Dec50, Dec100, Wide24, Wide53>;
/// Small enough to try every significand.
using SmallCarriers = TypeList<WideFloat<4>, WideFloat<5>>;

enum class Operation { add, subtract, multiply, divide, square_root };
constexpr std::array operations{Operation::add, Operation::subtract, Operation::multiply,
                                Operation::divide, Operation::square_root};
constexpr const char* symbols[] = {"+", "-", "*", "/", "root"};

/// The exact result, as a number that rounds as it does into p bits; b is no operand of a root.
Mpfr exact_result(Operation operation, const Mpfr& a, const Mpfr& b, int p, Mode mode) {
  const auto set = [&](mpfr_ptr result, mpfr_rnd_t its) {
    switch (operation) {
      case Operation::add: return mpfr_add(result, a, b, its);
      case Operation::subtract: return mpfr_sub(result, a, b, its);
      case Operation::multiply: return mpfr_mul(result, a, b, its);
      case Operation::divide: return mpfr_div(result, a, b, its);
      default: return mpfr_sqrt(result, a, its);
    }
  };
  Mpfr result = stand_in(set, p + 40);
  if (mpfr_zero_p(result) && mode == Mode::down) set(result, MPFR_RNDD);  // for the zero's sign
  return result;
}

template <class T>
T rounded(Operation operation, const T& a, const T& b, const Rounder<T>& rounder,
          std::uint32_t word) {
  switch (operation) {
    case Operation::add: return detail::add_with_word(a, b, rounder, word);
    case Operation::subtract: return detail::add_with_word(a, T(-b), rounder, word);
    case Operation::multiply: return detail::multiply_with_word(a, b, rounder, word);
    case Operation::divide: return detail::divide_with_word(a, b, rounder, word);
    default: return detail::square_root_with_word(a, rounder, word);
  }
}

template <class T>
T at_site(Operation operation, const T& a, const T& b, const Rounder<T>& rounder,
          const Site& site) {
  switch (operation) {
    case Operation::add: return add(a, b, rounder, site);
    case Operation::subtract: return subtract(a, b, rounder, site);
    case Operation::multiply: return multiply(a, b, rounder, site);
    case Operation::divide: return divide(a, b, rounder, site);
    default: return square_root(a, rounder, site);
  }
}

/// Every mode of a format in a carrier.
template <class T>
class Comparison {
 public:
  explicit Comparison(const NamedFormat& row) : row_(row) {
    for (const ModeName& mode : modes) {
      rounders_.emplace_back(Rounding{row.format, mode.mode, 99});
    }
  }

  void operator()(Operation operation, const T& a, const T& b, std::uint32_t word) {
    const Mpfr x = exact(a), y = exact(b);
    const Mpfr plain = exact_result(operation, x, y, row_.format.p, Mode::nearest_even);
    for (std::size_t i = 0; i < modes.size(); ++i) {
      const Mode mode = modes[i].mode;
      const bool signed_zero = mode == Mode::down && mpfr_zero_p(plain);
      const Mpfr expected =
          reference(signed_zero ? exact_result(operation, x, y, row_.format.p, mode) : plain,
                    row_.format, mode, word);
      const T got = rounded(operation, a, b, rounders_[i], word);
      // In its own format the operation is T's own, and Boost's differences that are too small for
      // its range are zero without their sign.
      const bool zeros = rounders_[i].exact() && got == T(0) && mpfr_zero_p(expected);
      mismatches_.expect(zeros || same(exact(got), expected), [&] {
        return row_.name + " " + std::string(modes[i].name) + " word " + std::to_string(word) +
               ": " + x.text() + " " + symbols[static_cast<int>(operation)] + " " + y.text() +
               " gives " + exact(got).text() + " instead of " + expected.text();
      });
    }
  }
  const Mismatches& mismatches() const { return mismatches_; }
  const std::vector<Rounder<T>>& rounders() const { return rounders_; }

 private:
  NamedFormat row_;
  std::vector<Rounder<T>> rounders_;
  Mismatches mismatches_;
};

/// The formats that a carrier is tested with, a wide one's own range included.
template <class T>
std::vector<NamedFormat> tested() {
  return formats_within<T>(various_formats());
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("exact results at the borders of rounding are rounded once", "[operation]",
                        Carriers) {
  using T = TestType;
  using std::sqrt;
  for (const NamedFormat& row : tested<T>()) {
    Comparison<T> compare(row);
    Aimed<T> aimed(row.format);
    for (int trial = 0; trial < trials(120); ++trial) {
      const std::uint32_t word = aimed.word();
      const T border = aimed.any(word);
      const T any = aimed.any(word);
      // A sum next to the border, by far less than a last bit of T.
      const std::int64_t e = aimed.exponent();
      T small = aimed.value(trial % 2 == 0, aimed.random(1 + aimed.below(8)),
                            e - significand_bits<T> - aimed.below(100));
      compare(Operation::add, border, small, word);
      compare(Operation::subtract, small, border, word);
      // Results that are, up to a rounding, the border: sums cancel or grow, quotients and roots
      // have a remainder or none.
      compare(Operation::add, T(border - any), any, word);
      compare(Operation::subtract, T(border + any), any, word);
      compare(Operation::multiply, T(border / any), any, word);
      compare(Operation::divide, T(border * any), any, word);
      compare(Operation::square_root, T(border * border), T(0), word);
      // Anything, so also what cannot be: roots of negative numbers.
      compare(operations[static_cast<std::size_t>(trial) % 5], any, border, word);
    }
    INFO(row.name);
    CHECK_NONE(compare.mismatches());
  }
}

TEMPLATE_LIST_TEST_CASE("products that end in a tie or in the format's numbers, exactly",
                        "[operation]", Carriers) {
  using T = TestType;
  for (const NamedFormat& row : tested<T>()) {
    Comparison<T> compare(row);
    Aimed<T> aimed(row.format, 43);
    const int p = row.format.p;
    for (int trial = 0; trial < trials(60); ++trial) {
      // Odd factors of p + 1 bits together: the product has p bits or is a tie.
      const int bits = 1 + aimed.below(p);
      auto a = aimed.random(bits), b = aimed.random(p + 1 - bits);
      bit_set(a, 0);
      bit_set(b, 0);
      const int shift = aimed.below(20);
      const T x = aimed.value(aimed.below(2) == 0, a, shift - bits);
      const T y = aimed.value(aimed.below(2) == 0, b, -shift);
      const std::uint32_t word = aimed.word();
      compare(Operation::multiply, x, y, word);
      compare(Operation::divide, T(x * y), y, word);
      compare(Operation::square_root, T(x * x), T(0), word);
    }
    INFO(row.name);
    CHECK_NONE(compare.mismatches());
  }
}

TEMPLATE_LIST_TEST_CASE("results at the ends of the carrier's range are rounded once",
                        "[operation]", Carriers) {
  using T = TestType;
  constexpr int P = significand_bits<T>;
  const Format own = own_format<T>();
  for (const NamedFormat& row : tested<T>()) {
    Comparison<T> compare(row);
    Aimed<T> aimed(row.format, 47);
    using Integer = boost::multiprecision::cpp_int;
    const auto with_exponent = [&](std::int64_t e) {
      auto s = aimed.random(P);
      if (aimed.below(3) == 0) s = (Integer(1) << P) - 1 - aimed.below(2);
      if (aimed.below(3) == 0) s = (Integer(1) << (P - 1)) + aimed.below(2);
      return aimed.value(aimed.below(2) == 0, s, e - P + 1);
    };
    for (int trial = 0; trial < trials(60); ++trial) {
      const std::uint32_t word = aimed.word();
      // Products and quotients with exponents around the least and the largest, of T and the
      // format: below T's normal numbers, its subnormals, and beyond all.
      const std::int64_t ends[] = {own.emin,       own.emin - P,    own.emin - P / 2,
                                   own.emax,       row.format.emin, row.format.emin - row.format.p,
                                   row.format.emax};
      const std::int64_t e = ends[aimed.below(7)] + aimed.below(5) - 2;
      const std::int64_t half = e / 2;
      compare(Operation::multiply, with_exponent(half), with_exponent(e - half), word);
      compare(Operation::divide, with_exponent(half), with_exponent(half - e), word);
      // Sums of the largest and differences of the least numbers.
      const std::int64_t lowest = own.emin + aimed.below(4);
      compare(Operation::add, with_exponent(lowest), with_exponent(lowest + aimed.below(3)), word);
      compare(Operation::subtract, with_exponent(own.emax), with_exponent(own.emax), word);
      compare(Operation::add, with_exponent(own.emax), with_exponent(own.emax - P - 1), word);
      compare(Operation::square_root, with_exponent(2 * (row.format.emin / 2) - aimed.below(3)),
              T(0), word);
    }
    INFO(row.name);
    CHECK_NONE(compare.mismatches());
  }
}

TEMPLATE_LIST_TEST_CASE("zeros, infinities and NaN as operands follow IEEE 754, then the rounder",
                        "[operation]", Carriers) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  const T special[] = {T(0), T(-T(0)), Limits::infinity(),  T(-Limits::infinity()),
                       T(1), T(-1),    Limits::quiet_NaN(), (Limits::max)()};
  for (const NamedFormat& row : tested<T>()) {
    Comparison<T> compare(row);
    for (const T& a : special) {
      for (const T& b : special) {
        for (const Operation operation : operations) compare(operation, a, b, 0x80000000U);
      }
    }
    INFO(row.name);
    CHECK_NONE(compare.mismatches());
  }
}

TEMPLATE_LIST_TEST_CASE("every pair of small significands at every distance", "[operation]",
                        SmallCarriers) {
  using T = TestType;
  constexpr int P = significand_bits<T>;
  for (int p = 1; p <= P; ++p) {
    for (const Subnormals kind : {Subnormals::kept, Subnormals::flushed, Subnormals::rounded}) {
      const NamedFormat row{"p" + std::to_string(p), {p, -3, 3, kind}};
      Comparison<T> compare(row);
      for (int a = 1 << (P - 1); a < 1 << P; ++a) {
        const T x = ldexp(T(a), -P);
        for (const int k : {0, 1})
          compare(Operation::square_root, ldexp(x, -5 * k), T(0), 1U << 31);
        for (int b = 1 << (P - 1); b < 1 << P; ++b) {
          const std::uint32_t word = (static_cast<std::uint32_t>(a + 3 * b) << 27U) - 1U;
          for (int distance = 0; distance <= P + 3; distance += sanitized ? 3 : 1) {
            const T y = ldexp(T(b), -P - distance);
            compare(Operation::add, x, y, word);
            compare(Operation::subtract, x, y, word);
          }
          compare(Operation::multiply, x, ldexp(T(b), -P), word);
          compare(Operation::divide, x, ldexp(T(b), -P), word);
        }
      }
      INFO(row.name);
      CHECK_NONE(compare.mismatches());
    }
  }
}

TEMPLATE_LIST_TEST_CASE("an operation draws the word of its site", "[operation]", Carriers) {
  using T = TestType;
  const Rounder<T> rounder(Rounding{{11, -14, 15}, Mode::stochastic, 0xFEDCBA9876543210ULL});
  Aimed<T> aimed(rounder.rounding().format);
  Mismatches mismatches;
  int moved = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const Site site{static_cast<std::uint64_t>(trial), 3, 21};
    const std::uint32_t word = random_word(0xFEDCBA9876543210ULL, site);
    const T a = aimed.any(word), b = aimed.any(word);
    for (const Operation operation : operations) {
      const T got = at_site(operation, a, b, rounder, site);
      mismatches.expect(same(exact(got), exact(rounded(operation, a, b, rounder, word))),
                        [&] { return std::to_string(trial); });
      moved += got != rounded(operation, a, b, rounder, word ^ 0x80000000U);
    }
  }
  CHECK_NONE(mismatches);
  CHECK(moved > 100);  // words matter
}

TEMPLATE_LIST_TEST_CASE("in its own format an operation is the carrier's", "[operation]",
                        Carriers) {
  using T = TestType;
  const Rounder<T> rounder(Rounding{own_format<T>()});
  Aimed<T> aimed(own_format<T>());
  Mismatches mismatches;
  for (int trial = 0; trial < 300; ++trial) {
    using std::sqrt;
    const T a = aimed.any(0), b = aimed.any(0);
    const T own[] = {T(a + b), T(a - b), T(a * b), T(a / b), T(sqrt(a))};
    for (std::size_t i = 0; i < operations.size(); ++i) {
      mismatches.expect(same(exact(at_site(operations[i], a, b, rounder, Site{})), exact(own[i])),
                        [&] { return std::to_string(trial) + symbols[i]; });
    }
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("sums toward zero are wrong where they are rounded to nearest first", "[operation]") {
  // Of 1 - 2^-60 the carrier makes 1, a number of the format: the true result is the one below.
  const Format binary32{24, -126, 127};
  const Rounder<double> rounder(Rounding{binary32, Mode::toward_zero});
  CHECK(rounder(1.0 - 0x1p-60, Site{}) == 1.0);
  CHECK(add(1.0, -0x1p-60, rounder, Site{}) == 0x1.fffffep-1);
  // Numbers of binary32, their exponents up to 60 apart: both ways against the oracle.
  Aimed<double> aimed(binary32);
  int wrong = 0, count = 0;
  Mismatches mismatches;
  for (; count < trials(20000); ++count) {
    const double a = aimed.value(false, aimed.random(24), 0);
    const double b = aimed.value(aimed.below(2) == 0, aimed.random(24), -aimed.below(61));
    const Mpfr expected = reference(exact_result(Operation::add, exact(a), exact(b), 24, Mode::odd),
                                    binary32, Mode::toward_zero);
    wrong += !same(exact(rounder(a + b, Site{})), expected);
    mismatches.expect(same(exact(add(a, b, rounder, Site{})), expected),
                      [&] { return exact(a).text() + " + " + exact(b).text(); });
  }
  CHECK_NONE(mismatches);
  INFO(wrong << " of " << count);
  CHECK(wrong > 0.04 * count);
  CHECK(wrong < 0.09 * count);
}
