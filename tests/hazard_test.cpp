// SPDX-License-Identifier: BSL-1.0
// Hazards on both sides of their borders, each by the rules themselves, in every named format.
#include <cmath>
#include <map>
#include <random>

#include "catch.hpp"
#include "hazards.hpp"
#include "mpfr.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/prediction.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

}  // namespace

TEST_CASE("hyper-parameters vanish on one side of half the smallest number", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    const W least = smallest(format);
    if (!can_be_written(ilogb(least))) return;
    // Options that every format has the numbers of.
    const std::string plain = "beta1 = 0\nbeta2 = 0.5\n";
    for (const bool below : {true, false}) {
      const W x = least * W(below ? "0.49" : "0.51");
      const std::string hyper = in("hyperparameters", name);
      const Cell slow = wide_cell(plain + "eps = 1\nlr = " + digits(x), hyper);
      Bench<W> moved(slow, {W(0)});
      moved.step(W(1));
      CHECK(present(slow, "lr-vanishes") == (moved.w[0] == 0));
      CHECK(present(slow, "lr-vanishes") == below);

      const Cell bare = wide_cell(plain + "lr = 1\neps = " + digits(x), hyper);
      Bench<W> unseen(bare, {W(1)});
      unseen.step(W(0));
      CHECK(present(bare, "eps-vanishes") == (unseen.w[0] != unseen.w[0]));
      CHECK(present(bare, "eps-vanishes") == below);

      if (x > W("0.5")) continue;
      const Cell deaf = wide_cell("beta1 = 0\nbeta2 = " + digits(W(1 - x)), hyper);
      Bench<W> took(deaf, {W(1)});
      took.step(W(1));
      CHECK(present(deaf, "share-vanishes") == (took.v()[0] == 0));
      CHECK(present(deaf, "share-vanishes") == below);
    }
  });
}

TEST_CASE("beta2 is one on one side of a quarter of an ulp below it", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    for (const bool above : {true, false}) {
      // Half of the gap below 1, which a format without smaller normal numbers has above it, too.
      const W gap = power(format.emin >= 0 ? -format.p : -format.p - 1);
      const W beta = 1 - gap * W(above ? "0.99" : "1.01");
      if (digits(beta) == digits(W(1))) continue;
      const Cell cell = wide_cell("beta2 = " + digits(beta), in("hyperparameters", name));
      Bench<W> bench(cell, {W(1)});
      bench.v()[0] = 1;
      bench.step(W(0));
      CHECK(present(cell, "beta2-is-one") == (bench.v()[0] == 1));
      CHECK(present(cell, "beta2-is-one") == above);
    }
  });
}

TEST_CASE("v stalls where the prediction says, by the rule itself", "[hazard]") {
  std::mt19937 generator(1);
  for_each_format([&](const std::string& name, const Format& format) {
    const W ulp = power(1 - format.p);
    for (const char* mode : {"nearest-even", "nearest-away", "toward-zero", "up", "down", "odd"}) {
      const bool directed = mode == std::string("up") || mode == std::string("odd");
      for (const bool near : {true, false}) {
        const W border = (directed ? ulp : W(ulp / 2)) / (1 + ulp);
        const W share = border * W(near ? "0.98" : "1.02");
        if (share >= 1 || format.p > 53) continue;  // the prediction has 64 bits
        INFO(mode << " " << near);
        const Cell cell =
            wide_cell("beta2 = " + digits(W(1 - share)),
                      in("second_moment", name, ", mode = \"" + std::string(mode) + "\""));
        // Significands: all, or the one that stalls first and some others.
        std::vector<W> starts;
        if (format.p <= 8) {
          // Below 1 such a format has subnormal numbers, at which all stalls.
          for (int k = format.emin >= 0 ? 1 : 0; k < 1 << (format.p - 1); ++k)
            starts.push_back(W(1 + k * ulp));
        } else {
          starts = {W(1), W(1 + ulp), W(1 + 2 * ulp), W(2 - ulp)};
          for (int k = 0; k < 20; ++k) starts.push_back(W(1 + W(generator() % 128) * ulp));
        }
        Bench<W> bench(cell, starts);
        std::copy(starts.begin(), starts.end(), bench.v().begin());
        bench.step(W(0));
        bool stalls = false;
        for (std::size_t i = 0; i < starts.size(); ++i) {
          stalls = stalls || bench.v()[i] == starts[i];
        }
        CHECK(present(cell, "v-stalls") == stalls);
        CHECK(second_moment_stalls(cell) == (stalls ? "yes" : "no"));
      }
    }
  });
}

