// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ulpscope/format/literal.hpp"

namespace ulpscope {

/// What a run goes on from after `step` updates, bit for bit: all that the next step depends on
/// besides the cell and the step's number, and what was recorded before.
struct RunState {
  std::uint64_t step = 0;
  double seconds = 0;  ///< wall time of the steps so far
  /// Numbers as C99 literals, by what they are; see Training and RuleRun for the names.
  std::map<std::string, std::vector<std::string>> lists;

  template <class Values>
  void save(const std::string& name, const Values& values) {
    auto& list = lists[name];
    list.clear();
    for (const auto& value : values) list.push_back(hex_literal(value));
  }

  template <class T>
  std::vector<T> read(const std::string& name) const {
    std::vector<T> values;
    const auto at = lists.find(name);
    if (at == lists.end()) return values;
    for (const std::string& text : at->second) values.push_back(from_literal<T>(text));
    return values;
  }

  /// Throws std::runtime_error where there are not as many.
  template <class T>
  void read_into(const std::string& name, std::span<T> values) const {
    const std::vector<T> saved = read<T>(name);
    if (saved.size() != values.size()) {
      throw std::runtime_error("a saved state with " + std::to_string(saved.size()) +
                               " values of " + name + ", expected " +
                               std::to_string(values.size()));
    }
    std::copy(saved.begin(), saved.end(), values.begin());
  }
};

}  // namespace ulpscope
