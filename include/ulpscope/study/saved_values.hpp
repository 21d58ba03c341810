// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>

#include "ulpscope/format/literal.hpp"
#include "ulpscope/probe/growth.hpp"
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

/// A growth as five values, and back from the place where they begin.
inline std::vector<double> growth_values(const Growth& growth) {
  const Gains& gains = growth.gains;
  return {growth.scaled, gains.momentum, gains.averaged, gains.direct, gains.keep};
}
inline Growth growth_from(const std::vector<double>& values, std::size_t first) {
  const auto at = [&](std::size_t i) { return values.at(first + i); };
  return {at(0), {at(1), at(2), at(3), at(4)}};
}

/// The lists "growths" and "growth_steps"; none where there is no growth.
inline void save_growths(RunState& state, const Growths& growths) {
  if (growths.empty()) return;
  std::vector<double> all;
  auto& steps = state.lists["growth_steps"];
  for (const auto& [step, growth] : growths) {
    steps.push_back(std::to_string(step));
    for (const double value : growth_values(growth)) all.push_back(value);
  }
  save_values(state, "growths", all);
}
inline Growths saved_growths(const RunState& state) {
  Growths growths;
  const auto values = saved_values<double>(state, "growths");
  if (values.empty()) return growths;
  for (const std::string& step : state.lists.at("growth_steps")) {
    growths.push_back({std::stoull(step), growth_from(values, 5 * growths.size())});
  }
  return growths;
}

}  // namespace ulpscope
