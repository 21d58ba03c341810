// SPDX-License-Identifier: BSL-1.0
// Rules: identities to the bit, in every arithmetic.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "rules.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

TEMPLATE_LIST_TEST_CASE("sgd without momentum is plain gradient descent", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const T lr = convert<T>(hyper<T>("0.1"));
  const T decay = convert<T>(hyper<T>("0.1"));
  Vector<T> plain = start<T>(), decayed = start<T>();
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const Vector<T> g = gradient<T>(t);
    for (std::size_t i = 0; i < count; ++i) {
      plain[i] = plain[i] - lr * g[i];
      const T slope = g[i] + decay * decayed[i];
      decayed[i] = decayed[i] - lr * slope;
    }
  }
  CHECK(run<T>(sgd("0", "0", false, "0"), 5) == plain);
  CHECK(run<T>(sgd("0", "0.5", false, "0"), 5) == plain);  // dampens an average that is not there
  CHECK(run<T>(sgd("0", "0", false, "0.1"), 5) == decayed);
}

TEMPLATE_LIST_TEST_CASE("adam evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  const Adam options = adam(false, "0.1");
  const W beta1 = hyper<T>(options.beta1), beta2 = hyper<T>(options.beta2);
  const T lr = convert<T>(hyper<T>(options.lr)), eps = convert<T>(hyper<T>(options.eps));
  const T decay = convert<T>(hyper<T>(options.weight_decay));
  const T b1 = convert<T>(beta1), b2 = convert<T>(beta2);
  const T c1 = convert<T>(W(1 - beta1)), c2 = convert<T>(W(1 - beta2));
  Vector<T> w = start<T>(), m(count, T(0)), v(count, T(0));
  W b1_power = 1, b2_power = 1;
  for (std::uint64_t t = 1; t <= 5; ++t) {
    b1_power *= beta1;
    b2_power *= beta2;
    const T rate = lr / convert<T>(W(1 - b1_power));
    const T root = sqrt(convert<T>(W(1 - b2_power)));
    const Vector<T> slope = gradient<T>(t);
    for (std::size_t i = 0; i < count; ++i) {
      const T g = slope[i] + decay * w[i];
      m[i] = (b1 * m[i]) + (c1 * g);
      v[i] = (b2 * v[i]) + ((c2 * g) * g);
      const T d = sqrt(v[i]) / root + eps;
      w[i] = w[i] - rate * (m[i] / d);
    }
  }
  CHECK(run<T>(options, 5) == w);
}

TEMPLATE_LIST_TEST_CASE("to maximize is to descend the negated gradient", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const auto opposite = [](std::uint64_t t) { return negated(gradient<T>(t)); };
  for_each_case([&]<class Options>(Options options) {
    if constexpr (requires { options.maximize; }) {
      INFO(Options::name);
      options.maximize = true;
      const Vector<T> climbed = run<T>(options, 5);
      options.maximize = false;
      CHECK(climbed == run<T>(options, 5, opposite));
      CHECK(climbed != run<T>(options, 5));
    }
  });
}

TEMPLATE_LIST_TEST_CASE("amsgrad is adam while the second moment grows", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const auto growing = [](std::uint64_t t) {
    Vector<T> g = draw<T>(2);
    for (T& value : g) value *= T(static_cast<float>(t));
    return g;
  };
  CHECK(run<T>(adam(true, "0"), 6, growing) == run<T>(adam(false, "0"), 6, growing));
  const auto shrinking = [](std::uint64_t t) {
    Vector<T> g = draw<T>(2);
    for (T& value : g) value /= T(static_cast<float>(t * t));
    return g;
  };
  CHECK(run<T>(adam(true, "0"), 6, shrinking) != run<T>(adam(false, "0"), 6, shrinking));
}

