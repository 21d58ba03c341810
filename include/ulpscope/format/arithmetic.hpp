// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "ulpscope/format/decimal.hpp"
#include "ulpscope/format/format.hpp"
#include "ulpscope/format/soft.hpp"

namespace ulpscope {

static_assert(BOOST_VERSION >= 108100,
              "Boost 1.81 or newer: older cpp_bin_float subtractions are not correctly rounded");

/// Binary floating point with p significand bits and the exponents min..max; by default a range in
/// which no run over- or underflows, the same for every p, so that longer types have all numbers of
/// shorter ones. Every operation and square root rounds once, to nearest even. Expression
/// templates are off: an expression means what it means for float.
template <unsigned p, int min = -(1 << 30), int max = (1 << 30) - 1>
using WideFloat = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<p, boost::multiprecision::digit_base_2, void, std::int32_t,
                                         min, max>,
    boost::multiprecision::et_off>;

using Quad = WideFloat<113, -16382, 16383>;
using Dec50 = WideFloat<168>;
using Dec100 = WideFloat<335>;
using Wide24 = WideFloat<24>;
using Wide53 = WideFloat<53>;

/// What a study file calls an arithmetic, and why anyone would use it.
template <class T>
struct ArithmeticTraits;

#define ULPSCOPE_ARITHMETIC(type, text, reason)     \
  template <>                                       \
  struct ArithmeticTraits<type> {                   \
    static constexpr std::string_view name = text;  \
    static constexpr std::string_view why = reason; \
  };
ULPSCOPE_ARITHMETIC(float, "binary32", "the machine's float")
ULPSCOPE_ARITHMETIC(double, "binary64", "the machine's double")
ULPSCOPE_ARITHMETIC(long double, "x87", "the machine's long double, whatever it is here")
ULPSCOPE_ARITHMETIC(Quad, "quad", "reference: IEEE quadruple's significand and range")
ULPSCOPE_ARITHMETIC(Dec50, "dec50", "reference: at least 50 decimal digits")
ULPSCOPE_ARITHMETIC(Dec100, "dec100", "reference: at least 100 decimal digits")
ULPSCOPE_ARITHMETIC(Wide24, "wide24", "float's precision without its underflow")
ULPSCOPE_ARITHMETIC(Wide53, "wide53", "double's precision without its underflow")
ULPSCOPE_ARITHMETIC(Binary16, "binary16", "whole runs in IEEE half precision")
ULPSCOPE_ARITHMETIC(BFloat16, "bfloat16", "whole runs in float's range with 8 bits")
ULPSCOPE_ARITHMETIC(Tf32, "tf32", "whole runs in float's range with 11 bits")
ULPSCOPE_ARITHMETIC(E5m2, "e5m2", "whole runs in 8 bits, 5 of them exponent")
ULPSCOPE_ARITHMETIC(E4m3, "e4m3", "whole runs in 8 bits, 4 of them exponent")
#undef ULPSCOPE_ARITHMETIC

template <class... T>
struct TypeList {};

/// The one list of arithmetics; everything that walks or dispatches over them starts here.
/// Those after wide53 are whole runs in low precision.
using Arithmetics = TypeList<float, double, long double, Quad, Dec50, Dec100, Wide24, Wide53,
                             Binary16, BFloat16, Tf32, E5m2, E4m3>;

/// Calls f.template operator()<T>() for each arithmetic, in the list's order.
template <class F>
void for_each_arithmetic(F&& f) {
  [&]<class... T>(TypeList<T...>) { (f.template operator()<T>(), ...); }(Arithmetics{});
}

template <class T>
inline constexpr bool is_native = std::is_floating_point_v<T>;

/// Boost's number types.
template <class T>
inline constexpr bool is_wide = !is_native<T> && !is_soft<T>;

template <class T>
inline constexpr int significand_bits = std::numeric_limits<T>::digits;

/// The numbers of T. Boost's types flush what is below their range, and their min_exponent is the
/// leading bit's, where the language's is one more.
template <class T>
constexpr Format own_format() {
  if constexpr (is_soft<T>) {
    return T::format;
  } else {
    using Limits = std::numeric_limits<T>;
    constexpr int shift = is_native<T> ? 1 : 0;
    return {Limits::digits, Limits::min_exponent - shift, Limits::max_exponent - shift,
            is_native<T> ? Subnormals::kept : Subnormals::flushed};
  }
}

/// Where hyper-parameters are computed before they are rounded once to T: dec50, or 64 bits more
/// than T has, as 1 - b and b^t lose some.
template <class T>
using HyperArithmetic = std::conditional_t<(significand_bits<T> + 50 <= significand_bits<Dec50>),
                                           Dec50, WideFloat<unsigned{significand_bits<T>} + 64>>;

namespace detail {

/// Whether a wide type has all numbers of a native one, of 64 bits at most.
template <class To, class From>
inline constexpr bool widens =
    is_native<From>&& is_wide<To>&& significand_bits<From> <= 64 &&
    significand_bits<From> <= significand_bits<To>&& std::numeric_limits<To>::max_exponent >=
        std::numeric_limits<From>::max_exponent&& std::numeric_limits<To>::min_exponent <=
        std::numeric_limits<From>::min_exponent - significand_bits<From>;

/// A native number in such a type: its significand moved to the top.
template <class To, class From>
To widened(const From& x) {
  constexpr int bits = significand_bits<From>;
  if (!std::isfinite(x) || x == 0) return static_cast<To>(x);
  int exponent = 0;
  const From fraction = std::frexp(x < 0 ? -x : x, &exponent);  // in [1/2, 1)
  To result;
  auto& backend = result.backend();
  backend.bits() = static_cast<boost::multiprecision::limb_type>(std::ldexp(fraction, bits));
  eval_left_shift(backend.bits(), static_cast<unsigned>(significand_bits<To> - bits));
  backend.exponent() = exponent - 1;
  backend.sign() = x < 0;
  return result;
}

}  // namespace detail

/// x rounded once, to nearest even, into To: correct for subnormal results too.
template <class To, class From>
To convert(const From& x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (is_soft<From> && !is_soft<To>) {
    return convert<To>(static_cast<float>(x));
  } else if constexpr (detail::widens<To, From>) {
    return detail::widened<To>(x);
  } else if constexpr (is_soft<To> && is_wide<From>) {
    // By a double that is odd where it is not x; one beyond double's range is beyond To's.
    using std::abs;
    const auto nearest = convert<double>(x);
    const From back = convert<From>(nearest);
    const auto order = back == x || x != x  ? std::partial_ordering::equivalent
                       : abs(back) > abs(x) ? std::partial_ordering::greater
                                            : std::partial_ordering::less;
    return To(detail::rounded_to_odd(nearest, order));
  } else if constexpr (is_native<To> != is_native<From> && !is_soft<To> &&
                       std::max(significand_bits<To>, significand_bits<From>) <
                           significand_bits<Dec50>) {
    // Boost truncates a native number where To has fewer bits, fails where From has fewer than a
    // native To, and knows no overflow out of quad. Dec50 has every number of both, and is right.
    return convert<To>(static_cast<Dec50>(x));
  } else if constexpr (is_native<To> && !is_native<From>) {
    // Boost rounds to To's full precision even where To has fewer bits left (its subnormals),
    // which rounds twice. Here the significand is cut to the bits that To has at this exponent.
    using std::ldexp;
    if (!(boost::multiprecision::isfinite)(x) || x == 0) return x.template convert_to<To>();
    constexpr int p = significand_bits<To>;
    constexpr int lowest = std::numeric_limits<To>::min_exponent - p;  // exponent of the last bit
    const auto top = ilogb(x);
    if (top + 1 >= std::numeric_limits<To>::min_exponent) return x.template convert_to<To>();
    // Subnormal or below: adding 2^(lowest + bits of From) rounds to a multiple of 2^lowest.
    const From anchor = ldexp(From(1), lowest + significand_bits<From> - 1);
    const From shifted = x < 0 ? From(x - anchor) : From(x + anchor);
    const From kept = x < 0 ? From(shifted + anchor) : From(shifted - anchor);
    const To result = kept.template convert_to<To>();
    return x < 0 && result == 0 ? -To(0) : result;
  } else {
    return static_cast<To>(x);
  }
}

/// The decimal number rounded into W, one of Boost's types, to nearest even. In whole numbers:
/// Boost drops digits of a text beyond those of the type, and with them which side of the middle
/// between two values it is on.
template <class W>
W from_decimal(const Decimal& number) {
  using boost::multiprecision::cpp_int;
  cpp_int magnitude(number.digits());
  const cpp_int power = pow(cpp_int(10), static_cast<unsigned>(std::abs(number.exponent())));
  int shift = 0;
  if (number.exponent() >= 0) {
    magnitude *= power;
  } else {
    // At least two bits more than W has, the last one set where there is a remainder.
    shift = std::max(0, significand_bits<W> + 2 + static_cast<int>(msb(power)) -
                            static_cast<int>(msb(magnitude)));
    cpp_int quotient, remainder;
    divide_qr(cpp_int(magnitude << shift), power, quotient, remainder);
    if (remainder != 0) bit_set(quotient, 0);
    magnitude = quotient;
  }
  // Boost converts more bits than W has in pieces, and may round twice: here to nearest even.
  const int excess =
      magnitude == 0 ? 0 : static_cast<int>(msb(magnitude)) + 1 - significand_bits<W>;
  if (excess > 0) {
    const cpp_int rest = magnitude & ((cpp_int(1) << excess) - 1);
    const int half = rest.compare(cpp_int(1) << (excess - 1));
    magnitude >>= excess;
    if (half > 0 || (half == 0 && bit_test(magnitude, 0))) ++magnitude;
    shift -= excess;
  }
  const W value = ldexp(W(magnitude), -shift);
  return number.negative() ? W(-value) : value;
}

/// The decimal number in T's hyper-parameter arithmetic.
template <class T>
HyperArithmetic<T> hyper(const Decimal& number) {
  return from_decimal<HyperArithmetic<T>>(number);
}

}  // namespace ulpscope
