// SPDX-License-Identifier: BSL-1.0
// Rules that PyTorch 1.13 does not have: their papers' formulas in 200 bits.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "rules.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

constexpr std::uint64_t steps = 3;
using Reals = std::vector<Mpfr>;

Mpfr real(const char* x) { return parse(x, 200); }
Mpfr real(std::uint64_t x) { return real(std::to_string(x).c_str()); }
Mpfr sign(const Mpfr& x) { return real(mpfr_sgn(x) < 0 ? "-1" : mpfr_sgn(x) > 0 ? "1" : "0"); }
Mpfr larger(const Mpfr& a, const Mpfr& b) { return mpfr_greater_p(a, b) != 0 ? a : b; }
Mpfr power(const Mpfr& x, const Mpfr& y) { return combine(mpfr_pow, x, y); }

template <class T>
Reals reals(const Vector<T>& values) {
  Reals all;
  for (const T& x : values) all.push_back(real("0") + exact(x));
  return all;
}

/// The parameters after the rule's steps and after a formula's, f(t, w, g), within 60 roundings of
/// quantities below 8.
template <class T, class Options, class F>
void check(const Options& options, const Layout& layout, F&& f) {
  typename Options::template In<T> rule(options, layout);
  Vector<T> w = start<T>();
  w.resize(layout.size());
  Reals expected = reals(w);
  Mpfr bound = real("480");
  mpfr_div_2ui(bound, bound, significand_bits<T>, MPFR_RNDN);
  // What the reference has itself.
  Mpfr own = real("1");
  mpfr_div_2ui(own, own, 180, MPFR_RNDN);
  bound = bound + own;
  Mismatches mismatches;
  for (std::uint64_t t = 1; t <= steps; ++t) {
    Vector<T> g = gradient<T>(t);
    g.resize(layout.size());
    rule.step(t, w, g);
    f(t, expected, reals(g));
    for (std::size_t i = 0; i < w.size(); ++i) {
      mismatches.expect(within(exact(w[i]), expected[i], bound), [&] {
        return "step " + std::to_string(t) + ": " + exact(w[i]).text() + " instead of " +
               expected[i].text();
      });
    }
  }
  CHECK_NONE(mismatches);
}

/// sqrt of the mean of squares of n values.
Mpfr rms(const Reals& x, std::size_t first, std::size_t n) {
  Mpfr sum = real("0");
  for (std::size_t i = first; i < first + n; ++i) sum = sum + x[i] * x[i];
  return sqrt(sum / real(n));
}

}  // namespace

