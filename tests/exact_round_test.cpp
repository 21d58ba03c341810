// SPDX-License-Identifier: BSL-1.0
// Exact rounding into a format, in every mode, against the definitions, MPFR and the C library.
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <random>

#include "catch.hpp"
#include "reference.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/literal.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

Format format(std::string_view name) {
  const auto found = find_format(name, own_format<double>());
  if (!found) throw std::logic_error("no such format");
  return *found;
}

/// Every format that has a name, and various ones that have none.
const std::vector<NamedFormat> tested_formats = [] {
  std::vector<NamedFormat> all = formats();
  for (const NamedFormat& row : various_formats()) all.push_back(row);
  for (const char* name : {"p11e5", "p4e4", "p5"}) all.push_back({name, format(name)});
  return all;
}();

Mpfr scaled(const cpp_int& significand, std::int64_t exponent, bool negative, int p) {
  Mpfr result = parse(significand.str(), p);
  mpfr_mul_2si(result, result, exponent, MPFR_RNDN);
  mpfr_setsign(result, result, negative, MPFR_RNDN);
  return result;
}

Mpfr exact(const Rounded& x, const Format& format) {
  if (x.nan) return special(NAN, format.p);
  if (x.infinite) return special(x.negative ? -INFINITY : INFINITY, format.p);
  return scaled(x.significand, x.exponent, x.negative, format.p);
}

/// A fraction for GMP.
class Rational {
 public:
  explicit Rational(const Fraction& x) {
    mpq_init(value_);
    mpz_set_str(mpq_numref(value_), x.numerator.str().c_str(), 10);
    mpz_set_str(mpq_denref(value_), x.denominator.str().c_str(), 10);
    mpq_canonicalize(value_);
    if (x.negative) mpq_neg(value_, value_);
  }
  Rational(const Rational&) = delete;
  Rational& operator=(const Rational&) = delete;
  ~Rational() { mpq_clear(value_); }
  mpq_srcptr get() const { return value_; }

 private:
  mpq_t value_;
};

/// A fraction as a number that rounds as it does.
Mpfr real(const Fraction& x, const Format& format) {
  if (x.numerator == 0) return special(x.negative ? -0.0 : 0.0, format.p);
  const Rational rational(x);
  return stand_in(
      [&](mpfr_ptr result, mpfr_rnd_t mode) { return mpfr_set_q(result, rational.get(), mode); },
      format.p + 40);
}

/// x in the format by one of MPFR's own modes; for formats as IEEE 754 has them.
Mpfr rounded_by_mpfr(const Fraction& x, const Format& format, mpfr_rnd_t mode) {
  Mpfr result(format.p);
  const Rational rational(x);
  const ExponentRange range(format.emin, format.emax, format.p, true);
  const int ternary = mpfr_set_q(result, rational.get(), mode);
  mpfr_subnormalize(result, ternary, mode);
  if (x.negative) mpfr_setsign(result, result, 1, MPFR_RNDN);
  return result;
}

class Fractions {
 public:
  explicit Fractions(const Format& format) : format_(format) {}

  /// A few bits more than the format has, ended as rounding errs on; mid-range or at a limit.
  Fraction any() {
    const unsigned extra = 1 + below(4);
    cpp_int significand = 1;
    for (int bit = 1; bit < format_.p; ++bit) significand = 2 * significand + below(2);
    if (below(4) == 0) significand = (cpp_int(1) << format_.p) - 1;
    if (below(8) == 0) significand = cpp_int(1) << (format_.p - 1);
    const cpp_int half = cpp_int(1) << (extra - 1);
    const cpp_int tails[] = {0, half, half - 1, half + 1, below(1U << extra), 2 * half - 1};
    significand = (significand << extra) + tails[below(6)];
    // The codes that are no finite numbers are above the largest one.
    if (below(16) == 0) significand = (cpp_int(1) << format_.p) - 1 - below(format_.top_codes + 2);
    if (significand <= 0) significand = 1;
    std::int64_t leading = static_cast<std::int64_t>(below(100)) - 50;
    if (near_limits() && below(3) == 0) leading = format_.emax - below(3) + 1;
    if (near_limits() && below(3) == 0) leading = format_.emin + 2 - below(format_.p + 5);
    Fraction x{below(2) == 1, significand, 1};
    const std::int64_t exponent = leading - format_.p - extra + 1;
    (exponent < 0 ? x.denominator : x.numerator) <<= std::abs(exponent);
    if (below(4) == 0) x.denominator *= 2 * below(50) + 1;
    return x;
  }

