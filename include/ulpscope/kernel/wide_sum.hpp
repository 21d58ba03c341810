// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "ulpscope/kernel/eight.hpp"
#include "ulpscope/kernel/native_sum.hpp"
#include "ulpscope/kernel/row_sum.hpp"

/// Weighted sums of the rows of a matrix of wide numbers, with the bits of the plain loop: what
/// row_sum.hpp has for values of binary32. So are the layers of a network summed behind its first.
namespace ulpscope::kernel {

namespace detail {

/// How large numbers are; none are where they are all zero.
struct Exponents {
  std::int64_t least = std::int64_t{1} << 60, greatest = -(std::int64_t{1} << 60);
  bool finite = true, negative_zero = false;
};

template <class T>
Exponents exponents(std::span<const T> values) {
  using Backend = typename T::backend_type;
  Exponents all;
  for (const T& x : values) {
    const std::int64_t e = x.backend().exponent();
    if (e == Backend::exponent_zero) {
      all.negative_zero |= x.backend().sign();
    } else if (e > Backend::max_exponent) {
      all.finite = false;
    } else {
      all.least = std::min(all.least, e);
      all.greatest = std::max(all.greatest, e);
    }
  }
  return all;
}

/// Whether no product and no sum can be beyond T's range, or one that is not zero below it: all are
/// multiples of the last bit of the smallest, and of fewer than 2^62 terms.
template <class T>
bool stays_in_range(const Exponents& a, const Exponents& b, const Exponents& out) {
  using Backend = typename T::backend_type;
  constexpr std::int64_t p = significand_bits<T>;
  const std::int64_t least = std::min(a.least + b.least, out.least) - p;
  const std::int64_t greatest = std::max(a.greatest + b.greatest + 2, out.greatest) + 62;
  return a.finite && b.finite && out.finite && least >= Backend::min_exponent &&
         greatest <= Backend::max_exponent;
}

/// One output at a time, by 64-bit limbs. Terms that are zero change no sum: none is -0.
template <class T>
void add_row_sum_limbs(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
                       std::span<T> out) {
  constexpr int n = limb_count<T>, p = significand_bits<T>;
  std::vector<Number<n>> numbers;
  numbers.reserve(weights.size());
  for (const T& w : weights) numbers.push_back(taken_apart(w));
  for (std::size_t k = 0; k < out.size(); ++k) {
    const T* value = matrix.data() + k;
    Number<n> sum = taken_apart(out[k]);
    for (const Number<n>& w : numbers) {
      const Number<n> x = taken_apart(*value);
      value += stride;
      if (x.is_zero() || w.is_zero()) continue;
      sum = add<p, n>(sum, multiply<p, n>(w, x));
    }
    put_together(sum, out[k]);
  }
}

template <class T>
void add_row_sum_plain(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
                       std::span<T> out) {
  add_row_sum<T, T>(matrix, stride, weights, out);
}

#if ULPSCOPE_X86
/// Eight outputs at a time, by the limbs of AVX-512 IFMA.
template <class T>
void add_row_sum_ifma(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
                      std::span<T> out) {
  constexpr std::size_t lanes = Eight<T>::lanes;
  std::vector<Eight<T>> factors;
  factors.reserve(weights.size());
  for (const T& w : weights) factors.emplace_back(w);
  for (std::size_t first = 0; first < out.size(); first += lanes) {
    const auto part = out.subspan(first, std::min(lanes, out.size() - first));
    Eight<T> sum(part.data(), part.size());
    const T* row = matrix.data() + first;
    for (const Eight<T>& w : factors) {
      sum = sum + w * Eight<T>(row, part.size());
      row += stride;
    }
    if (!sum.store(part.data(), part.size())) {
      add_row_sum_plain<T>(matrix.subspan(first), stride, weights, part);
    }
  }
}
#endif

}  // namespace detail

/// Adds to `out` the sums over the first out.size() columns of a matrix of T, whose rows are
/// `stride` values apart: by the plain loop where a value is infinite, NaN, or so near to the ends
/// of T's range that a result might leave it.
template <class T>
requires has_kernel<T>
void add_row_sum(std::span<const T> matrix, std::size_t stride, std::span<const T> weights,
                 std::span<T> out, Kernel kernel = best_kernel()) {
  if (weights.empty()) return;  // there is no row to point into
#if ULPSCOPE_X86
  if constexpr (has_eight<T>) {
    if (kernel == Kernel::ifma) return detail::add_row_sum_ifma<T>(matrix, stride, weights, out);
  }
#endif
  const auto before = detail::exponents<T>(out);
  if (kernel == Kernel::plain || before.negative_zero ||
      !detail::stays_in_range<T>(detail::exponents<T>(weights), detail::exponents<T>(matrix),
                                 before)) {
    return detail::add_row_sum_plain<T>(matrix, stride, weights, out);
  }
  detail::add_row_sum_limbs<T>(matrix, stride, weights, out);
}

}  // namespace ulpscope::kernel