TEST_CASE("one bit more than the remedy says is not needed, one less is not enough", "[hazard]") {
  const Cell cell = wide_cell("", in("second_moment", "bfloat16"));
  const auto found = hazards_of(cell, {});
  const Finding& stalls = find(found, "v-stalls");
  REQUIRE(stalls.present);
  CHECK(contains(stalls.remedies, "second_moment.mode = \"stochastic\""));
  CHECK(contains(stalls.remedies, "second_moment.p = 10"));
  for (const int p : {9, 10}) {
    const std::string format = "p" + std::to_string(p);
    CHECK(present(wide_cell("", in("second_moment", format)), "v-stalls") == (p == 9));
  }
  // From there on it is a gradient of this size that moves it again.
  const W rises = number(text_of(stalls, "rises again from g / sqrt(v)"));
  for (const bool above : {true, false}) {
    Bench<W> bench(cell, {W(0)});
    const W v = 1 + power(-7);
    bench.v()[0] = v;
    bench.step(W(rises * sqrt(v) * W(above ? "1.002" : "0.998")));
    CHECK((bench.v()[0] > v) == above);
  }
}

TEST_CASE("squares underflow, become subnormal and overflow at their borders", "[hazard]") {
  for_each_format([](const std::string& name, const Format&) {
    for (const char* mode : {"nearest-even", "toward-zero", "up", "odd"}) {
      for (const char* encoding : {"linear", "sqrt"}) {
        for (const char* beta2 : {"0.5", "0.999"}) {
          INFO(mode << " " << encoding << " " << beta2);
          if (sanitized && (mode != std::string("up") || beta2 != std::string("0.5"))) continue;
          const Cell cell = wide_cell(
              "beta2 = " + std::string(beta2),
              in("second_moment", name,
                 ", mode = \"" + std::string(mode) + "\", encoding = \"" + encoding + "\""));
          const RoleFormat v_format =
              precision_of(cell).rule[Role::second_moment].value_or(RoleFormat{{own_format<W>()}});
          const Format& format = v_format.rounding.format;
          // Of borders with such exponents the text has no digits.
          if (format.emax > (encoding == std::string("sqrt") ? 10000 : 100000)) continue;
          const auto found = hazards_of(cell, {});
          const auto first = [&](const W& g) {
            Bench<W> bench(cell, {W(0)});
            bench.step(g);
            return W(bench.v()[0]);
          };
          const auto root = [&](const W& v) {
            return encoding == std::string("sqrt") ? W(sqrt(v)) : v;
          };
          const W zero = number(text_of(find(found, "square-underflows"), "up to g"));
          if (zero > 0) CHECK(first(W(zero * W("0.998"))) == 0);
          if (zero > 0) CHECK(first(W(zero * W("1.002"))) > 0);
          const W small = number(text_of(find(found, "v-subnormal"), "at once up to g"));
          const W least = power(format.emin);
          if (small > 0) CHECK(root(first(W(small * W("0.998")))) < least * (1 - power(-300)));
          CHECK(root(first(W(small * W("1.002")))) >= least * (1 - power(-300)));
          const W once = number(text_of(find(found, "square-overflows"), "once above g"));
          const W most =
              (power(format.p) - 1 - format.top_codes) * power(format.emax - format.p + 1);
          const auto beyond = [&](const W& g) {
            const W v = root(first(g));
            const W exact = root(W((1 - from_decimal<W>(Decimal(beta2))) * g * g));
            return !isfinite(v) || (v >= most * (1 - power(-300)) && exact > most);
          };
          CHECK_FALSE(beyond(W(once * W("0.998"))));
          // Up to half an ulp of few bits is rounded back.
          CHECK(beyond(W(once * (W("1.002") + power(-format.p)))));
          CHECK(present(cell, "square-underflows",
                        {digits(W(zero * W("1.002") + power(-16000))), "", ""}) == false);
          if (zero > 0)
            CHECK(present(cell, "square-underflows", {digits(W(zero * W("0.998"))), "", ""}));
        }
      }
    }
  });
}

