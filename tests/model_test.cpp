// SPDX-License-Identifier: BSL-1.0
// The linear model: known answers, its gradient by finite differences, its round-off within the
// bound of its operations; and the sums it is made of.
#include "arithmetics.hpp"
#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/model/linear.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

constexpr std::size_t sample_count = 5;
constexpr std::size_t features = 9;
constexpr int reference_bits = 1000;

struct Problem {
  std::vector<float> inputs, targets, parameters;
};

Problem problem() {
  std::mt19937 generator(3);
  Problem all;
  all.inputs = normal_values(sample_count * features, generator);
  all.targets = normal_values(sample_count, generator);
  all.parameters = normal_values(features + 1, generator);
  return all;
}

Linear linear(const std::string& loss) {
  Linear options;
  options.loss = loss;
  return options;
}

template <class T>
Samples<T> samples(std::vector<T> inputs, std::vector<T> targets) {
  const std::size_t rows = targets.size();
  return {rows, inputs.size() / rows, 0, std::move(inputs), std::move(targets), {}};
}

template <class T>
std::vector<T> cast(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

Mpfr real(double x) {
  Mpfr result(reference_bits);
  mpfr_set_d(result, x, MPFR_RNDN);
  return result;
}

/// A value and the sum of the magnitudes of all that enters it.
struct Measured {
  Mpfr value = real(0), magnitude = real(0);
  void add(const Mpfr& term, const Mpfr& size) {
    value = value + term;
    magnitude = magnitude + size;
  }
};

/// Loss (last) and gradient of the formulas in linear.hpp, of real numbers.
std::vector<Measured> reference(const Problem& p, bool mean) {
  std::vector<Measured> all(features + 2);
  const Mpfr n = real(mean ? sample_count : 1);
  for (std::size_t i = 0; i < sample_count; ++i) {
    Measured r;
    for (std::size_t j = 0; j < features; ++j) {
      const Mpfr term = real(p.parameters[j]) * real(p.inputs[i * features + j]);
      r.add(term, abs(term));
    }
    for (const Mpfr& term : {real(p.parameters[features]), real(0) - real(p.targets[i])}) {
      r.add(term, abs(term));
    }
    const Mpfr s = real(2) * r.value / n, s_size = real(2) * r.magnitude / n;
    for (std::size_t j = 0; j < features; ++j) {
      const Mpfr x = real(p.inputs[i * features + j]);
      all[j].add(s * x, s_size * abs(x));
    }
    all[features].add(s, s_size);
    all[features + 1].add(r.value * r.value / n, r.magnitude * r.magnitude / n);
  }
  return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a small linear model has its known loss and gradient", "[model]",
                        TestedArithmetics) {
  using T = TestType;
  // Nothing has more than the three bits of e5m2.
  const std::vector<T> inputs = cast<T>({1, 2, 3, 4}), targets = cast<T>({0, 0.5F});
  const std::vector<T> parameters = cast<T>({1, -1, 0.5F});
  std::vector<T> gradient(3);
  Linear::In<T> sum(linear("sum-squared"), samples(inputs, targets));
  CHECK(sum.parameters() == 3);
  CHECK(sum.loss_and_gradient(0, parameters, gradient) == T(1.25F));
  CHECK(gradient == cast<T>({-7, -10, -3}));
  Linear::In<T> mean(linear("mean-squared"), samples(inputs, targets));
  CHECK(mean.loss_and_gradient(0, parameters, gradient) == T(0.625F));
  CHECK(gradient == cast<T>({-3.5F, -5, -1.5F}));
}

TEST_CASE("the gradient is that of central differences", "[model]") {
  using T = Dec100;
  const Problem p = problem();
  for (const char* loss : {"sum-squared", "mean-squared"}) {
    Linear::In<T> model(linear(loss), samples(cast<T>(p.inputs), cast<T>(p.targets)));
    std::vector<T> w = cast<T>(p.parameters);
    std::vector<T> gradient(w.size()), unused(w.size());
    model.loss_and_gradient(0, w, gradient);
    // The loss is quadratic: central differences are exact but for round-off, here 2^-334 / h.
    const T h = ldexp(T(1), -100);
    for (std::size_t j = 0; j < w.size(); ++j) {
      const T kept = w[j];
      w[j] = kept + h;
      const T above = model.loss_and_gradient(0, w, unused);
      w[j] = kept - h;
      const T below = model.loss_and_gradient(0, w, unused);
      w[j] = kept;
      INFO(loss << " parameter " << j);
      CHECK(abs(T((above - below) / (2 * h) - gradient[j])) < T("1e-30") * abs(gradient[j]));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("the model evaluates in the order that it documents", "[model]",
                        TestedArithmetics) {
  using T = TestType;
  const Problem p = problem();
  const std::vector<T> x = cast<T>(p.inputs), y = cast<T>(p.targets), w = cast<T>(p.parameters);
  const T n(static_cast<float>(sample_count));
  for (const bool mean : {false, true}) {
    T loss(0), bias(0);
    std::vector<T> s;
    for (std::size_t i = 0; i < sample_count; ++i) {
      T z(0);
      for (std::size_t j = 0; j < features; ++j) z = z + w[j] * x[i * features + j];
      const T r = (z + w[features]) - y[i];
      loss = loss + r * r;
      s.push_back(mean ? T(T(2) * r) / n : T(2) * r);
      bias = bias + s.back();
    }
    std::vector<T> expected;
    for (std::size_t j = 0; j < features; ++j) {
      T sum(0);
      for (std::size_t i = 0; i < sample_count; ++i) sum = sum + s[i] * x[i * features + j];
      expected.push_back(sum);
    }
    expected.push_back(bias);
    std::vector<T> got(features + 1);
    Linear::In<T> model(linear(mean ? "mean-squared" : "sum-squared"), samples(x, y));
    CHECK(model.loss_and_gradient(0, w, got) == (mean ? T(loss / n) : loss));
    CHECK(got == expected);
  }
}

// The bound is of first order, and takes the inputs as they are: the low precisions round those,
// too, and have so few bits that products of roundings count.
TEMPLATE_LIST_TEST_CASE("loss and gradient are within the bound of their operations", "[model]",
                        HighArithmetics) {
  using T = TestType;
  const Problem p = problem();
  for (const bool mean : {false, true}) {
    Linear::In<T> model(linear(mean ? "mean-squared" : "sum-squared"),
                        samples(cast<T>(p.inputs), cast<T>(p.targets)));
    std::vector<T> got(features + 1);
    const T loss = model.loss_and_gradient(0, cast<T>(p.parameters), got);
    got.push_back(loss);
    const std::vector<Measured> expected = reference(p, mean);
    // An input passes at most features + 2 roundings into r; a term of the loss has r twice and
    // passes 1 + sample_count more, or 2 + sample_count with a mean. A gradient's term has r once.
    // One is to spare for products of roundings.
    const auto roundings = static_cast<double>(2 * (features + 2) + sample_count + 3);
    for (std::size_t j = 0; j < got.size(); ++j) {
      Mpfr bound = expected[j].magnitude * real(roundings);
      mpfr_div_2ui(bound, bound, significand_bits<T>, MPFR_RNDN);
      INFO((mean ? "mean" : "sum") << " value " << j << ": " << exact(got[j]).text());
      CHECK(within(exact(got[j]), expected[j].value, bound));
    }
  }
}

TEMPLATE_TEST_CASE("row sums have the bits of a plain loop at every width and alignment", "[model]",
                   float, double) {
  using T = TestType;
  std::mt19937 generator(4);
  const auto draw = [&](std::size_t size) {
    std::vector<T> values;
    for (std::size_t i = 0; i < size; ++i) {
      const auto scale = static_cast<int>(generator() % 20) - 10;
      values.push_back(static_cast<T>(std::ldexp(uniform(generator) - 0.5, scale)));
    }
    return values;
  };
  Mismatches mismatches;
  for (std::size_t columns = 1; columns <= 70; ++columns) {
    for (const std::size_t rows : {0U, 1U, 2U, 37U}) {
      for (std::size_t offset = 0; offset < 4; ++offset) {
        const std::vector<T> matrix = draw(offset + rows * columns);
        const std::vector<T> weights = draw(offset + rows);
        std::vector<T> out(offset + columns + 1, T(77));
        weighted_row_sum<T>(std::span(matrix).subspan(offset), std::span(weights).subspan(offset),
                            std::span(out).subspan(offset, columns));
        for (std::size_t k = 0; k < columns; ++k) {
          T sum = 0;
          for (std::size_t r = 0; r < rows; ++r) {
            sum += weights[offset + r] * matrix[offset + r * columns + k];
          }
          mismatches.expect(out[offset + k] == sum, [&] {
            return std::to_string(columns) + " columns, " + std::to_string(rows) +
                   " rows, column " + std::to_string(k);
          });
        }
        mismatches.expect(out.back() == T(77) && (offset == 0 || out[offset - 1] == T(77)),
                          [] { return std::string("a value beside the output"); });
      }
    }
  }
  CHECK_NONE(mismatches);
}
