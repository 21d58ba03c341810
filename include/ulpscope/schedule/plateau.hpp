// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/schedule/rate.hpp"

namespace ulpscope {

/// Times `factor`, but not below min_lr, where the loss has not improved for more than `patience`
/// updates (ReduceLROnPlateau, mode min). Before each update, with the loss L of then:
///
///   improved: L < best (1 - threshold) [rel], L < best - threshold [abs], and the first one
///   improved ? (best = L, bad = 0) : bad = bad + 1
///   in cooldown: cooldown is one less, and bad = 0
///   bad > patience: rate = max(rate factor, min_lr), if that is more than eps less; the cooldown
///   begins, and bad = 0
///
/// The loss that is read is the run's own, in its arithmetic, so its round-off can decide a rate.
/// PyTorch steps after an epoch, here every update does. A warm-up's losses are not read.
struct Plateau : Warmup {
  static constexpr std::string_view name = "plateau";
  static constexpr std::string_view summary = "times factor where the loss no longer improves";

  Decimal factor = "0.1";
  std::uint64_t patience = 10;
  Decimal threshold = "1e-4";
  std::string threshold_mode = "rel";
  std::uint64_t cooldown = 0;
  Decimal min_lr = "0";
  Decimal eps = "1e-8";

  static auto options() {
    constexpr auto texts = +[] { return std::vector<std::string_view>{"rel", "abs"}; };
    static constexpr Constraint less{"a number > 0 and < 1", "0.1",
                                     [](const Decimal& x) { return x > "0" && x < "1"; }};
    return with_warmup<Plateau>(
        Option{"factor", &Plateau::factor, "of a reduction", less},
        Option{"patience", &Plateau::patience, "updates without improvement that pass", any_count},
        Option{"threshold", &Plateau::threshold, "what an improvement must exceed", non_negative},
        Option{"threshold_mode",
               &Plateau::threshold_mode,
               "relative to the best loss, or absolute",
               {},
               texts},
        Option{"cooldown", &Plateau::cooldown, "updates after a reduction that do not count",
               any_count},
        Option{"min_lr", &Plateau::min_lr, "the lowest rate", non_negative},
        Option{"eps", &Plateau::eps, "reductions by no more than this are left out", non_negative});
  }

  /// Why these values do not go with the rule's learning rate, or nothing.
  std::string conflict_with(const Decimal& lr) const {
    if (min_lr <= lr) return {};
    return "min_lr = " + min_lr.canonical() + " is above the rule's lr = " + lr.canonical() +
           "; expected that lr or less; for example min_lr = 0";
  }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const Plateau& options)
        : Rate<W>(options),
          factor_(Rate<W>::value(options.factor)),
          threshold_(Rate<W>::value(options.threshold)),
          least_(Rate<W>::value(options.min_lr)),
          eps_(Rate<W>::value(options.eps)),
          patience_(options.patience),
          cooldown_(options.cooldown),
          relative_(options.threshold_mode == "rel") {}

    /// Best loss, updates without improvement, what is left of the cooldown, the rate; nothing
    /// before the first loss.
    std::vector<W> state() const override {
      if (!begun_) return {};
      return {best_, W(bad_), W(cooling_), rate_};
    }
    void restore(const std::vector<W>& state) override {
      begun_ = !state.empty();
      if (!begun_) return;
      if (state.size() != 4) throw std::invalid_argument("a state that is not plateau's");
      best_ = state[0];
      bad_ = static_cast<std::uint64_t>(state[1]);
      cooling_ = static_cast<std::uint64_t>(state[2]);
      rate_ = state[3];
    }

   protected:
    W at(std::uint64_t, const W& lr, const W& loss) override {
      if (!begun_) {
        rate_ = lr;
        bad_ = cooling_ = 0;
      }
      if (!begun_ || loss < (relative_ ? W(best_ * (1 - threshold_)) : W(best_ - threshold_))) {
        best_ = loss;
        bad_ = 0;
      } else {
        ++bad_;
      }
      begun_ = true;
      if (cooling_ > 0) {
        --cooling_;
        bad_ = 0;
      }
      if (bad_ > patience_) {
        const W scaled = rate_ * factor_;
        const W reduced = scaled < least_ ? least_ : scaled;
        if (rate_ - reduced > eps_) rate_ = reduced;
        cooling_ = cooldown_;
        bad_ = 0;
      }
      return rate_;
    }

   private:
    W factor_, threshold_, least_, eps_;
    std::uint64_t patience_, cooldown_;
    bool relative_;
    bool begun_ = false;
    W best_ = W(0), rate_ = W(0);
    std::uint64_t bad_ = 0, cooling_ = 0;
  };
};

}  // namespace ulpscope
