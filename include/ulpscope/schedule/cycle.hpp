// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/schedule/cosine.hpp"

namespace ulpscope {

/// Triangles between the rule's lr and max_lr (CyclicLR; L. N. Smith, arXiv 1506.01186): with p the
/// place in a cycle of step_size_up + step_size_down updates,
///
///   lr + (max_lr - lr) p / step_size_up                        p <= step_size_up
///   lr + (max_lr - lr) (cycle length - p) / step_size_down     after
///
/// and with triangular2 the height halves from cycle to cycle. Momentum is not cycled.
struct Cyclic : Warmup {
  static constexpr std::string_view name = "cyclic";
  static constexpr std::string_view summary =
      "triangles between the rule's lr and max_lr; momentum stays";

  Decimal max_lr = "0.01";
  std::uint64_t step_size_up = 2000;
  std::uint64_t step_size_down = 0;
  std::string mode = "triangular";

  static auto options() {
    constexpr auto texts = +[] {
      return std::vector<std::string_view>{"triangular", "triangular2"};
    };
    return with_warmup<Cyclic>(
        Option{"max_lr", &Cyclic::max_lr, "the top of the first triangle", positive},
        Option{"step_size_up", &Cyclic::step_size_up, "updates of the way up", positive_count},
        Option{"step_size_down", &Cyclic::step_size_down, "and of the way down; 0: as many",
               any_count},
        Option{"mode", &Cyclic::mode, "whether the height halves with each cycle", {}, texts});
  }

  /// Why these values do not go with the rule's learning rate, or nothing.
  std::string conflict_with(const Decimal& lr) const {
    if (max_lr >= lr) return {};
    return "max_lr = " + max_lr.canonical() + " is below the rule's lr = " + lr.canonical() +
           "; expected that lr or more; for example max_lr = " + lr.canonical();
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const Cyclic& options)
        : Rate<W>(options),
          top_(Rate<W>::value(options.max_lr)),
          up_(options.step_size_up),
          down_(options.step_size_down == 0 ? up_ : options.step_size_down),
          halves_(options.mode == "triangular2") {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      const std::uint64_t length = up_ + down_;
      const std::uint64_t p = k % length;
      const W height = (top_ - lr) * (p <= up_ ? W(p) / W(up_) : W(length - p) / W(down_));
      return lr + (halves_ ? W(height * this->power(W(W(1) / W(2)), k / length)) : height);
    }

   private:
    W top_;
    std::uint64_t up_, down_;
    bool halves_;
  };
};

/// From lr / div_factor up to the rule's lr, which is the maximum, in the first pct_start of
/// total_steps, then down to lr / (div_factor final_div_factor) (OneCycleLR with two phases;
/// L. N. Smith and N. Topin, arXiv 1708.07120). As in PyTorch the top is at
/// k = pct_start total_steps - 1, which need not be whole, the end at k = total_steps - 1, and
/// there is no rate beyond it. Momentum is not cycled.
struct OneCycle : Warmup {
  static constexpr std::string_view name = "one-cycle";
  static constexpr std::string_view summary =
      "once up to the rule's lr and far below; momentum stays";

  std::uint64_t total_steps = 1000;
  Decimal pct_start = "0.3";
  std::string anneal = "cos";
  Decimal div_factor = "25";
  Decimal final_div_factor = "1e4";

  static auto options() {
    constexpr auto texts = +[] { return std::vector<std::string_view>{"cos", "linear"}; };
    static constexpr Constraint share{"a number > 0 and < 1", "0.3",
                                      [](const Decimal& x) { return x > "0" && x < "1"; }};
    static constexpr Constraint divisor{"a number >= 1", "25",
                                        [](const Decimal& x) { return x >= "1"; }};
    return with_warmup<OneCycle>(
        Option{"total_steps", &OneCycle::total_steps, "updates of the cycle", positive_count},
        Option{"pct_start", &OneCycle::pct_start, "the share of the way up", share},
        Option{"anneal", &OneCycle::anneal, "how it goes up and down", {}, texts},
        Option{"div_factor", &OneCycle::div_factor, "maximum / first rate", divisor},
        Option{"final_div_factor", &OneCycle::final_div_factor, "first / last rate", divisor});
  }

  /// Why these values do not go together, or nothing.
  std::string conflict() const {
    if (from_decimal<Dec50>(pct_start) * total_steps > 1) return {};
    return "pct_start * total_steps must be above 1, or there is no way up: pct_start = " +
           pct_start.canonical() + ", total_steps = " + std::to_string(total_steps) +
           "; for example pct_start = 0.3, total_steps = 1000";
  }

  /// Why a run of so many updates cannot follow it, or nothing.
  std::string conflict_with_steps(std::uint64_t steps) const {
    if (steps <= warmup + total_steps) return {};
    return "total_steps = " + std::to_string(total_steps) + " ends after " +
           std::to_string(warmup + total_steps) + " updates, and the run has " +
           std::to_string(steps) + "; expected at least as many; for example total_steps = " +
           std::to_string(steps - warmup);
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const OneCycle& options)
        : Rate<W>(options),
          total_(options.total_steps),
          top_(Rate<W>::value(options.pct_start) * W(options.total_steps) - 1),
          div_(Rate<W>::value(options.div_factor)),
          final_div_(Rate<W>::value(options.final_div_factor)),
          cosine_(options.anneal == "cos") {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      if (k >= total_) throw std::out_of_range("a one-cycle schedule ends after total_steps");
      const W first = lr / div_;
      const W x = W(k);
      if (x <= top_) return between(first, lr, W(x / top_));
      return between(lr, W(first / final_div_), W((x - top_) / (W(total_ - 1) - top_)));
    }

   private:
    W between(const W& from, const W& to, const W& x) const {
      return cosine_ ? detail::cosine_between(from, to, x) : W(from + (to - from) * x);
    }

    std::uint64_t total_;
    W top_, div_, final_div_;
    bool cosine_;
  };
};

}  // namespace ulpscope