TEMPLATE_TEST_CASE("yogi, adabelief and lion follow their papers", "[rule]", float, double, Dec50) {
  using T = TestType;
  const Mpfr b1 = real("0.8"), b2 = real("0.9"), one = real("1"), lr = real("0.1");
  const Mpfr eps = real("0.01");
  {
    Reals m(count, real("0")), v(count, real("1e-6"));
    check<T>(Yogi{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"}, count,
             [&](std::uint64_t, Reals& w, const Reals& g) {
               for (std::size_t i = 0; i < count; ++i) {
                 m[i] = b1 * m[i] + (one - b1) * g[i];
                 v[i] = v[i] - (one - b2) * sign(v[i] - g[i] * g[i]) * g[i] * g[i];
                 w[i] = w[i] - lr * m[i] / (sqrt(v[i]) + eps);
               }
             });
  }
  {
    Reals m(count, real("0")), s(count, real("0"));
    check<T>(AdaBelief{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .eps = "0.01"}, count,
             [&](std::uint64_t t, Reals& w, const Reals& g) {
               for (std::size_t i = 0; i < count; ++i) {
                 m[i] = b1 * m[i] + (one - b1) * g[i];
                 s[i] = b2 * s[i] + (one - b2) * (g[i] - m[i]) * (g[i] - m[i]) + eps;
                 const Mpfr mean = m[i] / (one - power(b1, real(t)));
                 const Mpfr spread = s[i] / (one - power(b2, real(t)));
                 w[i] = w[i] - lr * mean / (sqrt(spread) + eps);
               }
             });
  }
  {
    Reals m(count, real("0"));
    check<T>(Lion{.lr = "0.1", .beta1 = "0.8", .beta2 = "0.9", .weight_decay = "0.3"}, count,
             [&](std::uint64_t, Reals& w, const Reals& g) {
               for (std::size_t i = 0; i < count; ++i) {
                 const Mpfr c = b1 * m[i] + (one - b1) * g[i];
                 w[i] = w[i] - lr * (sign(c) + real("0.3") * w[i]);
                 m[i] = b2 * m[i] + (one - b2) * g[i];
               }
             });
  }
}

TEMPLATE_TEST_CASE("adafactor follows its paper", "[rule]", float, double, Dec50) {
  using T = TestType;
  // A matrix of 4 x 5, a vector of 6, a column of 3, a matrix of 2 x 2.
  const std::vector<Shape> shapes{{4, 5}, {1, 6}, {3, 1}, {2, 2}};
  const Layout layout(shapes);
  REQUIRE(layout.size() == count);
  for (const char* d : {"1", "0.5"}) {
    const Adafactor options{.lr = "0.6", .eps1 = "1e-3", .eps2 = "0.01", .d = d};
    Reals v(count, real("0")), r(count, real("0")), c(count, real("0"));
    check<T>(options, layout, [&](std::uint64_t t, Reals& w, const Reals& g) {
      const Mpfr one = real("1");
      const Mpfr b = one - power(real(t), real("-0.8"));
      const Mpfr slow = one / sqrt(real(t));
      const Mpfr rho = mpfr_less_p(slow, real("0.6")) != 0 ? slow : real("0.6");
      std::size_t first = 0;
      for (const auto& [rows, columns] : shapes) {
        // Row and column sums, as the paper has them.
        Reals in_row(rows, real("0")), in_column(columns, real("0"));
        for (std::size_t i = 0; i < rows * columns; ++i) {
          const Mpfr q = g[first + i] * g[first + i] + real("1e-3");
          in_row[i / columns] = in_row[i / columns] + q;
          in_column[i % columns] = in_column[i % columns] + q;
          v[first + i] = b * v[first + i] + (one - b) * q;
        }
        Mpfr all = real("0");
        for (std::size_t i = 0; i < rows; ++i) {
          r[first + i] = b * r[first + i] + (one - b) * in_row[i];
          all = all + r[first + i];
        }
        for (std::size_t j = 0; j < columns; ++j) {
          c[first + j] = b * c[first + j] + (one - b) * in_column[j];
        }
        Reals u;
        for (std::size_t i = 0; i < rows * columns; ++i) {
          const bool factored = rows > 1 && columns > 1;
          const Mpfr estimate =
              factored ? r[first + i / columns] * c[first + i % columns] / all : v[first + i];
          u.push_back(g[first + i] / sqrt(estimate));
        }
        const Mpfr a = rho * larger(real("0.01"), rms(w, first, u.size())) /
                       larger(one, rms(u, 0, u.size()) / real(d));
        for (std::size_t i = 0; i < u.size(); ++i) w[first + i] = w[first + i] - a * u[i];
        first += u.size();
      }
    });
  }
}

TEST_CASE("adafactor keeps rows and columns of matrices, all of vectors", "[rule]") {
  const Layout layout(std::vector<Shape>{{4, 5}, {1, 6}, {3, 1}, {2, 2}});
  Adafactor::In<double> rule({}, layout);
  const auto states = rule.states();
  REQUIRE(states.size() == 3);
  CHECK(states[0].name == "second_moment");
  CHECK(states[0].values.size() == 9);
  CHECK(states[1].name == "row_average");
  CHECK(states[1].values.size() == 6);
  CHECK(states[2].name == "column_average");
  CHECK(states[2].values.size() == 7);
}
