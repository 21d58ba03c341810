// SPDX-License-Identifier: BSL-1.0
#pragma once

// The arithmetics that tests go through.
#include "sanitized.hpp"
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope::test {

/// All of them; where memory is looked at, one of each kind.
using TestedArithmetics =
    std::conditional_t<sanitized, TypeList<float, double, long double, Dec50, BFloat16>,
                       Arithmetics>;

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
using HighArithmetics = typename HighOf<TestedArithmetics>::type;

}  // namespace ulpscope::test
