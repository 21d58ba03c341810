// SPDX-License-Identifier: BSL-1.0
// Rules: the documented order of evaluation to the bit, in every arithmetic. A loop of one
// parameter after the other stands for each rule's formulas. Adam's is in rule_identity_test.cpp.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "rules.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

template <class T>
T once(const HyperArithmetic<T>& x) {
  return convert<T>(x);
}
template <class T>
T once(const char* x) {
  return convert<T>(hyper<T>(x));
}
/// 1 - x, rounded once.
template <class T>
T rest(const char* x) {
  return convert<T>(HyperArithmetic<T>(1 - hyper<T>(x)));
}

template <class T>
T sign(const T& x) {
  return T(x < T(0) ? -1 : x > T(0) ? 1 : 0);
}

template <class T>
Vector<T> zeros() {
  return Vector<T>(count, T(0));
}

template <class T>
Vector<T> state(Rule<T>& rule, std::size_t k) {
  const auto values = rule.states()[k].values;
  return {values.begin(), values.end()};
}

/// After each step the parameters are f(t, i, w, g) of those before.
template <class T, class F>
void check_steps(Rule<T>& rule, std::uint64_t steps, F&& f) {
  Vector<T> w = start<T>(), expected = w;
  for (std::uint64_t t = 1; t <= steps; ++t) {
    const Vector<T> g = gradient<T>(t);
    rule.step(t, w, g);
    for (std::size_t i = 0; i < count; ++i) expected[i] = f(t, i, expected[i], g[i]);
    INFO("step " << t);
    CHECK(w == expected);
  }
}
template <class T, class Options, class F>
void check_order(const Options& options, std::uint64_t steps, F&& f) {
  typename Options::template In<T> rule(options, count);
  check_steps<T>(rule, steps, f);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("sgd evaluates its average in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const T lr = once<T>("0.1"), mu = once<T>("0.9"), decay = once<T>("0.1");
  for (const bool nesterov : {false, true}) {
    const char* const dampening = nesterov ? "0" : "0.8";
    const T share = rest<T>(dampening);
    Vector<T> b = zeros<T>();
    check_order<T>(sgd("0.9", dampening, nesterov, "0.1"), 5,
                   [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
                     const T g = slope + decay * w;
                     b[i] = t == 1 ? g : T((mu * b[i]) + (share * g));
                     return T(w - lr * (nesterov ? T(g + mu * b[i]) : b[i]));
                   });
  }
}

TEMPLATE_LIST_TEST_CASE("asgd evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  const W lr = hyper<T>("0.7"), lambd = hyper<T>("0.9");
  const T decay = once<T>("0.1");
  Asgd::In<T> rule({.lr = "0.7", .lambd = "0.9", .alpha = "2", .t0 = "2", .weight_decay = "0.1"},
                   count);
  Vector<T> average = zeros<T>();
  check_steps<T>(rule, 7, [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
    const W base = 1 + lambd * lr * (t - 1);
    const W eta = lr / (base * base);
    const T g = slope + decay * w;
    const T shrunk = once<T>(W(1 - lambd * eta)) * w;
    const T moved = shrunk - once<T>(eta) * g;
    average[i] = t <= 4 ? moved : T(average[i] + ((moved - average[i]) * once<T>(W(1) / (t - 3))));
    return moved;
  });
  CHECK(state<T>(rule, 0) == average);
}

TEMPLATE_LIST_TEST_CASE("rprop evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const T least = once<T>("0.02"), largest = once<T>("0.2");
  const T minus = once<T>("0.5"), plus = once<T>("1.2");
  Vector<T> previous = zeros<T>(), size = zeros<T>();
  check_order<T>(Rprop{.lr = "0.1", .step_min = "0.02", .step_max = "0.2"}, 12,
                 [&](std::uint64_t t, std::size_t i, const T& w, const T& g) {
                   const T p = g * previous[i];
                   const T f = p < T(0) ? minus : p > T(0) ? plus : T(1);
                   const T next = t == 1 ? once<T>("0.1") : T(f * size[i]);
                   size[i] = std::min(std::max(next, least), largest);
                   previous[i] = p < T(0) ? T(0) : g;
                   return T(w - size[i] * sign(previous[i]));
                 });
}

TEMPLATE_LIST_TEST_CASE("adagrad evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  const W lr = hyper<T>("0.7"), lr_decay = hyper<T>("0.3");
  const T eps = once<T>("0.01"), decay = once<T>("0.1");
  Vector<T> v(count, once<T>("0.1"));
  check_order<T>(Adagrad{.lr = "0.7",
                         .lr_decay = "0.3",
                         .weight_decay = "0.1",
                         .initial_accumulator_value = "0.1",
                         .eps = "0.01"},
                 8, [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
                   const T g = slope + decay * w;
                   v[i] = v[i] + (g * g);
                   const T d = sqrt(v[i]) + eps;
                   return T(w - once<T>(W(lr / (1 + (t - 1) * lr_decay))) * (g / d));
                 });
}

TEMPLATE_LIST_TEST_CASE("adadelta evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using std::sqrt;
  const T lr = once<T>("0.7"), b = once<T>("0.8"), c = rest<T>("0.8");
  const T eps = once<T>("0.1"), decay = once<T>("0.1");
  Vector<T> v = zeros<T>(), a = zeros<T>();
  check_order<T>(Adadelta{.lr = "0.7", .rho = "0.8", .eps = "0.1", .weight_decay = "0.1"}, 8,
                 [&](std::uint64_t, std::size_t i, const T& w, const T& slope) {
                   const T g = slope + decay * w;
                   v[i] = (b * v[i]) + ((c * g) * g);
                   const T x = (sqrt(T(a[i] + eps)) / sqrt(T(v[i] + eps))) * g;
                   a[i] = (b * a[i]) + ((c * x) * x);
                   return T(w - lr * x);
                 });
}

TEMPLATE_LIST_TEST_CASE("rmsprop evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using std::sqrt;
  const T lr = once<T>("0.7"), b = once<T>("0.8"), c = rest<T>("0.8");
  const T eps = once<T>("0.01"), decay = once<T>("0.1"), mu = once<T>("0.7");
  for (const bool momentum : {false, true}) {
    for (const bool centered : {false, true}) {
      Vector<T> v = zeros<T>(), m = zeros<T>(), sum = zeros<T>();
      check_order<T>(Rmsprop{.lr = "0.7",
                             .alpha = "0.8",
                             .eps = "0.01",
                             .weight_decay = "0.1",
                             .momentum = momentum ? "0.7" : "0",
                             .centered = centered},
                     8, [&](std::uint64_t, std::size_t i, const T& w, const T& slope) {
                       const T g = slope + decay * w;
                       v[i] = (b * v[i]) + ((c * g) * g);
                       m[i] = (b * m[i]) + (c * g);
                       const T x = centered ? T(v[i] - (m[i] * m[i])) : v[i];
                       const T q = g / (sqrt(x) + eps);
                       sum[i] = (mu * sum[i]) + q;
                       return T(w - lr * (momentum ? sum[i] : q));
                     });
    }
  }
}

TEMPLATE_LIST_TEST_CASE("adamax evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::abs;
  const W lr = hyper<T>("0.7");
  Power<W> b1_power(hyper<T>("0.8"));
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), b2 = once<T>("0.9");
  const T eps = once<T>("0.01"), decay = once<T>("0.1");
  Vector<T> m = zeros<T>(), n = zeros<T>();
  check_order<T>(
      Adamax{.lr = "0.7", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01", .weight_decay = "0.1"}, 8,
      [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
        const T g = slope + decay * w;
        m[i] = (b1 * m[i]) + (c1 * g);
        n[i] = std::max(T(b2 * n[i]), T(abs(g) + eps));
        return T(w - once<T>(W(lr / (1 - b1_power.at(t)))) * (m[i] / n[i]));
      });
}

TEMPLATE_LIST_TEST_CASE("nadam evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  const W lr = hyper<T>("0.7"), beta1 = hyper<T>("0.8");
  Power<W> b2_power(hyper<T>("0.9")), warm(hyper<T>("0.96"));
  const auto mu = [&](std::uint64_t t) { return W(beta1 * (1 - warm.at(t) / 2)); };
  Product<W> product(mu);
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), b2 = once<T>("0.9"), c2 = rest<T>("0.9");
  const T eps = once<T>("0.01"), decay = once<T>("0.1");
  Vector<T> m = zeros<T>(), v = zeros<T>();
  check_order<T>(Nadam{.lr = "0.7",
                       .beta1 = "0.8",
                       .beta2 = "0.9",
                       .eps = "0.01",
                       .weight_decay = "0.1",
                       .momentum_decay = "1"},
                 8, [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
                   const W now = mu(t), next = mu(t + 1), all = product.at(t);
                   const T by_g = once<T>(W(lr * (1 - now) / (1 - all)));
                   const T by_m = once<T>(W(lr * next / (1 - all * now * next)));
                   const T root = sqrt(once<T>(W(1 - b2_power.at(t))));
                   const T g = slope + decay * w;
                   m[i] = (b1 * m[i]) + (c1 * g);
                   v[i] = (b2 * v[i]) + ((c2 * g) * g);
                   const T d = sqrt(v[i]) / root + eps;
                   return T(w - ((by_g * g) + (by_m * m[i])) / d);
                 });
}

