// SPDX-License-Identifier: BSL-1.0
// Numbers as texts on their way into a format: the fast way gives what the exact one gives; and
// the bits they have there.
#include "../src/command/written.hpp"

#include <cmath>
#include <random>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/fields.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

/// The value's decimal text, all its digits, with more behind them.
std::string decimal(double x, const std::string& more) {
  char buffer[1200];
  std::snprintf(buffer, sizeof buffer, "%.1100g", x);
  std::string text = buffer;
  if (text.find('.') == std::string::npos && text.find('e') == std::string::npos) text += ".0";
  return text.insert(std::min(text.find('e'), text.size()), more);
}

/// Texts of values that rounding into the format may err on, and of others.
class Texts {
 public:
  explicit Texts(const Format& format) : format_(format) {}

  std::string any() {
    switch (below(8)) {
      case 0: return plain();
      case 1: return hexadecimal();
      case 2: return std::to_string(static_cast<int>(below(2000)) - 1000) + (below(2) ? ".5" : "");
      case 3: return decimal(border(), "");
      case 4: return decimal(border(), "00000000000000000000000001");
      case 5: return decimal(std::nextafter(border(), 0), "");
      case 6: {
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, below(2) ? "%.17g" : "%.6g", border());
        return buffer;
      }
      default: {
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, "%a", border());
        return std::string(buffer).insert(std::string(buffer).find('p'), below(2) ? "" : "00");
      }
    }
  }

 private:
  /// A number of the format, or the middle between two, or a quarter of the way.
  double border() {
    const unsigned dropped = static_cast<unsigned>(64 - format_.p) - below(3);
    const std::uint64_t significand = generator_() >> dropped;
    const std::int64_t low = std::max<std::int64_t>(format_.emin, -1022) - format_.p - 2;
    const std::int64_t high = std::min<std::int64_t>(format_.emax, 1023) + 3 - format_.p;
    const auto range = static_cast<unsigned>(high - low + 1);
    std::int64_t exponent = low + below(range);
    if (below(4) == 0) exponent = low + below(6);
    if (below(4) == 0) exponent = high - below(6);
    const double x = std::ldexp(static_cast<double>(significand), static_cast<int>(exponent));
    return std::isfinite(x) ? sign() * x : sign() * 0.1;
  }
  std::string plain() {
    std::string text = sign() < 0 ? "-" : below(8) ? "" : "+";
    for (unsigned k = below(25) + 1; k > 0; --k) text += static_cast<char>('0' + below(10));
    if (below(3)) text.insert(text.size() - below(2), ".");
    const int span = static_cast<int>(std::min<std::int64_t>(format_.emax, 1100)) / 3 + 5;
    if (below(2)) {
      text += "e" + std::to_string(static_cast<int>(below(2 * static_cast<unsigned>(span))) - span);
    }
    return text;
  }
  std::string hexadecimal() {
    const auto power = [&](std::int64_t low, unsigned range) {
      return "p" + std::to_string(low + below(range));
    };
    std::string text = sign() < 0 ? "-0x" : "0x";
    const bool few = below(4) == 0;
    for (unsigned k = below(few ? 3 : 20) + 1; k > 0; --k) {
      text += "0123456789abcdefABCDEF"[below(22)];
    }
    // A few bits around the last one that the format's smallest numbers have.
    if (few) return text + power(std::max<std::int64_t>(format_.emin, -1022) - format_.p - 9, 12);
    if (below(2)) text += ".";
    for (unsigned k = below(4); k > 0; --k) text += "08"[below(2)];
    const auto span = static_cast<unsigned>(std::min<std::int64_t>(format_.emax, 1100)) + 5;
    return below(4) ? text + power(-std::int64_t{span}, 2 * span) : text;
  }
  double sign() { return below(2) ? -1 : 1; }
  unsigned below(unsigned n) { return static_cast<unsigned>(generator_() % n); }

  Format format_;
  std::mt19937_64 generator_{23};
};

Format changed(Format format, Subnormals subnormals, Overflow overflow) {
  format.subnormals = subnormals;
  format.overflow = overflow;
  return format;
}

}  // namespace

TEST_CASE("literals by doubles are those by whole numbers", "[written]") {
  const std::vector<Format> rows{Grid<double>::carrier,
                                 Grid<float>::carrier,
                                 binary16_format,
                                 bfloat16_format,
                                 e5m2_format,
                                 e4m3_format,
                                 e2m1_format,
                                 {1, -6, 7},
                                 {50, -1022, 1023},
                                 {12, -1022, 1023},
                                 {61, -100, 100},
                                 changed(binary16_format, Subnormals::flushed, Overflow::largest),
                                 changed(bfloat16_format, Subnormals::rounded, Overflow::nan)};
  for (const Format& format : rows) {
    Texts texts(format);
    Mismatches mismatches;
    for (const auto& [name, mode] : modes) {
      const Rounding rounding{format, mode, 5};
      const LiteralRounder literals(rounding);
      for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(trials(8000)); ++index) {
        const std::string text = texts.any();
        std::string got;
        literals.append(got, text, index);
        const std::string expected = round_written(read_written(text), rounding, index).hex();
        mismatches.expect(got == expected, [&, mode_name = name] {
          return std::string(mode_name) + " " + text + ": " + got + " instead of " + expected;
        });
      }
    }
    INFO("p = " << format.p << ", emin = " << format.emin);
    CHECK_NONE(mismatches);
  }
}

