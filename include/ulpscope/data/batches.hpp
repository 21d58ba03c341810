// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "ulpscope/format/philox.hpp"

namespace ulpscope {

/// Whole numbers from Philox, number after number: counter = (block, epoch, epoch's upper half,
/// 2^32 - 1), which no rounding has (its last word is 0).
class ShuffleNumbers {
 public:
  ShuffleNumbers(std::uint64_t seed, std::uint64_t epoch) : seed_(seed), epoch_(epoch) {}

  /// One of 0, 1, ..., bound - 1, each as likely as any other (D. Lemire, doi 10.1145/3230636): the
  /// upper half of word * bound, and another word where the lower half is among the 2^32 mod bound
  /// values that some numbers would have more often.
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{word()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t surplus = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < surplus) product = std::uint64_t{word()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

 private:
  std::uint32_t word() {
    if (at_ == words_.size()) {
      words_ =
          philox({block_++, static_cast<std::uint32_t>(epoch_),
                  static_cast<std::uint32_t>(epoch_ >> 32U), 0xFFFFFFFFU},
                 {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32U)});
      at_ = 0;
    }
    return words_[at_++];
  }

  std::uint64_t seed_, epoch_;
  std::uint32_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t at_ = 4;
};

/// Mini-batches: in each epoch all samples once, in an order of its own, or without a seed in that
/// of the data. Batch number n = 0, 1, ... is a function of n, the seed and the sizes alone, so a
/// restart needs nothing.
class Batches {
 public:
  /// Throws std::invalid_argument for more samples a batch than there are.
  Batches(std::size_t samples, std::size_t size, std::optional<std::uint64_t> seed)
      : size_(size), seed_(seed), order_(size == 0 ? 0 : samples) {
    if (size > samples) throw std::invalid_argument("a batch larger than the data");
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  }

  /// The last one of an epoch has what is left over. With size 0: one, of all samples.
  std::uint64_t per_epoch() const { return size_ == 0 ? 1 : (order_.size() + size_ - 1) / size_; }

  /// The samples of batch number n, valid until the next call; none for size 0, as all are meant.
  std::span<const std::uint32_t> at(std::uint64_t n) {
    if (size_ == 0) return {};
    if (seed_) shuffle(*seed_, n / per_epoch());
    const std::size_t first = size_ * static_cast<std::size_t>(n % per_epoch());
    return std::span<const std::uint32_t>(order_).subspan(first,
                                                          std::min(size_, order_.size() - first));
  }

 private:
  /// R. Durstenfeld, "Algorithm 235", doi 10.1145/364520.364540 (Fisher and Yates' shuffle).
  void shuffle(std::uint64_t seed, std::uint64_t epoch) {
    if (epoch_ == epoch) return;
    epoch_ = epoch;
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    ShuffleNumbers numbers(seed, epoch);
    for (std::size_t left = order_.size(); left > 1; --left) {
      std::swap(order_[left - 1], order_[numbers.below(static_cast<std::uint32_t>(left))]);
    }
  }

  std::size_t size_;
  std::optional<std::uint64_t> seed_;
  std::vector<std::uint32_t> order_;
  std::optional<std::uint64_t> epoch_;
};

}  // namespace ulpscope
