// SPDX-License-Identifier: BSL-1.0
#include "situation.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "ulpscope/format/encoding.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/kinds.hpp"

namespace ulpscope::hazard {
namespace {

W number(const std::string& text) {
  const Fraction x = exact_value(text);
  return W(x.numerator) / W(x.denominator);
}

W largest_of(const Format& format) {
  return (power_of_two(format.p) - 1 - format.top_codes) * power_of_two(format.emax - format.p + 1);
}

bool averages_squares(const Cell& cell) {
  const std::string& rule = cell["rule.kind"];
  if (rule == "rmsprop") return cell["rule.centered"] == "false";
  return rule == "adam" || rule == "adamw" || rule == "nadam" || rule == "radam";
}

/// What a number of v's format stands for.
W decoded(const Situation& s, const W& x) {
  switch (s.v.encoding) {
    case Encoding::sqrt: return x * x;
    case Encoding::log2: return elementary::exp2(x);
    case Encoding::linear:
    case Encoding::block8: break;
  }
  return x;
}

}  // namespace

std::string shown(const W& x) {
  using std::isfinite;
  if (!isfinite(x) || x == 0) return x == 0 ? "0" : x != x ? "nan" : "inf";
  const int exponent = ilogb(x);
  if (std::abs(exponent) > 16000) return "2^" + std::to_string(exponent);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.4Lg", convert<long double>(x));
  return text.data();
}

W power_of_two(std::int64_t exponent) { return ldexp(W(1), static_cast<int>(exponent)); }

Rounder<W> rounder_of(Rounding rounding, Mode chance) {
  if (rounding.mode == Mode::stochastic) rounding.mode = chance;
  return Rounder<W>(rounding);
}

W border(const std::function<bool(const W&)>& holds, std::int64_t bottom, std::int64_t top) {
  if (!holds(power_of_two(bottom))) return 0;
  if (holds(power_of_two(top))) return power_of_two(top);
  while (top - bottom > 1) {
    const std::int64_t middle = bottom + (top - bottom) / 2;
    (holds(power_of_two(middle)) ? bottom : top) = middle;
  }
  W low = power_of_two(bottom), step = low;
  for (int bit = 0; bit < 40; ++bit) {
    step /= 2;
    if (holds(W(low + step))) low += step;
  }
  return low;
}

W rounded_once(const Situation& s, const W& x) {
  const W kept = rounder_of(s.hyper.rounding, Mode::nearest_even)(x, {});
  return Rounder<W>({s.arithmetic})(kept, {});
}

void round_hyperparameters(Situation& s) {
  s.kept_lr = rounded_once(s, s.lr);
  if (s.beta2 >= 0) {
    s.kept_beta2 = rounded_once(s, s.beta2);
    s.share = rounded_once(s, W(1 - s.beta2));
  }
  if (s.eps < 0) return;
  s.kept_eps = rounded_once(s, s.eps);
  if (s.policy == EpsPolicy::wide_denominator) s.kept_eps = Rounder<W>({s.arithmetic})(s.eps, {});
  const W least = power_of_two(s.hyper.rounding.format.emin);
  if (s.policy == EpsPolicy::floor && s.kept_eps < least) s.kept_eps = least;
}

W decimal(const Cell& cell, const std::string& key) { return from_decimal<W>(Decimal(cell[key])); }

Situation situation(const Cell& cell, const Magnitudes& magnitudes) {
  Situation s;
  s.cell = &cell;
  s.rule = cell["rule.kind"];
  s.steps = std::stoull(cell[key::steps]);
  const Precision precision = precision_of(cell);
  s.arithmetic =
      in_arithmetic(precision.rule_arithmetic, []<class R>() { return own_format<R>(); });
  const auto role = [&](Role of) {
    const auto& given = precision.rule[of];
    return given ? *given : RoleFormat{{s.arithmetic}};
  };
  s.v = role(Role::second_moment);
  s.w = role(Role::parameters);
  s.u = role(Role::update);
  s.hyper = role(Role::hyperparameters);
  s.policy = precision.rule.eps_policy;
  s.lr = decimal(cell, "rule.lr");
  if (averages_squares(cell)) {
    s.beta2 = decimal(cell, s.rule == "rmsprop" ? "rule.alpha" : "rule.beta2");
    s.eps = decimal(cell, "rule.eps");
  }
  s.magnitudes = magnitudes;
  round_hyperparameters(s);
  return s;
}

SecondMoment::SecondMoment(const Situation& s, Mode chance)
    : s_(s),
      most_(chance == Mode::up),
      stores_(rounder_of(s.v.rounding, chance)),
      operates_(s.v.every ? stores_ : Rounder<W>({s.arithmetic})) {}

W SecondMoment::square(const W& g) const {
  const W one = product(g), other = product(W(-g));
  return (one < other) == most_ ? other : one;
}

W SecondMoment::stored(const W& sum) const {
  using std::sqrt;
  W v = op(sum);
  if (s_.v.encoding == Encoding::linear) return stores_(v, {});
  const Rounder<W> arithmetic({s_.arithmetic});
  if (s_.v.encoding == Encoding::log2) {
    if (!(v > 0)) return v;
    // As the arithmetic has them: short types compute in binary64.
    const auto by_short = [&](const auto& f, const W& x) {
      if (!holds(own_format<double>(), s_.arithmetic)) return W(f(x));
      return convert<W>(f(convert<double>(x)));
    };
    const auto log2 = [](const auto& x) { return elementary::log2(x); };
    const auto exp2 = [](const auto& x) { return elementary::exp2(x); };
    return arithmetic(by_short(exp2, stores_(arithmetic(by_short(log2, v), {}), {})), {});
  }
  const W root = stores_(arithmetic(W(sqrt(v)), {}), {});
  return arithmetic(W(root * root), {});
}

std::int64_t low_exponent(const Situation& s) {
  const std::int64_t own = s.v.rounding.format.emin, least = s.arithmetic.emin / 2;
  if (s.v.encoding == Encoding::log2) return least - 200;
  return std::max(s.v.encoding == Encoding::sqrt ? own : own / 2, least) - 200;
}
std::int64_t high_exponent(const Situation& s) {
  const std::int64_t own = s.v.rounding.format.emax, most = s.arithmetic.emax / 2;
  if (s.v.encoding == Encoding::log2) return most + 200;
  return std::min(s.v.encoding == Encoding::sqrt ? own : own / 2, most) + 200;
}

W smallest_normal_v(const Situation& s) {
  W own = power_of_two(s.arithmetic.emin);
  if (s.v.encoding == Encoding::log2) return own;  // a small number of the format is a v near 1
  const W v = decoded(s, power_of_two(s.v.rounding.format.emin));
  return v < own ? own : v;
}
W largest_v(const Situation& s) {
  const W own = largest_of(s.arithmetic), v = decoded(s, largest_of(s.v.rounding.format));
  return v < own ? v : own;
}

std::optional<W> known(const std::string& magnitude) {
  return magnitude.empty() ? std::nullopt : std::optional<W>(number(magnitude));
}

Descent descend(const Situation& s, const W& smallest, const std::function<bool(const W&)>& ends) {
  const SecondMoment moment(s, Mode::down);
  W v = moment.next(0, smallest);
  for (std::uint64_t k = 1; k <= s.steps; ++k) {
    if (ends(v)) return {k, v};
    const W next = moment.next(v, 0);
    if (next == v) break;
    v = next;
  }
  return {0, v};
}

std::string shown_power(std::int64_t exponent) { return "2^" + std::to_string(exponent); }

}  // namespace ulpscope::hazard
