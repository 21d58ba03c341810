// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "ulpscope/format/grid.hpp"

namespace ulpscope {

namespace detail {

/// All ones where the condition holds: choices made by & and | become vector code with every
/// compiler, those made by ?: do not.
template <class Int>
[[gnu::always_inline]] constexpr Int mask(bool condition) {
  return Int{0} - Int{condition};
}

template <class Int>
[[gnu::always_inline]] constexpr Int choose(bool condition, Int a, Int b) {
  return b ^ ((a ^ b) & mask<Int>(condition));
}

/// x < y of magnitudes, which have no sign: AVX2 compares signed numbers only.
template <class Bits>
[[gnu::always_inline]] constexpr bool less(Bits x, Bits y) {
  using Int = std::make_signed_t<Bits>;
  return static_cast<Int>(x) < static_cast<Int>(y);
}

/// All ones where the mode rounds this number away from zero, if it rounds it at all.
template <Mode mode, class Bits>
[[gnu::always_inline]] constexpr Bits outward(Bits sign) {
  return mask<Bits>((sign != 0) == (mode == Mode::down));
}

/// floor(2^32 * part / 2^gap), for part < 2^gap and any gap >= 0.
template <class T, class Bits, class Int>
[[gnu::always_inline]] constexpr Bits threshold(Bits part, Int gap) {
  constexpr Int most = Grid<T>::width - 1;
  const Int up = std::clamp<Int>(32 - gap, 0, most);
  const Int down = std::clamp<Int>(gap - 32, 0, most);
  return (part << up) >> down;
}

/// What is added to a magnitude before its last bits, those of `rest`, go; `last` is the lowest
/// bit that stays, `moves` what stochastic rounding has drawn: all ones or none.
template <Mode mode, class Bits>
[[gnu::always_inline]] constexpr Bits increment(Bits rest, Bits last, Bits sign, Bits moves) {
  switch (mode) {
    case Mode::nearest_even: return (rest + last) >> 1;
    case Mode::nearest_away: return (rest + 1) >> 1;
    case Mode::toward_zero: return 0;
    case Mode::up:
    case Mode::down: return rest & outward<mode>(sign);
    case Mode::odd: return rest & (last - 1);
    case Mode::stochastic: break;
  }
  return rest & moves;
}

/// Whether a magnitude below grid.tiny becomes that, not 0, as a mask.
template <Mode mode, class T, class Bits>
[[gnu::always_inline]] constexpr Bits rises(Bits a, const Grid<T>& grid, Bits sign, Bits moves) {
  const Bits some = mask<Bits>(a != 0);
  switch (mode) {
    case Mode::nearest_even: return mask<Bits>(less(grid.middle, a));
    case Mode::nearest_away: return some & ~mask<Bits>(less(a, grid.middle));
    case Mode::toward_zero: return 0;
    case Mode::up:
    case Mode::down: return some & outward<mode>(sign);
    case Mode::odd: return some;
    case Mode::stochastic: break;
  }
  return moves;
}

/// What a magnitude beyond the largest becomes.
template <Mode mode, class T, class Bits>
[[gnu::always_inline]] constexpr Bits overflow(const Grid<T>& grid, Bits sign) {
  switch (mode) {
    case Mode::toward_zero:
    case Mode::odd: return grid.largest;
    case Mode::up:
    case Mode::down: return grid.largest ^ ((grid.largest ^ grid.beyond) & outward<mode>(sign));
    default: return grid.beyond;
  }
}

/// The exponent of a subnormal number's leading bit, biased as others are; its bits as so many
/// units are a number whose exponent says it, exactly.
template <class T, class Bits>
[[gnu::always_inline]] constexpr typename Grid<T>::Int leading_exponent(Bits a) {
  using G = Grid<T>;
  constexpr Bits unit = G::power(G::stored);
  const T units = std::bit_cast<T>((a & (G::leading - 1)) | unit) - std::bit_cast<T>(unit);
  return static_cast<typename G::Int>(std::bit_cast<Bits>(units) >> G::stored) -
         (G::stored + G::bias - 1);
}

/// The bits of a T rounded into the format, whatever they are: without branches, so that a loop
/// over it becomes vector code. `deep` is the grid's.
///
/// Of the magnitude's bits the last ones go, as many as the format lacks; what is added before
/// decides where to. A carry moves on into the exponent, which then is the right one.
template <Mode mode, bool deep, class T>
[[gnu::always_inline]] constexpr typename Grid<T>::Bits round_any(typename Grid<T>::Bits bits,
                                                                  const Grid<T>& grid,
                                                                  [[maybe_unused]]
                                                                  typename Grid<T>::Bits word) {
  using G = Grid<T>;
  using Bits = typename G::Bits;
  using Int = typename G::Int;
  const Bits sign = bits & G::sign;
  const Bits a = bits ^ sign;

  // The exponent of the leading bit, and the one that the last bit's follows from.
  Int exponent = static_cast<Int>(a >> G::stored);
  const Int field = std::max<Int>(exponent, 1);
  if constexpr (deep) {
    exponent = choose<Int>(exponent == 0, leading_exponent<T>(a), exponent);
  }
  const Int more = std::max<Int>(exponent, grid.emin) - field;
  const Int drop = std::clamp<Int>(grid.drop + more, 0, G::stored);
  const Bits rest = (grid.unit << drop) - 1;
  // The significand's lowest bit that stays: the leading one where p = 1.
  const Bits last = ((a | G::leading) >> drop) & 1;
  const Bits tiny = mask<Bits>(less(a, grid.tiny));

  Bits moves = 0;
  if constexpr (mode == Mode::stochastic) {
    const Bits significand =
        (a & (G::leading - 1)) | (G::leading & ~mask<Bits>(less(a, G::leading)));
    const Int gap = choose<Int>(less(a, grid.tiny), G::stored + grid.tiny_exponent - field, drop);
    moves = mask<Bits>(word < threshold<T>(significand & (rest | tiny), gap));
  }
  Bits result = (a + increment<mode>(rest, last, sign, moves)) & ~rest;
  result = (result & ~tiny) | (grid.tiny & tiny & rises<mode, T>(a, grid, sign, moves));
  result &= ~mask<Bits>(less(result, grid.smallest));
  result = choose(less(grid.largest, result), overflow<mode, T>(grid, sign), result);
  result = choose(a == G::infinity, grid.beyond, result);
  result = choose(less(G::infinity, a), a, result);  // NaN
  return sign | result;
}

/// The same, faster for single numbers: most lie between the smallest normal number of the
/// format and its largest, where as many bits go from each.
template <Mode mode, class T>
constexpr typename Grid<T>::Bits round_bits(typename Grid<T>::Bits bits, const Grid<T>& grid,
                                            std::uint32_t word = 0) {
  using G = Grid<T>;
  using Bits = typename G::Bits;
  const Bits sign = bits & G::sign;
  const Bits a = bits ^ sign;
  if (a >= grid.normal && a <= grid.largest) {
    const Bits rest = (Bits{1} << grid.drop) - 1;
    const Bits last = ((a | G::leading) >> grid.drop) & 1;
    Bits moves = 0;
    if constexpr (mode == Mode::stochastic)
      moves = mask<Bits>(word < threshold<T>(a & rest, grid.drop));
    return sign | ((a + increment<mode>(rest, last, sign, moves)) & ~rest);
  }
  return grid.deep ? round_any<mode, true, T>(bits, grid, word)
                   : round_any<mode, false, T>(bits, grid, word);
}

/// f.operator()<mode>() for the mode.
template <class F>
[[gnu::always_inline]] constexpr auto with_mode(Mode mode, F&& f) {
  switch (mode) {
    case Mode::nearest_even: break;
    case Mode::nearest_away: return f.template operator()<Mode::nearest_away>();
    case Mode::toward_zero: return f.template operator()<Mode::toward_zero>();
    case Mode::up: return f.template operator()<Mode::up>();
    case Mode::down: return f.template operator()<Mode::down>();
    case Mode::odd: return f.template operator()<Mode::odd>();
    case Mode::stochastic: return f.template operator()<Mode::stochastic>();
  }
  return f.template operator()<Mode::nearest_even>();
}

}  // namespace detail

/// x rounded once into the format, whose numbers T has, all of them; stochastic rounding draws the
/// word. By whole-number operations, so that no compiler may take it for the identity.
template <class T>
constexpr T round_to_grid(T x, const Grid<T>& grid, Mode mode, std::uint32_t word = 0) {
  using Bits = typename Grid<T>::Bits;
  const Bits bits = std::bit_cast<Bits>(x);
  return std::bit_cast<T>(detail::with_mode(
      mode, [&]<Mode fixed>() { return detail::round_bits<fixed, T>(bits, grid, word); }));
}
template <class T>
constexpr T round_to_format(T x, const Format& format, Mode mode = Mode::nearest_even,
                            std::uint32_t word = 0) {
  return round_to_grid(x, Grid<T>(format), mode, word);
}

}  // namespace ulpscope
