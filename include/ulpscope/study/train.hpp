// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "ulpscope/data/batches.hpp"
#include "ulpscope/data/data_kinds.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/probe/metrics.hpp"
#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/rule/transform.hpp"
#include "ulpscope/study/curvature.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/leg.hpp"
#include "ulpscope/study/make_rule_run.hpp"
#include "ulpscope/study/patience.hpp"
#include "ulpscope/study/run_cell.hpp"
#include "ulpscope/study/saved_values.hpp"

namespace ulpscope {

/// Which steps a trace has a row for, besides the first and the last.
class Recording {
 public:
  explicit Recording(const std::string& every) : every_(every == "log" ? 0 : std::stoull(every)) {}

  /// "log": steps of at most two significant digits, 90 in each decade from 10 on.
  bool operator()(std::uint64_t step) const {
    if (every_ > 0) return step % every_ == 0;
    while (step >= 100 && step % 10 == 0) step /= 10;
    return step < 100;
  }

  /// About how many rows a trace of so many steps has.
  double rows(double steps) const {
    if (every_ > 0) return steps / static_cast<double>(every_) + 2;
    return steps < 100 ? steps : 90 * std::log10(steps);
  }

 private:
  std::uint64_t every_;
};

/// The data in the arithmetic T, rounded once into the format of data.
template <class T>
Samples<T> samples(const Dataset& data, const KeptRole<T>& role) {
  Samples<T> all{
      data.samples, data.features, data.classes, stored<T>(data.inputs, role, 0), {}, {}};
  if (data.classes > 0) {
    for (const float label : data.targets) all.labels.push_back(static_cast<std::uint32_t>(label));
  }
  all.targets = stored<T>(data.targets, role, 1);
  if (has_input_kernel<T> && !role.rounds) all.narrow = data.inputs;
  return all;
}

/// One cell's model in its arithmetic T, and its rule: the one place where they meet.
///
/// Update number t goes by the gradient of mini-batch t - 1, or of all samples, sent through the
/// transforms; where these accumulate, by as many batches as they wait for.
template <class T>
class Training {
 public:
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  explicit Training(const Cell& cell) {
    Dataset data =
        with_kind(DataKinds{}, cell, "data", [](const auto& kind) { return kind.draw(); });
    const Precision precision = precision_of(cell);
    const Roles<T> roles(precision.model);
    const bool curved = has_probe(cell, "sharpness");
    with_kind(Models{}, cell, "model", [&]<class Kind>(const Kind& options) {
      const Start start = options.start(data.features, data.classes, data.generator);
      if constexpr (Kind::needs == Targets::none) {
        model_ = std::make_unique<typename Kind::template In<T>>(options, roles);
        if (curved) curvature_ = make_curvature(cell, {});
      } else {
        auto kept = samples<T>(data, roles[Role::data]);
        if (curved) curvature_ = make_curvature(cell, in_binary64(kept));
        model_ = std::make_unique<typename Kind::template In<T>>(options, std::move(kept), roles);
        const auto batch = read_options<BatchOptions>(cell.section("batch"));
        if (batch.size != "all")
          batches_.emplace(data.samples, std::stoull(batch.size),
                           batch.order == "shuffled" ? std::optional(batch.seed) : std::nullopt);
        if (batches_ && cell["model.loss"].starts_with("sum")) {
          gradient_scale_ = std::stod(batch.size) / static_cast<double>(data.samples);
        }
      }
      rule_ = make_model_rule<T>(cell, model_->layout(), start);
      if (curved) {
        rule_->set_curvature([this](std::span<const double> scale) {
          std::vector<double> parameters;
          for (const T& w : rule_->parameters()) parameters.push_back(convert<double>(w));
          return gradient_scale_ * curvature_->largest(parameters, scale);
        });
      }
      return true;
    });
    const auto transforms = read_options<TransformList>(cell.section("transform")).in_order();
    for (const TransformOptions& each : transforms) {
      if (each.kind == "accumulate" && !each.average) {
        gradient_scale_ *= static_cast<double>(each.steps);
      }
    }
    transforms_.emplace(transforms, roles);
    gradient_.resize(model_->parameters());
  }

  /// Whether updates go by other samples than loss().
  bool in_batches() const { return batches_.has_value(); }