 private:
  /// Whether numbers of that size can be written down.
  bool near_limits() const { return format_.emax < 20000; }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }
  unsigned below(int n) { return below(static_cast<unsigned>(n)); }

  Format format_;
  std::mt19937_64 generator_{13};
};

std::string text(const Fraction& x) {
  return (x.negative ? "-" : "") + x.numerator.str() + "/" + x.denominator.str();
}

}  // namespace

TEST_CASE("exact rounding is what each mode means in every format", "[exact]") {
  std::mt19937_64 generator(23);
  for (const auto& [name, row] : tested_formats) {
    Fractions fractions(row);
    Mismatches mismatches;
    for (int trial = 0; trial < trials(row.emax < 2000 ? 1500 : 200); ++trial) {
      const Fraction x = fractions.any();
      const Mpfr reals = real(x, row);
      for (const auto& [mode_name, mode] : modes) {
        const std::uint32_t words[] = {0, 0xFFFFFFFFU, static_cast<std::uint32_t>(generator())};
        const std::uint32_t word = words[trial % 3];
        const Rounded got = exact_round(x, row, mode, word);
        const Mpfr expected = reference(reals, row, mode, word);
        mismatches.expect(same(exact(got, row), expected), [&, &label = mode_name] {
          return std::string(label) + " " + text(x) + ": " + got.hex() + " instead of " +
                 expected.text();
        });
        // What a format has is a fixed point of every mode.
        if (got.infinite || got.nan) continue;
        Fraction again{got.negative, got.significand, 1};
        (got.exponent < 0 ? again.denominator : again.numerator) <<= std::abs(got.exponent);
        for (const auto& [other_name, other] : modes) {
          mismatches.expect(same(exact(exact_round(again, row, other, word), row), exact(got, row)),
                            [&] { return "again " + got.hex(); });
        }
      }
    }
    INFO(name);
    CHECK_NONE(mismatches);
  }
}

TEST_CASE("exact rounding is MPFR's own in the formats and modes that it has", "[exact]") {
  for (const auto& [name, row] : tested_formats) {
    // MPFR has another notion of even where there is but one significand.
    if (row.subnormals != Subnormals::kept || row.overflow != Overflow::infinity || row.p == 1) {
      continue;
    }
    Fractions fractions(row);
    Mismatches mismatches;
    for (int trial = 0; trial < trials(row.emax < 2000 ? 3000 : 300); ++trial) {
      const Fraction x = fractions.any();
      for (const auto& [mode, its] :
           {std::pair{Mode::nearest_even, MPFR_RNDN}, std::pair{Mode::toward_zero, MPFR_RNDZ},
            std::pair{Mode::up, MPFR_RNDU}, std::pair{Mode::down, MPFR_RNDD}}) {
        const Rounded got = exact_round(x, row, mode);
        mismatches.expect(same(exact(got, row), rounded_by_mpfr(x, row, its)),
                          [&] { return text(x) + ": " + got.hex(); });
      }
    }
    INFO(name);
    CHECK_NONE(mismatches);
  }
}

