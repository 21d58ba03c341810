// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/run_cell.hpp"

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/trained.hpp"

namespace ulpscope {

namespace {

/// f.operator()<T>() for the cell's arithmetic T.
template <class F>
auto in_arithmetic(const Cell& cell, F&& f) {
  std::optional<decltype(f.template operator()<float>())> result;
  for_each_arithmetic([&]<class T>() {
    if (cell[key::arithmetic] == ArithmeticTraits<T>::name) result = f.template operator()<T>();
  });
  if (!result) throw std::logic_error("an arithmetic that the list does not have");
  return std::move(*result);
}

}  // namespace

std::optional<Run> run_cell(const Cell& cell, Recorder& recorder, const Control& control) {
  return in_arithmetic(cell, [&]<class T>() { return train<T>(cell, recorder, control); });
}

Cost measure_cost(const Cell& cell, const std::atomic<bool>& stop) {
  return in_arithmetic(cell, [&]<class T>() { return cost<T>(cell, stop); });
}

Footprint footprint(const Cell& cell) {
  return in_arithmetic(cell, [&]<class T>() { return footprint<T>(cell); });
}

}  // namespace ulpscope
