// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cmath>
#include <span>
#include <stdexcept>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/unrounded.hpp"

namespace ulpscope {

namespace detail {

template <class T>
struct SignificandOf {  // Boost's own where it has more than 64 bits
  using type = boost::multiprecision::number<typename T::backend_type::rep_type,
                                             boost::multiprecision::et_off>;
};
template <class T>
requires is_native<T>
struct SignificandOf<T> {
  using type = uint128;
};
/// Whole numbers with room for the significand bits of T.
template <class T>
using Significand =
    typename std::conditional_t<(significand_bits<T> <= 64), std::type_identity<std::uint64_t>,
                                SignificandOf<T>>::type;

/// A finite T as whole numbers, with all its significand bits: the leading one is at the top, in
/// subnormal numbers, too.
template <class I, class T>
Unrounded<I> taken_apart(const T& x) {
  constexpr int p = significand_bits<T>;
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const Bits bits = std::bit_cast<Bits>(x);
    const auto field = static_cast<int>(static_cast<Bits>(bits << 1U) >> p);
    std::uint64_t significand = bits & ((Bits{1} << (p - 1)) - 1);
    int exponent = std::numeric_limits<T>::min_exponent - p;
    if (field != 0) {
      significand |= std::uint64_t{1} << (p - 1);
      exponent += field - 1;
    } else if (significand != 0) {
      const int missing = p - 1 - highest_bit(significand);
      significand <<= missing;
      exponent -= missing;
    }
    return {std::signbit(x), I(significand), exponent};
  } else if constexpr (is_native<T>) {
    int exponent = 0;
    const T fraction = std::frexp(x < 0 ? -x : x, &exponent);       // in [1/2, 1)
    constexpr T scale = 1 / std::numeric_limits<T>::epsilon() * 2;  // 2^p; the product is exact
    const auto significand = static_cast<Significand<T>>(fraction * scale);
    return {std::signbit(x), I(significand), std::int64_t{exponent} - p};
  } else {
    const auto& backend = x.backend();
    if (x.is_zero()) return {backend.sign(), I(0), 0};
    const std::int64_t exponent = std::int64_t{backend.exponent()} - (p - 1);
    if constexpr (p <= 64) {  // one machine word
      return {backend.sign(), I(static_cast<std::uint64_t>(*backend.bits().limbs())), exponent};
    } else {
      return {backend.sign(), I(backend.bits()), exponent};
    }
  }
}

/// A rounded number as a T, which has it.
template <class T, class I>
T put_together(const RoundedTo<I>& x) {
  using Kind = typename RoundedTo<I>::Kind;
  using Limits = std::numeric_limits<T>;
  constexpr int p = significand_bits<T>;
  if (x.kind == Kind::nan) return Limits::quiet_NaN();
  if (x.kind == Kind::infinite) return x.negative ? T(-Limits::infinity()) : Limits::infinity();
  if constexpr (is_native<T>) {
    const T magnitude = std::ldexp(static_cast<T>(static_cast<Significand<T>>(x.significand)),
                                   static_cast<int>(x.exponent));
    return x.negative ? -magnitude : magnitude;
  } else {
    T result(0);
    auto& backend = result.backend();
    if (x.significand != 0) {
      const int top = highest_bit(x.significand);
      using Bits = typename T::backend_type::rep_type;
      const I all = x.significand << static_cast<unsigned>(p - 1 - top);
      if constexpr (is_machine_integer<I>) {
        backend.bits() = Bits(static_cast<std::uint64_t>(all));
      } else {
        backend.bits() = Bits(all.backend());
      }
      backend.exponent() = static_cast<typename T::backend_type::exponent_type>(x.exponent + top);
    }
    backend.sign() = x.negative;
    return result;
  }
}

}  // namespace detail

/// Rounder of long double and Boost's types: by whole numbers.
template <class T>
requires(std::is_same_v<T, long double> ||
         boost::multiprecision::is_number<T>::value) class Rounder<T> {
 public:
  explicit Rounder(const Rounding& rounding) : rounding_(rounding) {
    const Format& format = rounding.format;
    // The largest significands at emax may be missing, but not all of them.
    const bool numbers = format.p >= 1 && format.emin <= format.emax && format.top_codes >= 0;
    if (!numbers || !holds(own_format<T>(), format) ||
        (format.p <= 32 && std::int64_t{format.top_codes} >> (format.p - 1) != 0)) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
  }

  bool exact() const {
    return rounding_.format == own_format<T>() && rounding_.mode == Mode::nearest_even;
  }
  const Rounding& rounding() const { return rounding_; }

  T operator()(const T& x, const Site& site) const { return with_word(x, word(site)); }

  void operator()(std::span<T> values, const Site& first) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = (*this)(values[i], {first.index + i, first.step, first.stream});
    }
  }

  /// What stochastic rounding draws; 0 in the other modes.
  std::uint32_t word(const Site& site) const {
    return rounding_.mode == Mode::stochastic ? random_word(rounding_.seed, site) : 0;
  }

  /// x rounded once, with the word drawn before.
  T with_word(const T& x, std::uint32_t drawn) const {
    using std::isfinite;
    using std::isnan;
    using std::signbit;
    using I = detail::Significand<T>;
    if (!isfinite(x)) {
      if (isnan(x)) return x;
      return detail::put_together<T>(round_infinity<I>(signbit(x), rounding_.format));
    }
    return with_word(detail::taken_apart<I>(x), drawn);
  }

  /// A number that need not be a T, rounded once.
  template <class I>
  T with_word(const Unrounded<I>& x, std::uint32_t drawn) const {
    return detail::put_together<T>(round_once(x, rounding_.format, rounding_.mode, drawn));
  }
  template <class I>
  T once(const Unrounded<I>& x, const Site& site) const {
    return with_word(x, word(site));
  }

 private:
  Rounding rounding_;
};

}  // namespace ulpscope
