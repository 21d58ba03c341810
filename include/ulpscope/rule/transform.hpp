// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "ulpscope/format/normals.hpp"
#include "ulpscope/format/roles.hpp"
#include "ulpscope/rule/transform_options.hpp"

namespace ulpscope {

/// Transforms of a gradient in the arithmetic T, one after the other.
///
/// Between updates they keep nothing: a sum is complete when apply() returns true, and what is
/// drawn is a function of where it stands. So a restart between updates needs none of their state.
template <class T>
class Transforms {
 public:
  /// The values have passed their conflict(). Throws std::invalid_argument where an update would
  /// have more parts than there are numbers for their operations.
  Transforms(const std::vector<TransformOptions>& all, const Roles<T>& roles)
      : role_(roles[Role::gradient]), small_(roles.hyper("1e-6")) {
    for (const TransformOptions& options : all) {
      if (options.kind == "none") continue;
      stages_.push_back({options,
                         roles.hyper(options.lower),
                         roles.hyper(options.upper),
                         roles.hyper(options.max_norm),
                         roles.hyper(std::to_string(options.steps)),
                         roles.hyper(options.deviation),
                         {},
                         0});
    }
    const std::uint64_t most = last_operation / (operations * std::max<std::size_t>(size(), 1));
    for (const TransformOptions& options : all) {
      if (options.kind != "accumulate") continue;
      parts_ *= options.steps;  // two factors of at most 10^6 do not overflow
      if (parts_ > most) {
        throw std::invalid_argument("an update of more than " + std::to_string(most) +
                                    " accumulated gradients");
      }
    }
  }

  std::size_t size() const { return stages_.size(); }

  /// Gradients that an update takes.
  std::uint64_t parts() const { return parts_; }

  /// The gradient for update number t, in place, or false: then this was a part of it, and the
  /// caller calls again with the next one, for the same t. Transforms before an accumulate act on
  /// each part, those after it on the sum.
  bool apply(std::uint64_t t, std::span<T> gradient) {
    for (std::size_t place = 0; place < stages_.size(); ++place) {
      Stage& stage = stages_[place];
      const At at{this, t, first_operation + operations * (part_ * size() + place)};
      if (stage.options.kind == "clip-value") {
        clip_value(stage, at, gradient);
      } else if (stage.options.kind == "clip-norm") {
        clip_norm(stage, at, gradient);
      } else if (stage.options.kind == "noise") {
        add_noise(stage, at, place, gradient);
      } else if (!accumulate(stage, at, gradient)) {
        ++part_;
        return false;
      }
    }
    part_ = 0;
    return true;
  }

 private:
  /// Operations of an update and a role have 28 bits for their numbers; a rule's are low.
  static constexpr std::uint64_t first_operation = std::uint64_t{1} << 26U;
  static constexpr std::uint64_t last_operation = (std::uint64_t{1} << 28U) - first_operation - 1;
  static constexpr std::uint64_t operations = 4;  ///< at most so many a transform

  struct Stage {
    TransformOptions options;
    T lower, upper, max_norm, steps, deviation;
    std::vector<T> sum;
    std::uint64_t count = 0;
  };

  /// Where the operations of a transform are.
  struct At {
    const Transforms* transforms;
    std::uint64_t t, first;
    Site operator()(std::uint64_t index, std::uint64_t operation) const {
      return transforms->role_.site(index, t, first + operation);
    }
  };

  void clip_value(const Stage& stage, const At& at, std::span<T> gradient) const {
    const auto bound = [&](const T& value, std::size_t i) {
      return role_.rounds ? role_.rounder(value, at(i, 0)) : value;
    };
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (gradient[i] < stage.lower) {
        gradient[i] = bound(stage.lower, i);
      } else if (stage.upper < gradient[i]) {
        gradient[i] = bound(stage.upper, i);
      }
    }
  }

  void clip_norm(const Stage& stage, const At& at, std::span<T> gradient) const {
    using std::sqrt;
    T squares(0);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const T square = role_.product(gradient[i], gradient[i], at(i, 0));
      squares = i == 0 ? square : role_.sum(squares, square, at(i, 1));
    }
    // Operations on scalars: operation 2, told apart by their index.
    const T norm =
        role_.format.every ? square_root(squares, role_.rounder, at(0, 2)) : T(sqrt(squares));
    const T factor = role_.quotient(stage.max_norm, role_.sum(norm, small_, at(1, 2)), at(2, 2));
    if (factor >= T(1)) return;  // one that is no number goes on, so that it is seen
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] = role_.product(gradient[i], factor, at(i, 3));
    }
    role_.store(gradient, at(0, 3));
  }

  void add_noise(const Stage& stage, const At& at, std::size_t place, std::span<T> gradient) const {
    std::array<double, 4> normals{};
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (i % 4 == 0) {
        normals = normal_block({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(at.t),
                                static_cast<std::uint32_t>(part_),
                                static_cast<std::uint32_t>(place + 1)},  // rounding has 0 here
                               stage.options.seed);
      }
      const T scaled = role_.product(stage.deviation, convert<T>(normals[i % 4]), at(i, 0));
      gradient[i] = role_.sum(gradient[i], scaled, at(i, 1));
    }
    role_.store(gradient, at(0, 1));
  }

  bool accumulate(Stage& stage, const At& at, std::span<T> gradient) const {
    if (stage.count++ == 0) {
      stage.sum.assign(gradient.begin(), gradient.end());
    } else {
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        stage.sum[i] = role_.sum(stage.sum[i], gradient[i], at(i, 0));
      }
      role_.store(stage.sum, at(0, 0));
    }
    if (stage.count < stage.options.steps) return false;
    stage.count = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] = stage.options.average ? role_.quotient(stage.sum[i], stage.steps, at(i, 1))
                                          : stage.sum[i];
    }
    if (stage.options.average) role_.store(gradient, at(0, 1));
    return true;
  }

  KeptRole<T> role_;
  T small_;
  std::vector<Stage> stages_;
  std::uint64_t parts_ = 1;
  std::uint64_t part_ = 0;
};

}  // namespace ulpscope