  /// The loss over all samples at the current parameters, after `step` updates, and its gradient.
  T loss(std::uint64_t step) {
    fresh_ = true;
    return loss_ = model_->loss_and_gradient(step, rule_->parameters(), gradient_);
  }

  /// Update number t = 1, 2, ... `recorded`: a row of the probes follows.
  void update(std::uint64_t t, bool recorded = false) {
    const std::uint64_t parts = transforms_->parts();
    for (std::uint64_t n = (t - 1) * parts;; ++n) {
      if (batches_) {
        loss_ = model_->loss_and_gradient(n, rule_->parameters(), gradient_, batches_->at(n));
      } else if (!fresh_) {
        loss(n);
      }
      fresh_ = false;
      if (transforms_->apply(t, gradient_)) break;
    }
    rule_->step(t, loss_, gradient_, recorded);
  }

  /// The parameters as the model sees them: those of the rule itself where both compute in T.
  std::span<T> parameters() { return rule_->parameters(); }
  std::span<const T> gradient() const { return gradient_; }
  RuleRun<T>& rule() { return *rule_; }

 private:
  std::unique_ptr<Model<T>> model_;
  std::unique_ptr<Curvature> curvature_;  ///< none without the probe `sharpness`
  double gradient_scale_ = 1;  ///< of a step's gradient, by that over all samples, on average
  std::unique_ptr<RuleRun<T>> rule_;
  std::optional<Batches> batches_;
  std::optional<Transforms<T>> transforms_;
  std::vector<T> gradient_;
  T loss_{};
  bool fresh_ = false;  ///< the gradient is that of all samples at the current parameters
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One cell's run in the arithmetic T, or a leg of it, from its start or from where an earlier one
/// was.
template <class T>
class CellRun {
 public:
  CellRun(const Cell& cell, Recorder& recorder, Leg leg)
      : cell_(cell),
        recorder_(recorder),
        leg_(std::move(leg)),
        steps_(std::stoull(cell["study.steps"])),
        every_(cell["record.every"]),
        moments_(has_probe(cell, "moments")),
        path_(has_probe(cell, "path")),
        training_(cell),
        patience_(patience_of(cell)) {
    losses_.values.reserve(steps_);
    losses_.steps.reserve(steps_);
  }

  /// As run_cell, from a state if there is one.
  LegEnd run(const Control& control, const std::optional<RunState>& from) {
    if (from) restore(*from);
    start_ = std::chrono::steady_clock::now();
    bool has_row = t_ == 0 || recorded(t_);  // then the probes know the update before this loss
    for (; t_ < leg_.end; control.step = t_) {
      if (control.stop) {
        save_to(control);
        return {};
      }
      if (control.save) {
        control.save = false;
        save_to(control);
      }
      if (has_row || !training_.in_batches()) {
        if (!look(has_row)) return {finish(std::nullopt), {}};
      }
      ++t_;
      has_row = recorded(t_);
      // The last update is recorded as it may be in a longer run.
      training_.update(t_, has_row || patience_.given() || t_ == steps_);
    }
    control.step = t_;
    if (t_ < steps_) return {{}, state()};
    // With mini-batches patience has looked at the last loss, which a longer run does not record.
    const bool same_before = !(training_.in_batches() && patience_.given());
    return {finish(same_before ? std::optional(state()) : std::nullopt), {}};
  }

 private:
  static Patience<HyperArithmetic<T>> patience_of(const Cell& cell) {
    const auto stop = read_options<StopOptions>(cell.section("stop"));
    return {stop.patience, hyper<T>(stop.tolerance)};
  }

  bool recorded(std::uint64_t t) const { return every_(t) || t + 1 == steps_; }
  double seconds() const { return seconds_before_ + seconds_since(start_); }

  /// Takes the loss after t updates; false where the run ends with it.
  bool look(bool has_row) {
    using std::isfinite;
    losses_.add(t_, training_.loss(t_));
    const T& loss = losses_.values.back();
    const bool finite = isfinite(loss);
    early_ = finite && patience_.ends(t_, convert<HyperArithmetic<T>>(loss));
    const bool ends = !finite || early_;
    if (has_row || ends) row();
    return !ends;
  }

  void row() {
    std::vector<std::string> fields{decimal_text(losses_.values.back())};
    if (moments_) fields.push_back(decimal_text(norm(widened<T>(training_.gradient()))));
    for (std::string& field : training_.rule().row()) fields.push_back(std::move(field));
    if (const auto growth = training_.rule().growth()) growths_.push_back({t_, *growth});
    if (path_) {
      for (const T& parameter : training_.parameters()) fields.push_back(decimal_text(parameter));
    }
    recorder_.trace(t_, fields);
  }

