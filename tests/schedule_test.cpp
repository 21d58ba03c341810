// SPDX-License-Identifier: BSL-1.0
// Learning-rate schedules: PyTorch's, their closed forms, warm-up, and what plateau keeps.
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/schedule/schedules.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using nlohmann::json;

/// The schedule of this kind with these options, at work; texts as in a study file.
template <class W>
std::unique_ptr<Rate<W>> rate_of(const std::string& kind, const json& options) {
  std::unique_ptr<Rate<W>> rate;
  const auto visit = [&]<class Kind>(std::type_identity<Kind>) {
    if (kind != Kind::name) return;
    const auto infos = describe_options<Kind>();
    std::set<std::string> known;
    for (const OptionInfo& info : infos) known.insert(info.name);
    for (const auto& [name, setting] : options.items()) {
      INFO(name);
      CHECK(known.count(name) == 1);
    }
    rate = std::make_unique<typename Kind::template In<W>>(
        read_options<Kind>([&](std::string_view name) {
          const auto at = options.find(std::string(name));
          if (at != options.end()) return at->is_string() ? at->get<std::string>() : at->dump();
          for (const OptionInfo& info : infos) {
            if (info.name == name) return info.default_text;
          }
          return std::string();
        }));
  };
  [&]<class... Kind>(TypeList<Kind...>) { (visit(std::type_identity<Kind>{}), ...); }(Schedules{});
  REQUIRE(rate);
  return rate;
}

/// The rates of k = 0, 1, ... at a loss that does not matter.
template <class W = double>
std::vector<W> rates(const std::string& kind, const json& options, std::size_t count, W lr = W(1)) {
  const auto rate = rate_of<W>(kind, options);
  std::vector<W> all;
  for (std::uint64_t k = 0; k < count; ++k) all.push_back((*rate)(k, lr, W(0)));
  return all;
}

bool refused(const std::vector<OptionInfo>& infos, const std::string& name, const char* value) {
  for (const OptionInfo& info : infos) {
    if (info.name == name) return !info.holds(Decimal(value));
  }
  return false;
}

}  // namespace

TEMPLATE_TEST_CASE("schedules follow PyTorch's", "[schedule][golden]", double, Dec50) {
  using W = TestType;
  std::ifstream in(std::string(ULPSCOPE_TEST_DIR) + "/golden/torch-1.13.json");
  const json golden = json::parse(in);
  std::size_t rows = 0;
  Mismatches mismatches;
  for (const json& row : golden["schedules"]) {
    const std::string kind = row["schedule"];
    json options = row["options"];
    json lr = row["base_lr"];
    if (kind == "cyclic") {  // its base is the rule's lr
      lr = options["base_lr"];
      options.erase("base_lr");
    }
    if (kind == "one-cycle") {  // and this one's maximum
      lr = options["max_lr"];
      options.erase("max_lr");
    }
    const bool plateau = kind == "plateau";
    if (plateau) options.erase("mode");  // losses are minimized
    const auto rate = rate_of<W>(kind, options);
    const W base = convert<W>(from_decimal<Dec50>(lr.dump()));
    const json& expected = row["lr"];
    REQUIRE(expected.size() == 60);
    // PyTorch's plateau reads a loss after the update, for the rate of the next.
    for (std::size_t k = 0; k + (plateau ? 1 : 0) < expected.size(); ++k) {
      const W loss(plateau ? row["metric"][k].get<double>() : 0.0);
      const double got = convert<double>((*rate)(k, base, loss));
      const auto& text = expected[k + (plateau ? 1 : 0)].get_ref<const std::string&>();
      const double value = std::strtod(text.c_str(), nullptr);
      mismatches.expect(std::abs(got - value) <= 1e-12 * value, [&] {
        return kind + " k " + std::to_string(k) + ": " + std::to_string(got) + ", not " +
               std::to_string(value);
      });
    }
    ++rows;
  }
  CHECK(rows == 9);
  CHECK_NONE(mismatches);
}

TEMPLATE_TEST_CASE("cos of half turns is MPFR's", "[schedule]", double, Quad, Dec50,
                   HyperArithmetic<Quad>, HyperArithmetic<Dec100>) {
  using W = TestType;
  constexpr int p = significand_bits<W>;
  // Relative to the smaller of 1/2 and the value: near a zero the reduction is exact, and pi's
  // relative error is all that enters.
  Mpfr reference(p + 64), x(p + 64), bound(64);
  Mismatches mismatches;
  for (int k = -2000; k <= 2000; ++k) {
    const W u = W(k) / W(487);
    mpfr_set(x, exact(u), MPFR_RNDN);
    mpfr_mul_2ui(x, x, 1, MPFR_RNDN);
    mpfr_cosu(reference, x, 4, MPFR_RNDN);  // 2 u quarter turns
    mpfr_set_ui_2exp(bound, 8, -p - 1, MPFR_RNDN);
    mismatches.expect(within(exact(elementary::cos_half_turns(u)), reference, bound),
                      [&] { return std::to_string(k) + "/487"; });
  }
  CHECK_NONE(mismatches);
  const int values[] = {1, 0, -1, 0};
  for (int k = -8; k <= 12; ++k) {
    CHECK(elementary::cos_half_turns(W(W(k) / W(2))) == W(values[(k + 8) % 4]));
  }
}

