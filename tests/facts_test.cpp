// SPDX-License-Identifier: BSL-1.0
// Numbers that anyone can recompute, golden/facts.json: what rounding does to sums, averages and
// hyper-parameters.
#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using nlohmann::json;

const json& facts(std::string_view begin) {
  static const json all =
      json::parse(std::ifstream(std::string(ULPSCOPE_TEST_DIR) + "/golden/facts.json"));
  for (const auto& [name, fact] : all.items()) {
    if (name.rfind(begin, 0) == 0) return fact;
  }
  throw std::runtime_error("no fact begins with " + std::string(begin));
}

Format format(const std::string& name) {
  static const std::map<std::string, Format> rows{
      {"binary16", binary16_format}, {"bfloat16", bfloat16_format},
      {"e4m3", e4m3_format},         {"e5m2", e5m2_format},
      {"e3m2", e3m2_format},         {"e2m3", e2m3_format},
      {"e2m1", e2m1_format},         {"binary32", Grid<float>::carrier}};
  return rows.at(name);
}

/// A number, or the text of one.
double number(const json& value) {
  return value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr)
                           : value.get<double>();
}

/// 0.999 as 999 and 1000: the number itself, not the double next to it.
struct Decimals {
  std::int64_t numerator, denominator;

  explicit Decimals(const std::string& text) : numerator(0), denominator(1) {
    if (text.rfind("0.", 0) != 0) throw std::runtime_error(text + " does not begin with 0.");
    numerator = std::stoll(text.substr(2));
    for (std::size_t digit = 2; digit < text.size(); ++digit) denominator *= 10;
  }
};

/// beta v rounded to odd: what is rounded to at most 51 bits afterwards is rounded once. For a v of
/// few bits, as the product with the numerator must be exact.
double product_to_odd(const Decimals& beta, double v) {
  const double product = static_cast<double>(beta.numerator) * v;
  const auto divisor = static_cast<double>(beta.denominator);
  const double quotient = product / divisor;
  const double rest = std::fma(-quotient, divisor, product);  // exact
  if (rest == 0 || std::bit_cast<std::uint64_t>(quotient) % 2 != 0) return quotient;
  return std::nextafter(quotient, rest > 0 ? INFINITY : 0.0);
}

/// The same product to nearest even in whole numbers: v and the result are multiples of 2^-24, the
/// last bit of binary16, and at most 1.
std::int64_t product_in_units(const Decimals& beta, std::int64_t v, int p) {
  const std::int64_t numerator = v * beta.numerator;
  std::int64_t unit = 1;
  while (numerator >= ((unit * beta.denominator) << p)) unit *= 2;
  const std::int64_t divisor = unit * beta.denominator;
  std::int64_t quotient = numerator / divisor;
  const std::int64_t twice = 2 * (numerator % divisor);
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) ++quotient;
  return quotient * unit;
}

}  // namespace

TEST_CASE("harmonic sums stop where they should", "[facts]") {
  for (const auto& [name, fact] : facts("harmonic sum").items()) {
    INFO(name);
    // Quotient and sum of a double have more than twice the format's bits and two: rounding them
    // again is rounding once.
    const Grid<double> grid(format(name));
    REQUIRE(Grid<double>::digits >= 2 * format(name).p + 2);
    double sum = 0;
    std::int64_t k = 0;
    for (double before = -1; sum != before;) {
      before = sum;
      ++k;
      const double term = round_to_grid(1 / static_cast<double>(k), grid, Mode::nearest_even);
      sum = round_to_grid(sum + term, grid, Mode::nearest_even);
    }
    CHECK(sum == fact.at("sum").get<double>());
    CHECK(k == fact.at("at").get<std::int64_t>());
  }
}

TEST_CASE("hyper-parameters round to what is known", "[facts]") {
  for (const auto& [name, values] : facts("hyperparameters").items()) {
    for (const auto& [decimal, fact] : values.items()) {
      INFO(name << " " << decimal);
      // The decimal number lies between the doubles next to it, and all of them round alike.
      const double near = std::strtod(decimal.c_str(), nullptr);
      for (const double x : {std::nextafter(near, 0.0), near, std::nextafter(near, 1.0)}) {
        CHECK(round_to_format(x, format(name)) == fact.get<double>());
      }
    }
  }
}

