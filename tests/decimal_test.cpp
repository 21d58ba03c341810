// SPDX-License-Identifier: BSL-1.0
// Decimal numbers as written, their way into an arithmetic, and the texts that values leave in.
#include <random>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/literal.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

/// Digits, a point somewhere or not, an exponent or not: what Decimal accepts.
class Texts {
 public:
  std::string digits(unsigned count) {
    std::string all;
    for (unsigned k = 0; k < count; ++k) all += static_cast<char>('0' + below(10));
    return all;
  }
  std::string any(unsigned most_digits, unsigned largest_exponent) {
    std::string text = below(2) ? "-" : "";
    text += digits(1 + below(most_digits));
    if (below(2)) text += "." + digits(1 + below(most_digits));
    if (below(3)) {
      text += below(2) ? "e-" : "e";
      text += std::to_string(below(largest_exponent + 1));
    }
    return text;
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }
  std::uint64_t bits() { return generator_(); }

 private:
  std::mt19937_64 generator_{11};
};

cpp_int power_of_ten(std::int64_t exponent) {
  return pow(cpp_int(10), static_cast<unsigned>(exponent));
}

/// Sign of a - b, by whole numbers.
int compare(const Decimal& a, const Decimal& b) {
  const std::int64_t lowest = std::min(a.exponent(), b.exponent());
  const auto whole = [&](const Decimal& x) {
    const cpp_int magnitude = cpp_int(x.digits()) * power_of_ten(x.exponent() - lowest);
    return x.negative() ? cpp_int(-magnitude) : magnitude;
  };
  const int order = whole(a).compare(whole(b));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

/// The value that a text stands for in T, by MPFR.
template <class T>
Mpfr read_back(const std::string& text, int base) {
  using Limits = std::numeric_limits<T>;
  Mpfr result(significand_bits<T>);
  if constexpr (!is_wide<T>) {
    const ExponentRange range(Limits::min_exponent - 1, Limits::max_exponent - 1, Limits::digits,
                              true);
    const int ternary = mpfr_strtofr(result, text.c_str(), nullptr, base, MPFR_RNDN);
    mpfr_subnormalize(result, ternary, MPFR_RNDN);
  } else {
    mpfr_strtofr(result, text.c_str(), nullptr, base, MPFR_RNDN);
  }
  return result;
}

/// Values of T of all kinds: random and few bits, large, small, subnormal where T has them.
template <class T, class F>
void for_each_value(Texts& random, F&& f) {
  using std::ldexp;
  constexpr int span = std::min(std::numeric_limits<T>::max_exponent, 3000);
  for (int trial = 0; trial < trials(2000); ++trial) {
    T significand(0);
    if constexpr (is_soft<T>) {  // as a whole: e4m3 has no 2^20, and wants none to come out as 2^19
      significand = T(1 + static_cast<double>(random.bits() % (1U << 20U)) * 0x1p-20);
    } else {
      for (int have = 0; have < significand_bits<T> + 20; have += 20) {
        significand = ldexp(significand, -20) + T(static_cast<float>(random.bits() % (1U << 20U)));
      }
    }
    if (trial % 4 == 0) significand = T(static_cast<float>(1 + random.below(9)));
    const int exponent = static_cast<int>(random.below(2 * span)) - span - 20;
    T x = ldexp(significand, exponent);
    if (!is_wide<T> && trial % 5 == 0) {
      x = ldexp(significand, std::numeric_limits<T>::min_exponent - 21 -
                                 static_cast<int>(random.below(significand_bits<T>)));
    }
    using std::isfinite;
    if (!isfinite(x)) x = (std::numeric_limits<T>::max)();
    f(x);
    f(T(-x));
  }
  f(T(0));
  f((std::numeric_limits<T>::min)());
  if (!is_wide<T>) f(std::numeric_limits<T>::denorm_min());
}

}  // namespace