TEST_CASE("v leaves the normal numbers, and eps takes over, at the step that is named",
          "[hazard]") {
  std::size_t seen = 0;
  for (const char* name : {"binary16", "bfloat16", "e4m3"}) {
    for (const char* mode : {"nearest-even", "toward-zero"}) {
      for (const char* encoding : {"linear", "sqrt"}) {
        for (const char* beta2 : {"0.5", "0.99"}) {
          if (sanitized && beta2 != std::string("0.5")) continue;
          INFO(name << " " << mode << " " << encoding << " " << beta2);
          const Cell cell = wide_cell(
              "eps = 1e-3\nbeta2 = " + std::string(beta2),
              in("second_moment", name,
                 ", mode = \"" + std::string(mode) + "\", encoding = \"" + encoding + "\""));
          const W g("3.7");
          const Magnitudes magnitudes{digits(g), digits(g), "1"};
          const auto found = hazards_of(cell, magnitudes);
          const Format format = precision_of(cell).rule[Role::second_moment]->rounding.format;
          const W least = power(format.emin);
          const W normal = encoding == std::string("sqrt") ? W(least * least) : least;
          Bench<W> bench(cell, {W(0)});
          std::uint64_t subnormal = 0, dominated = 0;
          W before = -1;
          for (std::uint64_t t = 1; t <= 10000 && (subnormal == 0 || dominated == 0); ++t) {
            bench.step(t == 1 ? g : W(0));
            const W v = bench.v()[0];
            if (subnormal == 0 && v < normal) subnormal = t;
            if (dominated == 0 && sqrt(v) < W("1e-3")) dominated = t;
            if (v == before) break;
            before = v;
          }
          const auto said = [&](const char* hazard) {
            const std::string step = text_of(find(found, hazard), "steps without a gradient");
            return step == "none" ? 0 : std::stoull(step);
          };
          CHECK(said("v-subnormal") == subnormal);
          CHECK(said("eps-dominates") == dominated);
          CHECK(find(found, "v-subnormal").present == (subnormal > 0));
          CHECK(find(found, "eps-dominates").present == (dominated > 0));
          seen += (subnormal > 0) + (dominated > 0);
        }
      }
    }
  }
  CHECK(seen > 15);
}

TEST_CASE("a square is absorbed by v up to the border", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    if (format.p > 300) return;
    for (const char* mode : {"nearest-even", "nearest-away", "toward-zero", "up", "odd"}) {
      INFO(mode);
      const Cell cell = wide_cell(
          "beta2 = 0.5", in("second_moment", name, ", mode = \"" + std::string(mode) + "\""));
      const std::string border =
          text_of(find(hazards_of(cell, {}), "square-absorbed"), "up to g / sqrt(v)");
      const auto after = [&](const W& g) {
        Bench<W> bench(cell, {W(0)});
        bench.v()[0] = 2;  // half of it is 1
        bench.step(g);
        return W(bench.v()[0]);
      };
      const W r = number(border);
      if (r > 0) CHECK(after(W(r * W("0.998"))) == 1);
      CHECK(after(r > 0 ? W(r * W("1.002")) : power(-150)) > 1);
    }
  });
}

