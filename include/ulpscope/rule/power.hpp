// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>

namespace ulpscope {

/// f(1) f(2) ... f(t) in wide arithmetic, one multiplication for the next t, t - 1 of them from
/// scratch for any other: the bits are those of ((f(1) f(2)) f(3)) ... either way.
template <class W>
class Product {
 public:
  explicit Product(std::function<W(std::uint64_t)> factor) : factor_(std::move(factor)) {}

  const W& at(std::uint64_t t) {
    if (t < t_) {
      t_ = 0;
      value_ = 1;
    }
    while (t_ < t) value_ *= factor_(++t_);
    return value_;
  }

 private:
  std::function<W(std::uint64_t)> factor_;
  W value_ = 1;
  std::uint64_t t_ = 0;
};

/// base^t.
template <class W>
class Power : public Product<W> {
 public:
  explicit Power(W base) : Product<W>([base = std::move(base)](std::uint64_t) { return base; }) {}
};

}  // namespace ulpscope
