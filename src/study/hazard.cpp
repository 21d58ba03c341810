// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/hazard.hpp"

#include <cmath>
#include <functional>
#include <ios>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/encoding.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/wide_rounder.hpp"
#include "ulpscope/study/prediction.hpp"

namespace ulpscope {

namespace {

/// Numbers, and what they are rounded from: with more bits than any arithmetic, and as many
/// exponents.
using W = HyperArithmetic<Dec100>;

/// Four digits, or a power of two where a number is beyond long double's range.
std::string shown(const W& x) {
  using std::isfinite;
  if (!isfinite(x) || x == 0) return x == 0 ? "0" : x != x ? "nan" : "inf";
  const int exponent = ilogb(x);
  if (std::abs(exponent) > 16000) return "2^" + std::to_string(exponent);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.4Lg", convert<long double>(x));
  return text.data();
}

W number(const std::string& text) {
  const Fraction x = exact_value(text);
  return W(x.numerator) / W(x.denominator);
}

W power_of_two(std::int64_t exponent) { return ldexp(W(1), static_cast<int>(exponent)); }

W largest_of(const Format& format) {
  return (power_of_two(format.p) - 1 - format.top_codes) * power_of_two(format.emax - format.p + 1);
}

/// Rounds as a role does, but not by chance: `chance` stands for stochastic rounding.
Rounder<W> rounder_of(Rounding rounding, Mode chance) {
  if (rounding.mode == Mode::stochastic) rounding.mode = chance;
  return Rounder<W>(rounding);
}

/// The largest x with holds(x), where that is so up to a border and from there on not, to 40 bits;
/// 0 where it is so of none, and of none above `top` asked.
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

/// All that hazards are decided by.
struct Situation {
  const Cell* cell;
  std::string rule;
  std::uint64_t steps;
  Format arithmetic;
  RoleFormat v, w, u, hyper;
  EpsPolicy policy;
  // As written, and rounded.
  W lr, beta2 = -1, eps = -1;
  W kept_lr, kept_beta2 = -1, share = -1, kept_eps = -1;
  Magnitudes magnitudes;