TEST_CASE("updates vanish and are lost at their borders", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    const W least = smallest(format);
    if (can_be_written(ilogb(least)) && format.subnormals != Subnormals::flushed) {
      for (const bool below : {true, false}) {
        const Cell cell =
            wide_cell("lr = " + digits(W(least * W(below ? "0.49" : "0.51"))), in("update", name));
        Bench<W> bench(cell, {W(0)});
        bench.step(W(1));
        CHECK(present(cell, "update-vanishes") == (bench.w[0] == 0));
        CHECK(present(cell, "update-vanishes") == below);
      }
    }
    if (format.p > 100 || format.p < 3) return;
    for (const char* mode : {"nearest-even", "toward-zero", "up", "down", "odd"}) {
      for (const char* lr : {"0.017", "0.3"}) {
        INFO(mode << " " << lr);
        const std::string role = in("parameters", name, ", mode = \"" + std::string(mode) + "\"");
        const Cell cell = wide_cell("lr = " + std::string(lr), role);
        const std::string border = text_of(find(hazards_of(cell, {}), "update-lost"), "from |w|");
        const W from = number(border);
        // All significands of few bits, of many some, on both sides of it and in both directions.
        const auto lost = [&](const W& binade) {
          std::vector<W> start;
          const int count = std::min(1 << (std::min(format.p, 6) - 1), 32);
          for (int k = 0; k < count; ++k) {
            start.push_back(W(binade * (1 + k * power(1 - format.p))));
          }
          bool any = false;
          for (const int sign : {1, -1}) {
            Bench<W> bench(cell, start);
            bench.step(W(sign));
            for (std::size_t i = 0; i < start.size(); ++i) any = any || bench.w[i] == start[i];
          }
          return any;
        };
        const W top = power(format.emax - 1);
        if (from == 0) {
          CHECK(lost(power(format.emin)));
          continue;
        }
        if (from <= top) CHECK(lost(from));
        if (from <= top) CHECK(present(cell, "update-lost", {"", "", digits(from)}));
        if (from > power(format.emin)) CHECK_FALSE(lost(W(from / 2)));
        CHECK_FALSE(present(cell, "update-lost", {"", "", digits(W(from * W("0.999")))}));
        const Cell kahan =
            wide_cell("lr = " + std::string(lr),
                      in("parameters", name,
                         ", mode = \"" + std::string(mode) + "\", compensation = \"kahan\""));
        CHECK_FALSE(present(kahan, "update-lost", {"", "", digits(from)}));
      }
    }
  });
}

TEST_CASE("eps is lost beside a root at the border", "[hazard]") {
  for_each_format([](const std::string& name, const Format& format) {
    if (format.p > 300 || format.emin > -6) return;
    const Cell cell = wide_cell("eps = 0.0625", in("update", name, ", rounding = \"every\""));
    const std::string border = text_of(find(hazards_of(cell, {}), "eps-lost"), "from sqrt(v)");
    if (border == "never") return;
    // The next parameter's gradient gives a root of 2^k; P is what the rule divides by.
    const Rounder<W> rounds(Rounding{format});
    const W root = number(border);
    CHECK(rounds(W(root + W("0.0625")), {}) == root);
    CHECK(rounds(W(root / 2 + W("0.0625")), {}) != root / 2);
  });
}

TEST_CASE("a step becomes unstable where v's decay crosses the threshold", "[hazard]") {
  // From a gradient of 1 on v decays; beside it a parabola of curvature 100 too flat to be seen.
  const Cell cell = wide_cell("lr = 1e-3\neps = 1e-12\nbeta2 = 0.99", "");
  Magnitudes magnitudes{"1", "1", "1", "100"};
  magnitudes.gains = Gains{0.9, 0.1};
  const auto found = hazards_of(cell, magnitudes);
  const Finding& unstable = find(found, "step-unstable");
  REQUIRE(unstable.present);
  CHECK(number(text_of(unstable, "threshold")) == W(38000));
  const auto crossing = std::stoull(text_of(unstable, "steps without a gradient"));
  // Growth over the hundred steps from some way before it on, and after.
  const auto growth = [&](std::uint64_t from) {
    Bench<W> bench(cell, {W(0)});
    bench.step(W(1));
    while (bench.t < from) bench.step(W(0));
    bench.w[0] = W("1e-60");
    for (const State<W>& state : bench.rule->states()) {
      if (state.name == "first_moment") state.values[0] = 0;
    }
    const auto size = [&] {
      W most = 0;
      for (int k = 0; k < 10; ++k) {
        bench.step(W(100 * bench.w[0]));
        if (most < abs(bench.w[0])) most = abs(bench.w[0]);
      }
      return most;
    };

    const W first = size();
    for (int k = 0; k < 30; ++k) size();
    return W(size() / first);
  };
  REQUIRE(crossing > 500);
  CHECK(growth(crossing - 400) < 1);
  CHECK(growth(crossing + 200) > 1);
  magnitudes.curvature = "1e-30";
  CHECK_FALSE(present(cell, "step-unstable", magnitudes));
}

