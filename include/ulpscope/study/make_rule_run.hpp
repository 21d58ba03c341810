// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/moments.hpp"
#include "ulpscope/probe/shadow.hpp"
#include "ulpscope/rule/rules.hpp"
#include "ulpscope/schedule/schedules.hpp"
#include "ulpscope/study/interventions.hpp"
#include "ulpscope/study/kinds.hpp"
#include "ulpscope/study/rule_run.hpp"
#include "ulpscope/study/saved_values.hpp"
#include "ulpscope/study/sharpness_trigger.hpp"

// What src/study/train_<name>.cpp compiles of rule_run.hpp.
namespace ulpscope {

namespace detail {

template <class R>
class Running final : public RuleRun<R> {
 public:
  Running(const Cell& cell, const Layout& layout, const Start& start)
      : formats_(precision_of(cell).rule),
        lr_(hyper<R>(cell["rule.lr"])),
        rule_(make_rule<R>(cell, layout, formats_)),
        w_(std::visit(
            [&](const auto& values) { return stored<R>(values, rule_->roles()[Role::parameters]); },
            start)) {
    if (cell["schedule.kind"] != Constant::name || cell["schedule.warmup"] != "0") {
      schedule_ = with_kind(Schedules{}, cell, "schedule",
                            []<class Kind>(const Kind& options) -> std::unique_ptr<Rate<Hyper>> {
                              return std::make_unique<typename Kind::template In<Hyper>>(options);
                            });
    }
    const Intervention what = with_kind(Interventions{}, cell, "intervention",
                                        [](const auto& kind) { return kind.act(); });
    rule_->intervene(what);
    if (what.at == Intervention::never) {
      trigger_.emplace(*ratio_in(cell["intervention.at"]), cell["record.every"]);
    }
    moments_ = has_probe(cell, "moments");
    rate_ = has_probe(cell, "rate");
    if (has_probe(cell, "shadow")) {
      const Role role =
          cell["record.shadow"] == "first_moment" ? Role::first_moment : Role::second_moment;
      auto exact = make_rule<ShadowArithmetic<R>>(cell, layout, shadow_roles<R>(formats_));
      exact->intervene(what);
      shadow_.emplace(role, std::move(exact));
    }
  }

  std::span<R> parameters() override { return w_; }

  void step(std::uint64_t t, const R& loss, std::span<const R> gradient, bool recorded) override {
    if (schedule_) {
      const Hyper rate = (*schedule_)(t - 1, lr_, convert<Hyper>(loss));
      rule_->set_rate(rate);
      if (shadow_) shadow_->set_rate(convert<HyperArithmetic<ShadowArithmetic<R>>>(rate));
    }
    if (shadow_) shadow_->step(t, w_, gradient);
    if (moments_ && recorded) before_.before(*rule_, w_, gradient);
    rule_->step(t, w_, gradient);
    t_ = t;
    stepped_ = true;
    recorded_ = recorded;
    restored_row_.reset();
    growth_.reset();
  }

  std::vector<std::string> row() override {
    if (restored_row_) return *restored_row_;
    std::vector<std::string> fields;
    const auto append = [&](std::vector<std::string> more) {
      fields.insert(fields.end(), more.begin(), more.end());
    };
    // A loss that is not finite has a row whether its update was recorded or not.
    if (moments_) append(recorded_ ? before_.after(*rule_, w_) : std::vector<std::string>(13));
    if (shadow_) append(stepped_ ? shadow_->row(*rule_) : std::vector<std::string>(7));
    if (rate_) append({stepped_ ? decimal_text(rule_->rate()) : ""});
    if (curvature_) {
      append(recorded_ ? SharpnessProbe<R>::row(*rule_, curvature_, growth_)
                       : std::vector<std::string>(2));
      if (trigger_ && growth_ && trigger_->pulled_by(t_, *growth_)) intervene_after(t_);
    }
    return fields;
  }

  void set_curvature(LargestCurvature curvature) override { curvature_ = std::move(curvature); }
  std::optional<Growth> growth() const override { return growth_; }

  void for_each_value(const EachValue& f) override {
    for (const State<R>& state : states()) {
      for (std::size_t i = 0; i < state.values.size(); ++i) {
        f(state.name, i, hex_literal(state.values[i]));
      }
    }
  }

  void save(RunState& saved) override {
    for (const State<R>& state : states()) save_values(saved, in_rule(state.name), state.values);
    if (schedule_) save_values(saved, "schedule", schedule_->state());
    if (shadow_) {
      for (const auto& state : shadow_->states())
        save_values(saved, in_shadow(state.name), state.values);
    }
    if (recorded_) saved.lists["row"] = row();
    if (growth_) save_values(saved, "row_growth", growth_values(*growth_));
    if (trigger_) saved.lists["trigger"] = trigger_->state();
  }

