// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/rule/rule.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Takes role, index and C99 literal of a value.
using EachValue = std::function<void(std::string_view, std::size_t, const std::string&)>;

/// A cell's rule at work in its arithmetic R: parameters, rule, probes.
template <class R>
class RuleRun {
 public:
  virtual ~RuleRun() = default;

  virtual std::span<R> parameters() = 0;
  /// Update number t; `recorded`: a row follows.
  virtual void step(std::uint64_t t, std::span<const R> gradient, bool recorded) = 0;
  /// The probes' fields after the last update, which was recorded, or before the first. The norm
  /// of the gradient, which stands before them, is the model's to give.
  virtual std::vector<std::string> row() = 0;
  /// Calls f with role, index and C99 literal of every parameter and state.
  virtual void for_each_value(const EachValue& f) = 0;
};

/// The cell's rule in R with these parameters to start from; compiled once for each arithmetic,
/// in src/study/train_<name>.cpp.
template <class R>
std::unique_ptr<RuleRun<R>> make_rule_run(const Cell& cell, std::span<const float> start);

/// The cell's rule by itself, in W with other formats of its roles; compiled as make_rule_run.
template <class W>
std::unique_ptr<Rule<W>> make_rule(const Cell& cell, std::size_t parameters,
                                   const RoleFormats& formats);

/// A cell's rule as the model sees it, which computes in M.
template <class M>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual std::span<M> parameters() = 0;
  virtual void step(std::uint64_t t, std::span<const M> gradient, bool recorded) = 0;
  virtual std::vector<std::string> row() = 0;
  virtual void for_each_value(const EachValue& f) = 0;
};

/// The cell's rule, in whichever arithmetic; compiled once for each arithmetic of a model.
template <class M>
std::unique_ptr<Optimizer<M>> make_optimizer(const Cell& cell, std::span<const float> start);

}  // namespace ulpscope