TEST_CASE("a decimal number is read as TOML writes it", "[decimal]") {
  struct Row {
    const char *text, *digits;
    int exponent;
    bool negative;
  };
  const Row rows[] = {{"0", "0", 0, false},
                      {"-0.000e7", "0", 0, false},
                      {"+1", "1", 0, false},
                      {"-1.50", "15", -1, true},
                      {"1e-3", "1", -3, false},
                      {"0.001", "1", -3, false},
                      {"1_0.0e-4", "1", -3, false},
                      {"1_000", "1", 3, false},
                      {"3.14_15", "31415", -4, false},
                      {"5e+2_2", "5", 22, false},
                      {"1E5", "1", 5, false},
                      {"007.10", "71", -1, false},
                      {".5", "5", -1, false},
                      {"5.", "5", 0, false},
                      {"1e-400", "1", -400, false},
                      {"1e100000", "1", 100000, false},
                      {"-12e-100000", "12", -100000, true}};
  for (const Row& row : rows) {
    INFO(row.text);
    const Decimal x(row.text);
    CHECK(x.digits() == row.digits);
    CHECK(x.exponent() == row.exponent);
    CHECK(x.negative() == row.negative);
    CHECK(x.zero() == (x.digits() == "0"));
  }
}

TEST_CASE("what is not a decimal number is refused", "[decimal]") {
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "--1",
                           "+-1",
                           "1 ",
                           " 1",
                           "1,5",
                           "_1",
                           "1_",
                           "1__0",
                           "1_.5",
                           "1._5",
                           "1.5_",
                           "1_e5",
                           "1e_5",
                           "1e5_",
                           "1e5.0",
                           "1.2.3",
                           "inf",
                           "-inf",
                           "nan",
                           "0x1p3",
                           "1f",
                           "1e100001",
                           "1e-100001",
                           "1e99999999999999999999"}) {
    INFO(text);
    CHECK_THROWS_AS(Decimal(text), std::invalid_argument);
  }
}