TEST_CASE("constant and inverse-time are what they say", "[schedule]") {
  CHECK(rates("constant", {}, 3, 0.25) == std::vector{0.25, 0.25, 0.25});
  CHECK(rates("inverse-time", {{"decay", "1"}}, 5, 60.0) ==
        std::vector<double>{60, 30, 20, 15, 12});
}

TEST_CASE("schedules beyond PyTorch's traces keep their forms", "[schedule]") {
  SECTION("the way down of a cycle has a length of its own") {
    CHECK(rates("cyclic", {{"max_lr", "9"}, {"step_size_up", 2}, {"step_size_down", 4}}, 8) ==
          std::vector<double>{1, 5, 9, 7, 5, 3, 1, 5});
  }
  SECTION("linear annealing") {
    // The top is at 0.25 * 8 - 1 = 1, the end at 7.
    CHECK(rates("one-cycle",
                {{"total_steps", 8},
                 {"pct_start", "0.25"},
                 {"anneal", "linear"},
                 {"div_factor", "4"},
                 {"final_div_factor", "1"}},
                8, 16.0) == std::vector<double>{4, 16, 14, 12, 10, 8, 6, 4});
  }
  SECTION("restarts of one length") {
    const auto all = rates("warm-restarts", {{"T_0", 4}, {"eta_min", "0.5"}}, 12);
    for (std::size_t k = 0; k < 12; ++k) CHECK(all[k] == all[k % 4]);
    CHECK(all[2] == 0.75);
  }
  SECTION("a cosine goes up again after T_max") {
    const auto all = rates("cosine", {{"T_max", 6}}, 13);
    for (std::size_t k = 0; k <= 12; ++k) CHECK(std::abs(all[k] - all[12 - k]) <= 0x1p-50);
    CHECK(all[6] == 0);
  }
}

