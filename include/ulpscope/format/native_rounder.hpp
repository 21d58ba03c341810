// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <type_traits>

#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/rounding.hpp"
#include "ulpscope/format/simd.hpp"

namespace ulpscope {

/// A format's numbers among those of a carrier, float or double, as the carrier's bits. The bits of
/// positive numbers are in the numbers' order, which is what rounding works on.
template <class T>
struct Grid {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  static constexpr int digits = std::numeric_limits<T>::digits;
  static constexpr int bias = std::numeric_limits<T>::max_exponent - 1;
  static constexpr Bits infinity = static_cast<Bits>(Bits{2 * unsigned{bias} + 1} << (digits - 1));
  static constexpr Bits sign = static_cast<Bits>(Bits{1} << (8 * sizeof(T) - 1));
  static constexpr Format carrier{digits, 1 - bias, bias};

  Bits drop;      ///< bits of the carrier's significand that the format lacks
  Bits emin;      ///< exponent field below which numbers keep their spacing
  Bits least;     ///< the smallest positive number, if what is below rounds to it or to 0; else 0
  Bits half;      ///< half of it
  Bits normal;    ///< numbers below are flushed to 0
  Bits largest;   ///< finite number
  Bits overflow;  ///< what is beyond it
  Bits least_exponent;  ///< of 2^32 * x / least, as a shift: see fraction_below

  /// Bits of 2^k, subnormal or not.
  static constexpr Bits power(std::int64_t k) {
    const std::int64_t field = k + bias;
    return field >= 1 ? static_cast<Bits>(static_cast<Bits>(field) << (digits - 1))
                      : static_cast<Bits>(Bits{1} << (field + digits - 2));
  }