TEST_CASE("stochastic rounding moves where the word is below the scaled fraction", "[exact]") {
  // 1 + k/2^32 of an ulp of p11e5, 2^-10, and less and more by any small amount: floor is k or k-1.
  const Format row = format("p11e5");
  const auto moved = [&](std::uint64_t k, int extra, std::uint32_t word) {
    Fraction x{false, (cpp_int(1) << 142) + (cpp_int(k) << 100) + extra, cpp_int(1) << 142};
    return exact_round(x, row, Mode::stochastic, word).significand == 1025;
  };
  for (const std::uint64_t k : {1ULL, 2ULL, 1000ULL, 0x80000000ULL, 0xFFFFFFFEULL, 0xFFFFFFFFULL}) {
    INFO(k);
    const auto word = static_cast<std::uint32_t>(k);
    for (const int extra : {0, 1}) {
      CHECK(moved(k, extra, word - 1));
      CHECK_FALSE(moved(k, extra, word));
    }
    CHECK_FALSE(moved(k, -1, word - 1));
  }
  // With a denominator that is no power of two: 1/3 of an ulp, floor(2^32 / 3) = 0x55555555.
  const Fraction third{false, cpp_int(3 * 1024 + 1), cpp_int(3 * 1024)};
  CHECK(exact_round(third, row, Mode::stochastic, 0x55555554).significand == 1025);
  CHECK(exact_round(third, row, Mode::stochastic, 0x55555555).significand == 1024);
  // Between 0 and 2^emin, where these are the neighbours: 2^emin / 3.
  Format gap = row;
  gap.subnormals = Subnormals::rounded;
  const Fraction small{true, 1, cpp_int(3) << 14};
  CHECK(exact_round(small, gap, Mode::stochastic, 0x55555554).hex() == "-0x1p-14");
  CHECK(exact_round(small, gap, Mode::stochastic, 0x55555555).hex() == "-0x0p+0");
}

TEST_CASE("exact rounding of decimal texts is the C library's", "[exact]") {
  std::mt19937_64 generator(17);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(generator() % n); };
  Mismatches mismatches;
  const auto check = [&](const std::string& decimal) {
    const Fraction x = exact_value(decimal);
    const std::string single = exact_round(x, format("binary32"), Mode::nearest_even).hex();
    const std::string twice = exact_round(x, format("binary64"), Mode::nearest_even).hex();
    mismatches.expect(same(test::exact(std::strtof(decimal.c_str(), nullptr)),
                           test::exact(std::strtof(single.c_str(), nullptr))) &&
                          same(test::exact(std::strtod(decimal.c_str(), nullptr)),
                               test::exact(std::strtod(twice.c_str(), nullptr))),
                      [&] { return decimal + ": " + single + ", " + twice; });
  };
  for (int trial = 0; trial < trials(100000); ++trial) {
    std::string decimal = below(2) ? "-" : "";
    decimal += static_cast<char>('1' + below(9));
    for (unsigned k = 0, digits = below(22); k < digits; ++k) {
      decimal += static_cast<char>('0' + below(10));
    }
    // Around the limits of binary32, those of binary64, or anywhere.
    const int exponents[] = {-60 + static_cast<int>(below(40)), 15 + static_cast<int>(below(25)),
                             -345 + static_cast<int>(below(40)), 285 + static_cast<int>(below(25)),
                             -40 + static_cast<int>(below(60))};
    check(decimal + "e" + std::to_string(exponents[below(5)]));
  }
  // Half-way between neighbours, exactly, and a digit further; the overflow border among them.
  const auto halfway = [&](long double middle) {
    char buffer[1300];
    std::snprintf(buffer, sizeof buffer, "%.1150Le", middle);
    std::string decimal = buffer;
    check(decimal);
    check(decimal.insert(decimal.find('e'), "1"));
    std::snprintf(buffer, sizeof buffer, "%.1150Le", std::nextafter(middle, 0.0L));
    check(buffer);
  };
  for (int trial = 0; trial < trials(1500); ++trial) {
    const float x = std::ldexp(static_cast<float>(1 + below(1U << 24U)),
                               static_cast<int>(below(255)) - 149 - (trial % 2 ? 20 : 0));
    const auto a = static_cast<long double>(std::isfinite(x) ? x : 1);
    const auto b = static_cast<long double>(std::nextafter(static_cast<float>(a), 0.0F));
    halfway((a + b) / 2);
    const double y = std::ldexp(static_cast<double>(1 + generator() % (1ULL << 53U)),
                                (trial % 2 ? 0 : static_cast<int>(below(2000))) - 1074);
    const auto c = static_cast<long double>(std::isfinite(y) ? y : 1);
    const auto d = static_cast<long double>(std::nextafter(static_cast<double>(c), 0.0));
    halfway((c + d) / 2);
  }
  halfway(0x1.ffffffp+127L);
  halfway(0x1.fffffffffffff8p+1023L);
  halfway(0x1p-150L);
  halfway(0x1p-1075L);
  CHECK_NONE(mismatches);
}

