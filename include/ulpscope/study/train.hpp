// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "ulpscope/probe/metrics.hpp"
#include "ulpscope/study/column_peaks.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/leg.hpp"
#include "ulpscope/study/patience.hpp"
#include "ulpscope/study/recording.hpp"
#include "ulpscope/study/run_cell.hpp"
#include "ulpscope/study/saved_values.hpp"
#include "ulpscope/study/training.hpp"

namespace ulpscope {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One cell's run in the arithmetic T, or a leg of it, from its start or from where an earlier one
/// was.
template <class T>
class CellRun {
 public:
  CellRun(const Cell& cell, Recorder& recorder, Leg leg, SharedRows* shared)
      : cell_(cell),
        recorder_(recorder),
        leg_(std::move(leg)),
        steps_(std::stoull(cell[key::steps])),
        every_(cell["record.every"]),
        moments_(has_probe(cell, "moments")),
        path_(has_probe(cell, "path")),
        training_(cell, shared),
        patience_(patience_of(cell)),
        peaks_(cell) {
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
    peaks_.add(fields);
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
    peaks_.write_to(metrics);
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
    losses_.steps.clear();
    if (training_.in_batches()) {
      for (const std::string& step : state.lists.at("loss_steps")) {
        losses_.steps.push_back(std::stoull(step));
      }
    } else {
      losses_.steps.resize(t_);
      std::iota(losses_.steps.begin(), losses_.steps.end(), std::uint64_t{0});
    }
    const std::vector<std::string>& saved_rows = state.lists.at("trace");
    if (losses_.values.size() != losses_.steps.size() || earlier_.size() > losses_.values.size() ||
        (!saved_rows.empty() && losses_.values.empty())) {
      throw std::runtime_error("a saved state whose lists do not fit each other");
    }
    // The last step of a shorter run has a row that this one has not, and maybe a loss.
    std::vector<std::string> rows = saved_rows;
    if (!rows.empty() && !recorded(std::stoull(rows.back()))) {
      if (training_.in_batches()) {
        losses_.values.pop_back();
        losses_.steps.pop_back();
      }
      rows.pop_back();
    }
    recorder_.resume(rows);
    peaks_.restore(rows);
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
  ColumnPeaks peaks_;
  std::uint64_t t_ = 0;  ///< updates done
  bool early_ = false;
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// A leg of run_cell with the model in the arithmetic T.
template <class T>
LegEnd train(const Cell& cell, Recorder& recorder, const Control& control, const Leg& leg,
             const std::optional<RunState>& from) {
  std::optional<CellRun<T>> run;
  {
    std::unique_lock<std::mutex> drawing;
    if (control.shared) drawing = control.shared->drawing();
    if (control.stop && !from) return {};  // there is nothing yet to save
    run.emplace(cell, recorder, leg, control.shared);
  }
  return run->run(control, from);
}

}  // namespace ulpscope