TEMPLATE_LIST_TEST_CASE("adamw without decay is adam, with it adam on shrunk parameters", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  AdamW options{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01", .weight_decay = "0"};
  CHECK(run<T>(options, 5) == run<T>(adam(false, "0"), 5));
  options.weight_decay = "0.5";
  const T factor = convert<T>(HyperArithmetic<T>(1 - hyper<T>("0.1") * hyper<T>("0.5")));
  Adam::In<T> plain(adam(false, "0"), count);
  Vector<T> w = start<T>();
  for (std::uint64_t t = 1; t <= 5; ++t) {
    for (T& x : w) x = factor * x;
    advance<T>(plain, w, t, t);
  }
  CHECK(run<T>(options, 5) == w);
}

TEMPLATE_LIST_TEST_CASE("lion moves every parameter by lr without decay", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const Lion options{.lr = "0.1"};
  const T lr = convert<T>(hyper<T>("0.1"));
  Lion::In<T> rule(options, count);
  Vector<T> w = start<T>();
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const Vector<T> before = w;
    rule.step(t, w, gradient<T>(t));
    for (std::size_t i = 0; i < count; ++i) {
      CHECK((w[i] == T(before[i] - lr) || w[i] == T(before[i] + lr)));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("yogi's second moment moves by a share of the square alone", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const Yogi options{.lr = "0.1", .beta2 = "0.9", .eps = "0.01"};
  const T share = convert<T>(HyperArithmetic<T>(1 - hyper<T>("0.9")));
  Yogi::In<T> rule(options, count);
  Vector<T> w = start<T>(), v(count, convert<T>(hyper<T>("1e-6")));
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const Vector<T> g = gradient<T>(t);
    rule.step(t, w, g);
    for (std::size_t i = 0; i < count; ++i) {
      const T part = (share * g[i]) * g[i];
      if (v[i] < g[i] * g[i]) {
        v[i] = v[i] + part;
      } else if (v[i] > g[i] * g[i]) {
        v[i] = v[i] - part;
      }
    }
    const auto kept = rule.states()[1].values;
    CHECK(Vector<T>(kept.begin(), kept.end()) == v);
  }
}

TEMPLATE_LIST_TEST_CASE("adabelief by the gradient itself knows no deviation", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  AdaBelief::In<T> rule({.lr = "0.1", .beta1 = "0", .beta2 = "0.5", .eps = "0.125"}, count);
  Vector<T> w = start<T>();
  T s(0);
  for (std::uint64_t t = 1; t <= 4; ++t) {
    rule.step(t, w, gradient<T>(t));
    s = T(0.5F) * s + T(0.125F);
    const auto kept = rule.states()[1].values;
    CHECK(Vector<T>(kept.begin(), kept.end()) == Vector<T>(count, s));
  }
}

TEMPLATE_LIST_TEST_CASE("rprop's step sizes stay within their bounds", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  Rprop::In<T> rule({.lr = "0.1", .step_min = "0.05", .step_max = "0.2"}, count);
  const T least = convert<T>(hyper<T>("0.05")), largest = convert<T>(hyper<T>("0.2"));
  Vector<T> w = start<T>();
  bool low = false, high = false;
  for (std::uint64_t t = 1; t <= 20; ++t) {
    rule.step(t, w, gradient<T>(t));
    const auto sizes = rule.states()[1].values;  // what states() returns ends before the loop
    for (const T& size : sizes) {
      CHECK((size >= least && size <= largest));
      low = low || size == least;
      high = high || size == largest;
    }
  }
  CHECK(low);
  CHECK(high);
}

TEMPLATE_LIST_TEST_CASE("a zero gradient moves nothing", "[rule]", TestedArithmetics) {
  using T = TestType;
  const auto zero = [](std::uint64_t) { return Vector<T>(count, T(0)); };
  for_each_case([&]<class Options>(Options options) {
    INFO(Options::name);
    if constexpr (requires { options.weight_decay; }) options.weight_decay = "0";
    if constexpr (requires { options.lambd; }) options.lambd = "0";
    // Adafactor's default is 0 in half precision and below, and divides 0 there.
    if constexpr (requires { options.eps1; }) options.eps1 = "0.01";
    CHECK(run<T>(options, 8, zero) == start<T>());
  });
}

// One gradient g is then all that they know: sqrt(g g) is |g|, its mean is g.
TEMPLATE_LIST_TEST_CASE("rules of Adam's kind without memory are one", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const Vector<T> expected =
      run<T>(Rmsprop{.lr = "0.1", .alpha = "0", .eps = "0.01", .weight_decay = "0"}, 5);
  CHECK(expected != start<T>());
  CHECK(run<T>(Adam{.lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "0.01"}, 5) == expected);
  CHECK(run<T>(Adamax{.lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "0.01"}, 5) == expected);
  // The sum of squares and Yogi's shares start where nothing is to be forgotten.
  const Rmsprop forgetful{.lr = "0.1", .alpha = "0", .eps = "0.01"};
  const Vector<T> first = run<T>(forgetful, 1);
  const Adagrad adagrad{.lr = "0.1", .eps = "0.01"};
  CHECK(run<T>(adagrad, 1) == first);
  CHECK(run<T>(adagrad, 2) != run<T>(forgetful, 2));
  const Yogi yogi{
      .lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "0.01", .initial_accumulator_value = "0"};
  CHECK(run<T>(yogi, 1) == first);
}

TEMPLATE_LIST_TEST_CASE("radam is sgd with an average until it rectifies", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  // The average's length, 2 / (1 - 0.9) - 1 in the end, exceeds 5 from step 6 on.
  const Radam options{.lr = "0.1", .beta1 = "0", .beta2 = "0.9"};
  CHECK(run<T>(options, 5) == run<T>(sgd("0", "0", false, "0"), 5));
  CHECK(run<T>(options, 6) != run<T>(sgd("0", "0", false, "0"), 6));
}

TEMPLATE_LIST_TEST_CASE("asgd without decay is sgd, and averages from t0 on", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const Vector<T> expected = run<T>(sgd("0", "0", false, "0.1"), 6);
  for (const bool averages : {false, true}) {
    Asgd::In<T> rule(
        {.lr = "0.1", .lambd = "0", .t0 = averages ? "1" : "1e6", .weight_decay = "0.1"}, count);
    Vector<T> w = start<T>();
    advance<T>(rule, w, 1, 6);
    CHECK(w == expected);
    const auto average = rule.states()[0].values;
    CHECK((Vector<T>(average.begin(), average.end()) == w) == !averages);
  }
}

TEMPLATE_LIST_TEST_CASE("rprop of one step size is lion while no sign changes", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const auto one_sign = [](std::uint64_t t) {
    Vector<T> g = draw<T>(2);
    for (T& value : g) value *= T(static_cast<float>(t % 3 + 1));
    return g;
  };
  const Lion lion{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9"};
  const Rprop rprop{.lr = "0.1", .step_min = "0.1", .step_max = "0.1"};
  CHECK(run<T>(rprop, 5, one_sign) == run<T>(lion, 5, one_sign));
  CHECK(run<T>(rprop, 5) != run<T>(lion, 5));
}

TEMPLATE_LIST_TEST_CASE("nadam and adabelief without memory", "[rule]", TestedArithmetics) {
  using T = TestType;
  using std::sqrt;
  const T lr = convert<T>(hyper<T>("0.1")), eps = convert<T>(hyper<T>("0.01"));
  const Vector<T> g = gradient<T>(1);
  Vector<T> nadam = start<T>(), adabelief = start<T>();
  for (std::size_t i = 0; i < count; ++i) {
    nadam[i] = nadam[i] - (lr * g[i]) / (sqrt(T(g[i] * g[i])) + eps);
    adabelief[i] = adabelief[i] - lr * (g[i] / (sqrt(eps) + eps));
  }
  CHECK(run<T>(Nadam{.lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "0.01"}, 1) == nadam);
  CHECK(run<T>(AdaBelief{.lr = "0.1", .beta1 = "0", .beta2 = "0", .eps = "0.01"}, 1) == adabelief);
}

TEMPLATE_LIST_TEST_CASE("adafactor takes a row for a column", "[rule]", TestedArithmetics) {
  using T = TestType;
  const auto parameters = [](const std::vector<Shape>& shapes) {
    Adafactor::In<T> rule({.lr = "0.1", .eps1 = "0.01"}, Layout(shapes));
    Vector<T> w = start<T>();
    advance<T>(rule, w, 1, 5);
    return w;
  };
  CHECK(parameters({{1, count}}) == parameters({{count, 1}}));
  CHECK(parameters({{1, count}}) != parameters({{3, count / 3}}));
}
