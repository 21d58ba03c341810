// SPDX-License-Identifier: BSL-1.0
// Thresholds and growth factors of the rules, against the rules themselves on a parabola.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "ulpscope/probe/growth.hpp"
#include "ulpscope/probe/sharpness.hpp"
#include "ulpscope/rule/rules.hpp"

namespace {

using namespace ulpscope;
using W = Dec50;

constexpr double u = 0x1p-53;

/// So late that corrections and schedules of a rule's own stand still.
constexpr std::uint64_t late = 5000;

/// A rule's gains, and P, at so small gradients that eps = 1 is all that divides.
template <class Options>
struct Frozen {
  LinearStep<W> step;
  W divisor = 1;

  explicit Frozen(const Options& options) {
    typename Options::template In<W> rule(options, 1);
    std::vector<W> w{W("1e-40")};
    rule.step(late, w, w);
    step = rule.linear_step().value();
    if (step.preconditioner) divisor = divisors(rule.roles(), *step.preconditioner).front();
  }
};

/// log of the factor by which |w| grows in a step on the parabola with the gradient h w.
template <class Options>
double measured_growth(const Options& options, const W& h, std::uint64_t steps) {
  typename Options::template In<W> rule(options, 1);
  std::vector<W> w{W("1e-40")}, g(1);
  W half = 0;
  for (std::uint64_t t = 0; t < 2 * steps; ++t) {
    if (t == steps) half = w[0];
    g[0] = h * w[0];
    rule.step(late + t, w, g);
  }
  return convert<double>(W(log(W(abs(W(w[0] / half)))) / steps));
}

/// f for a case of each rule that has a threshold, decays that do not join the gradient among them.
template <class F>
void for_each_stable_case(F&& f) {
  f(Sgd{.lr = "0.1"});
  f(Sgd{.lr = "0.1", .momentum = "0.9"});
  f(Sgd{.lr = "0.1", .momentum = "0.5", .dampening = "0.3"});
  f(Sgd{.lr = "0.1", .momentum = "0.9", .nesterov = true});
  f(Asgd{.lr = "0.1", .lambd = "0.5", .alpha = "0", .t0 = "1e9"});
  f(Adagrad{.lr = "0.1", .eps = "1"});
  f(Rmsprop{.lr = "0.1", .alpha = "0", .eps = "1"});
  f(Rmsprop{.lr = "0.1", .alpha = "0", .eps = "1", .momentum = "0.8"});
  for (const bool amsgrad : {false, true}) {
    f(Adam{.lr = "0.1", .beta2 = "0", .eps = "1", .amsgrad = amsgrad});
  }
  f(Adam{.lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "1"});
  f(AdamW{.lr = "0.1", .beta2 = "0", .eps = "1", .weight_decay = "0.5"});
  f(Adamax{.lr = "0.1", .beta2 = "0", .eps = "1"});
  f(Nadam{.lr = "0.1", .beta2 = "0", .eps = "1", .momentum_decay = "0"});
  f(Radam{.lr = "0.1", .beta2 = "0.9", .eps = "1"});
  f(Yogi{.lr = "0.1", .beta2 = "0", .eps = "1"});
  f(AdaBelief{.lr = "0.1", .beta2 = "0", .eps = "1"});
}

}  // namespace

TEST_CASE("a parabola just above the threshold grows, just below it shrinks", "[sharpness]") {
  for_each_stable_case([]<class Options>(const Options& options) {
    const Frozen<Options> frozen(options);
    INFO(Options::name);
    CHECK_FALSE(frozen.step.penalised);
    const double limit = frozen.step.gains.limit().value();
    // The dominant root is real there. A part in 1e4 of z is one in about 1e4 (1 - momentum) of it;
    // the other root is forgotten within 400 steps, gains are binary64's.
    for (const double z : {limit * (1 + 1e-4), limit * (1 - 1e-4)}) {
      const W h = z * frozen.divisor / frozen.step.rate;
      const double growth = measured_growth(options, h, 400);
      CHECK((growth > 0) == (z > limit));
      CHECK(std::abs(growth - std::log(frozen.step.gains.growth(z))) <= 1e-12);
    }
    // Where the roots are complex a phase comes in: within a factor of 1e3 in 1000 steps.
    const double z = limit / 2;
    const W h = z * frozen.divisor / frozen.step.rate;
    const double factor = frozen.step.gains.growth(z);
    if (factor > 1e-3) {
      CHECK(std::abs(measured_growth(options, h, 1000) - std::log(factor)) <= std::log(1e3) / 1000);
    }
  });
}

