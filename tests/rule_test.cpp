// SPDX-License-Identifier: BSL-1.0
// Rules: identities to the bit, and their formulas against a 400-bit evaluation.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "reference.hpp"
#include "rules.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

constexpr int reference_bits = 400;

/// Where the type cannot matter: a native, a wide and a low one.
using FewArithmetics = TypeList<float, Dec50, BFloat16>;

// The formulas once more, of real numbers: one parameter, the gradients of steps 1, 2, ...
Mpfr real(const Decimal& x) { return parse(x.canonical(), reference_bits); }
Mpfr real(unsigned long x) {
  Mpfr result(reference_bits);
  mpfr_set_ui(result, x, MPFR_RNDN);
  return result;
}

Mpfr reference(const Sgd& o, Mpfr w, const std::vector<Mpfr>& gradients) {
  Mpfr b = real(0);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const Mpfr g = gradients[k] + real(o.weight_decay) * w;
    b = k == 0 ? g : real(o.momentum) * b + (real(1) - real(o.dampening)) * g;
    w = w - real(o.lr) * (o.nesterov ? g + real(o.momentum) * b : b);
  }
  return w;
}

Mpfr reference(const Adam& o, Mpfr w, const std::vector<Mpfr>& gradients) {
  const Mpfr b1 = real(o.beta1), b2 = real(o.beta2);
  Mpfr m = real(0), v = real(0), largest = real(0), b1_power = real(1), b2_power = real(1);
  for (const Mpfr& slope : gradients) {
    const Mpfr g = slope + real(o.weight_decay) * w;
    b1_power = b1_power * b1;
    b2_power = b2_power * b2;
    m = b1 * m + (real(1) - b1) * g;
    v = b2 * v + (real(1) - b2) * g * g;
    if (mpfr_greater_p(v, largest)) largest = v;
    const Mpfr average = (o.amsgrad ? largest : v) / (real(1) - b2_power);
    w = w - real(o.lr) * (m / (real(1) - b1_power)) / (sqrt(average) + real(o.eps));
  }
  return w;
}

}  // namespace

// A bound of first order, which says nothing of 11 bits and less: below, all arithmetics follow the
// documented order of operations to the bit.
TEMPLATE_LIST_TEST_CASE("a rule follows its formula", "[rule]", HighArithmetics) {
  using T = TestType;
  // At most 20 roundings a step, hyper-parameters included. Each moves a parameter by at most u
  // of the largest quantity around, here below 8: parameters and gradients are below 2 in
  // magnitude, averages below (1 + 0.9 + 0.81) 2.
  constexpr unsigned long steps = 3;
  Mpfr bound = real(20 * steps * 8);
  mpfr_div_2ui(bound, bound, significand_bits<T>, MPFR_RNDN);
  Mismatches mismatches;
  for_each_basic_case([&]<class Options>(const Options& options) {
    const Vector<T> got = run<T>(options, steps);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<Mpfr> gradients;
      for (std::uint64_t t = 1; t <= steps; ++t) {
        gradients.push_back(real(0) + exact(gradient<T>(t)[i]));
      }
      const Mpfr expected = reference(options, real(0) + exact(start<T>()[i]), gradients);
      mismatches.expect(within(exact(got[i]), expected, bound), [&] {
        return std::string(Options::name) + ": " + exact(got[i]).text() + " instead of " +
               expected.text();
      });
    }
  });
  CHECK_NONE(mismatches);
}

TEMPLATE_LIST_TEST_CASE("a power is repeated multiplication in any order of steps", "[rule]",
                        TestedArithmetics) {
  using W = HyperArithmetic<TestType>;
  const W base("0.999");
  std::vector<W> powers{W(1)};
  for (int t = 1; t <= 12; ++t) powers.push_back(powers.back() * base);
  Power<W> power(base);
  for (const std::uint64_t t : {5U, 2U, 2U, 9U, 0U, 12U, 11U, 1U}) CHECK(power.at(t) == powers[t]);
}

