// SPDX-License-Identifier: BSL-1.0
// Exact rounding into a format, in every mode, against MPFR and the C library.
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <random>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/literal.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

const Format& format(std::string_view name) {
  for (const Format& row : formats()) {
    if (row.name == name) return row;
  }
  throw std::logic_error("no such format");
}

const std::vector<Format> tested_formats = [] {
  std::vector<Format> all = formats();
  all.push_back({"p11e5", 11, -14, 15, true});
  all.push_back({"p4e4", 4, -6, 7, true});
  all.push_back({"p11e5, flushed", 11, -14, 15, false});
  all.push_back({"binary32, flushed", 24, -126, 127, false});
  return all;
}();

Mpfr scaled(const cpp_int& significand, std::int64_t exponent, bool negative, int p) {
  Mpfr result = parse(significand.str(), p);
  mpfr_mul_2si(result, result, exponent, MPFR_RNDN);
  mpfr_setsign(result, result, negative, MPFR_RNDN);
  return result;
}

Mpfr exact(const Rounded& x, const Format& format) {
  if (!x.infinite) return scaled(x.significand, x.exponent, x.negative, format.p);
  Mpfr result(format.p);
  mpfr_set_inf(result, x.negative ? -1 : 1);
  return result;
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

/// x in the format by one of MPFR's own modes.
Mpfr directed(const Rational& x, const Format& format, mpfr_rnd_t mode) {
  Mpfr result(format.p);
  const bool negative = mpq_sgn(x.get()) < 0;
  if (format.subnormals) {
    const ExponentRange range(format.emin, format.emax, format.p, true);
    const int ternary = mpfr_set_q(result, x.get(), mode);
    mpfr_subnormalize(result, ternary, mode);
  } else {  // all p bits first; then overflow, or zero
    const int ternary = mpfr_set_q(result, x.get(), mode);
    if (mpfr_regular_p(result) && mpfr_get_exp(result) - 1 < format.emin) mpfr_set_zero(result, 1);
    const ExponentRange range(format.emin, format.emax, format.p, false);
    mpfr_check_range(result, ternary, mode);
  }
  mpfr_setsign(result, result, negative, MPFR_RNDN);
  return result;
}

/// x in the format by the definition of each mode.
Mpfr reference(const Rational& x, const Format& format, Mode mode) {
  switch (mode) {
    case Mode::nearest_even: return directed(x, format, MPFR_RNDN);
    case Mode::toward_zero: return directed(x, format, MPFR_RNDZ);
    case Mode::up: return directed(x, format, MPFR_RNDU);
    case Mode::down: return directed(x, format, MPFR_RNDD);
    default: break;
  }
  // The two neighbours in the format without its limits, save the spacing of subnormals.
  Format wider = format;
  wider.emax += 2000;
  if (!format.subnormals) wider.emin -= 2000;
  const Mpfr inner = directed(x, wider, MPFR_RNDZ);
  const Mpfr outer = directed(x, wider, MPFR_RNDA);
  if (mpfr_equal_p(inner, outer)) {  // at most overflow rounds
    return directed(x, format, mode == Mode::odd ? MPFR_RNDZ : MPFR_RNDN);
  }
  Mpfr middle(format.p + 2);
  mpfr_add(middle, inner, outer, MPFR_RNDN);
  mpfr_div_2ui(middle, middle, 1, MPFR_RNDN);
  bool away = false;
  if (mode == Mode::nearest_away) {
    const int order = mpfr_cmp_q(middle, x.get());
    away = mpq_sgn(x.get()) > 0 ? order <= 0 : order >= 0;
  } else {  // odd: away, where the inner one's last bit is 0
    const std::int64_t quantum =
        std::max<std::int64_t>(mpfr_get_exp(outer) - 1, wider.emin) - format.p + 1;
    mpfr_mul_2si(middle, inner, -quantum, MPFR_RNDN);
    // Where outer is a power of two, inner is the last, odd significand below it.
    mpz_t significand;
    mpz_init(significand);
    const bool whole = mpfr_integer_p(middle);
    mpfr_get_z(significand, middle, MPFR_RNDN);
    away = whole && mpz_even_p(significand);
    mpz_clear(significand);
  }
  Mpfr result = away ? outer : inner;
  if (mpfr_regular_p(result)) {
    const std::int64_t leading = mpfr_get_exp(result) - 1;
    if (leading > format.emax) {  // odd stays at the largest, whose last bit is 1
      if (mode == Mode::odd) return directed(x, format, MPFR_RNDZ);
      mpfr_set_inf(result, mpq_sgn(x.get()));
    } else if (!format.subnormals && leading < format.emin) {
      mpfr_set_zero(result, mpq_sgn(x.get()));
    }
  }
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

TEST_CASE("exact rounding is MPFR's in every format and mode", "[exact]") {
  for (const Format& row : tested_formats) {
    Fractions fractions(row);
    Mismatches mismatches;
    for (int trial = 0; trial < trials(row.emax < 2000 ? 4000 : 400); ++trial) {
      const Fraction x = fractions.any();
      const Rational rational(x);
      for (const auto& [name, mode] : modes) {
        const Rounded got = exact_round(x, row, mode);
        const Mpfr expected = reference(rational, row, mode);
        mismatches.expect(same(exact(got, row), expected), [&, mode_name = name] {
          return std::string(mode_name) + " " + text(x) + ": " + got.hex() + " instead of " +
                 expected.text();
        });
        // What a format has is a fixed point of every mode.
        if (got.infinite) continue;
        Fraction again{got.negative, got.significand, 1};
        (got.exponent < 0 ? again.denominator : again.numerator) <<= std::abs(got.exponent);
        for (const auto& [other_name, other] : modes) {
          mismatches.expect(same(exact(exact_round(again, row, other), row), exact(got, row)),
                            [&] { return "again " + got.hex(); });
        }
      }
    }
    INFO(row.name);
    CHECK_NONE(mismatches);
  }
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

TEST_CASE("neighbours are the C library's, or next in the list of a small format", "[exact]") {
  std::mt19937 generator(19);
  const auto bits = [&] { return static_cast<std::uint32_t>(generator()); };
  Mismatches mismatches;
  const auto check = [&](float x) {
    const Rounded rounded =
        exact_round(exact_value(hex_literal(x)), format("binary32"), Mode::nearest_even);
    for (const int direction : {1, -1}) {
      if (x == 0 && direction < 0) continue;
      const float toward = direction < 0 ? 0 : std::signbit(x) ? -INFINITY : INFINITY;
      const Rounded got = neighbour(rounded, format("binary32"), direction);
      mismatches.expect(
          same(exact(got, format("binary32")), test::exact(std::nextafter(x, toward))),
          [&] { return hex_literal(x) + ": " + got.hex(); });
    }
  };
  for (int trial = 0; trial < trials(20000); ++trial) {
    const std::uint32_t exponent = trial % 3 ? bits() % 255U : 0;
    const std::uint32_t significand = trial % 5 ? bits() & 0x7FFFFFU : 0;
    check(std::bit_cast<float>((bits() & 0x80000000U) | exponent << 23U | significand));
  }
  for (const float x :
       {0.0F, 0x1p-149F, 0x1.fffffcp-127F, 0x1p-126F, 1.0F, -2.0F, 0x1.fffffep127F}) {
    check(x);
  }
  CHECK_NONE(mismatches);

  for (const bool subnormals : {true, false}) {
    const Format small{"small", 3, -2, 2, subnormals};
    // Zero, subnormals (0.25 and 0.5 of the smallest normal, 1/4, apart by 1/16), normals,
    // infinity.
    std::vector<std::string> all{"0x0p+0"};
    if (subnormals)
      for (const char* x : {"0x1p-4", "0x1p-3", "0x1.8p-3"}) all.emplace_back(x);
    for (const char* e : {"p-2", "p-1", "p+0", "p+1", "p+2"}) {
      for (const char* m : {"0x1", "0x1.4", "0x1.8", "0x1.c"}) all.push_back(std::string(m) + e);
    }
    all.emplace_back("inf");
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      INFO(all[i]);
      const Rounded x = exact_round(exact_value(all[i]), small, Mode::nearest_even);
      CHECK(x.hex() == all[i]);
      CHECK(neighbour(x, small, 1).hex() == all[i + 1]);
      // Through zero to the other side.
      CHECK(neighbour(x, small, -1).hex() == (i == 0 ? "-" + all[1] : all[i - 1]));
    }
  }
}

TEST_CASE("relative errors and decimals have their digits", "[exact]") {
  Mismatches mismatches;
  for (const char* name : {"binary32", "binary64", "quad"}) {
    const Format& row = format(name);
    Fractions fractions(row);
    for (int trial = 0; trial < trials(3000); ++trial) {
      const Fraction x = fractions.any();
      const Rational rational(x);
      const Rounded rounded = exact_round(x, row, Mode::nearest_even);
      if (rounded.infinite) continue;
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
