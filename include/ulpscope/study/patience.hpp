// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ulpscope/study/saved_values.hpp"

namespace ulpscope {

/// Ends a run whose loss has not come below the best by more than the tolerance for `steps` steps.
template <class W>
class Patience {
 public:
  Patience(std::uint64_t steps, W tolerance) : steps_(steps), tolerance_(std::move(tolerance)) {}

  bool given() const { return steps_ > 0; }

  bool ends(std::uint64_t t, const W& loss) {
    if (!given()) return false;
    if (!best_ || loss < *best_ - tolerance_) {
      best_ = loss;
      since_ = t;
    }
    return t - since_ >= steps_;
  }

  /// The lists "best_loss" and "best_step".
  void save(RunState& state) const {
    if (!best_) return;
    save_values(state, "best_loss", std::vector{*best_});
    state.lists["best_step"] = {std::to_string(since_)};
  }
  void restore(const RunState& state) {
    const auto best = saved_values<W>(state, "best_loss");
    if (best.empty()) return;
    best_ = best.front();
    since_ = std::stoull(state.lists.at("best_step").at(0));
  }

 private:
  std::uint64_t steps_;
  W tolerance_;
  std::optional<W> best_;
  std::uint64_t since_ = 0;
};

}  // namespace ulpscope