TEMPLATE_LIST_TEST_CASE("every operation rounded into the own format changes nothing", "[rule]",
                        FewArithmetics) {
  using T = TestType;
  RoleFormats formats;
  for (const RoleInfo& info : role_list) {
    if (info.of_rule || info.role == Role::gradient) {
      formats[info.role] = RoleFormat{{own_format<T>()}, true};
    }
  }
  for_each_case([&]<class Options>(const Options& options) {
    INFO(Options::name);
    typename Options::template In<T> rule(options, count, Roles<T>(formats));
    Vector<T> w = start<T>();
    advance<T>(rule, w, 1, 5);
    CHECK(w == run<T>(options, 5));
  });
}

// Parameters stay below 4 in magnitude: at each of 5 steps storing them moves one by at most
// 2 * 2^-p, and its update, of a few operations with rounded hyper-parameters, by somewhat more.
TEST_CASE("a run comes closer to the wide one as formats gain bits", "[rule]") {
  for_each_case([&]<class Options>(const Options& options) {
    const Vector<Dec50> wide = run<Dec50>(options, 5);
    Dec50 previous = 1;
    for (const int p : {5, 8, 11, 16, 24, 32, 53, 64, 113}) {
      RoleFormats formats;
      for (const RoleInfo& info : role_list) {
        if (info.of_rule) formats[info.role] = RoleFormat{{{p, -1000, 1000}}, true};
      }
      typename Options::template In<Dec50> rule(options, count, Roles<Dec50>(formats));
      Vector<Dec50> w = start<Dec50>();
      advance<Dec50>(rule, w, 1, 5);
      Dec50 error = 0;
      for (std::size_t i = 0; i < count; ++i) error = std::max(error, Dec50(abs(w[i] - wide[i])));
      INFO(Options::name << ", p = " << p << ": " << error);
      CHECK(error > 0);
      CHECK(error < previous);
      CHECK(error < ldexp(Dec50(20), -p));
      previous = error;
    }
  });
}

TEST_CASE("every rule's states are kept in their roles' formats", "[rule]") {
  for (const bool every : {false, true}) {
    RoleFormats formats;
    for (const Role role : {Role::parameters, Role::gradient, Role::first_moment,
                            Role::second_moment, Role::update}) {
      formats[role] = RoleFormat{{bfloat16_format}, every};
    }
    formats[Role::parameters]->compensated = true;
    const Rounder<double> rounder(Rounding{bfloat16_format});
    for_each_case([&]<class Options>(const Options& options) {
      typename Options::template In<double> rule(options, count, Roles<double>(formats));
      Vector<double> w = start<double>();
      for (double& x : w) x = rounder(x, Site{});
      advance<double>(rule, w, 1, 5);
      std::vector<State<double>> states = rule.states();
      states.push_back({"parameters", w});
      for (const State<double>& state : states) {
        INFO(Options::name << " " << state.name);
        for (const double x : state.values) CHECK(x == rounder(x, Site{}));
      }
    });
  }
}

TEMPLATE_LIST_TEST_CASE("hyper-parameters of a step depend on t alone", "[rule]", FewArithmetics) {
  using T = TestType;
  for_each_case([&]<class Options>(const Options& options) {
    typename Options::template In<T> used(options, count), fresh(options, count);
    Vector<T> w = start<T>();
    advance<T>(used, w, 1, 7);
    const std::vector<State<T>> states = used.states(), new_states = fresh.states();
    for (std::size_t k = 0; k < states.size(); ++k) {
      std::copy(new_states[k].values.begin(), new_states[k].values.end(), states[k].values.begin());
    }
    w = start<T>();
    Vector<T> expected = start<T>();
    advance<T>(used, w, 3, 3);
    advance<T>(fresh, expected, 3, 3);
    CHECK(w == expected);
  });
}

