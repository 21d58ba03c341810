// SPDX-License-Identifier: BSL-1.0
#pragma once

// Parts of the list of arithmetics, for tests whose numbers need more bits than the low ones have.
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope::test {

template <class Wanted, class... T>
struct Select;
template <class... Wanted>
struct Select<TypeList<Wanted...>> {
  using type = TypeList<Wanted...>;
};
template <class... Wanted, class First, class... Rest>
struct Select<TypeList<Wanted...>, First, Rest...> {
  using type = typename std::conditional_t<is_soft<First>, Select<TypeList<Wanted...>, Rest...>,
                                           Select<TypeList<Wanted..., First>, Rest...>>::type;
};
template <class List>
struct HighOf;
template <class... T>
struct HighOf<TypeList<T...>> : Select<TypeList<>, T...> {};

/// All but the low precisions: at least 24 significand bits.
using HighArithmetics = typename HighOf<Arithmetics>::type;

}  // namespace ulpscope::test