  void restore(const RunState& saved) override {
    for (const State<R>& state : states()) restore_values(saved, in_rule(state.name), state.values);
    if (schedule_) schedule_->restore(saved_values<Hyper>(saved, "schedule"));
    if (shadow_) {
      for (const auto& state : shadow_->states()) {
        restore_values(saved, in_shadow(state.name), state.values);
      }
    }
    if (trigger_) {
      trigger_->restore(saved.lists.at("trigger"));
      if (const auto updates = trigger_->begun_after()) intervene_after(*updates);
    }
    rule_->resume(saved.step);
    t_ = saved.step;
    stepped_ = true;
    const auto row = saved.lists.find("row");
    recorded_ = row != saved.lists.end();
    if (recorded_) restored_row_ = row->second;
    const auto growth = saved_values<double>(saved, "row_growth");
    if (!growth.empty()) growth_ = growth_from(growth, 0);
  }

 private:
  using Hyper = HyperArithmetic<R>;

  static std::string in_rule(std::string_view state) { return "rule." + std::string(state); }
  static std::string in_shadow(std::string_view state) { return "shadow." + std::string(state); }

  void intervene_after(std::uint64_t updates) {
    rule_->intervene_after(updates);
    if (shadow_) shadow_->intervene_after(updates);
  }

  std::vector<State<R>> states() {
    std::vector<State<R>> all{{"parameters", w_}};
    for (const State<R>& state : rule_->states()) all.push_back(state);
    return all;
  }

  RoleFormats formats_;
  Hyper lr_;                               ///< before the schedule
  std::unique_ptr<Rate<Hyper>> schedule_;  ///< nothing where the rate is constant
  std::unique_ptr<Rule<R>> rule_;
  std::vector<R> w_;
  std::uint64_t t_ = 0;                      ///< updates done
  std::optional<SharpnessTrigger> trigger_;  ///< of an intervention that goes by the sharpness
  bool moments_ = false, rate_ = false;
  bool stepped_ = false, recorded_ = false;
  std::optional<std::vector<std::string>> restored_row_;  ///< until the next update
  Moments<R> before_;
  LargestCurvature curvature_;  ///< none without the probe
  std::optional<Growth> growth_;
  std::optional<Shadow<R>> shadow_;
};

/// The one place with two arithmetics: gradients go from the model's M to the rule's R,
/// parameters back, each value rounded to nearest even.
template <class M, class R>
class Bridge final : public RuleRun<M> {
 public:
  Bridge(const Cell& cell, const Layout& layout, const Start& start)
      : run_(make_rule_run<R>(cell, layout, start)) {
    carry_back();
  }

  std::span<M> parameters() override { return parameters_; }

  void step(std::uint64_t t, const M& loss, std::span<const M> gradient, bool recorded) override {
    gradient_.clear();
    for (const M& g : gradient) gradient_.push_back(convert<R>(g));
    run_->step(t, convert<R>(loss), gradient_, recorded);
    carry_back();
  }

  std::vector<std::string> row() override { return run_->row(); }
  void set_curvature(LargestCurvature curvature) override {
    run_->set_curvature(std::move(curvature));
  }
  std::optional<Growth> growth() const override { return run_->growth(); }
  void for_each_value(const EachValue& f) override { run_->for_each_value(f); }
  void save(RunState& state) override { run_->save(state); }
  void restore(const RunState& state) override {
    run_->restore(state);
    carry_back();
  }

 private:
  void carry_back() {
    parameters_.clear();
    for (const R& w : run_->parameters()) parameters_.push_back(convert<M>(w));
  }

  std::unique_ptr<RuleRun<R>> run_;
  std::vector<R> gradient_;
  std::vector<M> parameters_;
};

}  // namespace detail

template <class W>
std::unique_ptr<Rule<W>> make_rule(const Cell& cell, const Layout& layout,
                                   const RoleFormats& formats) {
  return with_kind(
      Rules{}, cell, "rule", [&]<class Kind>(const Kind& options) -> std::unique_ptr<Rule<W>> {
        return std::make_unique<typename Kind::template In<W>>(options, layout, Roles<W>(formats));
      });
}

template <class R>
std::unique_ptr<RuleRun<R>> make_rule_run(const Cell& cell, const Layout& layout,
                                          const Start& start) {
  return std::make_unique<detail::Running<R>>(cell, layout, start);
}

template <class M>
std::unique_ptr<RuleRun<M>> make_model_rule(const Cell& cell, const Layout& layout,
                                            const Start& start) {
  const std::string name = precision_of(cell).rule_arithmetic;
  std::unique_ptr<RuleRun<M>> run;
  for_each_arithmetic([&]<class R>() {
    if (name != ArithmeticTraits<R>::name) return;
    if constexpr (std::is_same_v<M, R>) {
      run = make_rule_run<R>(cell, layout, start);
    } else {
      run = std::make_unique<detail::Bridge<M, R>>(cell, layout, start);
    }
  });
  if (!run) throw std::logic_error("an arithmetic that the list does not have");
  return run;
}

}  // namespace ulpscope