  Run finish(std::optional<RunState> end) {
    const double seconds = this->seconds();
    training_.rule().for_each_value(
        [&](std::string_view role, std::size_t index, const std::string& value) {
          recorder_.final_value(role, index, value);
        });
    Metrics metrics = earlier_.empty()
                          ? measured(cell_, losses_, growths_)
                          : measure_both(cell_, leg_.before, literals(), losses_.steps, growths_);
    if (early_) metrics[metric_place("stopped")] = std::to_string(t_);
    return Run{std::move(metrics), t_, seconds, std::move(end)};
  }

  /// After an update, before the loss that follows it. The rule's lists, and "losses",
  /// "loss_steps", "best_loss", "best_step", "trace", "growths" and "growth_steps"; after a switch
  /// of precision "before_switch", how many of the losses are from before it.
  RunState state() {
    RunState state{t_, seconds(), {}};
    training_.rule().save(state);
    patience_.save(state);
    state.lists["losses"] = literals();
    if (!leg_.before.empty()) state.lists["before_switch"] = {std::to_string(earlier_.size())};
    if (training_.in_batches()) {  // else those are all steps
      auto& steps = state.lists["loss_steps"];
      for (const std::uint64_t step : losses_.steps) steps.push_back(std::to_string(step));
    }
    state.lists["trace"] = recorder_.rows();
    save_growths(state, growths_);
    return state;
  }

  /// Every loss as it was, in whatever arithmetic.
  std::vector<std::string> literals() const {
    std::vector<std::string> all = earlier_;
    for (std::size_t i = all.size(); i < losses_.values.size(); ++i) {
      all.push_back(hex_literal(losses_.values[i]));
    }
    return all;
  }

  void save_to(const Control& control) {
    if (control.keeper && t_ > 0) control.keeper->save(state());
  }

  void restore(const RunState& state) {
    if (state.step > steps_) throw std::runtime_error("a saved state of more steps than there are");
    t_ = state.step;
    seconds_before_ = state.seconds;
    training_.rule().restore(state);
    patience_.restore(state);
    if (leg_.before.empty()) {
      losses_.values = saved_values<T>(state, "losses");
    } else {
      const auto& losses = state.lists.at("losses");
      const auto count = state.lists.find("before_switch");
      earlier_ = losses;
      if (count != state.lists.end()) earlier_.resize(std::stoull(count->second.at(0)));
      losses_.values.clear();
      for (const std::string& loss : losses) losses_.values.push_back(rounded_literal<T>(loss));
    }
    losses_.steps.resize(losses_.values.size());
    std::iota(losses_.steps.begin(), losses_.steps.end(), std::uint64_t{0});
    if (training_.in_batches()) {
      std::transform(state.lists.at("loss_steps").begin(), state.lists.at("loss_steps").end(),
                     losses_.steps.begin(),
                     [](const std::string& step) { return std::stoull(step); });
    }
    // The last step of a shorter run has a row that this one has not, and maybe a loss.
    std::vector<std::string> rows = state.lists.at("trace");
    if (!rows.empty() && !recorded(std::stoull(rows.back()))) {
      if (training_.in_batches()) {
        losses_.values.pop_back();
        losses_.steps.pop_back();
      }
      rows.pop_back();
    }
    recorder_.resume(rows);
    growths_ = saved_growths(state);
    if (!growths_.empty() && !recorded(growths_.back().step)) growths_.pop_back();
  }

