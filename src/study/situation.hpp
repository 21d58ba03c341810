// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/wide_rounder.hpp"
#include "ulpscope/study/hazard.hpp"

// What hazards and their remedies are decided by: a cell's formats and hyper-parameters as they are
// rounded, and its second moment by the rule's own roundings.
namespace ulpscope::hazard {

/// Numbers, and what they are rounded from: with more bits than any arithmetic, and as many
/// exponents.
using W = HyperArithmetic<Dec100>;

W power_of_two(std::int64_t exponent);

/// Four digits, or a power of two where a number is beyond long double's range.
std::string shown(const W& x);
/// A power of two, as such.
std::string shown_power(std::int64_t exponent);

/// Rounds as a role does, but not by chance: `chance` stands for stochastic rounding.
Rounder<W> rounder_of(Rounding rounding, Mode chance);

/// The largest x with holds(x), where that is so up to a border and from there on not, to 40 bits;
/// 0 where it is so of none, and of none above `top` asked.
W border(const std::function<bool(const W&)>& holds, std::int64_t bottom, std::int64_t top);

/// All that hazards are decided by.
struct Situation {
  const Cell* cell = nullptr;
  std::string rule;
  std::uint64_t steps = 0;
  Format arithmetic;
  RoleFormat v, w, u, hyper;
  EpsPolicy policy = EpsPolicy::as_is;
  // As written, and rounded.
  W lr, beta2 = -1, eps = -1;
  W kept_lr, kept_beta2 = -1, share = -1, kept_eps = -1;
  Magnitudes magnitudes;

  bool has_v() const { return beta2 >= 0 && v.encoding != Encoding::block8; }
  /// How a rule moves a parameter: by about lr whatever the gradient, or by lr g. RAdam does both.
  bool moves_by_rate() const { return beta2 >= 0 && rule != "radam"; }
  bool moves_by_gradient() const { return rule == "sgd" || rule == "asgd"; }
};

/// Throws std::invalid_argument where a magnitude is no number.
Situation situation(const Cell& cell, const Magnitudes& magnitudes);

W rounded_once(const Situation& s, const W& x);
/// What is kept of those that are written, anew where formats have changed.
void round_hyperparameters(Situation& s);

W decimal(const Cell& cell, const std::string& key);
std::optional<W> known(const std::string& magnitude);

/// v and what is taken in, rounded where the rule rounds. Where the products of a gradient and its
/// negative are rounded to different squares, the larger one for Mode::up, else the smaller.
class SecondMoment {
 public:
  SecondMoment(const Situation& s, Mode chance);

  /// (beta2 v) + ((c g) g), as it is stored.
  W next(const W& v, const W& g) const { return stored(sum(v, g)); }
  /// v + ((c g) g), as it is stored.
  W with(const W& v, const W& g) const { return stored(W(v + square(g))); }
  /// (beta2 v) + ((c g) g) before it is stored.
  W sum(const W& v, const W& g) const { return op(W(s_.kept_beta2 * v)) + square(g); }

 private:
  W op(const W& x) const { return operates_(x, {}); }
  W square(const W& g) const;
  W product(const W& g) const { return op(W(op(W(s_.share * g)) * g)); }
  W stored(const W& sum) const;

  const Situation& s_;
  bool most_;
  Rounder<W> stores_, operates_;
};

/// Exponents between which gradients are looked for: their squares have all of v's.
std::int64_t low_exponent(const Situation& s);
std::int64_t high_exponent(const Situation& s);

W smallest_normal_v(const Situation& s);
W largest_v(const Situation& s);

/// The least that v can be after each step, up to the first for which `ends` says so: which, and
/// the v there. 0 where there is none in the cell's steps.
struct Descent {
  std::uint64_t step = 0;
  W v;
};
Descent descend(const Situation& s, const W& smallest, const std::function<bool(const W&)>& ends);

}  // namespace ulpscope::hazard