  bool has_v() const { return beta2 >= 0 && v.encoding != Encoding::block8; }
};

bool averages_squares(const Cell& cell) {
  const std::string& rule = cell["rule.kind"];
  if (rule == "rmsprop") return cell["rule.centered"] == "false";
  return rule == "adam" || rule == "adamw" || rule == "nadam" || rule == "radam";
}

/// How a rule moves a parameter: by about lr whatever the gradient, or by lr g. RAdam does both.
bool moves_by_rate(const Situation& s) { return s.beta2 >= 0 && s.rule != "radam"; }
bool moves_by_gradient(const Situation& s) { return s.rule == "sgd" || s.rule == "asgd"; }

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

W decimal(const Cell& cell, const char* key) { return from_decimal<W>(Decimal(cell[key])); }

Situation situation(const Cell& cell, const Magnitudes& magnitudes) {
  Situation s;
  s.cell = &cell;
  s.rule = cell["rule.kind"];
  s.steps = std::stoull(cell["study.steps"]);
  const Precision precision = precision_of(cell);
  for_each_arithmetic([&]<class R>() {
    if (precision.rule_arithmetic == ArithmeticTraits<R>::name) s.arithmetic = own_format<R>();
  });
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

/// v and what is taken in, rounded where the rule rounds. Where the products of a gradient and its
/// negative are rounded to different squares, the larger one for Mode::up, else the smaller.
class SecondMoment {
 public:
  SecondMoment(const Situation& s, Mode chance)
      : s_(s),
        most_(chance == Mode::up),
        stores_(rounder_of(s.v.rounding, chance)),
        operates_(s.v.every ? stores_ : Rounder<W>({s.arithmetic})) {}

  /// (beta2 v) + ((c g) g), as it is stored.
  W next(const W& v, const W& g) const { return stored(sum(v, g)); }
  /// v + ((c g) g), as it is stored.
  W with(const W& v, const W& g) const { return stored(W(v + square(g))); }
  /// (beta2 v) + ((c g) g) before it is stored.
  W sum(const W& v, const W& g) const { return op(W(s_.kept_beta2 * v)) + square(g); }

 private:
  W op(const W& x) const { return operates_(x, {}); }
  W square(const W& g) const {
    const W one = product(g), other = product(W(-g));
    return (one < other) == most_ ? other : one;
  }
  W product(const W& g) const { return op(W(op(W(s_.share * g)) * g)); }
  W stored(const W& sum) const {
    using std::sqrt;
    const W v = op(sum);
    if (s_.v.encoding == Encoding::linear) return stores_(v, {});
    const Rounder<W> arithmetic({s_.arithmetic});
    if (s_.v.encoding == Encoding::log2) {
      if (!(v > 0)) return v;
      const auto log2 = [](const auto& x) { return elementary::log2(x); };
      const auto exp2 = [](const auto& x) { return elementary::exp2(x); };
      return arithmetic(by_short(exp2, stores_(arithmetic(by_short(log2, v), {}), {})), {});
    }
    const W root = stores_(arithmetic(W(sqrt(v)), {}), {});
    return arithmetic(W(root * root), {});
  }
  /// A function as the arithmetic has it: short types compute in binary64.
  template <class F>
  W by_short(const F& f, const W& x) const {
    if (!holds(own_format<double>(), s_.arithmetic)) return f(x);
    return convert<W>(f(convert<double>(x)));
  }

  const Situation& s_;
  bool most_;
  Rounder<W> stores_, operates_;
};

/// Exponents between which gradients are looked for: their squares have all of v's.
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
W smallest_normal_v(const Situation& s) {
  const W own = power_of_two(s.arithmetic.emin);
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

/// The least that v can be after each step, up to the first for which `ends` says so: which, and
/// the v there. 0 where there is none in the cell's steps.
struct Descent {
  std::uint64_t step = 0;
  W v;
};
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

/// A power of two, as such.
std::string shown_power(std::int64_t exponent) { return "2^" + std::to_string(exponent); }

std::string step_text(const Descent& descent) {
  return descent.step == 0 ? "none" : std::to_string(descent.step);
}

// What is found of each hazard, without its remedies.

Finding lr_vanishes(const Situation& s) {
  return {{}, s.lr > 0, s.kept_lr == 0, {{"lr", shown(s.kept_lr)}}};
}

Finding beta2_is_one(const Situation& s) {
  return {{}, s.beta2 >= 0, s.kept_beta2 == 1, {{"beta2", shown(s.kept_beta2)}}};
}

Finding share_vanishes(const Situation& s) {
  return {{}, s.beta2 >= 0, s.share == 0, {{"1-beta2", shown(s.share)}}};
}

Finding eps_vanishes(const Situation& s) {
  return {{}, s.eps > 0, s.kept_eps == 0, {{"eps", shown(s.kept_eps)}}};
}

Finding v_stalls(const Situation& s) {
  const Setting* const decay = second_moment_decay(*s.cell);
  if (!decay) return {};
  std::string beta2 = decay->canonical;
  const std::string stalls = second_moment_stalls(s.v, s.arithmetic, beta2);
  Finding found{{}, !stalls.empty(), stalls == "yes", {}};
  // Where beta2 is rounded to other bits, as the run has it.
  if (found.applies && !found.present && s.beta2 >= 0 && s.kept_beta2 != s.beta2) {
    beta2 = s.kept_beta2.str(130, std::ios::scientific);
    found.present = second_moment_stalls(s.v, s.arithmetic, beta2) == "yes";
  }
  if (!found.applies || s.beta2 < 0) return found;
  found.borders = {{"1-beta2", shown(s.share)}};
  if (s.v.encoding == Encoding::log2) {
    const auto from = logarithm_stalls_from(s.v.rounding, s.arithmetic, Decimal(beta2));
    found.borders.push_back({"from |log2 v|", from ? shown_power(*from) : "never"});
    return found;
  }
  if (!s.has_v()) return found;
  const W ulp = power_of_two(1 - s.v.rounding.format.p);
  found.borders.push_back({"half an ulp", shown(W(ulp / 2))});
  if (!found.present) return found;
  const SecondMoment moment(s, Mode::down);
  const W v = s.v.encoding == Encoding::sqrt ? W((1 + ulp) * (1 + ulp)) : W(1 + ulp);
  if (moment.next(v, 0) != v) return found;
  const W moves = border([&](const W& g) { return moment.next(v, g) <= v; }, -200, 200);
  found.borders.push_back({"rises again from g / sqrt(v)", shown(W(moves / sqrt(v)))});
  return found;
}

/// Up to which part of its block's largest gradient one leaves v at 0 from the first step on.
Finding code_underflows(const Situation& s) {
  const auto smallest = known(s.magnitudes.smallest_gradient);
  const auto largest = known(s.magnitudes.largest_gradient);
  Rounding rounding = s.v.rounding;
  if (rounding.mode == Mode::stochastic) rounding.mode = Mode::toward_zero;
  const W part =
      border([&](const W& r) { return detail::block8_code(W(r * r), rounding, {}) == 0; }, -40, -1);
  Finding found{{}, s.beta2 >= 0, false, {{"up to g / largest g", shown(part)}}};
  found.present = smallest && largest && *smallest <= part * *largest;
  return found;
}

Finding square_underflows(const Situation& s) {
  if (s.v.encoding == Encoding::block8) return code_underflows(s);
  const auto smallest = known(s.magnitudes.smallest_gradient);
  Finding found{{}, s.has_v(), false, {}};
  if (!found.applies || s.share == 0) return found;
  const SecondMoment moment(s, Mode::down);
  const W g =
      border([&](const W& x) { return moment.next(0, x) == 0; }, low_exponent(s), high_exponent(s));
  found.borders = {{"up to g", shown(g)}};
  found.present = smallest && *smallest <= g;
  return found;
}

Finding v_subnormal(const Situation& s) {
  const auto smallest = known(s.magnitudes.smallest_gradient);
  Finding found{{}, s.has_v(), false, {}};
  if (!found.applies || s.share == 0) return found;
  const W least = smallest_normal_v(s);
  const SecondMoment moment(s, Mode::down);
  const W g = border([&](const W& x) { return moment.next(0, x) < least; }, low_exponent(s),
                     high_exponent(s));
  found.borders = {{"at once up to g", shown(g)}};
  if (!smallest) return found;
  const Descent descent = descend(s, *smallest, [&](const W& v) { return v < least; });
  found.borders.push_back({"steps without a gradient", step_text(descent)});
  found.present = descent.step > 0;
  return found;
}

/// Whether v can go beyond its largest number where every gradient has this magnitude: as much as
/// it can be by any that are not larger, as v and its square are rounded by monotonic functions.
bool overflows(const Situation& s, const W& largest) {
  using std::isfinite;
  const W most = largest_v(s);
  const SecondMoment moment(s, Mode::up);
  W v = 0;
  for (std::uint64_t k = 0; k < s.steps; ++k) {
    const W next = moment.next(v, largest);
    if (!isfinite(next) || moment.sum(v, largest) > most) return true;
    if (next == v) return false;
    v = next;
  }
  return false;
}

Finding square_overflows(const Situation& s) {
  const auto largest = known(s.magnitudes.largest_gradient);
  Finding found{{}, s.has_v(), false, {}};
  if (!found.applies || s.share == 0) return found;
  using std::sqrt;
  const W most = largest_v(s);
  const SecondMoment moment(s, Mode::up);
  const W once = border(
      [&](const W& g) {
        using std::isfinite;
        return isfinite(moment.next(0, g)) && moment.sum(0, g) <= most;
      },
      low_exponent(s), high_exponent(s));
  found.borders = {{"once above g", shown(once)}};
  if (!s.v.every && s.kept_beta2 < 1) {
    const W factor = s.share / (1 - s.kept_beta2);
    found.borders.push_back({"lasting above g", shown(W(sqrt(W(most / factor))))});
  }
  // A logarithm can be beyond its largest number at the other end, too.
  const auto smallest = known(s.magnitudes.smallest_gradient);
  using std::isfinite;
  found.present = (largest && overflows(s, *largest)) ||
                  (smallest && !isfinite(SecondMoment(s, Mode::down).next(0, *smallest)));
  return found;
}

Finding eps_dominates(const Situation& s) {
  const auto smallest = known(s.magnitudes.smallest_gradient);
  Finding found{{}, s.has_v() && s.kept_eps > 0, false, {}};
  if (!found.applies) return found;
  found.borders = {{"below sqrt(v)", shown(s.kept_eps)}};
  if (!smallest || s.share == 0) return found;
  const W square = s.kept_eps * s.kept_eps;
  const Descent descent = descend(s, *smallest, [&](const W& v) { return v < square; });
  found.borders.push_back({"steps without a gradient", step_text(descent)});
  found.present = descent.step > 0;
  return found;
}

/// An update's magnitude, before it is rounded.
std::optional<W> update_size(const Situation& s) {
  if (moves_by_rate(s)) return s.kept_lr;
  const auto largest = known(s.magnitudes.largest_gradient);
  if (moves_by_gradient(s) && largest) return W(s.kept_lr * *largest);
  return std::nullopt;
}

Finding update_vanishes(const Situation& s) {
  const auto size = update_size(s);
  Finding found{{}, size && *size > 0, false, {}};
  if (!found.applies) return found;
  const auto rounds = rounder_of(s.u.rounding, Mode::toward_zero);
  found.borders = {{"update", shown(*size)}};
  const std::int64_t low = s.u.rounding.format.emin - 400, high = s.u.rounding.format.emax;
  const W most = border([&](const W& u) { return rounds(u, {}) == 0; },
                        std::max<std::int64_t>(low, -(1 << 30)), high);
  found.borders.push_back({"0 up to", shown(most)});
  found.present = *size <= most;
  return found;
}

Finding update_lost(const Situation& s) {
  const auto size = update_size(s);
  const auto largest = known(s.magnitudes.largest_parameter);
  Finding found{{}, size && *size > 0, false, {}};
  if (!found.applies) return found;
  if (s.w.compensated || s.w.rounding.mode == Mode::stochastic) {
    found.borders = {{"from |w|", "never for good"}};
    return found;
  }
  const Rounder<W> stores(s.w.rounding);
  const Rounder<W> operates(s.w.every ? s.w.rounding : Rounding{s.arithmetic});
  const auto kept = [&](const W& w, const W& u) { return stores(operates(W(w + u), {}), {}) == w; };
  const Format& format = s.w.rounding.format;
  // Of the significands of a binade an even and an odd one: ties go to the one, Mode::odd to the
  // other.
  const auto moves = [&](const W& binade) {
    const W ulp = binade * power_of_two(1 - format.p);
    const W even = format.p > 2 ? W(binade + 2 * ulp) : binade, odd = W(binade + ulp);
    for (const W& w : {even, format.p > 1 ? odd : binade}) {
      if (kept(w, *size) || kept(w, W(-*size))) return false;
    }
    return true;
  };
  const std::int64_t bottom = std::max(format.emin, s.arithmetic.emin);
  const std::int64_t top = std::min(format.emax, s.arithmetic.emax) - 1;
  std::int64_t low = bottom - 1, high = std::max(top, bottom) + 1;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (moves(power_of_two(middle)) ? low : high) = middle;
  }
  const W from = high == bottom ? W(0) : power_of_two(high);
  found.borders = {{"update", shown(*size)},
                   {"from |w|", high == bottom ? "0" : shown_power(high)}};
  found.present = largest && *largest >= from;
  return found;
}

/// The steps of decay from the first gradient's square on until the threshold is crossed.
void decay_to_threshold(const Situation& s, double limit, Finding& found) {
  using std::sqrt;
  const auto largest = known(s.magnitudes.largest_gradient);
  const bool corrected = s.rule == "adam" || s.rule == "adamw";
  if (!s.magnitudes.first_scaled || !largest || (!corrected && s.rule != "rmsprop")) return;
  // The first update's P: (1 - beta1) |g|, or sqrt(c) |g|.
  const W by = corrected ? W(1 - decimal(*s.cell, "rule.beta1")) : W(sqrt(s.share));
  const W ratio = W(*s.magnitudes.first_scaled) * by / limit;  // of sharpness and threshold
  Situation on_average = s;                                    // chance leaves v's decay as it is
  if (s.v.rounding.mode == Mode::stochastic) on_average.v.rounding = Rounding{s.arithmetic};
  const SecondMoment moment(on_average, Mode::nearest_even);
  const W start = moment.with(0, W(*largest / sqrt(s.share)));
  std::uint64_t steps = 0;
  W v = start;
  while (steps < s.steps && sqrt(v) > ratio * sqrt(start)) {
    const W next = moment.next(v, 0);
    ++steps;
    if (next == v) steps = s.steps;
    v = next;
  }
  found.present = steps < s.steps;
  found.borders.push_back({"steps of decay", found.present ? std::to_string(steps) : "none"});
}

Finding step_unstable(const Situation& s) {
  const auto curvature = known(s.magnitudes.curvature);
  const auto smallest = known(s.magnitudes.smallest_gradient);
  const auto limit = s.magnitudes.gains ? s.magnitudes.gains->limit() : std::nullopt;
  Finding found{{}, limit && (s.has_v() || moves_by_gradient(s)), false, {}};
  const Setting* const amsgrad = s.cell->find("rule.amsgrad");
  if (amsgrad && amsgrad->canonical == "true") found.applies = false;  // its v does not decay
  if (!found.applies) return found;
  using std::sqrt;
  const W threshold = W(*limit) / s.kept_lr;
  found.borders = {{"threshold", shown(threshold)}};
  if (!curvature && s.has_v()) {
    decay_to_threshold(s, *limit, found);
    return found;
  }
  if (!s.has_v()) {
    const W scaled =
        curvature ? W(s.kept_lr * *curvature) : W(s.magnitudes.first_scaled.value_or(0));
    found.present = scaled > *limit;
    return found;
  }
  const W least = *curvature / threshold;  // that P may be
  found.borders.push_back({"below sqrt(v) + eps", shown(least)});
  if (!smallest || s.share == 0) return found;
  const Descent descent =
      descend(s, *smallest, [&](const W& v) { return sqrt(v) + s.kept_eps < least; });
  found.borders.push_back({"steps without a gradient", step_text(descent)});
  found.present = descent.step > 0;
  return found;
}

Finding square_absorbed(const Situation& s) {
  Finding found{{}, s.has_v(), false, {}};
  if (!found.applies || s.share == 0) return found;
  if (s.v.rounding.mode == Mode::stochastic) {
    found.borders = {{"up to g / sqrt(v)", "never for good"}};
    return found;
  }
  const SecondMoment moment(s, Mode::down);
  const W r = border([&](const W& g) { return moment.with(1, g) == 1; }, -1200, 200);
  found.borders = {{"up to g / sqrt(v)", shown(r)}};
  return found;
}

Finding eps_lost(const Situation& s) {
  Finding found{{}, s.has_v() && s.kept_eps > 0, false, {}};
  if (!found.applies) return found;
  if (s.policy != EpsPolicy::as_is && s.policy != EpsPolicy::floor) {
    found.applies = false;
    return found;
  }
  const Rounding rounding = s.u.every ? s.u.rounding : Rounding{s.arithmetic};
  const auto rounds = rounder_of(rounding, Mode::toward_zero);
  const int exponent = ilogb(s.kept_eps);
  // Powers of two are the roots beside which least is lost.
  std::int64_t low = exponent - 1;
  std::int64_t high =
      std::min<std::int64_t>(exponent + rounding.format.p + 4, rounding.format.emax);
  const auto lost = [&](std::int64_t root) {
    const W x = power_of_two(root);
    return rounds(W(x + s.kept_eps), {}) == x;
  };
  if (!lost(high)) {
    found.borders = {{"from sqrt(v)", "never"}};
    return found;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (lost(middle) ? high : low) = middle;
  }
  found.borders = {{"from sqrt(v)", shown_power(high)}};
  return found;
}

using Find = Finding (*)(const Situation&);
/// In the order of hazard_list.
constexpr std::array<Find, hazard_list.size()> finds{
    lr_vanishes,       beta2_is_one,  share_vanishes,   eps_vanishes,  v_stalls,
    square_underflows, v_subnormal,   square_overflows, eps_dominates, update_vanishes,
    update_lost,       step_unstable, square_absorbed,  eps_lost};

/// The role whose format decides a hazard.
RoleFormat& deciding(Situation& s, std::string_view hazard) {
  if (hazard == "update-lost") return s.w;
  if (hazard == "update-vanishes") return s.u;
  if (hazard.ends_with("-vanishes") || hazard == "beta2-is-one") return s.hyper;
  return s.v;
}

std::string role_name(std::string_view hazard) {
  if (hazard == "update-lost") return "parameters";
  if (hazard == "update-vanishes") return "update";
  if (hazard.ends_with("-vanishes") || hazard == "beta2-is-one") return "hyperparameters";
  return "second_moment";
}

/// The arithmetic becomes one that has the role's format.
void widen(Situation& s, const Format& format) {
  s.arithmetic.p = std::max(s.arithmetic.p, format.p);
  s.arithmetic.emin = std::min(s.arithmetic.emin, format.emin);
  s.arithmetic.emax = std::max(s.arithmetic.emax, format.emax);
}

std::vector<std::string> remedies_of(const Situation& base, std::size_t hazard) {
  const std::string_view name = hazard_list[hazard].name;
  std::vector<std::string> all;
  const auto cures = [&](const std::function<void(Situation&)>& change) {
    Situation s = base;
    change(s);
    round_hyperparameters(s);
    return !finds[hazard](s).present;
  };
  const std::string role = role_name(name);
  const bool of_v = role == "second_moment";
  if ((name == "v-stalls" || name == "update-lost") &&
      cures([&](Situation& s) { deciding(s, name).rounding.mode = Mode::stochastic; })) {
    all.push_back(role + ".mode = \"stochastic\"");
  }
  if (of_v && base.v.encoding == Encoding::linear &&
      cures([](Situation& s) { s.v.encoding = Encoding::sqrt; })) {
    all.emplace_back("second_moment.encoding = \"sqrt\"");
  }
  if (of_v && base.v.encoding != Encoding::linear &&
      cures([](Situation& s) { s.v.encoding = Encoding::linear; })) {
    all.emplace_back("second_moment.encoding = \"linear\"");
  }
  if (name == "update-lost" && cures([](Situation& s) { s.w.compensated = true; })) {
    all.emplace_back("parameters.compensation = \"kahan\"");
  }
  if (name == "eps-vanishes" && cures([](Situation& s) { s.policy = EpsPolicy::floor; })) {
    all.emplace_back("eps_policy = \"floor\"");
  }
  if (name == "step-unstable" && (base.rule == "adam" || base.rule == "adamw")) {
    all.emplace_back("rule.amsgrad = true");
  }
  // The least p, and what more exponents would do.
  Situation copy = base;
  const Format now = deciding(copy, name).rounding.format;
  for (int p = now.p + 1; p <= widest_significand; ++p) {
    if (cures([&](Situation& s) {
          Format& format = deciding(s, name).rounding.format;
          format.p = p;
          widen(s, format);
        })) {
      all.push_back(role + ".p = " + std::to_string(p));
      break;
    }
    if (p == now.p + 1 && name != "v-stalls" && !cures([&](Situation& s) {
          Format& format = deciding(s, name).rounding.format;
          format.p = widest_significand;
          widen(s, format);
        })) {
      break;  // no p does
    }
  }
  const std::vector<const char*> wider{"binary16", "bfloat16", "binary32", "binary64", "x87"};
  for (const char* other : wider) {
    const auto format = find_format(other, now);
    if (!format || holds(now, *format)) continue;
    if (cures([&](Situation& s) {
          deciding(s, name).rounding.format = *format;
          widen(s, *format);
        })) {
      all.push_back(role + " = \"" + other + "\"");
      break;
    }
  }
  return all;
}

}  // namespace

std::vector<Border> rounded_hyperparameters(const Cell& cell) {
  const Situation s = situation(cell, {});
  std::vector<Border> all;
  const auto add = [&](const std::string& name, const W& x) { all.push_back({name, shown(x)}); };
  add("lr", s.kept_lr);
  for (const char* beta : {"beta1", "beta2", "alpha", "momentum"}) {
    const std::string key = "rule." + std::string(beta);
    if (!cell.find(key)) continue;
    const W written = from_decimal<W>(Decimal(cell[key]));
    add(beta, rounded_once(s, written));
    if (beta[0] != 'm') add("1-" + std::string(beta), rounded_once(s, W(1 - written)));
  }
  if (s.eps >= 0) add("eps", s.kept_eps);
  return all;
}

std::vector<Finding> hazards_of(const Cell& cell, const Magnitudes& magnitudes) {
  const Situation s = situation(cell, magnitudes);
  std::vector<Finding> all;
  for (std::size_t i = 0; i < hazard_list.size(); ++i) {
    Finding found = finds[i](s);
    found.name = hazard_list[i].name;
    found.present = found.present && found.applies;
    if (found.present) found.remedies = remedies_of(s, i);
    all.push_back(std::move(found));
  }
  return all;
}

}  // namespace ulpscope
