// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <utility>

#include "ulpscope/kernel/cache.hpp"
#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/kernel/turned.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"

namespace ulpscope {

/// Whether sums over inputs that are binary32 have kernels in T.
template <class T>
inline constexpr bool has_input_kernel = is_native<T> || kernel::has_kernel<T>;

/// Inputs as these kernels read them.
template <class T>
using KernelMatrix = std::conditional_t<is_native<T>, kernel::NativeMatrix, kernel::Binary32Matrix>;

/// Samples, with weighted sums of their inputs x_ij in both directions:
///
///   sum_features   out[i] = sum over features j of w[j] x_ij, j ascending
///   sum_samples    out[j] = sum over samples i of w[i] x_ij, i ascending
///
/// How the inputs are held is a matter of speed and memory, never of bits:
///
///   - as binary32, where all of them are and T has kernels for that, in the layouts of both
///     directions: while they fit the second cache, or T is wide and they are small beside it;
///   - while they fit it in T, in both directions of that;
///   - else row by row, as binary32 if they are given so, or in T. Sums then go by tiles, each
///     turned round or converted when it is read.
template <class T>
class Inputs {
 public:
  std::size_t count = 0, features = 0;
  std::vector<T> targets;
  std::vector<std::uint32_t> labels;

  Inputs() = default;
  /// `every`: some sum rounds every operation. Then kernels of the machine's own arithmetics are of
  /// no use to it, and vectors of T are.
  explicit Inputs(Samples<T> samples, bool every = false)
      : count(samples.count),
        features(samples.features),
        targets(std::move(samples.targets)),
        labels(std::move(samples.labels)) {
    if (!is_native<T> || !every) rows_ = std::exchange(samples.narrow, {});
    if (rows_.empty() && by_kernels(every)) rows_ = kernel::binary32_values<T>(samples.inputs);
    if (rows_.empty()) {
      values_ = std::move(samples.inputs);
      if constexpr (std::is_same_v<T, float>) {
        if (values_.empty()) values_ = std::exchange(samples.narrow, {});
      }
      for (const float x : samples.narrow) values_.push_back(convert<T>(x));
    }
    samples.inputs = {};
    arrange();
    if (arranged_) rows_ = {};
  }

  /// The batch's samples in its order, gathered into `room`.
  const Inputs& part(Batch batch, Inputs& room) const {
    room.count = batch.size();
    room.features = features;
    room.targets.clear();
    room.labels.clear();
    room.rows_.clear();
    room.values_.clear();
    for (const std::uint32_t i : batch) {
      room.targets.push_back(targets[i]);
      if (!labels.empty()) room.labels.push_back(labels[i]);
      if (values_.empty()) {
        append_row(i, room.rows_);
      } else {
        const auto first = values_.begin() + static_cast<std::ptrdiff_t>(i * features);
        room.values_.insert(room.values_.end(), first,
                            first + static_cast<std::ptrdiff_t>(features));
      }
    }
    room.arrange();
    return room;
  }

  /// E: T, or dual numbers over it. Products and sums are the role's operations, or T's own, as
  /// add_row_sum has it (model/row_sum.hpp).
  template <class E, class Kept>
  void sum_features(std::span<const E> weights, std::span<E> out, const Kept& role,
                    std::uint64_t step, std::uint64_t operation, std::uint64_t first) const {
    sum<false>(by_feature_, turned_, weights, out, role, step, operation, first);
  }
  template <class E, class Kept>
  void sum_samples(std::span<const E> weights, std::span<E> out, const Kept& role,
                   std::uint64_t step, std::uint64_t operation, std::uint64_t first) const {
    sum<true>(by_sample_, values_, weights, out, role, step, operation, first);
  }

  /// What they take in memory, targets and labels left out.
  static double bytes(double samples, double features, bool every) {
    const double values = samples * features;
    if (by_kernels(every)) return sizeof(float) * values * (in_both(values) ? 2 : 1);
    const bool both = fits(sizeof(T) * values);
    if (!has_input_kernel<T> && !both) return sizeof(float) * values;
    return sizeof(T) * values * (both ? 2 : 1);
  }

 private:
  static constexpr std::size_t tile = 128;

  static constexpr bool by_kernels(bool every) {
    return has_input_kernel<T> && !(is_native<T> && every);
  }
  static bool fits(auto bytes) { return kernel::fits_second_cache(static_cast<double>(bytes)); }
  static bool in_both(auto values) {
    return kernel::has_kernel<T> || (is_native<T> && fits(sizeof(float) * values));
  }

