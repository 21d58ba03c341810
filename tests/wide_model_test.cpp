// SPDX-License-Identifier: BSL-1.0
// A model and a rule in wide arithmetic have the bits of the plain formulas, kernels or not.
#include <random>
#include <vector>

#include "catch.hpp"
#include "ulpscope/model/linear.hpp"
#include "ulpscope/rule/adam.hpp"
#include "wide_operands.hpp"

namespace {

using namespace ulpscope;
using ulpscope::test::same_bits;

}  // namespace

TEMPLATE_TEST_CASE("a linear model's gradient is that of plain loops", "[kernel]", Quad, Dec50) {
  using T = TestType;
  constexpr std::size_t n = 21, features = 37;
  for (const bool narrow : {true, false}) {
    std::mt19937 generator(3);
    const auto uniform = [&] { return static_cast<float>(generator()) * 0x1p-31F - 1.0F; };
    Samples<T> samples{n, features, 0, {}, {}, {}};
    for (std::size_t i = 0; i < n * features; ++i) {
      samples.inputs.push_back(narrow ? T(uniform()) : T(uniform()) / 3);
    }
    for (std::size_t i = 0; i < n; ++i) samples.targets.push_back(T(uniform()));
    std::vector<T> w, gradient(features + 1);
    for (std::size_t j = 0; j <= features; ++j) w.push_back(T(uniform()) / 7);
    Linear::In<T> model(Linear{}, samples);
    const std::vector<std::uint32_t> some{4, 0, 17, 5, 9};
    for (const Batch batch : {Batch{}, Batch{some}, Batch{}}) {
      model.loss_and_gradient(0, w, gradient, batch);
      std::vector<T> expected(features + 1, T(0));
      for (std::size_t at = 0; at < (batch.empty() ? n : batch.size()); ++at) {
        const std::size_t i = batch.empty() ? at : batch[at];
        const T* const x = samples.inputs.data() + i * features;
        T z(0);
        for (std::size_t j = 0; j < features; ++j) z = z + w[j] * x[j];
        const T s = 2 * ((z + w[features]) - samples.targets[i]);
        for (std::size_t j = 0; j < features; ++j) expected[j] = expected[j] + s * x[j];
        expected[features] = expected[features] + s;
      }
      for (std::size_t j = 0; j <= features; ++j) {
        INFO(narrow << " " << batch.size() << " " << j);
        CHECK(same_bits(gradient[j], expected[j]));
      }
    }
  }
}

TEMPLATE_TEST_CASE("Adam's step is that of its formulas one by one", "[kernel]", Quad, Dec50) {
  using T = TestType;
  constexpr std::size_t count = 21;
  std::mt19937 generator(4);
  const auto uniform = [&] { return T(static_cast<float>(generator()) * 0x1p-31F - 1.0F) / 3; };
  std::vector<T> w, g(count), m(count, T(0)), v(count, T(0));
  for (std::size_t j = 0; j < count; ++j) w.push_back(uniform());
  std::vector<T> expected = w;
  Adam options;
  Adam::In<T> rule(options, Layout({{1, count}}));
  const Roles<T> roles;
  const T b1 = roles.hyper(options.beta1), c1 = roles.complement(options.beta1);
  const T b2 = roles.hyper(options.beta2), c2 = roles.complement(options.beta2);
  const T lr = roles.hyper(options.lr), eps = roles.hyper(options.eps);
  auto power1 = hyper<T>(options.beta1), power2 = hyper<T>(options.beta2);
  for (std::uint64_t t = 1; t <= 2; ++t) {
    for (std::size_t j = 0; j < count; ++j) g[j] = j % 5 == 0 ? T(0) : uniform();
    rule.step(t, w, g);
    const T root = sqrt(roles.hyper(1 - power2)), scale = lr / roles.hyper(1 - power1);
    power1 *= hyper<T>(options.beta1);
    power2 *= hyper<T>(options.beta2);
    for (std::size_t j = 0; j < count; ++j) {
      m[j] = b1 * m[j] + c1 * g[j];
      v[j] = b2 * v[j] + (c2 * g[j]) * g[j];
      const T u = scale * (m[j] / (sqrt(v[j]) / root + eps));
      expected[j] = expected[j] - u;
      INFO(t << " " << j);
      CHECK(same_bits(w[j], expected[j]));
    }
  }
}
