// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/hazard.hpp"

#include <algorithm>
#include <cmath>
#include <ios>

#include "remedies.hpp"
#include "situation.hpp"
#include "ulpscope/format/encoding.hpp"
#include "ulpscope/study/prediction.hpp"

namespace ulpscope {

using namespace hazard;

namespace {

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

/// Up to which part of its block's largest gradient one leaves v at 0: at the first step, and
/// beside an average that has come up to the largest one's square.
Finding code_underflows(const Situation& s) {
  const auto smallest = known(s.magnitudes.smallest_gradient);
  const auto largest = known(s.magnitudes.largest_gradient);
  Finding found{{}, s.beta2 >= 0, false, {}};
  if (!found.applies || s.share == 0) return found;
  Rounding rounding = s.v.rounding;
  if (rounding.mode == Mode::stochastic) rounding.mode = Mode::down;
  const auto lost = [&](const W& r) { return detail::block8_code(W(r * r), rounding, {}) == 0; };
  const W at_once = border(lost, -40, -1), later = W(at_once / sqrt(s.share));
  found.borders = {{"at once up to g / largest g", shown(at_once)}, {"later up to", shown(later)}};
  found.present = smallest && largest && *smallest <= later * *largest;
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
  found.present = largest && overflows(s, *largest);
  // A logarithm can be beyond its largest number at the other end, too.
  const auto smallest = known(s.magnitudes.smallest_gradient);
  if (smallest && !found.present && s.v.encoding == Encoding::log2) {
    const auto beyond = [](const W& v) {
      using std::isfinite;
      return !isfinite(v);
    };
    found.present = descend(s, *smallest, beyond).step > 0;
  }
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
  if (s.moves_by_rate()) return s.kept_lr;
  const auto largest = known(s.magnitudes.largest_gradient);
  if (s.moves_by_gradient() && largest) return W(s.kept_lr * *largest);
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
  Finding found{{}, limit && (s.has_v() || s.moves_by_gradient()), false, {}};
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

}  // namespace

std::vector<Border> rounded_hyperparameters(const Cell& cell) {
  const Situation s = situation(cell, {});
  std::vector<Border> all;
  const auto add = [&](const std::string& name, const W& x) { all.push_back({name, shown(x)}); };
  add("lr", s.kept_lr);
  for (const char* beta : {"beta1", "beta2", "alpha", "momentum"}) {
    const std::string key = "rule." + std::string(beta);
    if (!cell.find(key)) continue;
    const W written = decimal(cell, key);
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
    if (found.present) {
      found.remedies = remedies(
          s, found.name, [&](const Situation& changed) { return finds[i](changed).present; });
    }
    all.push_back(std::move(found));
  }
  return all;
}

}  // namespace ulpscope
