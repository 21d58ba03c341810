// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>

#include "ulpscope/format/roles.hpp"
#include "ulpscope/kernel/eight.hpp"
#include "ulpscope/kernel/square_root.hpp"

/// Element-wise formulas over values of the arithmetic T, as a rule writes them: b1 * m + c1 * g.
/// They can be computed in T, or with every operation rounded once into a role's format: operands
/// first, left before right, then the operation; operations count in this order. Each formula
/// knows how many of its operations round, and whether its result is then a number of the format.
/// Those of operations that round can be computed in T for eight places at once, too, where there
/// are kernels for T (`in_eights`).
namespace ulpscope::expression {

struct Node {};
template <class E>
concept Expression = std::derived_from<E, Node>;

/// What every operation is rounded with, and where it stands.
template <class T>
struct Every {
  const Rounder<T>& rounder;
  Site site;

  /// The site of the next operation.
  Site next() {
    const Site now = site;
    site.stream += 16;
    return now;
  }
};

/// One value a parameter.
template <class T>
struct Values : Node {
  using Value = T;
  static constexpr std::uint32_t operations = 0;
  static constexpr bool rounded = false;
  static constexpr bool in_eights = kernel::has_eight<T>;
  const T* data;
  explicit Values(const T* first) : data(first) {}
  auto eight(std::size_t i, std::size_t count) const { return kernel::Eight<T>(data + i, count); }
  [[gnu::always_inline]] const T& plain(std::size_t i) const { return data[i]; }
  const T& every(std::size_t i, Every<T>&) const { return data[i]; }
};

/// The same value for all parameters.
template <class T>
struct Constant : Node {
  using Value = T;
  static constexpr std::uint32_t operations = 0;
  static constexpr bool rounded = false;
  static constexpr bool in_eights = kernel::has_eight<T>;
  T value;
  explicit Constant(const T& x) : value(x) {}
  auto eight(std::size_t, std::size_t) const { return kernel::Eight<T>(value); }
  [[gnu::always_inline]] const T& plain(std::size_t) const { return value; }
  const T& every(std::size_t, Every<T>&) const { return value; }
};

template <class Operation, Expression L, Expression R>
struct Binary : Node {
  using Value = typename L::Value;
  static constexpr std::uint32_t operations = L::operations + R::operations + Operation::operations;
  static constexpr bool rounded = Operation::operations > 0 || (L::rounded && R::rounded);
  static constexpr bool in_eights = Operation::operations > 0 && L::in_eights&& R::in_eights;
  L left;
  R right;
  Binary(const L& l, const R& r) : left(l), right(r) {}
  [[gnu::always_inline]] Value plain(std::size_t i) const {
    return Operation::plain(left.plain(i), right.plain(i));
  }
  auto eight(std::size_t i, std::size_t count) const {
    return Operation::plain(left.eight(i, count), right.eight(i, count));
  }
  Value every(std::size_t i, Every<Value>& every) const {
    const Value a = left.every(i, every);
    const Value b = right.every(i, every);
    return Operation::every(a, b, every);
  }
};

template <class Operation, Expression X>
struct Unary : Node {
  using Value = typename X::Value;
  static constexpr std::uint32_t operations = X::operations + Operation::operations;
  static constexpr bool rounded = Operation::operations > 0 || X::rounded;
  static constexpr bool in_eights = Operation::operations > 0 && X::in_eights;
  X operand;
  explicit Unary(const X& x) : operand(x) {}
  [[gnu::always_inline]] Value plain(std::size_t i) const {
    return Operation::plain(operand.plain(i));
  }
  auto eight(std::size_t i, std::size_t count) const {
    return Operation::plain(operand.eight(i, count));
  }
  Value every(std::size_t i, Every<Value>& every) const {
    const Value x = operand.every(i, every);
    return Operation::every(x, every);
  }
};

struct Add {
  static constexpr std::uint32_t operations = 1;
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    return a + b;
  }
  template <class T>
  static T every(const T& a, const T& b, Every<T>& every) {
    return add(a, b, every.rounder, every.next());
  }
};
struct Subtract {
  static constexpr std::uint32_t operations = 1;
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    return a - b;
  }
  template <class T>
  static T every(const T& a, const T& b, Every<T>& every) {
    return subtract(a, b, every.rounder, every.next());
  }
};
struct Multiply {
  static constexpr std::uint32_t operations = 1;
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    return a * b;
  }
  template <class T>
  static T every(const T& a, const T& b, Every<T>& every) {
    return multiply(a, b, every.rounder, every.next());
  }
};
struct Divide {
  static constexpr std::uint32_t operations = 1;
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    // Below that Boost divides machine words.
    if constexpr (kernel::has_kernel<T> && 32 < significand_bits<T>) {
      return kernel::divide(a, b);
    } else {
      return a / b;
    }
  }
  template <class T>
  static T every(const T& a, const T& b, Every<T>& every) {
    return divide(a, b, every.rounder, every.next());
  }
};
struct SquareRoot {
  static constexpr std::uint32_t operations = 1;
  template <class T>
  [[gnu::always_inline]] static T plain(const T& x) {
    using std::sqrt;
    if constexpr (kernel::has_kernel<T>) {
      return kernel::square_root(x);
    } else {
      return sqrt(x);
    }
  }
  template <class T>
  static T every(const T& x, Every<T>& every) {
    return square_root(x, every.rounder, every.next());
  }
};
/// What is a number of the operands' format whatever it is given: no operation that rounds.
template <class Operation>
struct Exact {
  static constexpr std::uint32_t operations = 0;
  template <class T>
  static T every(const T& a, const T& b, Every<T>&) {
    return Operation::plain(a, b);
  }
  template <class T>
  static T every(const T& x, Every<T>&) {
    return Operation::plain(x);
  }
};
/// The larger one, a where they are equal or not ordered: exact.
struct Max : Exact<Max> {
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    return a < b ? b : a;
  }
};
/// The smaller one, a where they are equal or not ordered: exact.
struct Min : Exact<Min> {
  template <class T>
  [[gnu::always_inline]] static T plain(const T& a, const T& b) {
    return b < a ? b : a;
  }
};
/// |x|: exact.
struct Absolute : Exact<Absolute> {
  template <class T>
  [[gnu::always_inline]] static T plain(const T& x) {
    using std::abs;
    return abs(x);
  }
};
/// -1 or 1; a zero or NaN is itself: exact.
struct Sign : Exact<Sign> {
  template <class T>
  [[gnu::always_inline]] static T plain(const T& x) {
    return x < T(0) ? T(-1) : x > T(0) ? T(1) : x;
  }
};
/// -x: exact.
struct Negate : Exact<Negate> {
  template <class T>
  [[gnu::always_inline]] static T plain(const T& x) {
    return -x;
  }
};

