// SPDX-License-Identifier: BSL-1.0
// The numbers of a format next to a given one.
#include <bit>
#include <cmath>
#include <random>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/literal.hpp"

using namespace ulpscope;
using namespace ulpscope::test;
using boost::multiprecision::cpp_int;

TEST_CASE("neighbours are the C library's, or next in the list of a small format", "[exact]") {
  const Format binary32 = own_format<float>();
  std::mt19937 generator(19);
  const auto bits = [&] { return static_cast<std::uint32_t>(generator()); };
  Mismatches mismatches;
  const auto check = [&](float x) {
    const Rounded rounded = exact_round(exact_value(hex_literal(x)), binary32, Mode::nearest_even);
    for (const int direction : {1, -1}) {
      if (x == 0 && direction < 0) continue;
      const float toward = direction < 0 ? 0 : std::signbit(x) ? -INFINITY : INFINITY;
      const Rounded got = neighbour(rounded, binary32, direction);
      mismatches.expect(got.hex() == hex_literal(std::nextafter(x, toward)),
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

  for (const Subnormals kind : {Subnormals::kept, Subnormals::flushed, Subnormals::rounded}) {
    const Format small{3, -2, 2, kind};
    // Zero, subnormals (0.25 and 0.5 of the smallest normal, 1/4, apart by 1/16), normals,
    // infinity.
    std::vector<std::string> all{"0x0p+0"};
    if (kind == Subnormals::kept)
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

TEST_CASE("the last neighbour is what the format has", "[exact]") {
  const auto largest = [](const Format& row, bool negative) {
    return exact_round({negative, cpp_int(1) << 2000, 1}, row, Mode::toward_zero);
  };
  struct Row {
    const char* name;
    Format row;
    const char *largest, *inside, *beyond;
  };
  Format saturated = binary16_format;
  saturated.overflow = Overflow::largest;
  const Row rows[] = {{"e4m3", e4m3_format, "0x1.cp+8", "0x1.ap+8", "0x1.cp+8"},
                      {"e2m1", e2m1_format, "0x1.8p+2", "0x1p+2", "0x1.8p+2"},
                      {"e3m2", e3m2_format, "0x1.cp+4", "0x1.8p+4", "0x1.cp+4"},
                      {"e5m2", e5m2_format, "0x1.cp+15", "0x1.8p+15", "inf"},
                      {"binary16", binary16_format, "0x1.ffcp+15", "0x1.ff8p+15", "inf"},
                      {"saturated", saturated, "0x1.ffcp+15", "0x1.ff8p+15", "0x1.ffcp+15"}};
  for (const Row& row : rows) {
    for (const bool negative : {false, true}) {
      INFO(row.name);
      const std::string sign = negative ? "-" : "";
      const Rounded last = largest(row.row, negative);
      CHECK(last.hex() == sign + row.largest);
      CHECK(neighbour(last, row.row, -1).hex() == sign + row.inside);
      CHECK(neighbour(last, row.row, 1).hex() == sign + row.beyond);
      const Rounded infinity = exact_infinity(negative, row.row);
      if (row.row.overflow == Overflow::nan) {
        CHECK(infinity.hex() == "nan");
        CHECK(neighbour(infinity, row.row, -1).hex() == "nan");
      } else {
        CHECK(infinity.hex() == sign + row.beyond);
        CHECK(neighbour(infinity, row.row, 1).hex() == sign + row.beyond);
        CHECK(neighbour(infinity, row.row, -1).hex() ==
              sign + (infinity.infinite ? row.largest : row.inside));
      }
    }
  }
  const Rounded beyond = exact_round({false, 465, 1}, e4m3_format, Mode::nearest_even);
  CHECK(beyond.hex() == "nan");
  CHECK(beyond.decimal(5) == "nan");
  CHECK(relative_error({false, 465, 1}, beyond) == "nan");
  CHECK(exact_round({false, 464, 1}, e4m3_format, Mode::nearest_even).hex() == "0x1.cp+8");
}