TEST_CASE("an average without new terms stalls where it should", "[facts]") {
  for (const auto& [name, values] : facts("v <- round").items()) {
    const Format row = format(name);
    const Grid<double> grid(row);
    for (const auto& [decimal, fact] : values.items()) {
      INFO(name << " " << decimal);
      const Decimals beta2(decimal);
      double v = 1;
      std::int64_t steps = 0;
      Mismatches mismatches;
      for (;;) {
        const double next = round_to_grid(product_to_odd(beta2, v), grid, Mode::nearest_even);
        const auto units = product_in_units(beta2, static_cast<std::int64_t>(v * 0x1p24), row.p);
        mismatches.expect(next == static_cast<double>(units) * 0x1p-24,
                          [&] { return "step " + std::to_string(steps); });
        if (next == v) break;
        v = next;
        ++steps;
      }
      CHECK_NONE(mismatches);
      if (fact.is_string()) {
        CHECK(fact == "never moves");
        CHECK(steps == 0);
      } else {
        // 500 units: 499.5 is a tie. The double nearest to 0.999 would go one step further.
        CHECK(v == 500 * 0x1p-24);
        CHECK(v == Approx(fact.at("sticks near").get<double>()).epsilon(0.005));
        CHECK(steps == fact.at("after steps").get<std::int64_t>());
      }
    }
  }
}

TEST_CASE("the largest and smallest numbers are those of the table", "[facts]") {
  for (const auto& [name, fact] : facts("largest finite").items()) {
    INFO(name);
    const Format row = format(name);
    CHECK(round_to_format(1e300, row, Mode::toward_zero) == number(fact.at(0)));
    CHECK(round_to_format(1e-300, row, Mode::up) == number(fact.at(1)));
    CHECK(std::bit_cast<double>(Grid<double>(row).largest) == number(fact.at(0)));
  }
}

TEST_CASE("a third in bfloat16 is one of two numbers, by their nearness", "[facts]") {
  const json& fact = facts("1/3 in bfloat16");
  REQUIRE(fact.size() == 2);
  const int draws = trials(900000);
  std::vector<double> values(static_cast<std::size_t>(draws), 1.0 / 3);
  const Rounder<double> rounder({bfloat16_format, Mode::stochastic, 11});
  rounder(values, {});
  std::ptrdiff_t all = 0;
  for (const auto& [value, share] : fact.items()) {
    const double expected = share == "2/3 of draws"   ? 2.0 / 3
                            : share == "1/3 of draws" ? 1.0 / 3
                                                      : NAN;
    const auto count = std::count(values.begin(), values.end(), number(value));
    all += count;
    INFO(value << ": " << count);
    const double spread = std::sqrt(draws * 2.0 / 9);
    CHECK(std::abs(static_cast<double>(count) - draws * expected) <= 4 * spread);
  }
  CHECK(all == draws);
}

TEST_CASE("averaged momentum is stable up to the known sharpness", "[facts]") {
  for (const auto& [decimal, fact] : facts("largest stable").items()) {
    INFO(decimal);
    const double beta1 = std::strtod(decimal.c_str(), nullptr), border = fact.get<double>();
    CHECK(border == Approx((2 + 2 * beta1) / (1 - beta1)).epsilon(1e-14));
    // m = b m + (1 - b) g, w = w - lr m, on a parabola with lr times its curvature as given.
    const auto grows = [&](double sharpness) {
      double w = 1, m = 0;
      for (int step = 0; step < 200000 && std::abs(w) < 1e100 && std::abs(w) + std::abs(m) > 1e-100;
           ++step) {
        m = beta1 * m + (1 - beta1) * w * sharpness;
        w -= m;
      }
      return std::abs(w) > 1;
    };
    CHECK(grows(border * 1.01));
    CHECK_FALSE(grows(border * 0.99));
  }
}

TEST_CASE("every fact has its test", "[facts]") {
  const json all =
      json::parse(std::ifstream(std::string(ULPSCOPE_TEST_DIR) + "/golden/facts.json"));
  CHECK(all.size() == 6);
}