TEST_CASE("gradient descent is unstable above 2 / lr, by the rule itself", "[hazard]") {
  const Cell cell = wide_cell("kind = \"sgd\"\nlr = 0.01", "");
  for (const bool above : {true, false}) {
    const W curvature = 200 * W(above ? "1.001" : "0.999");
    Magnitudes magnitudes{"1", "1", "1", digits(curvature)};
    magnitudes.gains = Gains{};
    Bench<W> bench(cell, {W(1)});
    for (int t = 0; t < 1000; ++t) bench.step(W(curvature * bench.w[0]));
    CHECK((abs(bench.w[0]) > 1) == above);
    CHECK(present(cell, "step-unstable", magnitudes) == above);
  }
}

TEST_CASE("without a curvature v decays from the first gradient's square", "[hazard]") {
  const Cell cell = wide_cell("", in("second_moment", "binary32"));
  Magnitudes magnitudes{"1", "10", "1"};
  magnitudes.gains = Gains{0.9, 0.1};
  magnitudes.first_scaled = 50;  // 5 where P is the gradient itself, 38 the limit
  const auto found = hazards_of(cell, magnitudes);
  const Finding& unstable = find(found, "step-unstable");
  CHECK(unstable.present);
  const double steps = std::stod(text_of(unstable, "steps of decay"));
  CHECK(std::abs(steps + 2 * std::log(38.0 / 5) / std::log(0.999)) < 3);
  CHECK_FALSE(present(wide_cell("", in("second_moment", "bfloat16")), "step-unstable", magnitudes));
  const auto by_chance = hazards_of(
      wide_cell("", in("second_moment", "bfloat16", ", mode = \"stochastic\", seed = 1")),
      magnitudes);
  CHECK(std::abs(std::stod(text_of(find(by_chance, "step-unstable"), "steps of decay")) - steps) <
        3);
  CHECK_FALSE(present(wide_cell("amsgrad = true", ""), "step-unstable", magnitudes));
}

namespace {

/// Random descriptions with a stream of gradients each, and what their runs show.
class Confusion {
 public:
  Confusion(std::size_t configurations, std::uint64_t steps) : steps_(steps) {
    for (std::size_t i = 0; i < configurations; ++i) one(i);
  }

  /// Hazards: said and seen, said alone, seen alone, neither.
  struct Counts {
    std::size_t both = 0, said = 0, seen = 0, neither = 0;
  };
  const std::map<std::string, Counts>& counts() const { return counts_; }
  const std::vector<std::string>& misses() const { return misses_; }
  std::size_t configurations() const { return configurations_; }