TEMPLATE_LIST_TEST_CASE("radam evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  const W lr = hyper<T>("0.7"), limit = 2 / (1 - hyper<T>("0.9")) - 1;
  Power<W> b1_power(hyper<T>("0.8")), b2_power(hyper<T>("0.9"));
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), b2 = once<T>("0.9"), c2 = rest<T>("0.9");
  const T eps = once<T>("0.01"), decay = once<T>("0.1");
  Vector<T> m = zeros<T>(), v = zeros<T>();
  bool waited = false, rectified = false;
  check_order<T>(
      Radam{.lr = "0.7", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01", .weight_decay = "0.1"}, 12,
      [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
        const W power = b2_power.at(t), corrected = lr / (1 - b1_power.at(t));
        const W length = limit - 2 * t * power / (1 - power);
        const T g = slope + decay * w;
        m[i] = (b1 * m[i]) + (c1 * g);
        v[i] = (b2 * v[i]) + ((c2 * g) * g);
        (length > 5 ? rectified : waited) = true;
        if (length <= 5) return T(w - once<T>(corrected) * m[i]);
        const W r =
            sqrt(W((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)));
        const T d = sqrt(v[i]) + eps;
        return T(w - once<T>(W(corrected * r * sqrt(W(1 - power)))) * (m[i] / d));
      });
  CHECK(waited);
  CHECK(rectified);
}