  const Cell& cell_;
  Recorder& recorder_;
  Leg leg_;
  std::uint64_t steps_;
  Recording every_;
  bool moments_, path_;
  Training<T> training_;
  Patience<HyperArithmetic<T>> patience_;
  Losses<T> losses_;
  std::vector<std::string> earlier_;  ///< the first of these, as they were before a switch
  Growths growths_;
  std::uint64_t t_ = 0;  ///< updates done
  bool early_ = false;
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// A leg of run_cell with the model in the arithmetic T.
template <class T>
LegEnd train(const Cell& cell, Recorder& recorder, const Control& control, const Leg& leg,
             const std::optional<RunState>& from) {
  return CellRun<T>(cell, recorder, leg).run(control, from);
}

/// measure_cost in the arithmetic T.
template <class T>
Cost cost(const Cell& cell, const std::atomic<bool>& stop) {
  const auto start = std::chrono::steady_clock::now();
  Training<T> training(cell);
  const double setup = seconds_since(start);
  const auto first = std::chrono::steady_clock::now();
  std::uint64_t t = 0;
  do {
    if (!training.in_batches()) training.loss(t);
    training.update(++t);
  } while (!stop && (t < 2 || seconds_since(first) < 0.05));
  return {setup, seconds_since(first) / static_cast<double>(t)};
}

/// footprint in the arithmetic T.
template <class T>
Footprint footprint(const Cell& cell) {
  const Extent& extent = cell.extent;
  const Sizes sizes{static_cast<double>(extent.samples), static_cast<double>(extent.features),
                    static_cast<double>(extent.classes)};
  const double steps = std::stod(cell["study.steps"]);
  double model = 0;
  double parameters = 0;
  with_kind(Models{}, cell, "model", [&](const auto& options) {
    model = options.values(sizes);
    parameters = options.parameters(sizes);
    return true;
  });
  double probe_fields = 0;
  for (const ProbeInfo& probe : probe_list) {
    if (has_probe(cell, probe.name)) probe_fields += static_cast<double>(probe.columns().size());
  }
  constexpr double digits = std::numeric_limits<T>::max_digits10;
  constexpr double states = 5;  // parameters and at most four of a rule, compensation included
  double rule = 0;              // bytes in memory
  double values = 0;            // bytes in final.csv
  const std::string arithmetic = precision_of(cell).rule_arithmetic;
  for_each_arithmetic([&]<class R>() {
    if (arithmetic != ArithmeticTraits<R>::name) return;
    rule = sizeof(R) * (states + 1) * parameters;
    if (!std::is_same_v<T, R>) rule += 2 * sizeof(T) * parameters;
    if (has_probe(cell, "shadow")) {
      rule += sizeof(ShadowArithmetic<R>) * (states + 2) * parameters;
    }
    values = states * parameters * (0.83 * std::numeric_limits<R>::max_digits10 + 35);
  });
  const double inputs =
      (sizes.samples * sizes.features + sizes.samples + extent.besides) * sizeof(float);
  const double trace =
      Recording(cell["record.every"]).rows(steps) * ((1 + probe_fields) * (digits + 8) + 6);
  // A state is written as text, a loss a step among it.
  constexpr double state_loss = sizeof(std::string) + 16 + digits;
  const double losses = (sizeof(T) + sizeof(std::uint64_t) + state_loss) * steps;
  // The kernels' own copies of the inputs, in two layouts, and what batches gather them from.
  const double narrow =
      has_input_kernel<T> ? 3 * sizeof(float) * sizes.samples * sizes.features : 0;
  return {inputs, sizeof(T) * model + narrow + curvature_bytes(cell, model, parameters),
          rule + sizeof(T) * parameters + values, losses + trace, trace + values};
}

/// Instantiates all of this for T: once in a translation unit of its own, `extern` elsewhere, as
/// every arithmetic of a model meets every one of a rule.
#define ULPSCOPE_TRAIN(extern_or_not, T)                                                           \
  extern_or_not template std::unique_ptr<Rule<T>> make_rule<T>(const Cell&, const Layout&,         \
                                                               const RoleFormats&);                \
  extern_or_not template std::unique_ptr<RuleRun<T>> make_rule_run<T>(const Cell&, const Layout&,  \
                                                                      const Start&);               \
  extern_or_not template std::unique_ptr<RuleRun<T>> make_model_rule<T>(                           \
      const Cell&, const Layout&, const Start&);                                                   \
  extern_or_not template class Training<T>;                                                        \
  extern_or_not template LegEnd train<T>(const Cell&, Recorder&, const Control&, const Leg&,       \
                                         const std::optional<RunState>&);                          \
  extern_or_not template Metrics measure_literals<T>(const Cell&, const std::vector<std::string>&, \
                                                     const std::vector<std::uint64_t>&,            \
                                                     const Growths&);                              \
  extern_or_not template Cost cost<T>(const Cell&, const std::atomic<bool>&);                      \
  extern_or_not template Footprint footprint<T>(const Cell&);

}  // namespace ulpscope