TEST_CASE("equal numbers have one canonical text, the shortest", "[decimal]") {
  const std::pair<const char*, const char*> rows[] = {
      {"0", "0"},           {"-0.0", "0"},    {"0.001", "1e-3"},   {"1_0.0e-4", "1e-3"},
      {"9e-1", "0.9"},      {"0.01", "0.01"}, {"0.999", "0.999"},  {"-0.999", "-0.999"},
      {"1000", "1e3"},      {"100", "100"},   {"1200", "1200"},    {"1.5e3", "1500"},
      {"12000", "12e3"},    {"1.25", "1.25"}, {"1e-8", "1e-8"},    {"0.00012", "12e-5"},
      {"1e-400", "1e-400"}, {"6000", "6e3"},  {"545345", "545345"}};
  for (const auto& [text, canonical] : rows) {
    INFO(text);
    CHECK(Decimal(text).canonical() == canonical);
  }
  Texts random;
  Mismatches mismatches;
  for (int trial = 0; trial < trials(20000); ++trial) {
    const Decimal x(random.any(30, 30));
    const std::string text = x.canonical();
    // The other way to write it: all digits then an exponent, or a point and no exponent.
    const std::string scientific =
        (x.negative() ? "-" : "") + x.digits() + "e" + std::to_string(x.exponent());
    std::string plain = x.digits();
    if (x.exponent() >= 0) {
      plain.append(static_cast<std::size_t>(x.exponent()), '0');
    } else {
      const auto places = static_cast<std::size_t>(-x.exponent());
      while (plain.size() <= places) plain = "0" + plain;
      plain.insert(plain.size() - places, ".");
    }
    if (x.negative()) plain = "-" + plain;
    mismatches.expect(Decimal(text) == x && Decimal(plain) == x && Decimal(scientific) == x &&
                          text == (plain.size() <= scientific.size() ? plain : scientific),
                      [&] { return text + ", " + plain + ", " + scientific; });
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("decimal numbers order as the fractions they are", "[decimal]") {
  Texts random;
  Mismatches mismatches;
  for (int trial = 0; trial < trials(50000); ++trial) {
    const Decimal a(random.any(trial % 2 ? 2 : 25, trial % 3 ? 3 : 60));
    const Decimal b(random.any(trial % 2 ? 2 : 25, trial % 3 ? 3 : 60));
    mismatches.expect(sign(a <=> b) == compare(a, b) && (a == b) == (compare(a, b) == 0) &&
                          sign(b <=> a) == -compare(a, b),
                      [&] { return a.canonical() + " and " + b.canonical(); });
  }
  CHECK_NONE(mismatches);
  CHECK(Decimal("-1") < "0");
  CHECK(Decimal("1e-400") > "0");
  CHECK(Decimal("0.1") < "0.10000000000000000000000001");
  CHECK(Decimal("-2") < "-1.99e0");
}

TEMPLATE_LIST_TEST_CASE("a decimal number is rounded once into the hyper-parameters' arithmetic",
                        "[decimal]", TestedArithmetics) {
  using T = TestType;
  constexpr int p = significand_bits<HyperArithmetic<T>>;
  CHECK(p >= significand_bits<Dec50>);
  CHECK(p >= significand_bits<T>);
  Texts random;
  Mismatches mismatches;
  const auto check = [&](const std::string& text) {
    const Mpfr got = exact(hyper<T>(text));
    // A Decimal has no negative zero.
    mismatches.expect(same(got, parse(Decimal(text).canonical(), p)),
                      [&] { return text + ": " + got.text(); });
  };
  for (const char* text : {"0.9", "0.999", "1e-8", "1e-3", "1e-400", "-1e-400", "1e400", "0", "1",
                           "1e5000", "3e-5000", "-1e-30000"}) {
    check(text);
  }
  for (int trial = 0; trial < trials(1000); ++trial) {
    check(random.any(1 + random.below(150), 30));
    check(random.any(20, 500));
    // p + 1 bits, the last one set, times 2^-k: half-way between two values; and beside it.
    cpp_int odd = 1;
    for (int bit = 1; bit < p; ++bit) odd = 2 * odd + random.below(2);
    odd = 2 * odd + 1;
    const unsigned k = random.below(300);
    const cpp_int scaled = 1000 * odd * pow(cpp_int(5), k);
    for (const int beside : {-1, 0, 1}) {
      check(cpp_int(scaled + beside).str() + "e-" + std::to_string(k + 3));
    }
  }
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("decimal texts and hexadecimal literals read back exactly", "[decimal]",
                        TestedArithmetics) {
  using T = TestType;
  Texts random;
  Mismatches decimals, literals;
  for_each_value<T>(random, [&](const T& x) {
    const std::string text = decimal_text(x);
    const std::size_t digits = text.find('e') - (text[0] == '-' ? 2 : 1);  // without sign and point
    decimals.expect(same(read_back<T>(text, 10), exact(x)) &&
                        digits == static_cast<std::size_t>(std::numeric_limits<T>::max_digits10),
                    [&] { return exact(x).text() + ": " + text; });
    const std::string literal = hex_literal(x);
    literals.expect(same(read_back<T>(literal, 16), exact(x)),
                    [&] { return exact(x).text() + ": " + literal; });
  });
  CHECK_NONE(decimals);
  CHECK_NONE(literals);
}

// With numbers that have 24 bits or are as small.
TEMPLATE_LIST_TEST_CASE("hexadecimal literals have a leading 1 and no trailing zeros", "[decimal]",
                        HighArithmetics) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  CHECK(hex_literal(T(1.5F)) == "0x1.8p+0");
  CHECK(hex_literal(T(-1)) == "-0x1p+0");
  CHECK(hex_literal(T(0)) == "0x0p+0");
  CHECK(hex_literal(T(-T(0))) == "-0x0p+0");
  CHECK(hex_literal(T(0.1F)) == "0x1.99999ap-4");
  CHECK(hex_literal(T(-0x1p-149F)) == "-0x1p-149");
  CHECK(hex_literal(T(0x1.fffffep+127F)) == "0x1.fffffep+127");
  CHECK(hex_literal(Limits::infinity()) == "inf");
  CHECK(hex_literal(T(-Limits::infinity())) == "-inf");
  CHECK(hex_literal(Limits::quiet_NaN()) == "nan");
  CHECK(decimal_text(T(-Limits::infinity())) == "-inf");
}

TEST_CASE("low precisions are written as they are", "[decimal]") {
  CHECK(hex_literal(Binary16(0.1)) == "0x1.998p-4");
  CHECK(hex_literal(-Binary16()) == "-0x0p+0");
  CHECK(hex_literal(Binary16(-0x1p-24)) == "-0x1p-24");
  CHECK(hex_literal(BFloat16(-INFINITY)) == "-inf");
  CHECK(hex_literal(E4m3(1e9)) == "nan");
  CHECK(decimal_text(Binary16(0.1)) == "9.9976e-02");
  CHECK(decimal_text(E4m3(-448)) == "-4.48e+02");
  CHECK(decimal_text(E5m2(1e9)) == "inf");
}
