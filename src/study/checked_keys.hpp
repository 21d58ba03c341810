// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Whether a cell with this rule, which keeps these moments, has the key of [precision].
bool applies(const std::string& option, const Kind& rule, const std::vector<Role>& moments);

/// Throws where a key that a sweep gives to a cell has no effect there, but at its default, which
/// stands in a zip for "not this cell".
void require_effect(const std::string& key, const Value& value, const Cell& cell);

/// The keys of a plan's cells.
class CheckedKeys {
 public:
  /// `idle` as of a setting: empty where the key has an effect in its cell.
  void add(const std::string& key, std::string_view idle);
  /// Throws InputError where the key has an effect in no cell.
  void require_use(const Place& place, const std::string& key) const;

 private:
  std::set<std::string> used_;
  std::map<std::string, std::string_view> idle_;
};

}  // namespace ulpscope
