// SPDX-License-Identifier: BSL-1.0
#pragma once

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

  BothWays() = default;
  explicit BothWays(Samples<T> samples)
      : count(samples.count),
        features(samples.features),
        by_sample(std::move(samples.inputs)),
        targets(std::move(samples.targets)),
        labels(std::move(samples.labels)) {
    arrange();
  }

  /// The batch's samples in its order, gathered into `room`.
  const BothWays& part(Batch batch, BothWays& room) const {
    room.count = batch.size();
    room.features = features;
    room.by_sample.clear();
    room.targets.clear();
    room.labels.clear();
    for (const std::uint32_t i : batch) {
      const T* const row = by_sample.data() + i * features;
      room.by_sample.insert(room.by_sample.end(), row, row + features);
      room.targets.push_back(targets[i]);
      if (!labels.empty()) room.labels.push_back(labels[i]);
    }
    room.arrange();
    return room;
  }

 private:
  void arrange() {
    by_feature.resize(by_sample.size());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        by_feature[j * count + i] = by_sample[i * features + j];
      }
    }
  }
};

}  // namespace ulpscope
