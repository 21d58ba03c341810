// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/model/model.hpp"

namespace ulpscope {

/// Samples with their inputs in both layouts: row by row for sums over samples, whose outputs are
/// features, and column by column for sums over features, whose outputs are samples.
template <class T>
struct BothWays {
  std::size_t count = 0, features = 0;
  std::vector<T> by_sample;   ///< count x features
  std::vector<T> by_feature;  ///< features x count
  std::vector<T> targets;
  std::vector<std::uint32_t> labels;
  /// The same in both layouts as kernels of T read them; without columns where there are none, or
  /// where an input is no binary32.
  kernel::Binary32Matrix narrow_by_sample, narrow_by_feature;

  BothWays() = default;
  explicit BothWays(Samples<T> samples)
      : count(samples.count),
        features(samples.features),
        by_sample(std::move(samples.inputs)),
        targets(std::move(samples.targets)),
        labels(std::move(samples.labels)) {
    if constexpr (kernel::has_kernel<T>) {
      narrow_ = samples.narrow.empty() ? kernel::binary32_values<T>(by_sample)
                                       : std::move(samples.narrow);
    }
    arrange();
  }

  /// The batch's samples in its order, gathered into `room`.
  const BothWays& part(Batch batch, BothWays& room) const {
    room.count = batch.size();
    room.features = features;
    room.by_sample.clear();
    room.targets.clear();
    room.labels.clear();
    room.narrow_.clear();
    for (const std::uint32_t i : batch) {
      const T* const row = by_sample.data() + i * features;
      room.by_sample.insert(room.by_sample.end(), row, row + features);
      if (!narrow_.empty()) {
        const auto first = narrow_.begin() + static_cast<std::ptrdiff_t>(i * features);
        room.narrow_.insert(room.narrow_.end(), first,
                            first + static_cast<std::ptrdiff_t>(features));
      }
      room.targets.push_back(targets[i]);
      if (!labels.empty()) room.labels.push_back(labels[i]);
    }
    room.arrange();
    return room;
  }

 private:
  void arrange() {
    turn(by_sample, by_feature);
    if (narrow_.empty()) return;
    std::vector<float> turned;
    turn(narrow_, turned);
    narrow_by_sample = kernel::Binary32Matrix(narrow_, features);
    narrow_by_feature = kernel::Binary32Matrix(turned, count);
  }

  template <class V>
  void turn(const std::vector<V>& from, std::vector<V>& to) const {
    to.resize(from.size());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < features; ++j) to[j * count + i] = from[i * features + j];
    }
  }

  std::vector<float> narrow_;  ///< count x features, or nothing
};

}  // namespace ulpscope
