// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/option.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {

/// Calls f with the options of the listed kind that the cell has in this section.
template <class... K, class F>
auto with_kind(TypeList<K...>, const Cell& cell, const std::string& section, F&& f) {
  using Result = std::common_type_t<decltype(f(K{}))...>;
  std::optional<Result> result;
  const auto visit = [&]<class Kind>(std::type_identity<Kind>) {
    if (cell[section + ".kind"] == Kind::name) {
      result = f(read_options<Kind>(cell.section(section)));
    }
  };
  (visit(std::type_identity<K>{}), ...);
  if (!result) throw std::logic_error(section + " of a cell that no list has");
  return std::move(*result);
}

/// f.operator()<T>() for the arithmetic T of this name.
template <class F>
auto in_arithmetic(const std::string& name, F&& f) {
  std::optional<decltype(f.template operator()<float>())> result;
  for_each_arithmetic([&]<class T>() {
    if (name == ArithmeticTraits<T>::name) result = f.template operator()<T>();
  });
  if (!result) throw std::logic_error("an arithmetic that the list does not have");
  return std::move(*result);
}

}  // namespace ulpscope