/// One of three by the sign of another value, each a value or a constant; zero and NaN give the
/// middle one: exact.
template <class T, class N, class Z, class P>
struct BySign : Node {
  using Value = T;
  static_assert(N::operations + Z::operations + P::operations == 0);
  static constexpr std::uint32_t operations = 0;
  static constexpr bool rounded = false;
  static constexpr bool in_eights = false;
  Values<T> decides;
  N negative;
  Z zero;
  P positive;
  BySign(const Values<T>& x, const N& below, const Z& at, const P& above)
      : decides(x), negative(below), zero(at), positive(above) {}
  [[gnu::always_inline]] T plain(std::size_t i) const {
    const T& x = decides.plain(i);
    return x < T(0) ? negative.plain(i) : x > T(0) ? positive.plain(i) : zero.plain(i);
  }
  T every(std::size_t i, Every<T>&) const { return plain(i); }
};

#define ULPSCOPE_BINARY(name, Operation)              \
  template <Expression L, Expression R>               \
  auto name(const L& a, const R& b) {                 \
    return Binary<Operation, L, R>(a, b);             \
  }                                                   \
  template <Expression L>                             \
  auto name(const L& a, const typename L::Value& b) { \
    return name(a, Constant<typename L::Value>(b));   \
  }                                                   \
  template <Expression R>                             \
  auto name(const typename R::Value& a, const R& b) { \
    return name(Constant<typename R::Value>(a), b);   \
  }
ULPSCOPE_BINARY(operator+, Add)
ULPSCOPE_BINARY(operator-, Subtract)
ULPSCOPE_BINARY(operator*, Multiply)
ULPSCOPE_BINARY(operator/, Divide)
ULPSCOPE_BINARY(max, Max)
ULPSCOPE_BINARY(min, Min)
#undef ULPSCOPE_BINARY

#define ULPSCOPE_UNARY(name, Operation) \
  template <Expression X>               \
  auto name(const X& x) {               \
    return Unary<Operation, X>(x);      \
  }
ULPSCOPE_UNARY(sqrt, SquareRoot)
ULPSCOPE_UNARY(abs, Absolute)
ULPSCOPE_UNARY(sign, Sign)
ULPSCOPE_UNARY(operator-, Negate)
#undef ULPSCOPE_UNARY

}  // namespace ulpscope::expression