TEST_CASE("thresholds are those of the literature", "[sharpness]") {
  const auto limit = [](const auto& options) { return Frozen(options).step.gains.limit().value(); };
  // Each gain is rounded once or twice, and the formula has five operations.
  const auto is = [](double x) { return Approx(x).epsilon(8 * u).margin(0); };
  CHECK(limit(Sgd{}) == 2);
  CHECK(limit(Sgd{.momentum = "0.9"}) == is(3.8));
  CHECK(limit(Sgd{.momentum = "0.9", .dampening = "0.5"}) == is(7.6));
  CHECK(limit(Sgd{.momentum = "0.9", .nesterov = true}) == is(3.8 / 2.8));
  CHECK(limit(Rmsprop{}) == 2);
  CHECK(limit(Rmsprop{.momentum = "0.5"}) == is(3));
  const auto facts =
      nlohmann::json::parse(std::ifstream(std::string(ULPSCOPE_TEST_DIR) + "/golden/facts.json"));
  const auto& known =
      facts.at("largest stable preconditioned sharpness x lr, momentum averaged with beta1");
  REQUIRE(known.size() == 5);
  for (const auto& [beta1, value] : known.items()) {
    CHECK(limit(Adam{.beta1 = Decimal(beta1)}) == is(value.get<double>()));
    CHECK(limit(AdamW{.beta1 = Decimal(beta1), .weight_decay = "0"}) == is(value.get<double>()));
  }
}

TEST_CASE("where nothing is stable, or another condition is, there is no threshold",
          "[sharpness]") {
  const auto step = [](const auto& options) { return Frozen(options).step; };
  CHECK_FALSE(step(Sgd{.momentum = "1"}).gains.limit());
  CHECK_FALSE(step(Sgd{.momentum = "0.9", .dampening = "1"}).gains.limit());
  CHECK_FALSE(step(Sgd{.maximize = true}).gains.limit());
  CHECK_FALSE(step(Sgd{.momentum = "0.9", .nesterov = true, .maximize = true}).gains.limit());
  CHECK_FALSE(step(Adam{.maximize = true}).gains.limit());
  CHECK_FALSE(step(AdamW{.lr = "1", .weight_decay = "3"}).gains.limit());
  CHECK(step(Sgd{.weight_decay = "0.1"}).penalised);
  CHECK(step(Adam{.weight_decay = "0.1"}).penalised);
  CHECK_FALSE(step(AdamW{.weight_decay = "0.1"}).penalised);
  const auto none = []<class Options>(const Options& options) {
    typename Options::template In<double> rule(options, 1);
    std::vector<double> w{1};
    rule.step(1, w, w);
    std::optional<Growth> growth;
    const auto row = SharpnessProbe<double>::row(
        rule, [](std::span<const double>) { return 1.0; }, growth);
    return row == std::vector<std::string>{"", ""} && !growth;
  };
  CHECK(none(Lion{}));
  CHECK(none(Rprop{}));
  CHECK(none(Adafactor{}));
  CHECK(none(Adadelta{}));
  CHECK(none(Rmsprop{.centered = true}));
}

TEST_CASE("before rectification RAdam is averaged gradient descent", "[sharpness]") {
  Radam::In<double> rule(Radam{.lr = "0.1"}, 1);
  std::vector<double> w{1};
  rule.step(1, w, w);
  const auto step = rule.linear_step().value();
  CHECK_FALSE(step.preconditioner);
  // 0.1 / (1 - 0.9): m is corrected by as much as it lacks.
  CHECK(step.gains.averaged == Approx(1).epsilon(4 * u).margin(0));
}

TEST_CASE("P has both corrections, and roots that do not underflow", "[sharpness]") {
  const Adam options{.eps = "1e-300"};
  Adam::In<double> rule(options, 3);
  std::vector<double> w{1, 1, 1};
  const std::vector<double> g{1e-150, 2, 1e-120};
  for (std::uint64_t t = 1; t <= 3; ++t) rule.step(t, w, g);
  const auto p = divisors(rule.roles(), rule.preconditioner().value());
  // v_3 is (1 - b2^3) g^2, its smallest about 3e-303; P = (1 - b1^3) (|g| + eps): some twenty
  // roundings.
  const double correction = 1 - 0.9 * 0.9 * 0.9;
  CHECK(p[0] == Approx(correction * 1e-150).epsilon(32 * u).margin(0));
  CHECK(p[1] == Approx(correction * 2).epsilon(32 * u).margin(0));
  CHECK(p[2] == Approx(correction * 1e-120).epsilon(32 * u).margin(0));
}