TEMPLATE_LIST_TEST_CASE("yogi evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using std::sqrt;
  const T lr = once<T>("0.7"), eps = once<T>("0.01"), decay = once<T>("0.1");
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), c2 = rest<T>("0.7");
  Vector<T> m = zeros<T>(), v(count, once<T>("1.5"));
  check_order<T>(Yogi{.lr = "0.7",
                      .beta1 = "0.8",
                      .beta2 = "0.7",
                      .eps = "0.01",
                      .weight_decay = "0.1",
                      .initial_accumulator_value = "1.5"},
                 8, [&](std::uint64_t, std::size_t i, const T& w, const T& slope) {
                   const T g = slope + decay * w;
                   m[i] = (b1 * m[i]) + (c1 * g);
                   v[i] = v[i] - sign(T(v[i] - g * g)) * ((c2 * g) * g);
                   const T d = sqrt(v[i]) + eps;
                   return T(w - lr * (m[i] / d));
                 });
}

TEMPLATE_LIST_TEST_CASE("adabelief evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  Power<W> b1_power(hyper<T>("0.8")), b2_power(hyper<T>("0.9"));
  const T lr = once<T>("0.7"), eps = once<T>("0.1"), decay = once<T>("0.1");
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), b2 = once<T>("0.9"), c2 = rest<T>("0.9");
  Vector<T> m = zeros<T>(), s = zeros<T>();
  check_order<T>(
      AdaBelief{.lr = "0.7", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.1", .weight_decay = "0.1"},
      5, [&](std::uint64_t t, std::size_t i, const T& w, const T& slope) {
        const T rate = lr / once<T>(W(1 - b1_power.at(t)));
        const T root = sqrt(once<T>(W(1 - b2_power.at(t))));
        const T g = slope + decay * w;
        m[i] = (b1 * m[i]) + (c1 * g);
        const T e = g - m[i];
        s[i] = ((b2 * s[i]) + ((c2 * e) * e)) + eps;
        const T d = sqrt(s[i]) / root + eps;
        return T(w - rate * (m[i] / d));
      });
}

