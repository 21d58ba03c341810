// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include "ulpscope/schedule/rate.hpp"

// Schedules that go from lr to less, step by step: closed forms of k. Names, options and values are
// those of torch.optim.lr_scheduler (1.13), but for `constant` and `inverse-time`.
namespace ulpscope {

/// lr.
struct Constant : Warmup {
  static constexpr std::string_view name = "constant";
  static constexpr std::string_view summary = "the rule's learning rate throughout";

  static auto options() { return with_warmup<Constant>(); }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const Constant& options) : Rate<W>(options) {}

   protected:
    W at(std::uint64_t, const W& lr, const W&) override { return lr; }
  };
};

/// lr gamma^floor(k / step_size) (StepLR).
struct StepDecay : Warmup {
  static constexpr std::string_view name = "step";
  static constexpr std::string_view summary = "times gamma every step_size updates";

  std::uint64_t step_size = 1000;
  Decimal gamma = "0.1";

  static auto options() {
    return with_warmup<StepDecay>(
        Option{"step_size", &StepDecay::step_size, "updates from step to step", positive_count},
        Option{"gamma", &StepDecay::gamma, "factor of a step", rate_factor});
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const StepDecay& options)
        : Rate<W>(options), step_size_(options.step_size), gamma_(Rate<W>::value(options.gamma)) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      return lr * this->power(gamma_, k / step_size_);
    }

   private:
    std::uint64_t step_size_;
    W gamma_;
  };
};

/// lr gamma^k (ExponentialLR).
struct ExponentialDecay : Warmup {
  static constexpr std::string_view name = "exponential";
  static constexpr std::string_view summary = "times gamma every update";

  Decimal gamma = "0.999";

  static auto options() {
    return with_warmup<ExponentialDecay>(
        Option{"gamma", &ExponentialDecay::gamma, "factor of an update", rate_factor});
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const ExponentialDecay& options)
        : Rate<W>(options), gamma_(Rate<W>::value(options.gamma)) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override { return lr * this->power(gamma_, k); }

   private:
    W gamma_;
  };
};

/// lr / (1 + decay k) (H. Robbins and S. Monro, doi 10.1214/aoms/1177729586: rates whose sum
/// diverges while that of their squares does not).
struct InverseTime : Warmup {
  static constexpr std::string_view name = "inverse-time";
  static constexpr std::string_view summary = "divided by 1 + decay k";

  Decimal decay = "1e-3";

  static auto options() {
    return with_warmup<InverseTime>(
        Option{"decay", &InverseTime::decay, "growth of the divisor an update", non_negative});
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const InverseTime& options)
        : Rate<W>(options), decay_(Rate<W>::value(options.decay)) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override { return lr / (1 + decay_ * W(k)); }

   private:
    W decay_;
  };
};

/// lr (start_factor + (end_factor - start_factor) min(k, total_iters) / total_iters) (LinearLR).
/// PyTorch's start_factor is 1/3 in binary64; the default is its decimal text.
struct LinearChange : Warmup {
  static constexpr std::string_view name = "linear";
  static constexpr std::string_view summary = "a straight line, then level";

  Decimal start_factor = "0.3333333333333333";
  Decimal end_factor = "1";
  std::uint64_t total_iters = 5;

  static auto options() {
    static constexpr Constraint end{"a number from 0 to 1", "1",
                                    [](const Decimal& x) { return x >= "0" && x <= "1"; }};
    return with_warmup<LinearChange>(
        Option{"start_factor", &LinearChange::start_factor, "factor of lr at first", rate_factor},
        Option{"end_factor", &LinearChange::end_factor, "factor of lr in the end", end},
        Option{"total_iters", &LinearChange::total_iters, "updates until it is level",
               positive_count});
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const LinearChange& options)
        : Rate<W>(options),
          start_(Rate<W>::value(options.start_factor)),
          end_(Rate<W>::value(options.end_factor)),
          total_(options.total_iters) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      return lr * (start_ + (end_ - start_) * W(std::min(k, total_)) / W(total_));
    }

   private:
    W start_, end_;
    std::uint64_t total_;
  };
};

}  // namespace ulpscope