TEST_CASE("the sharpness is of P^-1 H, however small P is", "[sharpness]") {
  // H = diag(2, 3): 2 / P_0 and 3 / P_1, of which P decides the larger.
  const auto curvature = [](std::span<const double> s) {
    return s.empty() ? 3.0 : std::max(2 * s[0] * s[0], 3 * s[1] * s[1]);
  };
  const auto field = [&]<class T>(std::type_identity<T>, const char* eps, const char* small,
                                  const char* large, std::size_t at) {
    typename Adam::In<T> rule(Adam{.lr = "0.5", .beta1 = "0", .beta2 = "0", .eps = eps}, 2);
    std::vector<T> w(2), g{convert<T>(hyper<T>(small)), convert<T>(hyper<T>(large))};
    rule.step(1, w, g);
    std::optional<Growth> growth;
    const auto row = SharpnessProbe<T>::row(rule, curvature, growth);
    CHECK(growth.has_value());
    return row[at];
  };
  CHECK(std::stod(field(std::type_identity<double>{}, "0", "0.25", "1", 0)) == 8);
  CHECK(std::stod(field(std::type_identity<double>{}, "0", "1", "1", 0)) == 3);
  CHECK(std::stod(field(std::type_identity<double>{}, "0", "1", "1", 1)) == 4);
  CHECK(std::stod(field(std::type_identity<float>{}, "0", "1", "0.5", 0)) == 6);
  CHECK(field(std::type_identity<double>{}, "0", "0", "1", 0) == "inf");
  const std::string wide = field(std::type_identity<Dec50>{}, "0", "1e-400", "1", 0);
  CHECK(wide.substr(wide.find('e')) == "e+400");
  CHECK(std::stod(wide.substr(0, wide.find('e'))) == 2);
}

TEST_CASE("the crossing is the first recorded step above the threshold after converged",
          "[metrics]") {
  const Gains descent;  // limit 2
  const Growths rows{{10, {3, descent}},
                     {20, {1, descent}},
                     {30, {2, descent}},
                     {40, {2.5, descent}},
                     {50, {1, descent}}};
  CHECK(crossing_of(rows, 0) == 10U);
  CHECK(crossing_of(rows, 9) == 10U);
  CHECK(crossing_of(rows, 10) == 40U);  // at the threshold is not above it
  CHECK_FALSE(crossing_of(rows, 40));
  CHECK_FALSE(crossing_of({}, 0));
  const Gains none{.momentum = 1};
  CHECK_FALSE(crossing_of({{10, {3, none}}}, 0));
}

TEST_CASE("the growth onset adds up twice the logarithms of growth factors", "[metrics]") {
  const Gains descent;  // growth |1 - z|
  const auto onset = [](const Growths& rows, double log_level) {
    return growth_onset_of(rows, rows.front().step, log_level);
  };
  // Factors of 2 in every step: the loss grows by log 4.
  const Growths steady{{100, {3, descent}}, {200, {3, descent}}};
  CHECK(onset(steady, 9.9 * std::log(4)) == 110U);
  CHECK(onset(steady, 10.1 * std::log(4)) == 111U);
  CHECK(onset(steady, -1) == 100U);
  CHECK(onset(steady, 99.9 * std::log(4)) == 200U);
  CHECK_FALSE(onset(steady, 100.1 * std::log(4)));
  // z rises from 2 to 3 in four steps: factors 1, 1.25, 1.5, 1.75.
  const Growths rising{{0, {2, descent}}, {4, {3, descent}}};
  const double two = 2 * std::log(1.25 * 1.5);
  CHECK(onset(rising, two + 1e-9) == 4U);
  CHECK(onset(rising, two - 1e-9) == 3U);
  // Below the threshold it shrinks, though not below the floor.
  const Growths pause{{0, {3, descent}},
                      {1, {1, descent}},
                      {9, {1, descent}},
                      {10, {3, descent}},
                      {20, {3, descent}}};
  CHECK(onset(pause, 2.5 * std::log(4)) == 13U);
  // Where it is infinite it grows at once.
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(onset({{0, {3, descent}}, {10, {infinite, descent}}, {20, {infinite, descent}}},
              30 * std::log(4)) == 11U);
  // A crossing after the onset explains nothing.
  CHECK_FALSE(growth_onset_of(steady, 100, std::log(4), 99));
  // What the onset does to the sharpness counts for nothing: z goes on as before.
  const Growths broken{
      {0, {3, descent}}, {10, {3, descent}}, {20, {3, descent}}, {40, {1, descent}}};
  CHECK_FALSE(onset(broken, 30.5 * std::log(4)));
  CHECK(growth_onset_of(broken, 0, 30.5 * std::log(4), 25) == 31U);
  CHECK(growth_onset_of(broken, 20, 4.5 * std::log(4), 25) == 25U);
}