  void arrange() {
    if (!has_input_kernel<T> && fits(sizeof(T) * rows_.size())) {
      for (const float x : rows_) values_.push_back(convert<T>(x));
      rows_.clear();
    }
    arranged_ = !rows_.empty() && in_both(rows_.size());
    if (arranged_) {
      by_sample_.fill(rows_.data(), count, features, features, 1);
      by_feature_.fill(rows_.data(), features, count, 1, features);
    }
    turned_.clear();
    if (!fits(sizeof(T) * values_.size())) return;
    turned_.resize(values_.size());
    for (std::size_t i = 0; i < count && !turned_.empty(); ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        turned_[j * count + i] = values_[i * features + j];
      }
    }
  }

  /// As many of a sample's inputs as lie side by side, from feature j on.
  std::span<const float> narrow(std::size_t i, std::size_t j) const {
    constexpr std::size_t lanes = KernelMatrix<T>::lanes;
    if (!arranged_) return std::span(rows_).subspan(i * features + j, features - j);
    const float* const first = by_sample_.block(j / lanes) + i * lanes + j % lanes;
    return {first, std::min(lanes - j % lanes, features - j)};
  }
  void append_row(std::size_t i, std::vector<float>& rows) const {
    for (std::size_t j = 0; j < features;) {
      const auto part = narrow(i, j);
      rows.insert(rows.end(), part.begin(), part.end());
      j += part.size();
    }
  }

  template <bool over_samples, class E, class Kept>
  void sum(const KernelMatrix<T>& arranged, const std::vector<T>& matrix,
           std::span<const E> weights, std::span<E> out, const Kept& role, std::uint64_t step,
           std::uint64_t operation, std::uint64_t first) const {
    std::fill(out.begin(), out.end(), E(0));
    if constexpr (has_input_kernel<T> && std::is_same_v<Kept, KeptRole<T>>) {
      if (arranged_ && !role.format.every) return kernel::row_sum<T>(arranged, weights, out);
      if constexpr (is_native<T>) {
        if (!rows_.empty()) return sum_rows<over_samples>(weights, out);
      }
    }
    if (matrix.size() == weights.size() * out.size()) {
      return add_row_sum(std::span<const T>(matrix), weights, out, role, step, operation, first);
    }
    std::vector<T> room;
    for_each_tile([&](std::size_t i0, std::size_t samples, std::size_t j0, std::size_t width) {
      const std::size_t row = over_samples ? i0 : j0, rows = over_samples ? samples : width;
      const std::size_t column = over_samples ? j0 : i0, columns = over_samples ? width : samples;
      room.clear();
      for (std::size_t r = row; r < row + rows; ++r) {
        for (std::size_t k = column; k < column + columns; ++k) {
          const std::size_t i = over_samples ? r : k, j = over_samples ? k : r;
          room.push_back(values_.empty() ? convert<T>(narrow(i, j)[0]) : values_[i * features + j]);
        }
      }
      add_row_sum(std::span<const T>(room), weights.subspan(row, rows),
                  out.subspan(column, columns), role, step, operation + 2 * row, first + column);
    });
  }

  /// By the machine's own arithmetics, from rows_.
  template <bool over_samples>
  void sum_rows(std::span<const T> weights, std::span<T> out) const {
    std::vector<float> turned(over_samples ? 0 : tile * tile);
    for_each_tile([&](std::size_t i0, std::size_t samples, std::size_t j0, std::size_t width) {
      const auto from = std::span(rows_).subspan(i0 * features + j0);
      if constexpr (over_samples) {
        kernel::add_row_sum<T, float>(from, features, weights.subspan(i0, samples),
                                      out.subspan(j0, width));
      } else {
        kernel::turn(from.data(), features, samples, width, turned.data());
        kernel::add_row_sum<T, float>(turned, samples, weights.subspan(j0, width),
                                      out.subspan(i0, samples));
      }
    });
  }

  /// In the order of the samples, and of the features among some of them: that of memory, and both
  /// sums' own.
  template <class Use>
  void for_each_tile(const Use& use) const {
    for (std::size_t i = 0; i < count; i += tile) {
      for (std::size_t j = 0; j < features; j += tile) {
        use(i, std::min(tile, count - i), j, std::min(tile, features - j));
      }
    }
  }

  std::vector<float> rows_;  ///< count x features; of use where not arranged
  std::vector<T> values_;    ///< the same in T, where they are not held as binary32
  std::vector<T> turned_;    ///< features x count, or nothing
  KernelMatrix<T> by_sample_, by_feature_;
  bool arranged_ = false;  ///< in these two
};

}  // namespace ulpscope