 private:
  double uniform() { return std::generate_canonical<double, 53>(generator_); }
  double log_uniform(double low, double high) {
    return std::exp(std::log(low) + uniform() * std::log(high / low));
  }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[generator_() % from.size()];
  }
  static std::string text(double x) {
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "%.6e", x);
    return digits.data();
  }

  std::string role(const std::string& name, const std::string& more = "") {
    std::string format = pick<std::string>({"binary16", "bfloat16", "tf32", "e5m2", "e4m3",
                                            "binary32", "binary64", "e3m2", "p12e6", "p6e8"});
    return in(name, format, more) + "\n";
  }

  void one(std::size_t number) {
    generator_.seed(static_cast<std::uint32_t>(number + 1));
    const std::string rule =
        pick<std::string>({"adam", "adam", "adamw", "nadam", "radam", "rmsprop"});
    const double eps = log_uniform(1e-12, 1e-2);
    std::string study = "steps = " + std::to_string(steps_) + "\n[rule]\nkind = \"" + rule +
                        "\"\nlr = " + text(log_uniform(1e-6, 0.1)) + "\neps = " + text(eps) + "\n";
    const double share = log_uniform(1e-4, 0.5);
    std::array<char, 40> beta{};
    std::snprintf(beta.data(), beta.size(), "%.9f", 1 - share);
    study += std::string(rule == "rmsprop" ? "alpha = " : "beta2 = ") + beta.data() + "\n";
    if (rule == "adamw") study += "weight_decay = 0\n";
    study += "[precision]\n";
    const std::string mode = pick<std::string>({"nearest-even", "nearest-even", "nearest-away",
                                                "toward-zero", "up", "down", "odd", "stochastic"});
    std::string more = ", mode = \"" + mode + "\"";
    if (mode == "stochastic") more += ", seed = 1";
    const std::string encoding =
        pick<std::string>({"linear", "linear", "linear", "sqrt", "log2", "block8"});
    more += ", encoding = \"" + encoding + "\"";
    if (encoding == "linear" && uniform() < 0.3) more += ", rounding = \"every\"";
    study += encoding == "block8" ? "second_moment = { " + more.substr(2) + " }\n"
                                  : role("second_moment", more);
    if (uniform() < 0.6) {
      study += role("parameters", uniform() < 0.3 ? ", compensation = \"kahan\"" : "");
    }
    if (uniform() < 0.3) study += role("update");
    if (uniform() < 0.3) study += role("hyperparameters");
    const Cell cell = cell_of(study);

    const double low = log_uniform(1e-6, 1), high = low * log_uniform(1, 1e4);
    const double width = log_uniform(1e-3, 100);
    constexpr std::size_t count = 8;
    std::vector<double> start;
    for (std::size_t i = 0; i < count; ++i) {
      start.push_back(i == 0 ? width : (2 * uniform() - 1) * width);
    }
    const Format w_format = precision_of(cell)
                                .rule[Role::parameters]
                                .value_or(RoleFormat{{own_format<double>()}})
                                .rounding.format;
    for (double& w : start) w = Rounder<double>(Rounding{w_format})(w, {});
    double most = 0;
    for (const double w : start) most = std::max(most, std::isfinite(w) ? std::abs(w) : 0);
    for (double& w : start) w = std::isfinite(w) ? w : 0;
    const auto found =
        hazards_of(cell, {text(low * 0.999), text(high * 1.001), text(most * 1.001 + 1e-300)});
    const auto seen = watch(cell, start, low, high, eps);
    ++configurations_;
    for (const auto& [name, happened] : seen) {
      bool said = name == "update"
                      ? find(found, "update-lost").present || find(found, "update-vanishes").present
                      : find(found, name).present;
      Counts& counts = counts_[name];
      ++(said ? happened ? counts.both : counts.said : happened ? counts.seen : counts.neither);
      if (happened && !said) misses_.push_back(name + " in\n" + study);
    }
  }

  /// What a run shows, of the hazards that the cell's rule can have.
  std::map<std::string, bool> watch(const Cell& cell, const std::vector<double>& start, double low,
                                    double high, double written_eps) {
    const std::string rule = cell["rule.kind"];
    const std::string beta = rule == "rmsprop" ? "rule.alpha" : "rule.beta2";
    Bench<double> bench(cell, start);
    const Roles<double>& roles = bench.rule->roles();
    const KeptRole<double>& kept = roles[Role::second_moment];
    const Format& format = kept.format.rounding.format;
    const Encoding encoding = kept.format.encoding;
    const auto decoded = [&](double x) {
      return encoding == Encoding::sqrt   ? x * x
             : encoding == Encoding::log2 ? elementary::exp2(x)
                                          : x;
    };
    // A small number of the format is a logarithm of a v near 1.
    const double least =
        encoding == Encoding::log2 ? 0x1p-1022 : std::ldexp(1.0, static_cast<int>(format.emin));
    const double normal = std::max(encoding == Encoding::sqrt ? least * least : least, 0x1p-1022);
    const double largest = decoded(std::ldexp(std::ldexp(1.0, format.p) - 1 - format.top_codes,
                                              static_cast<int>(format.emax - format.p + 1)));
    const double b = roles.hyper(Decimal(cell[beta])), c = roles.complement(Decimal(cell[beta]));
    const double eps = roles.eps(Decimal(cell["rule.eps"]));
    std::map<std::string, bool> seen{{"lr-vanishes", bench.rule->rate() == 0},
                                     {"beta2-is-one", b == 1},
                                     {"share-vanishes", c == 0},
                                     {"eps-vanishes", eps == 0}};
    if (c > 0) seen["square-underflows"] = false;
    const bool has_format = encoding != Encoding::block8;
    if (c > 0 && has_format) {
      for (const char* name : {"v-subnormal", "square-overflows", "eps-dominates"}) {
        seen[name] = false;
      }
    }
    const bool deterministic = kept.format.rounding.mode != Mode::stochastic;
    const bool decays = b < 1 && c > 0;
    if (decays) seen["v-stalls"] = false;
    // A first step is of the size of lr where eps is small beside the gradient.
    const RoleFormat w_format = roles[Role::parameters].format;
    const bool moves = rule != "radam" && written_eps < 1e-4 * low && eps < 1e-4 * low && eps > 0 &&
                       c > 0 && !w_format.compensated && bench.rule->rate() != 0;
    if (moves) seen["update"] = false;
    const std::size_t count = start.size();
    std::vector<bool> fed(count, false);
    std::vector<double> before(count);
    const std::uint64_t quiet_from = 1 + generator_() % steps_;
    const bool silent = uniform() < 0.5;
    for (std::uint64_t t = 1; t <= steps_; ++t) {
      for (std::size_t i = 0; i < count; ++i) {
        const bool quiet = t > 1 && ((silent && t > quiet_from) || generator_() % 8 == 0);
        const double size = quiet ? 0 : log_uniform(low, high);
        bench.g[i] = generator_() % 2 == 0 ? size : -size;
      }
      const auto v = bench.v();
      std::copy(v.begin(), v.end(), before.begin());
      bench.rule->step(t, bench.w, bench.g);
      for (std::size_t i = 0; i < count; ++i) {
        const double g = bench.g[i], old = before[i], now = v[i];
        if (g != 0) fed[i] = true;
        if (!fed[i]) continue;
        if (c == 0) continue;
        if (g != 0 && old == 0 && now == 0) seen["square-underflows"] = true;
        if (has_format && now < normal) seen["v-subnormal"] = true;
        if (has_format && !std::isfinite(now)) seen["square-overflows"] = true;
        if (has_format && now >= largest && b * old + c * g * g > largest) {
          seen["square-overflows"] = true;
        }
        if (has_format && eps > 0 && std::sqrt(now) < eps) seen["eps-dominates"] = true;
        // Of the smallest normal number, what is below is a whole ulp away.
        if (decays && deterministic && g == 0 && now == old && now > normal && std::isfinite(now)) {
          seen["v-stalls"] = true;
        }
        // As large as lr where v is not rounded up.
        if (moves && t == 1 && now <= c * g * g * 1.0001 && bench.w[i] == start[i]) {
          seen["update"] = true;
        }
      }
      // What is not finite stays so.
      if (!std::isfinite(v[0])) break;
    }
    return seen;
  }

  std::uint64_t steps_;
  std::mt19937 generator_;
  std::map<std::string, Counts> counts_;
  std::vector<std::string> misses_;
  std::size_t configurations_ = 0;
};

void check(const Confusion& confusion) {
  for (const std::string& miss : confusion.misses()) {
    INFO(miss);
    CHECK(false);
  }
  for (const auto& [name, counts] : confusion.counts()) {
    INFO(name << ": said and seen " << counts.both << ", said alone " << counts.said);
    CHECK(counts.seen == 0);
    CHECK(counts.both > 0);
  }
}

}  // namespace

TEST_CASE("runs show no hazard that was not named", "[hazard]") {
  check(Confusion(150, sanitized ? 20 : 300));
}

// ulpscope_tests "[full-hazards]" prints the table of the README.
TEST_CASE("runs of 10,000 steps show no hazard that was not named", "[.][full-hazards]") {
  const Confusion confusion(600, 10000);
  std::printf("| hazard | named and seen | named alone | seen alone | neither |\n");
  std::printf("|---|--:|--:|--:|--:|\n");
  for (const auto& [name, n] : confusion.counts()) {
    std::printf("| %s | %zu | %zu | %zu | %zu |\n", name.c_str(), n.both, n.said, n.seen,
                n.neither);
  }
  check(confusion);
}