TEST_CASE("relative errors and decimals have their digits", "[exact]") {
  Mismatches mismatches;
  for (const char* name : {"binary32", "binary64", "quad"}) {
    const Format row = format(name);
    Fractions fractions(row);
    for (int trial = 0; trial < trials(3000); ++trial) {
      const Fraction x = fractions.any();
      const Rational rational(x);
      const Rounded rounded = exact_round(x, row, Mode::nearest_even);
      if (rounded.infinite || rounded.nan) continue;
      // Half a unit of the last of three digits is at most 1/200 of the error; 100 bits are exact
      // enough to tell.
      Mpfr expected(100 + 2 * row.p), magnitude(200);
      const Mpfr value = exact(rounded, row);
      mpfr_set_q(magnitude, rational.get(), MPFR_RNDN);
      mpq_t difference;
      mpq_init(difference);
      mpfr_get_q(difference, value);
      mpq_sub(difference, difference, rational.get());
      mpfr_set_q(expected, difference, MPFR_RNDN);
      mpq_clear(difference);
      mpfr_div(expected, expected, abs(magnitude), MPFR_RNDN);
      const std::string error = relative_error(x, rounded);
      const Mpfr got = parse(error, 100);
      const std::size_t digits = error.find('e') - (error[0] == '-' ? 2 : 1);
      mismatches.expect(
          mpfr_zero_p(expected)
              ? error == "0"
              : digits == 3 && within(got, expected, abs(expected) / parse("199", 100)),
          [&] { return text(x) + ": " + error + " for " + expected.text(); });
      const std::string decimal = rounded.decimal(9);
      if (rounded.significand == 0) continue;
      char buffer[64];
      mpfr_snprintf(buffer, sizeof buffer, "%.8Re", static_cast<mpfr_srcptr>(value));
      mismatches.expect(decimal == buffer, [&] { return decimal + " instead of " + buffer; });
    }
  }
  CHECK_NONE(mismatches);
}

TEST_CASE("texts have their exact value", "[exact]") {
  struct Row {
    const char *text, *numerator, *denominator;
  };
  const Row rows[] = {{"0x1.8p-3", "3", "16"},
                      {"-0x1.8p-3", "-3", "16"},
                      {"0XA.8P+1", "21", "1"},
                      {"0x.8p0", "1", "2"},
                      {"+0xff", "255", "1"},
                      {"0x1.p4", "16", "1"},
                      {"0x0p+0", "0", "1"},
                      {"0.1", "1", "10"},
                      {"-1_000e-2", "-10", "1"},
                      {"1e3", "1000", "1"},
                      {"0x1p-0100", "1", "1267650600228229401496703205376"}};
  for (const Row& row : rows) {
    INFO(row.text);
    const Fraction x = exact_value(row.text);
    const cpp_int signed_numerator = x.negative ? cpp_int(-x.numerator) : x.numerator;
    CHECK(signed_numerator * cpp_int(row.denominator) == cpp_int(row.numerator) * x.denominator);
    CHECK(x.denominator > 0);
  }
  CHECK(exact_value("-0x0p+0").negative);
  for (const char* text :
       {"", "0x", "-0x", "0x.", "0xp1", "0x1p", "0x1p+", "0x1.8.8p0", "0x1g", "0x1p1.5", "0x1p1e2",
        "0x1p1_0", "0x1p-100001", "0x1p100001", "0x1p0 ", "inf", "nan"}) {
    INFO(text);
    CHECK_THROWS_AS(exact_value(text), std::invalid_argument);
  }
}
