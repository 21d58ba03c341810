// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/study/run_state.hpp"

namespace ulpscope {

template <class Values>
void save_values(RunState& state, const std::string& name, const Values& values) {
  auto& list = state.lists[name];
  list.clear();
  for (const auto& value : values) list.push_back(hex_literal(value));
}

/// The number whose hex_literal this is in any arithmetic, rounded once to nearest even.
template <class T>
T rounded_literal(const std::string& text) {
  return convert<T>(from_literal<Dec100>(text));
}

/// None where there is no such list.
template <class T>
std::vector<T> saved_values(const RunState& state, const std::string& name) {
  std::vector<T> values;
  const auto at = state.lists.find(name);
  if (at == state.lists.end()) return values;
  for (const std::string& text : at->second) {
    values.push_back(state.carried ? rounded_literal<T>(text) : from_literal<T>(text));
  }
  return values;
}

/// Throws std::runtime_error where there are not as many. A list that a carried state lacks leaves
/// the values as they are.
template <class T>
void restore_values(const RunState& state, const std::string& name, std::span<T> values) {
  if (state.carried && state.lists.count(name) == 0) return;
  const std::vector<T> saved = saved_values<T>(state, name);
  if (saved.size() != values.size()) {
    throw std::runtime_error("a saved state with " + std::to_string(saved.size()) + " values of " +
                             name + ", expected " + std::to_string(values.size()));
  }
  std::copy(saved.begin(), saved.end(), values.begin());
}

}  // namespace ulpscope