TEST_CASE("late updates cost no more than early ones", "[schedule]") {
  const std::uint64_t late = 1'000'000'000'000;
  for (const char* kind :
       {"step", "exponential", "inverse-time", "cosine", "warm-restarts", "linear", "cyclic"}) {
    INFO(kind);
    const Dec50 rate = (*rate_of<Dec50>(kind, {}))(late, Dec50(1), Dec50(0));
    CHECK(rate >= 0);
    CHECK(rate <= 1);
  }
  // 2^-(10^9) is within the wide arithmetic's range, and exact.
  CHECK((*rate_of<Dec50>("exponential", {{"gamma", "0.5"}}))(1'000'000'000, Dec50(1), Dec50(0)) ==
        ldexp(Dec50(1), -1'000'000'000));
}

TEST_CASE("a warm-up comes before any schedule", "[schedule]") {
  [&]<class... Kind>(TypeList<Kind...>) {
    for (const std::string_view name : {Kind::name...}) {
      const std::string kind(name);
      INFO(kind);
      const json plain = kind == "cyclic" ? json{{"max_lr", "2"}} : json::object();
      json warm = plain;
      warm["warmup"] = 4;
      warm["warmup_factor"] = "0.5";
      const auto after = rates(kind, plain, 20);
      const auto all = rates(kind, warm, 24);
      CHECK(std::vector(all.begin(), all.begin() + 4) == std::vector{0.5, 0.625, 0.75, 0.875});
      CHECK(std::vector(all.begin() + 4, all.end()) == after);
    }
  }(Schedules{});
}

TEST_CASE("plateau goes on from its state", "[schedule]") {
  const json options{{"factor", "0.5"}, {"patience", 2}, {"cooldown", 3}, {"warmup", 5}};
  const auto loss = [](std::uint64_t k) { return k < 12 ? 1.0 / static_cast<double>(k + 1) : 0.1; };
  const auto whole = rate_of<double>("plateau", options);
  std::vector<double> expected;
  for (std::uint64_t k = 0; k < 60; ++k) expected.push_back((*whole)(k, 1, loss(k)));
  CHECK(expected.back() < 0.01);
  for (std::uint64_t stop = 0; stop < 60; ++stop) {
    const auto first = rate_of<double>("plateau", options);
    for (std::uint64_t k = 0; k < stop; ++k) (*first)(k, 1, loss(k));
    const auto second = rate_of<double>("plateau", options);
    second->restore(first->state());
    std::vector<double> rest;
    for (std::uint64_t k = stop; k < 60; ++k) rest.push_back((*second)(k, 1, loss(k)));
    INFO(stop);
    CHECK(std::equal(rest.begin(), rest.end(), expected.end() - static_cast<int>(rest.size()),
                     expected.end()));
  }
  CHECK_THROWS_AS(whole->restore({1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(rate_of<double>("step", {})->restore({1}), std::invalid_argument);
}

TEST_CASE("plateau's options", "[schedule]") {
  const auto after = [](json options, const std::vector<double>& losses) {
    const auto rate = rate_of<double>("plateau", options);
    double last = 0;
    for (std::size_t k = 0; k < losses.size(); ++k) last = (*rate)(k, 1, losses[k]);
    return last;
  };
  const json base{{"factor", "0.5"}, {"patience", 0}, {"threshold", "0.25"}};
  const auto with = [&](std::initializer_list<std::pair<const char*, json>> more) {
    json all = base;
    for (const auto& [name, value] : more) all[name] = value;
    return all;
  };
  CHECK(after(base, {4, 2.9}) == 1);
  CHECK(after(base, {4, 3}) == 0.5);  // not below 4 (1 - 1/4)
  CHECK(after(with({{"threshold_mode", "abs"}}), {4, 3.5}) == 1);
  CHECK(after(with({{"threshold_mode", "abs"}}), {4, 3.75}) == 0.5);
  CHECK(after(base, {4, 4, 4, 4}) == 0.125);
  CHECK(after(with({{"cooldown", 1}}), {4, 4, 4, 4}) == 0.25);
  CHECK(after(with({{"min_lr", "0.3"}}), {4, 4, 4, 4}) == 0.3);
  CHECK(after(with({{"eps", "0.3"}}), {4, 4, 4, 4}) == 0.5);
}

TEST_CASE("schedules refuse what does not go together", "[schedule]") {
  Cyclic cyclic;
  cyclic.max_lr = "1e-2";
  CHECK(cyclic.conflict_with("0.01").empty());
  CHECK(cyclic.conflict_with("0.02") ==
        "max_lr = 0.01 is below the rule's lr = 0.02; expected that lr or more; for example max_lr "
        "= 0.02");
  Cosine cosine;
  cosine.eta_min = "0.1";
  CHECK(cosine.conflict_with("0.1").empty());
  CHECK(cosine.conflict_with("1e-3") ==
        "eta_min = 0.1 is above the rule's lr = 1e-3; expected that lr or less; for example "
        "eta_min = 0");
  WarmRestarts restarts;
  restarts.eta_min = "0.1";
  CHECK_FALSE(restarts.conflict_with("1e-3").empty());
  Plateau plateau;
  plateau.min_lr = "0.1";
  CHECK(plateau.conflict_with("1e-3") ==
        "min_lr = 0.1 is above the rule's lr = 1e-3; expected that lr or less; for example min_lr "
        "= 0");
  OneCycle one;
  CHECK(one.conflict().empty());
  one.total_steps = 10;
  one.pct_start = "0.1";
  CHECK(one.conflict() ==
        "pct_start * total_steps must be above 1, or there is no way up: pct_start = 0.1, "
        "total_steps = 10; for example pct_start = 0.3, total_steps = 1000");
  one.pct_start = "0.10000000000000000000001";
  CHECK(one.conflict().empty());
  one.warmup = 5;
  CHECK(one.conflict_with_steps(15).empty());
  CHECK(
      one.conflict_with_steps(16) ==
      "total_steps = 10 ends after 15 updates, and the run has 16; expected at least as many; for "
      "example total_steps = 11");
  OneCycle::In<double> rate(one);
  CHECK_NOTHROW(rate(14, 1, 0));
  CHECK_THROWS_AS(rate(15, 1, 0), std::out_of_range);
  CHECK(refused(describe_options<Cosine>(), "T_max", "0"));
  CHECK(refused(describe_options<WarmRestarts>(), "T_mult", "0"));
  CHECK(refused(describe_options<OneCycle>(), "pct_start", "1"));
  CHECK(refused(describe_options<OneCycle>(), "pct_start", "0"));
  CHECK(refused(describe_options<Plateau>(), "factor", "1"));
  CHECK(refused(describe_options<LinearChange>(), "start_factor", "0"));
  CHECK(refused(describe_options<Constant>(), "warmup", "-1"));
  CHECK(refused(describe_options<Constant>(), "warmup_factor", "1.1"));
}