TEMPLATE_LIST_TEST_CASE("a new object with copied states goes on to the bit", "[rule]",
                        FewArithmetics) {
  using T = TestType;
  for_each_case([&]<class Options>(const Options& options) {
    typename Options::template In<T> first(options, count), second(options, count);
    Vector<T> w = start<T>();
    advance<T>(first, w, 1, 5);
    const std::vector<State<T>> from = first.states(), to = second.states();
    REQUIRE(from.size() == to.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
      CHECK(from[k].name == to[k].name);
      REQUIRE(from[k].values.size() == count);
      std::copy(from[k].values.begin(), from[k].values.end(), to[k].values.begin());
    }
    advance<T>(second, w, 6, 10);
    CHECK(w == run<T>(options, 10));
  });
}

TEST_CASE("states have the names of final.csv", "[rule]") {
  const auto names = []<class Options>(const Options& options) {
    typename Options::template In<double> rule(options, count);
    std::vector<std::string> all;
    for (const State<double>& state : rule.states()) all.emplace_back(state.name);
    return all;
  };
  using Names = std::vector<std::string>;
  CHECK(names(sgd("0", "0", false, "0")).empty());
  CHECK(names(sgd("0.9", "0", false, "0")) == Names{"first_moment"});
  CHECK(names(adam(false, "0")) == Names{"first_moment", "second_moment"});
  CHECK(names(Asgd{}) == Names{"average"});
  CHECK(names(Rprop{}) == Names{"previous_gradient", "step_size"});
  CHECK(names(Adadelta{}) == Names{"second_moment", "accumulated_update"});
  CHECK(names(Rmsprop{.momentum = "0.5", .centered = true}) ==
        Names{"second_moment", "first_moment", "momentum"});
  CHECK(names(Lion{}) == Names{"first_moment"});
  CHECK(names(Adafactor{}) == Names{"second_moment"});
  CHECK(names(adam(true, "0")) == Names{"first_moment", "second_moment", "second_moment_max"});
}

TEST_CASE("nesterov goes with momentum and without dampening", "[rule]") {
  CHECK(sgd("0.9", "0", true, "0").conflict().empty());
  CHECK(sgd("0", "0.5", false, "0").conflict().empty());
  CHECK_FALSE(sgd("0", "0", true, "0").conflict().empty());
  CHECK_FALSE(sgd("0.9", "0.1", true, "0").conflict().empty());
}

TEST_CASE("a rule is of use without a study file", "[rule]") {
  std::vector<Quad> parameters{1, -1};
  const std::vector<Quad> gradient{2, -3};
  Adam::In<Quad> adam({.lr = "1e-2"}, parameters.size());
  adam.step(1, parameters, gradient);
  // The first step of Adam is lr to the eps-th part, whatever the gradient.
  CHECK(abs(parameters[0] - (1 - Quad("0.01"))) < Quad("1e-10"));
  CHECK(abs(parameters[1] - (-1 + Quad("0.01"))) < Quad("1e-10"));
}

TEMPLATE_LIST_TEST_CASE("1 - b^t is rounded once", "[rule]", TestedArithmetics) {
  using T = TestType;
  Power<HyperArithmetic<T>> power(hyper<T>("0.999"));
  Mpfr expected_power = parse("1", 1000);
  Mismatches mismatches;
  for (std::uint64_t t = 1; t <= 2000; ++t) {
    expected_power = expected_power * parse("0.999", 1000);
    Mpfr expected(significand_bits<T>);
    if constexpr (is_soft<T>) {  // where 1e-3 may be subnormal
      expected = reference(real(1) - expected_power, T::format, Mode::nearest_even);
    } else {
      mpfr_ui_sub(expected, 1, expected_power, MPFR_RNDN);
    }
    const Mpfr got = exact(convert<T>(1 - power.at(t)));
    mismatches.expect(mpfr_equal_p(got, expected) != 0, [&] { return "t = " + std::to_string(t); });
  }
  CHECK_NONE(mismatches);
}
