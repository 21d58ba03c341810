// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/format/option.hpp"
#include "ulpscope/format/role.hpp"

namespace ulpscope {

/// A role of [precision]: a format, changed or not, and how values come into it.
struct RoleOptions {
  std::string format = "arithmetic";
  std::string p = "format", emin = "format", emax = "format", subnormals = "format";
  bool saturate = false;
  std::string mode = "nearest-even";
  std::string seed = "none";
  std::string rounding = "store";

  static auto options();
  std::string conflict() const;
};

struct SecondMomentOptions : RoleOptions {
  std::string use = "stored";
  std::string encoding = "linear";

  static auto options();
  std::string conflict() const;
};

struct ParametersOptions : RoleOptions {
  std::string compensation = "none";

  static auto options();
};

/// [precision]
struct PrecisionOptions {
  std::string arithmetic = "binary64";
  std::string rule_arithmetic = "arithmetic";
  RoleOptions data, activations, loss, gradient, first_moment, update, hyperparameters;
  ParametersOptions parameters;
  SecondMomentOptions second_moment;
  std::string eps_policy = "as-is";

  static auto options();
};

/// A description that does not fit together: which key of [precision], and what was expected.
class PrecisionError : public std::runtime_error {
 public:
  PrecisionError(std::string key, const std::string& problem)
      : std::runtime_error(problem), key_(std::move(key)) {}
  const std::string& key() const { return key_; }

 private:
  std::string key_;
};

/// The two arithmetics of a cell, by name, and the formats of their roles.
struct Precision {
  std::string arithmetic;
  std::string rule_arithmetic;
  RoleFormats model;  ///< data, activations, loss, gradient
  RoleFormats rule;   ///< all others, and gradient for what the rule adds to it

  bool operator==(const Precision&) const = default;
};

/// What [precision] means, its texts asked by key without the section: `arithmetic`,
/// `second_moment.mode`; `has` says which keys the cell has.
///
/// Where a role of the rule has the format of an arithmetic that is wider than the rule's, and
/// rule_arithmetic is not given, the rule's arithmetic becomes that one, and its other roles that
/// have no format given are pinned to the model's arithmetic after every operation.
/// Throws PrecisionError.
Precision resolve_precision(const std::function<std::string(std::string_view)>& text_of,
                            const std::function<bool(std::string_view)>& has);

/// The kind of [precision] for the list of keys.
std::vector<OptionInfo> precision_options();

/// The same for [switch], where everything is by default as [precision] has it: `same`.
std::vector<OptionInfo> switch_options();
inline constexpr std::string_view same_precision = "same";

}  // namespace ulpscope