TEST_CASE("what is no number is refused either way", "[written]") {
  const LiteralRounder literals({binary16_format});
  for (const char* text :
       {"",     "-",   "+-1",      "--1",        "1e",      "1e+",     "e5",   ".",
        "0x",   "0x.", "0xp3",     "0x1p",       "0x1p1.5", "0x1.8.1", "0x1g", "1.2.3",
        "1 2",  "1,5", "0.1f",     "ten",        "infin",   "in",      "nanx", "1e5.0",
        "1__0", "- 1", "1e100001", "0x1p100001", "-0x",     "+"}) {
    INFO(text);
    std::string out;
    CHECK_THROWS_AS(literals.append(out, text, 0), std::invalid_argument);
    CHECK_THROWS_AS(read_written(text), std::invalid_argument);
    CHECK(out.empty());
  }
  const auto literal = [&](const char* text) {
    std::string out;
    literals.append(out, text, 0);
    return out;
  };
  CHECK(literal("inf") == "inf");
  CHECK(literal("-INF") == "-inf");
  CHECK(literal("+Infinity") == "inf");
  CHECK(literal("-NaN") == "nan");
  CHECK(literal("1_000.5") == "0x1.f44p+9");
  CHECK(literal("0X1P-3") == "0x1p-3");
  CHECK(literal("1e-100000") == "0x0p+0");
  CHECK(literal("-1e100000") == "-inf");
}

TEST_CASE("every code of a small format shows its bits", "[written]") {
  struct Row {
    Format format;
    int exponent_bits;
    bool all_numbers;  ///< the largest exponent has numbers, too
  };
  const Row rows[] = {{binary16_format, 5, false}, {bfloat16_format, 8, false},
                      {e5m2_format, 5, false},     {e4m3_format, 4, true},
                      {e3m2_format, 3, true},      {e2m3_format, 2, true},
                      {e2m1_format, 2, true},      {{4, -6, 7}, 4, false}};
  for (const auto& [format, exponent_bits, all_numbers] : rows) {
    const int fraction_bits = format.p - 1;
    const int codes = 1 << (exponent_bits + fraction_bits);
    const int bias = static_cast<int>(1 - format.emin);
    Mismatches mismatches;
    for (int code = 0; code < codes; ++code) {
      const int exponent = code >> fraction_bits;
      const int fraction = code & ((1 << fraction_bits) - 1);
      const bool top = exponent == (1 << exponent_bits) - 1;
      Written x;
      x.value.negative = code % 3 == 0;
      std::string expected = x.value.negative ? "1 " : "0 ";
      for (int bit = exponent_bits - 1; bit >= 0; --bit) expected += "01"[exponent >> bit & 1];
      expected += ' ';
      for (int bit = fraction_bits - 1; bit >= 0; --bit) expected += "01"[fraction >> bit & 1];
      if (top && !all_numbers) {
        if (fraction != 0 && fraction != 1 << (fraction_bits - 1)) continue;  // other NaNs
        x.kind = fraction == 0 ? Written::Kind::infinite : Written::Kind::nan;
      } else if (format.nan && code == codes - 1) {
        x.kind = Written::Kind::nan;
      } else {
        const int leading = exponent == 0 ? 0 : 1 << fraction_bits;
        const int power = std::max(exponent, 1) - bias - fraction_bits;
        x.value.numerator = leading + fraction;
        (power < 0 ? x.value.denominator : x.value.numerator) <<= std::abs(power);
      }
      if (x.kind == Written::Kind::nan) expected[0] = '0';  // a NaN's sign means nothing
      const Rounded rounded = round_written(x, {format, Mode::odd}, 0);
      const std::string got = bit_fields(rounded, format);
      mismatches.expect(got == expected, [&] { return got + " instead of " + expected; });
    }
    INFO("p = " << format.p << ", emin = " << format.emin);
    CHECK_NONE(mismatches);
  }
  const auto bits = [](const char* text, const Format& format, bool leading_bit) {
    return bit_fields(round_written(read_written(text), {format}, 0), format, leading_bit);
  };
  const Format x87{64, -16382, 16383};
  const std::string zeros(63, '0');
  CHECK(bits("-1", x87, true) == "1 011111111111111 1" + zeros);
  CHECK(bits("0", x87, true) == "0 000000000000000 0" + zeros);
  CHECK(bits("inf", x87, true) == "0 111111111111111 1" + zeros);
  CHECK(bits("1", own_format<Wide24>(), false) == "-");
  CHECK(bits("1", {3, -3, 5}, false) == "-");
  CHECK(bits("4", {1, -14, 15}, false) == "0 10001");
  CHECK(bits("nan", {1, -14, 15}, false) == "-");
  CHECK(bits("nan", e2m1_format, false) == "-");
}
