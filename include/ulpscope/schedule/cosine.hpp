// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/elementary_turns.hpp"
#include "ulpscope/schedule/rate.hpp"

namespace ulpscope {

namespace detail {

/// to + (from - to) (1 + cos(pi x)) / 2: from at x = 0, to at x = 1.
template <class W>
W cosine_between(const W& from, const W& to, const W& x) {
  return to + (from - to) * (1 + elementary::cos_half_turns(x)) / 2;
}

inline std::string below_minimum(const Decimal& minimum, const Decimal& lr) {
  if (minimum <= lr) return {};
  return "eta_min = " + minimum.canonical() + " is above the rule's lr = " + lr.canonical() +
         "; expected that lr or less; for example eta_min = 0";
}

}  // namespace detail

/// eta_min + (lr - eta_min) (1 + cos(pi k / T_max)) / 2: half a wave down in T_max updates, then up
/// again, as PyTorch's recurrence goes on, too (CosineAnnealingLR; I. Loshchilov and F. Hutter,
/// arXiv 1608.03983).
struct Cosine : Warmup {
  static constexpr std::string_view name = "cosine";
  static constexpr std::string_view summary = "half a cosine wave down to eta_min, and back";

  std::uint64_t T_max = 1000;
  Decimal eta_min = "0";

  static auto options() {
    return with_warmup<Cosine>(
        Option{"T_max", &Cosine::T_max, "updates of half a wave", positive_count},
        Option{"eta_min", &Cosine::eta_min, "the lowest rate", non_negative});
  }

  /// Why these values do not go with the rule's learning rate, or nothing.
  std::string conflict_with(const Decimal& lr) const { return detail::below_minimum(eta_min, lr); }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const Cosine& options)
        : Rate<W>(options), half_(options.T_max), least_(Rate<W>::value(options.eta_min)) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      return detail::cosine_between(lr, least_, W(W(k % (2 * half_)) / W(half_)));
    }

   private:
    std::uint64_t half_;
    W least_;
  };
};

/// The same from lr to eta_min in T_0 updates, then again from lr in T_0 T_mult, T_0 T_mult^2, ...
/// (CosineAnnealingWarmRestarts; arXiv 1608.03983, SGDR).
struct WarmRestarts : Warmup {
  static constexpr std::string_view name = "warm-restarts";
  static constexpr std::string_view summary = "half cosine waves down, each T_mult times as long";

  std::uint64_t T_0 = 1000;
  std::uint64_t T_mult = 1;
  Decimal eta_min = "0";

  static auto options() {
    return with_warmup<WarmRestarts>(
        Option{"T_0", &WarmRestarts::T_0, "updates of the first wave", positive_count},
        Option{"T_mult", &WarmRestarts::T_mult, "how many times as long the next is",
               positive_count},
        Option{"eta_min", &WarmRestarts::eta_min, "the lowest rate", non_negative});
  }

  /// Why these values do not go with the rule's learning rate, or nothing.
  std::string conflict_with(const Decimal& lr) const { return detail::below_minimum(eta_min, lr); }

  template <class W>
  class In final : public Rate<W> {
   public:
    explicit In(const WarmRestarts& options)
        : Rate<W>(options),
          first_(options.T_0),
          mult_(options.T_mult),
          least_(Rate<W>::value(options.eta_min)) {}

   protected:
    W at(std::uint64_t k, const W& lr, const W&) override {
      // Whole numbers of W: lengths may grow beyond those of a machine.
      W into = W(mult_ == 1 ? k % first_ : k);
      W length = W(first_);
      while (into >= length) {
        into = into - length;
        length = length * W(mult_);
      }
      return detail::cosine_between(lr, least_, W(into / length));
    }

   private:
    std::uint64_t first_, mult_;
    W least_;
  };
};

}  // namespace ulpscope