  constexpr explicit Grid(const Format& format)
      : drop(static_cast<Bits>(digits - format.p)),
        emin(format.subnormals == Subnormals::kept ? static_cast<Bits>(format.emin + bias)
                                                   : Bits{1}),
        least(0),
        half(0),
        normal(format.subnormals == Subnormals::flushed ? power(format.emin) : Bits{0}),
        largest(power(format.emax) +
                (((Bits{1} << (format.p - 1)) - 1 - static_cast<Bits>(format.top_codes)) << drop)),
        overflow(infinity),
        least_exponent(0) {
    if (format.overflow == Overflow::nan) overflow = infinity | Bits{1} << (digits - 2);
    if (format.overflow == Overflow::largest) overflow = largest;
    if (format.subnormals == Subnormals::flushed) return;
    const std::int64_t exponent =
        format.subnormals == Subnormals::kept ? format.emin - format.p + 1 : format.emin;
    if (exponent <= 1 - bias - (digits - 1)) return;  // the carrier has nothing below
    least = power(exponent);
    half = power(exponent - 1);
    least_exponent = static_cast<Bits>(exponent + bias + digits - 1);
  }
};

namespace detail {

// V is the bits of one value, or a vector of the compiler's with those of several, and what
// compares them a truth value or a vector of such: the same formulas do for both.
template <class Where, class V>
[[gnu::always_inline]] constexpr V select(const Where& where, const V& yes, const V& no) {
  return where ? yes : no;
}
/// Where several conditions meet: ones for those that hold, to be joined bit by bit.
template <class V>
[[gnu::always_inline]] constexpr V ones(bool where) {
  return where ? static_cast<V>(~V{}) : V{};
}
template <class V, class Where>
requires(!std::is_arithmetic_v<Where>) [[gnu::always_inline]] inline V ones(const Where& where) {
  return reinterpret_cast<V>(where);
}
template <class V>
[[gnu::always_inline]] constexpr V blend(const V& where, const V& yes, const V& no) {
  return (yes & where) | (no & ~where);
}
template <class V>
[[gnu::always_inline]] constexpr V least_of(const V& a, const V& b) {
  return select(a < b, a, b);
}

/// floor(2^32 * part / 2^shift), for a part below 2^shift.
template <class V, int width>
[[gnu::always_inline]] constexpr V scaled_fraction(const V& part, const V& shift) {
  const V middle = V{} + 31U;
  const V left = (middle - shift) & ones<V>(shift < middle);
  const V right = (shift - middle) & ones<V>(shift > middle);
  const V doubled = part << 1;
  return V(doubled << left) >> least_of<V>(right, V{} + (width - 1U));
}

/// The one place where values of a carrier are rounded: their bits in, those of their neighbours in
/// the format out. No branches: V is the carrier's Bits, or a vector of them.
///
/// The neighbours toward and away from zero are x without the bits that are dropped, and that plus
/// one unit: adding in the bits carries into the exponent, as it should. Where the unit exceeds x,
/// they are 0 and the smallest number. `word`: see Rounder; only for Mode::stochastic.
template <Mode mode, class T, class V>
[[gnu::always_inline]] constexpr void round_bits(V& x, const Grid<T>& grid, const V& word) {
  using Bits = typename Grid<T>::Bits;
  constexpr Bits digits = Grid<T>::digits;
  constexpr Bits hidden = Bits{1} << (digits - 1);
  const V zero{};
  const V one = zero + Bits{1};
  const V sign = x & Grid<T>::sign;
  const V a = x ^ sign;
  const V field = a >> (digits - 1);
  const V e = select(field > one, field, one);
  const V emin = zero + grid.emin;
  const V below = select(emin > e, V(emin - e), zero);
  // With all digits dropped x is below the smallest number, and this path's result is not used.
  const V d = least_of<V>(grid.drop + below, zero + digits);
  const V unit = one << d;
  const V rest = a & (unit - one);
  const V least = zero + grid.least;
  const V tiny = ones<V>(a < least);
  const V lower = V(a ^ rest) & ~tiny;
  const V upper = blend<V>(tiny, least, (a ^ rest) + unit);
  // What lies between the lower neighbour and x, and half of the gap, in the bits; where nothing is
  // dropped, more than what lies between.
  const V between = blend<V>(tiny, a, rest);
  const V half = blend<V>(tiny, zero + grid.half, (unit >> 1) | (unit & one));
  const V inexact = ones<V>(between != zero);
  // The lowest bit that is kept is the hidden one where all others are dropped.
  const V odd = ((a >> d) | ones<V>(d == zero + Bits{digits - 1})) & one & ~tiny;

  V away = zero;
  if constexpr (mode == Mode::nearest_even) away = ones<V>(between + odd > half);
  if constexpr (mode == Mode::nearest_away) away = ones<V>(between >= half);
  if constexpr (mode == Mode::up) away = inexact & ones<V>(sign == zero);
  if constexpr (mode == Mode::down) away = inexact & ones<V>(sign != zero);
  if constexpr (mode == Mode::odd) away = inexact & ones<V>(odd == zero);
  if constexpr (mode == Mode::stochastic) {
    // The fraction is the significand of what lies between, shifted.
    const V significand = (a & (hidden - 1)) | select(field > zero, V(zero + hidden), zero);
    const V shift = blend<V>(tiny, zero + grid.least_exponent - e, d);
    constexpr int width = 8 * sizeof(T);
    const V fraction = scaled_fraction<V, width>(blend<V>(tiny, significand, rest), shift);
    away = ones<V>(word < fraction);
  }
  V result = blend<V>(away, upper, lower);
  result &= ~ones<V>(result < zero + grid.normal);
  // Modes that round beyond the largest number, on either side or on one.
  const V largest = zero + grid.largest, overflow = zero + grid.overflow;
  V beyond = largest;
  if constexpr (mode == Mode::nearest_even || mode == Mode::nearest_away ||
                mode == Mode::stochastic) {
    beyond = overflow;
  }
  if constexpr (mode == Mode::up) beyond = select(sign == zero, overflow, largest);
  if constexpr (mode == Mode::down) beyond = select(sign == zero, largest, overflow);
  result = blend<V>(ones<V>(result > largest), beyond, result);
  const V infinity = zero + Grid<T>::infinity;
  result = blend<V>(ones<V>(a == infinity), overflow, result);
  result = blend<V>(ones<V>(a > infinity), a, result);
  x = result | sign;
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

/// x rounded once into the format, whose numbers T has, all of them.
template <class T>
constexpr T round_to_grid(T x, const Grid<T>& grid, Mode mode, std::uint32_t word = 0) {
  using Bits = typename Grid<T>::Bits;
  Bits bits = std::bit_cast<Bits>(x);
  detail::with_mode(mode,
                    [&]<Mode fixed>() { detail::round_bits<fixed, T, Bits>(bits, grid, word); });
  return std::bit_cast<T>(bits);
}
template <class T>
constexpr T round_to_format(T x, const Format& format, Mode mode = Mode::nearest_even,
                            std::uint32_t word = 0) {
  return round_to_grid(x, Grid<T>(format), mode, word);
}

namespace detail {

/// Rounds whole vectors of so many bytes, from values[begin] on; returns the first that is left.
template <Mode mode, class T, std::size_t bytes>
[[gnu::always_inline]] inline std::size_t round_vectors(std::span<T> values, std::size_t begin,
                                                        const Grid<T>& grid,
                                                        const std::uint32_t* words) {
  using Bits = typename Grid<T>::Bits;
  constexpr std::size_t lanes = bytes / sizeof(T);
  typedef Bits V __attribute__((vector_size(bytes)));
  typedef std::uint32_t Words __attribute__((vector_size(4 * lanes)));
  for (; begin + lanes <= values.size(); begin += lanes) {
    V x, word{};
    __builtin_memcpy(&x, values.data() + begin, bytes);
    if constexpr (mode == Mode::stochastic) {
      Words some;
      __builtin_memcpy(&some, words + begin, sizeof some);
      word = __builtin_convertvector(some, V);
    }
    round_bits<mode, T, V>(x, grid, word);
    __builtin_memcpy(values.data() + begin, &x, bytes);
  }
  return begin;
}

/// Rounds values one after the other, from values[begin] on.
template <Mode mode, class T>
[[gnu::always_inline]] inline void round_values(std::span<T> values, std::size_t begin,
                                                const Grid<T>& grid, const std::uint32_t* words) {
  using Bits = typename Grid<T>::Bits;
  for (; begin < values.size(); ++begin) {
    Bits x = std::bit_cast<Bits>(values[begin]);
    round_bits<mode, T, Bits>(x, grid, mode == Mode::stochastic ? words[begin] : 0);
    values[begin] = std::bit_cast<T>(x);
  }
}

#if ULPSCOPE_X86
template <Mode mode, class T>
[[gnu::target("avx512f,avx512dq,avx512vl,avx512bw")]] void round_avx512(
    std::span<T> values, const Grid<T>& grid, const std::uint32_t* words) {
  round_values<mode, T>(values, round_vectors<mode, T, 64>(values, 0, grid, words), grid, words);
}
template <Mode mode, class T>
[[gnu::target("avx2")]] void round_avx2(std::span<T> values, const Grid<T>& grid,
                                        const std::uint32_t* words) {
  round_values<mode, T>(values, round_vectors<mode, T, 32>(values, 0, grid, words), grid, words);
}
#endif

/// Rounder of float and double.
template <class T>
class NativeRounder {
 public:
  explicit NativeRounder(const Rounding& rounding)
      : rounding_(rounding), grid_(checked(rounding.format)) {}

  bool exact() const {
    return rounding_.format == Grid<T>::carrier && rounding_.mode == Mode::nearest_even;
  }
  const Rounding& rounding() const { return rounding_; }

  T operator()(const T& x, const Site& site) const { return with_word(x, word(site)); }

  /// What stochastic rounding draws; 0 in the other modes.
  std::uint32_t word(const Site& site) const {
    return rounding_.mode == Mode::stochastic ? random_word(rounding_.seed, site) : 0;
  }
  /// x rounded once, with the word drawn before.
  T with_word(const T& x, std::uint32_t drawn) const {
    return round_to_grid(x, grid_, rounding_.mode, drawn);
  }

  void operator()(std::span<T> values, const Site& first, Simd simd = best_simd()) const {
    if (rounding_.mode != Mode::stochastic) return round(values, nullptr, simd);
    // Words for a few hundred values at a time, then these.
    constexpr std::size_t most = 512;
    std::array<std::uint32_t, most + 4> words;
    for (std::size_t begin = 0; begin < values.size(); begin += most) {
      const std::span<T> part = values.subspan(begin, std::min(most, values.size() - begin));
      const std::uint64_t index = first.index + begin;
      const std::size_t offset = index % 4;
      random_words({words.data(), (offset + part.size() + 3) / 4 * 4}, rounding_.seed, index / 4,
                   first, simd);
      round(part, words.data() + offset, simd);
    }
  }

 private:
  static const Format& checked(const Format& format) {
    if (format.p < 1 || !holds(Grid<T>::carrier, format)) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
    return format;
  }

  void round(std::span<T> values, const std::uint32_t* words, Simd simd) const {
    with_mode(rounding_.mode, [&]<Mode mode>() {
#if ULPSCOPE_X86
      if (simd == Simd::avx512) return round_avx512<mode, T>(values, grid_, words);
      if (simd == Simd::avx2) return round_avx2<mode, T>(values, grid_, words);
#endif
      round_values<mode, T>(values, 0, grid_, words);
    });
  }

  Rounding rounding_;
  Grid<T> grid_;
};

}  // namespace detail

template <>
class Rounder<float> : public detail::NativeRounder<float> {
  using NativeRounder::NativeRounder;
};
template <>
class Rounder<double> : public detail::NativeRounder<double> {
  using NativeRounder::NativeRounder;
};

}  // namespace ulpscope
