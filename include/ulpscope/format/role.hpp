// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ulpscope/format/rounding.hpp"

namespace ulpscope {

/// A quantity of training that can have a format of its own. The numbers are part of the
/// streams from which stochastic rounding draws: they stay as they are.
enum class Role : std::uint8_t {
  data,
  parameters,
  activations,
  loss,
  gradient,
  first_moment,
  second_moment,
  update,
  hyperparameters
};

struct RoleInfo {
  std::string_view name;
  Role role;
  bool of_rule;  ///< lives in the rule's arithmetic, else in the model's
  std::string_view summary;
};
/// The one list of roles, in the order of their numbers.
inline constexpr std::array role_list{
    RoleInfo{"data", Role::data, false, "inputs and targets"},
    RoleInfo{"parameters", Role::parameters, true, "weights and bias, as the rule keeps them"},
    RoleInfo{"activations", Role::activations, false, "outputs of layers: the forward sums"},
    RoleInfo{"loss", Role::loss, false, "errors, their squares and the sum of these"},
    RoleInfo{"gradient", Role::gradient, false, "what is propagated back: the backward sums"},
    RoleInfo{"first_moment", Role::first_moment, true, "running average of the gradient"},
    RoleInfo{"second_moment", Role::second_moment, true, "running average of its square"},
    RoleInfo{"update", Role::update, true, "what is subtracted from the parameters"},
    RoleInfo{"hyperparameters", Role::hyperparameters, true, "lr, b, 1-b, eps, 1-b^t, ..."}};
inline constexpr std::size_t role_count = role_list.size();

/// What a second moment is stored as.
enum class Encoding : std::uint8_t {
  linear,
  sqrt,   ///< its square root
  log2,   ///< its logarithm; 0 stays 0
  block8  ///< 8-bit codes of blocks, see encoding.hpp
};
struct EncodingName {
  std::string_view name;
  Encoding encoding;
};
/// The one list of encodings.
inline constexpr std::array encodings{
    EncodingName{"linear", Encoding::linear}, EncodingName{"sqrt", Encoding::sqrt},
    EncodingName{"log2", Encoding::log2}, EncodingName{"block8", Encoding::block8}};

/// How eps keeps a denominator sqrt(v) away from zero.
enum class EpsPolicy : std::uint8_t {
  as_is,            ///< sqrt(v) + eps
  inside,           ///< sqrt(v + eps)
  max,              ///< max(sqrt(v), eps)
  floor,            ///< as-is; eps is at least the smallest normal number of its format
  wide_denominator  ///< as-is; eps and the denominator are not rounded below the arithmetic
};
struct EpsPolicyName {
  std::string_view name;
  EpsPolicy policy;
};
/// The one list of eps policies.
inline constexpr std::array eps_policies{
    EpsPolicyName{"as-is", EpsPolicy::as_is}, EpsPolicyName{"inside", EpsPolicy::inside},
    EpsPolicyName{"max", EpsPolicy::max}, EpsPolicyName{"floor", EpsPolicy::floor},
    EpsPolicyName{"wide-denominator", EpsPolicy::wide_denominator}};

/// How a role's values are kept in its arithmetic.
struct RoleFormat {
  Rounding rounding;   ///< the arithmetic's own format to nearest even: no rounding at all
  bool every = false;  ///< rounds after every operation of the role's recurrence; else where stored
  bool fresh = false;  ///< the value as computed goes on to be used, the stored one is for later
  Encoding encoding = Encoding::linear;
  bool compensated = false;  ///< parameters: Kahan's compensation

  bool operator==(const RoleFormat&) const = default;
};

/// The roles' formats of one side of a run, model or rule; nothing stands for its arithmetic's own.
struct RoleFormats {
  std::array<std::optional<RoleFormat>, role_count> formats;
  EpsPolicy eps_policy = EpsPolicy::as_is;

  bool operator==(const RoleFormats&) const = default;

  std::optional<RoleFormat>& operator[](Role role) {
    return formats[static_cast<std::size_t>(role)];
  }
  const std::optional<RoleFormat>& operator[](Role role) const {
    return formats[static_cast<std::size_t>(role)];
  }
};

}  // namespace ulpscope
