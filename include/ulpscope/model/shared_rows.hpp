// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "ulpscope/kernel/turned.hpp"

namespace ulpscope {

constexpr std::size_t tile_side = 128;

/// use(i, samples, j, width) for parts of a matrix of samples x features that a cache holds: in the
/// order of the samples, and of the features among some of them. That is the order of memory, and
/// of the sums over both.
template <class Use>
void for_each_tile(std::size_t count, std::size_t features, const Use& use) {
  for (std::size_t i = 0; i < count; i += tile_side) {
    for (std::size_t j = 0; j < features; j += tile_side) {
      use(i, std::min(tile_side, count - i), j, std::min(tile_side, features - j));
    }
  }
}

/// A part of binary32 inputs: samples from i on and features from j on, a sample's side by side;
/// for sums over features turned round, a feature's side by side.
struct Tile {
  std::span<const float> values;
  std::size_t stride;  ///< from one of its rows to the next
  std::size_t i, samples, j, features;
};

/// A sum over all inputs: what it does with each tile, in their order. It throws nothing.
struct TileSum {
  bool over_samples;  ///< else over features
  std::function<void(const Tile&)> add;
};

/// Forms sums over the inputs `rows`, row by row, reading these once. `turned`: tile_side^2 values;
/// none are needed where all sums are over samples.
inline void add_tiles(const std::vector<float>& rows, std::size_t features,
                      std::span<const TileSum* const> sums, std::vector<float>& turned) noexcept {
  for_each_tile(rows.size() / features, features,
                [&](std::size_t i, std::size_t samples, std::size_t j, std::size_t width) {
                  const auto from = std::span(rows).subspan(i * features + j);
                  bool is_turned = false;
                  for (const TileSum* sum : sums) {
                    if (sum->over_samples) {
                      sum->add({from, features, i, samples, j, width});
                      continue;
                    }
                    if (!is_turned) {
                      kernel::turn(from.data(), features, samples, width, turned.data());
                      is_turned = true;
                    }
                    sum->add({turned, samples, i, samples, j, width});
                  }
                });
}

/// Inputs that several runs have in common, each run in a thread of its own: held once, and read
/// once for the sums of all of them. A run's sums are those that it forms alone.
///
/// A run takes part from when it has brought its inputs to when it ends. With each sum it waits for
/// all others that take part; the last to come forms those of all.
class SharedRows {
 public:
  /// A run's part. It ends before the SharedRows do.
  class Part {
   public:
    explicit Part(SharedRows& all) : all_(all) {}
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    ~Part() { all_.leave(); }

    const std::vector<float>& rows() const { return all_.rows_; }
    /// Returns when the sum is formed.
    void add_tiles(const TileSum& sum) const { all_.add(sum); }

   private:
    SharedRows& all_;
  };

  /// To be held while a run draws its inputs and joins, so that one at a time has its own.
  [[nodiscard]] std::unique_lock<std::mutex> drawing() { return std::unique_lock(drawing_); }

  /// Takes part with these inputs, row by row, and takes them; nothing, and leaves them, where
  /// others take part with other inputs.
  std::unique_ptr<Part> join(std::vector<float>& rows, std::size_t features) {
    const std::scoped_lock lock(mutex_);
    if (parts_ == 0) {
      rows_ = std::move(rows);
      features_ = features;
    } else if (features != features_ || rows.size() != rows_.size() ||
               std::memcmp(rows.data(), rows_.data(), sizeof(float) * rows.size()) != 0) {
      return nullptr;
    }
    rows = std::vector<float>();  // {} would keep the memory
    waiting_.reserve(parts_ + 1);
    auto part = std::make_unique<Part>(*this);
    ++parts_;
    return part;
  }

 private:
  void leave() {
    const std::scoped_lock lock(mutex_);
    --parts_;
    changed_.notify_all();
  }

  void add(const TileSum& sum) {
    std::unique_lock lock(mutex_);
    waiting_.push_back(&sum);
    const std::uint64_t before = formed_;
    while (formed_ == before) {
      if (waiting_.size() < parts_) {
        changed_.wait(lock);
        continue;
      }
      ulpscope::add_tiles(rows_, features_, waiting_, turned_);
      waiting_.clear();
      ++formed_;
      changed_.notify_all();
    }
  }

  std::mutex drawing_, mutex_;
  std::condition_variable changed_;
  std::vector<float> rows_, turned_ = std::vector<float>(tile_side * tile_side);
  std::size_t features_ = 0, parts_ = 0;
  std::vector<const TileSum*> waiting_;
  std::uint64_t formed_ = 0;
};

}  // namespace ulpscope
