// SPDX-License-Identifier: BSL-1.0
// Hazards of a second moment that is stored as its logarithm or as codes, on both sides of their
// borders, by the rule itself.
#include <algorithm>

#include "catch.hpp"
#include "hazards.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/encoding.hpp"
#include "ulpscope/study/prediction.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// Such a cell whose rule computes in binary64.
Cell short_cell(const std::string& rule, const std::string& second_moment) {
  return cell_of("steps = 10000\n[rule]\n" + rule +
                 "\n[precision]\nrule_arithmetic = \"binary64\"\nsecond_moment = { " +
                 second_moment + " }\n");
}

/// Which of these values of v stay where they are without a gradient.
std::vector<bool> stays(const Cell& cell, const std::vector<double>& values) {
  Bench<double> bench(cell, std::vector<double>(values.size(), 1));
  std::copy(values.begin(), values.end(), bench.v().begin());
  bench.step(0);
  std::vector<bool> all;
  for (std::size_t i = 0; i < values.size(); ++i) all.push_back(bench.v()[i] == values[i]);
  return all;
}

}  // namespace

TEST_CASE("a stored logarithm stalls from the distance to 1 that is named", "[hazard]") {
  std::size_t never = 0, some = 0;
  for (const int p : {3, 5, 8, 11, 13, 16, 20, 24}) {
    for (const char* mode : {"nearest-even", "toward-zero", "up", "down", "odd"}) {
      for (const char* beta2 : {"0.9", "0.999", "0.99999"}) {
        if (sanitized && beta2 != std::string("0.999")) continue;
        INFO(p << " " << mode << " " << beta2);
        const Cell cell = short_cell("beta2 = " + std::string(beta2),
                                     "format = \"p" + std::to_string(p) +
                                         "\", encoding = \"log2\", mode = \"" + mode + "\"");
        const auto found = hazards_of(cell, {});
        const std::string from = text_of(find(found, "v-stalls"), "from |log2 v|");
        const int border = from == "never" ? 10 : std::stoi(from.substr(2));
        // Some significands of each binade, in both directions; first the one that stalls first.
        bool below = false, above = false;
        for (int k = border - 3; k < std::min(border + 2, 10); ++k) {
          std::vector<double> values;
          for (const int m : {1, 0, 2, 3, 5}) {
            if (m >= 1 << (p - 1)) continue;
            const double log = std::ldexp(1 + std::ldexp(m, 1 - p), k);
            for (const double x : {log, -log}) values.push_back(elementary::exp2(x));
          }
          const auto all = stays(cell, values);
          const bool any = std::find(all.begin(), all.end(), true) != all.end();
          (k < border ? below : above) |= any;
          if (k == border) CHECK(any);
        }
        CHECK_FALSE(below);
        CHECK(above == (from != "never"));
        CHECK(find(found, "v-stalls").present == above);
        (above ? some : never) += 1;
      }
    }
  }
  CHECK(never > 10);
  CHECK(some > 10);
}

TEST_CASE("a stored logarithm underflows and overflows at its borders", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    if (format.emax > 1000) return;  // not in binary64
    for (const char* mode : {"nearest-even", "toward-zero", "up"}) {
      if (sanitized && mode != std::string("up")) continue;
      INFO(mode);
      const Cell cell =
          short_cell("beta2 = 0.75",
                     "format = \"" + name + "\", encoding = \"log2\", mode = \"" + mode + "\"");
      const auto found = hazards_of(cell, {});
      const auto first = [&](const W& g) {
        Bench<double> bench(cell, {0});
        bench.step(convert<double>(g));
        return bench.v()[0];
      };
      const auto border = [&](const char* hazard, const char* text) {
        return number(text_of(find(found, hazard), text));
      };
      // Of v or of its logarithm. To half an ulp of few bits a logarithm is rounded back.
      const W most = (power(format.p) - 1 - format.top_codes) * power(format.emax - format.p + 1);
      if (most < 1100) {  // the smallest squares are beyond it, too
        const W g("1e-150");
        CHECK(present(cell, "square-overflows", {digits(g), "1", ""}) == !std::isfinite(first(g)));
        return;
      }
      const W zero = border("square-underflows", "up to g");
      CHECK(first(W(zero * W("0.998"))) == 0);
      CHECK(first(W(zero * W("1.002"))) > 0);
      const W small = border("v-subnormal", "at once up to g");
      if (small > zero) CHECK(first(W(small * W("0.998"))) < std::numeric_limits<double>::min());
      CHECK(first(W(small * W("1.002"))) >= std::numeric_limits<double>::min());
      const W once = border("square-overflows", "once above g");
      const auto beyond = [&](const W& g) {
        const double v = first(g);
        return !std::isfinite(v) || elementary::log2(W(g * g / 4)) > most;
      };
      CHECK_FALSE(beyond(W(once * W("0.998"))));
      CHECK(beyond(W(once * W("1.002"))));
    }
  });
}

TEST_CASE("a code of block8 stalls beside a largest value that stays", "[hazard]") {
  const auto& codes = block8_codes();
  for (const char* mode : {"nearest-even", "toward-zero", "up"}) {
    for (const char* beta2 : {"0.3", "0.49", "0.51", "0.9", "0.999"}) {
      INFO(mode << " " << beta2);
      const Cell cell = wide_cell(
          "beta2 = " + std::string(beta2),
          "second_moment = { encoding = \"block8\", mode = \"" + std::string(mode) + "\" }");
      Bench<W> bench(cell, std::vector<W>(256, W(0)));
      for (std::size_t i = 0; i < codes.size(); ++i) bench.v()[i] = W(codes[i]);
      bench.g.back() = W(1);  // keeps the largest, 1, where it is
      bench.rule->step(++bench.t, bench.w, bench.g);
      bool stalls = false;
      for (std::size_t i = 1; i + 1 < codes.size(); ++i) {
        stalls = stalls || abs(W(bench.v()[i] - codes[i])) < codes[i] * power(-300);
      }
      CHECK(second_moment_stalls(cell) == (stalls ? "yes" : "no"));
      CHECK(present(cell, "v-stalls") == stalls);
    }
  }
}

TEST_CASE("a code of block8 is 0 for a gradient that is small beside the block's", "[hazard]") {
  for (const char* mode : {"nearest-even", "toward-zero", "up"}) {
    INFO(mode);
    const Cell cell =
        wide_cell("beta2 = 0.999", "second_moment = { encoding = \"block8\", mode = \"" +
                                       std::string(mode) + "\" }");
    const auto found = hazards_of(cell, {});
    const Finding& underflows = find(found, "square-underflows");
    const W at_once = number(text_of(underflows, "at once up to g / largest g"));
    const W later = number(text_of(underflows, "later up to"));
    const bool never = mode == std::string("up");
    CHECK((at_once == 0) == never);
    for (const bool below : {true, false}) {
      const W by(below ? "0.998" : "1.002");
      const W g = never ? power(-30) : W(7 * at_once * by);
      Bench<W> bench(cell, {W(0), W(0)});
      bench.g = {W(7), g};
      bench.rule->step(++bench.t, bench.w, bench.g);
      CHECK((bench.v()[1] == 0) == (below && !never));

      // Beside an average that stays at the largest gradient's square.
      const W late = never ? power(-30) : W(7 * later * by);
      Bench<W> full(cell, {W(0), W(0)});
      full.v()[0] = 49;
      full.g = {W(7), late};
      full.rule->step(++full.t, full.w, full.g);
      CHECK((full.v()[1] == 0) == (below && !never));
      CHECK(present(cell, "square-underflows", {digits(late), "7", ""}) == (below && !never));
    }
  }
}
