// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/model/model.hpp"
#include "ulpscope/probe/sharpness.hpp"
#include "ulpscope/rule/rule.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/run_state.hpp"

namespace ulpscope {

/// Takes role, index and C99 literal of a value.
using EachValue = std::function<void(std::string_view, std::size_t, const std::string&)>;

/// A cell's rule at work, with its parameters and probes, in values of T: the rule's arithmetic, or
/// that of a model beside it.
template <class T>
class RuleRun {
 public:
  virtual ~RuleRun() = default;

  virtual std::span<T> parameters() = 0;
  /// Update number t, at the learning rate that the schedule gives for this loss; `recorded`: a row
  /// follows.
  virtual void step(std::uint64_t t, const T& loss, std::span<const T> gradient, bool recorded) = 0;
  /// The probes' fields after the last update, which was recorded, or before the first. The norm
  /// of the gradient, which stands before them, is the model's to give.
  virtual std::vector<std::string> row() = 0;
  /// How the loss curves at the current parameters, for the probe `sharpness`.
  virtual void set_curvature(LargestCurvature curvature) = 0;
  /// What the last row() measured of that, or nothing.
  virtual std::optional<Growth> growth() const = 0;
  /// Calls f with role, index and C99 literal of every parameter and state, as the rule has them.
  virtual void for_each_value(const EachValue& f) = 0;
  /// After an update: the lists "rule.<state>", "shadow.<state>", "schedule", "trigger", and "row"
  /// and "row_growth" if that update was recorded.
  virtual void save(RunState& state) = 0;
  /// Throws std::runtime_error on a state of another run.
  virtual void restore(const RunState& state) = 0;
};

// Compiled once for each arithmetic, in src/study/train_<name>.cpp.

/// The cell's rule by itself, in W with other formats of its roles.
template <class W>
std::unique_ptr<Rule<W>> make_rule(const Cell& cell, const Layout& layout,
                                   const RoleFormats& formats);

/// The cell's rule in R with these parameters to start from.
template <class R>
std::unique_ptr<RuleRun<R>> make_rule_run(const Cell& cell, const Layout& layout,
                                          const Start& start);

/// The same in the cell's own arithmetic for rules, as a model that computes in M sees it.
template <class M>
std::unique_ptr<RuleRun<M>> make_model_rule(const Cell& cell, const Layout& layout,
                                            const Start& start);

}  // namespace ulpscope