TEMPLATE_LIST_TEST_CASE("lion evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  const T lr = once<T>("0.7"), decay = once<T>("0.3");
  const T b1 = once<T>("0.8"), c1 = rest<T>("0.8"), b2 = once<T>("0.9"), c2 = rest<T>("0.9");
  Vector<T> m = zeros<T>();
  check_order<T>(Lion{.lr = "0.7", .beta1 = "0.8", .beta2 = "0.9", .weight_decay = "0.3"}, 5,
                 [&](std::uint64_t, std::size_t i, const T& w, const T& g) {
                   const T c = (b1 * m[i]) + (c1 * g);
                   m[i] = (b2 * m[i]) + (c2 * g);
                   return T(w - lr * (sign(c) + decay * w));
                 });
}

// The first 15 parameters are a matrix of 3 x 5, the others a vector.
TEMPLATE_LIST_TEST_CASE("adafactor evaluates in the order that it documents", "[rule]",
                        TestedArithmetics) {
  using T = TestType;
  using W = HyperArithmetic<T>;
  using std::sqrt;
  constexpr std::size_t rows = 3, columns = 5, matrix = rows * columns;
  const Layout layout(std::vector<Shape>{{rows, columns}, {1, count - matrix}});
  // With this power of t shares are quotients; d lets the clipping divide.
  Adafactor::In<T> rule(
      {.lr = "0.6", .beta2_decay = "-1", .eps1 = "0.01", .eps2 = "0.01", .d = "0.5"}, layout);
  const T eps = once<T>("0.01"), d = once<T>("0.5");
  const T by_rows = once<T>(W(1) / rows), by_columns = once<T>(W(1) / columns);
  const auto rms = [](const Vector<T>& x, std::size_t first, std::size_t last) {
    T sum(0);
    for (std::size_t i = first; i < last; ++i) sum = sum + x[i] * x[i];
    return T(sqrt(T(sum * once<T>(W(1) / (last - first)))));
  };
  Vector<T> w = start<T>(), expected = w, v = zeros<T>(), r(rows, T(0)), c(columns, T(0));
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const Vector<T> g = gradient<T>(t);
    rule.step(t, w, g);
    const T share = once<T>(W(1) / t), b = once<T>(W(1 - W(1) / t));
    const T rho = t < 3 ? once<T>("0.6") : once<T>(W(1 / sqrt(W(t))));
    Vector<T> in_row(rows, T(0)), in_column(columns, T(0)), x = zeros<T>();
    for (std::size_t i = 0; i < count; ++i) {
      const T q = (g[i] * g[i]) + eps;
      v[i] = (b * v[i]) + (share * q);
      if (i >= matrix) continue;
      in_row[i / columns] = in_row[i / columns] + q;
      in_column[i % columns] = in_column[i % columns] + q;
    }
    T mean(0);
    for (std::size_t i = 0; i < rows; ++i) {
      r[i] = (b * r[i]) + (share * (in_row[i] * by_columns));
      mean = mean + r[i];
    }
    mean = mean * by_rows;
    for (std::size_t j = 0; j < columns; ++j) {
      c[j] = (b * c[j]) + (share * (in_column[j] * by_rows));
    }
    for (std::size_t i = 0; i < count; ++i) {
      x[i] = g[i] / sqrt(i < matrix ? T((r[i / columns] / mean) * c[i % columns]) : v[i]);
    }
    for (const auto& [first, last] :
         {std::pair(std::size_t{0}, matrix), std::pair(matrix, count)}) {
      const T clip = std::max(T(1), T(rms(x, first, last) / d));
      const T a = (rho * std::max(eps, rms(expected, first, last))) / clip;
      for (std::size_t i = first; i < last; ++i) expected[i] = expected[i] - a * x[i];
    }
    INFO("step " << t);
    CHECK(w == expected);
  }
}
