// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <stdexcept>

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/unrounded.hpp"

namespace ulpscope {

namespace detail {

/// Whole numbers with room for exact results of operations on T, and for what is rounded.
template <class T>
using Wider = FixedInteger<(2 * significand_bits<T> + 96 + 63) / 64 * 64>;

/// A finite T as whole numbers: all its significand bits, the leading one at the top if normal.
template <class I, class T>
Unrounded<I> taken_apart(const T& x) {
  if constexpr (is_native<T>) {
    int exponent = 0;
    const T fraction = std::frexp(x < 0 ? -x : x, &exponent);  // in [1/2, 1)
    using Significand = std::conditional_t<(significand_bits<T> <= 64), std::uint64_t, uint128>;
    return {std::signbit(x), I(static_cast<Significand>(std::ldexp(fraction, significand_bits<T>))),
            std::int64_t{exponent} - significand_bits<T>};
  } else {
    const auto& backend = x.backend();
    if (x == 0) return {backend.sign(), I(0), 0};
    return {backend.sign(), I(backend.bits()),
            std::int64_t{backend.exponent()} - (significand_bits<T> - 1)};
  }
}

/// A rounded number as a T, which has it.
template <class T, class I>
T put_together(const RoundedTo<I>& x) {
  using Kind = typename RoundedTo<I>::Kind;
  using Limits = std::numeric_limits<T>;
  if (x.kind == Kind::nan) return Limits::quiet_NaN();
  if (x.kind == Kind::infinite) return x.negative ? -Limits::infinity() : Limits::infinity();
  if constexpr (is_native<T>) {
    using Significand = std::conditional_t<(significand_bits<T> <= 64), std::uint64_t, uint128>;
    const T magnitude = std::ldexp(static_cast<T>(static_cast<Significand>(x.significand)),
                                   static_cast<int>(x.exponent));
    return x.negative ? -magnitude : magnitude;
  } else {
    T result(0);
    auto& backend = result.backend();
    if (x.significand != 0) {
      const std::int64_t top = highest_bit(x.significand);
      using Bits = std::remove_cvref_t<decltype(backend.bits())>;
      backend.bits() =
          Bits(I(x.significand << static_cast<unsigned>(significand_bits<T> - 1 - top)).backend());
      backend.exponent() = static_cast<std::int32_t>(x.exponent + top);
    }
    backend.sign() = x.negative;
    return result;
  }
}

}  // namespace detail

/// Rounder of long double and Boost's types: by whole numbers.
template <class T>
class Rounder {
 public:
  explicit Rounder(const Rounding& rounding) : rounding_(rounding) {
    if (rounding.format.p < 1 || !holds(own_format<T>(), rounding.format)) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
  }

  bool exact() const {
    return rounding_.format == own_format<T>() && rounding_.mode == Mode::nearest_even;
  }
  const Rounding& rounding() const { return rounding_; }

  T operator()(const T& x, const Site& site) const {
    using std::isfinite;
    using std::isnan;
    using std::signbit;
    using I = detail::Wider<T>;
    if (isnan(x) || x == 0) return x;
    if (!isfinite(x)) {
      return detail::put_together<T>(round_infinity<I>(signbit(x), rounding_.format));
    }
    return once(detail::taken_apart<I>(x), site);
  }

  void operator()(std::span<T> values, const Site& first) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = (*this)(values[i], {first.index + i, first.step, first.stream});
    }
  }

  /// A number that is not a T, rounded once.
  template <class I>
  T once(const Unrounded<I>& x, const Site& site) const {
    const bool draws = rounding_.mode == Mode::stochastic;
    return detail::put_together<T>(round_once(x, rounding_.format, rounding_.mode,
                                              draws ? random_word(rounding_.seed, site) : 0));
  }

 private:
  Rounding rounding_;
};

}  // namespace ulpscope
