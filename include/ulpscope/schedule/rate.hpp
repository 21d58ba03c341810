// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/option.hpp"

namespace ulpscope {

/// What every schedule begins with, if it is told to: for k < warmup the rate is
/// lr (warmup_factor + (1 - warmup_factor) k / warmup), then the schedule starts at its k = 0
/// (PyTorch's SequentialLR of LinearLR and the schedule; P. Goyal et al., arXiv 1706.02677).
struct Warmup {
  std::uint64_t warmup = 0;
  Decimal warmup_factor = "0.1";

  /// Keys without effect, each with what would give it one.
  std::vector<Idle> idle() const {
    if (warmup > 0) return {};
    return {{"warmup_factor", "warmup = 100"}};
  }

  /// The options of a schedule, these two behind its own.
  template <class Schedule, class... Own>
  static auto with_warmup(const Own&... own) {
    static constexpr Constraint share{"a number > 0 and <= 1", "0.1",
                                      [](const Decimal& x) { return x > "0" && x <= "1"; }};
    return std::tuple{own...,
                      Option<Schedule, std::uint64_t>{
                          "warmup", &Schedule::warmup,
                          "updates before the schedule, the rate rising to lr", any_count},
                      Option<Schedule, Decimal>{"warmup_factor", &Schedule::warmup_factor,
                                                "where the warm-up begins, a factor of lr", share}};
  }
};

/// A schedule at work: the learning rate of each update. All is computed in the wide arithmetic W
/// (HyperArithmetic<T>), from + - * / alone, and rounded by the rule, once. But for plateau it is a
/// function of k, so a restart needs nothing.
template <class W>
class Rate {
 public:
  explicit Rate(const Warmup& options)
      : warmup_(options.warmup), factor_(value(options.warmup_factor)) {}
  Rate(const Rate&) = delete;
  Rate& operator=(const Rate&) = delete;
  virtual ~Rate() = default;

  /// The rate of update number k + 1; `loss` is that after k updates. Called for k = 0, 1, ... in
  /// turn where the schedule reads the loss.
  W operator()(std::uint64_t k, const W& lr, const W& loss) {
    if (k >= warmup_) return at(k - warmup_, lr, loss);
    return lr * (factor_ + (1 - factor_) * W(k) / W(warmup_));
  }

  /// What the next rate depends on besides k, lr and loss.
  virtual std::vector<W> state() const { return {}; }
  /// As state() gave it; throws std::invalid_argument on one of another schedule.
  virtual void restore(const std::vector<W>& state) {
    if (!state.empty()) throw std::invalid_argument("a schedule's state that it does not have");
  }

 protected:
  virtual W at(std::uint64_t k, const W& lr, const W& loss) = 0;

  static W value(const Decimal& x) {
    if constexpr (is_native<W>) {
      return convert<W>(from_decimal<Dec50>(x));
    } else {
      return from_decimal<W>(x);
    }
  }

  /// base^k by squares.
  static W power(W base, std::uint64_t k) {
    W result(1);
    for (; k > 0; k /= 2, base = base * base) {
      if (k % 2 == 1) result = result * base;
    }
    return result;
  }

 private:
  std::uint64_t warmup_;
  W factor_;
};

/// Factors of a rate.
inline constexpr Constraint rate_factor{"a number > 0 and <= 1", "0.5",
                                        [](const Decimal& x) { return x > "0" && x <= "1"; }};

}  // namespace ulpscope
