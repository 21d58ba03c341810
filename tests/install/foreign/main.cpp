// SPDX-License-Identifier: BSL-1.0
#include <iostream>
#include <ulpscope/rule/adam.hpp>

using namespace ulpscope;
namespace mp = boost::multiprecision;
using Real = mp::number<mp::cpp_bin_float<200, mp::digit_base_2>, mp::et_off>;

/// The secant method on each parameter's slope: u = g (w - w') / (g - g'), w = w - u, where w' and
/// g' are those of the step before.
struct Secant final : Rule<Real> {
  explicit Secant(std::size_t count) : Rule(count, Roles<Real>(), "1"), w1(count), g1(count) {}

  void update(Step<Real>& s, std::span<Real> w, std::span<const Real> g) override {
    const auto u = s.keep(Role::update, s.of(g) * ((s.of(w) - s.of(w1)) / (s.of(g) - s.of(g1))));
    s.copy(s.of(w), w1);
    s.copy(s.of(g), g1);
    subtract(s, w, u);
  }
  std::vector<State<Real>> own_states() override {
    return {{"last_parameters", w1}, {"last_gradient", g1}};
  }

  std::vector<Real> w1, g1;
};

/// Minimizes w^3 / 3 - 2 w from w = 1 on; whether it then is at sqrt(2), to 60 digits.
bool finds_root(const char* name, Rule<Real>& rule, std::uint64_t steps) {
  std::vector<Real> w{1}, gradient(1);
  for (std::uint64_t t = 1; t <= steps; ++t) {
    gradient[0] = w[0] * w[0] - 2;
    rule.step(t, w, gradient);
  }
  std::cout << name << ' ' << w[0].str(60) << '\n';
  return abs(w[0] - Real("1.4142135623730950488016887242096980785696718753769480731766797")) <
         1e-59;
}

int main() {
  RoleFormats coarse;  // the second moment alone, to eight significand bits
  coarse[Role::second_moment] = {{*find_format("p8", own_format<Real>())}};
  Adam::In<Real> adam({.lr = "0.1"}, 1), rounded({.lr = "0.1"}, 1, Roles<Real>(coarse));
  Secant secant(1);
  const bool all[] = {finds_root("adam", adam, 3000), finds_root("adam, v of p8", rounded, 3000),
                      finds_root("secant", secant, 12)};
  return all[0] && all[1] && all[2] ? 0 : 1;
}
