// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/kernel/native_sum.hpp"
#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/model/model.hpp"

namespace ulpscope {

/// Whether sums over inputs that are binary32 have kernels in T.
template <class T>
inline constexpr bool has_input_kernel = is_native<T> || kernel::has_kernel<T>;

/// Inputs as these kernels read them.
template <class T>
using KernelMatrix = std::conditional_t<is_native<T>, kernel::NativeMatrix, kernel::Binary32Matrix>;

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
  KernelMatrix<T> narrow_by_sample, narrow_by_feature;

  BothWays() = default;
  explicit BothWays(Samples<T> samples)
      : count(samples.count),
        features(samples.features),
        by_sample(std::move(samples.inputs)),
        targets(std::move(samples.targets)),
        labels(std::move(samples.labels)) {
    if constexpr (has_input_kernel<T>) {
      narrow_ = samples.narrow.empty() ? kernel::binary32_values<T>(by_sample)
                                       : std::move(samples.narrow);
    }
    turn();
    arrange();
  }

  /// The batch's samples in its order, gathered into `room`. `by_kernels`: the inputs as kernels
  /// read them, where there are such, are enough.
  const BothWays& part(Batch batch, BothWays& room, bool by_kernels = false) const {
    room.count = batch.size();
    room.features = features;
    room.targets.clear();
    room.labels.clear();
    for (const std::uint32_t i : batch) {
      room.targets.push_back(targets[i]);
      if (!labels.empty()) room.labels.push_back(labels[i]);
    }
    gather(narrow_, batch, room.narrow_);
    room.arrange();
    if (by_kernels && !narrow_.empty()) return room;
    gather(by_sample, batch, room.by_sample);
    room.turn();
    return room;
  }

 private:
  void arrange() {
    if (narrow_.empty()) return;
    narrow_by_sample.fill(narrow_.data(), count, features, features, 1);
    narrow_by_feature.fill(narrow_.data(), features, count, 1, features);
  }

  template <class V>
  void gather(const std::vector<V>& rows, Batch batch, std::vector<V>& out) const {
    out.clear();
    if (rows.empty()) return;
    for (const std::uint32_t i : batch) {
      const auto first = rows.begin() + static_cast<std::ptrdiff_t>(i * features);
      out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(features));
    }
  }

  void turn() {
    by_feature.resize(by_sample.size());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        by_feature[j * count + i] = by_sample[i * features + j];
      }
    }
  }

  std::vector<float> narrow_;  ///< count x features, or nothing
};

}  // namespace ulpscope
