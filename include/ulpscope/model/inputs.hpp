// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <utility>

#include "ulpscope/kernel/cache.hpp"
#include "ulpscope/kernel/row_sum.hpp"
#include "ulpscope/model/model.hpp"
#include "ulpscope/model/row_sum.hpp"
#include "ulpscope/model/shared_rows.hpp"

namespace ulpscope {

/// Whether sums over inputs that are binary32 have kernels in T.
template <class T>
inline constexpr bool has_input_kernel = is_native<T> || kernel::has_kernel<T>;

/// Inputs as these kernels read them.
template <class T>
using KernelMatrix = std::conditional_t<is_native<T>, kernel::NativeMatrix, kernel::Binary32Matrix>;

/// Samples, with weighted sums of their inputs x_ij in both directions, for any number of units k:
///
///   sum_features   out[k][i] = sum over features j of w[k][j] x_ij, j ascending
///   sum_samples    out[k][j] = sum over samples i of w[k][i] x_ij, i ascending
///
/// How the inputs are held is a matter of speed and memory, never of bits:
///
///   - as binary32, where all of them are and T has kernels for that, in the layouts of both
///     directions: while they fit the second cache, or T is wide and they are small beside it;
///   - while they fit it in T, in both directions of that;
///   - else row by row, as binary32 if they are given so, or in T. Sums then go by tiles, each
///     turned round or converted when it is read, once for all units; and for all runs that share
///     the inputs, where sums are the machine's own (shared_rows.hpp).
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
    samples.inputs = std::vector<T>();
    arrange();
    if (arranged_) rows_ = std::vector<float>();
    if (is_native<T> && samples.shared && !rows_.empty()) {
      shared_ = samples.shared->join(rows_, features);
    }
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

  /// E: T, or dual numbers over it. Weights and results unit by unit. Products and sums are the
  /// role's operations, or T's own, as add_row_sum has it (model/row_sum.hpp); the sites' index is
  /// that of the result.
  template <class E, class Kept>
  void sum_features(std::span<const E> weights, std::span<E> out, const Kept& role,
                    std::uint64_t step, std::uint64_t operation) const {
    sum<false>(by_feature_, turned_, weights, out, role, step, operation);
  }
  template <class E, class Kept>
  void sum_samples(std::span<const E> weights, std::span<E> out, const Kept& role,
                   std::uint64_t step, std::uint64_t operation) const {
    sum<true>(by_sample_, values_, weights, out, role, step, operation);
  }

  /// Whether runs can share inputs of this size, if these are binary32.
  static bool can_be_shared(double samples, double features, bool every) {
    return is_native<T> && !every && !in_both(samples * features);
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
    if (!arranged_) return std::span(rows()).subspan(i * features + j, features - j);
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
           std::uint64_t operation) const {
    std::fill(out.begin(), out.end(), E(0));
    const std::size_t terms = over_samples ? count : features;
    const std::size_t results = over_samples ? features : count;
    const auto for_each_unit = [&](const auto& use) {
      for (std::size_t at = 0, from = 0; at < out.size(); at += results, from += terms) {
        use(weights.subspan(from, terms), out.subspan(at, results), at);
      }
    };
    if constexpr (has_input_kernel<T> && std::is_same_v<Kept, KeptRole<T>>) {
      if (arranged_ && !role.format.every) {
        return for_each_unit([&](auto of_unit, auto into, std::size_t) {
          kernel::row_sum<T>(arranged, of_unit, into);
        });
      }
      if constexpr (is_native<T>) {
        if (!rows().empty()) return sum_rows<over_samples>(for_each_unit);
      }
    }
    if (matrix.size() == terms * results) {
      return for_each_unit([&](auto of_unit, auto into, std::size_t first) {
        add_row_sum(std::span<const T>(matrix), of_unit, into, role, step, operation, first);
      });
    }
    std::vector<T> room;
    for_each_tile(count, features,
                  [&](std::size_t i0, std::size_t samples, std::size_t j0, std::size_t width) {
                    const std::size_t row = over_samples ? i0 : j0,
                                      rows = over_samples ? samples : width;
                    const std::size_t column = over_samples ? j0 : i0,
                                      columns = over_samples ? width : samples;
                    room.clear();
                    for (std::size_t r = row; r < row + rows; ++r) {
                      for (std::size_t k = column; k < column + columns; ++k) {
                        const std::size_t i = over_samples ? r : k, j = over_samples ? k : r;
                        room.push_back(values_.empty() ? convert<T>(narrow(i, j)[0])
                                                       : values_[i * features + j]);
                      }
                    }
                    for_each_unit([&](auto of_unit, auto into, std::size_t first) {
                      add_row_sum(std::span<const T>(room), of_unit.subspan(row, rows),
                                  into.subspan(column, columns), role, step, operation + 2 * row,
                                  first + column);
                    });
                  });
  }

  /// By the machine's own arithmetics, from the rows.
  template <bool over_samples>
  void sum_rows(const auto& for_each_unit) const {
    const TileSum sum{
        over_samples, [&](const Tile& tile) {
          for_each_unit([&](std::span<const T> weights, std::span<T> out, std::size_t) {
            if constexpr (over_samples) {
              kernel::add_row_sum<T, float>(tile.values, tile.stride,
                                            weights.subspan(tile.i, tile.samples),
                                            out.subspan(tile.j, tile.features));
            } else {
              kernel::add_row_sum<T, float>(tile.values, tile.stride,
                                            weights.subspan(tile.j, tile.features),
                                            out.subspan(tile.i, tile.samples));
            }
          });
        }};
    if (shared_) return shared_->add_tiles(sum);
    const TileSum* const alone = &sum;
    std::vector<float> turned(over_samples ? 0 : tile_side * tile_side);
    add_tiles(rows_, features, {&alone, 1}, turned);
  }

  const std::vector<float>& rows() const { return shared_ ? shared_->rows() : rows_; }

  std::vector<float> rows_;  ///< count x features; of use where not arranged, and not shared
  std::unique_ptr<SharedRows::Part> shared_;
  std::vector<T> values_;  ///< the same in T, where they are not held as binary32
  std::vector<T> turned_;  ///< features x count, or nothing
  KernelMatrix<T> by_sample_, by_feature_;
  bool arranged_ = false;  ///< in these two
};

}  // namespace ulpscope
