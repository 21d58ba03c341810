// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ulpscope/format/grid.hpp"
#include "ulpscope/format/roles.hpp"
#include "ulpscope/format/simd.hpp"

namespace ulpscope::kernel {

/// Weighted sums in float or double in which each product and each sum is rounded to nearest into a
/// narrower format, many outputs at once. T's own result r is rounded by its bits, which is right
/// (format/operation.hpp) where r is a normal number of the format, not beyond its largest, and no
/// middle between two of its numbers, or exact. A product is exact where both factors have at most
/// half of T's bits; a sum of two numbers of the format may be taken for exact where T has
/// 2 p + 2 bits (S. A. Figueroa, doi 10.1145/221332.221334). What may be none of this is told, and
/// left to the operations one by one.
template <class T>
class RoundedSum {
 public:
  static constexpr std::size_t most = 256;  ///< outputs at once

  /// Whether there is a kernel for the rounding.
  static bool fits(const Rounding& rounding) {
    const bool nearest = rounding.mode == Mode::nearest_even || rounding.mode == Mode::nearest_away;
    return nearest && rounding.format.p < Grid<T>::digits;
  }

  explicit RoundedSum(const Rounding& rounding, Simd simd = best_simd())
      : grid_(rounding.format),
        even_(rounding.mode == Mode::nearest_even),
        sums_exact_(2 * rounding.format.p + 2 <= Grid<T>::digits),
        simd_(simd) {}

  /// next[k] = sums[k] + w x[k] for k < count <= most, both operations rounded; `sums` are numbers
  /// of the format. False, and nothing said of `next`, where a result may need more care.
  bool add_term(const T* sums, const T& w, const T* x, T* next, std::size_t count) const {
    Bits unsafe = 0;
    const AddTerm term{grid_, even_, sums_exact_, sums, w, x, next, count, &unsafe};
    run(simd_, term);
    return unsafe == 0;
  }

 private:
  using Bits = typename Grid<T>::Bits;

  struct AddTerm {
    Grid<T> grid;
    bool even, sums_exact;
    const T* sums;
    T w;
    const T* x;
    T* next;
    std::size_t count;
    Bits* told;

    [[gnu::always_inline]] void operator()() const {
      constexpr Bits lower_half = (Bits{1} << (Grid<T>::digits - Grid<T>::digits / 2)) - 1;
      const Bits sign = Grid<T>::sign, normal = grid.normal, largest = grid.largest;
      const auto drop = static_cast<unsigned>(grid.drop);
      const Bits low = (Bits{1} << drop) - 1, half = Bits{1} << (drop - 1);
      const Bits odd = even ? 1 : 0, up = even ? half - 1 : half;
      const T factor = w;
      const Bits own = std::bit_cast<Bits>(factor);
      const Bits w_long = Bits{(own & lower_half) != 0}, w_some = Bits{(own & ~sign) != 0};
      const Bits check_sums = sums_exact ? 0 : 1;
      const T* const from = sums;
      const T* const factors = x;
      T* const to = next;
      const std::size_t n = count;
      Bits unsafe = 0;
      for (std::size_t k = 0; k < n; ++k) {
        const Bits other = std::bit_cast<Bits>(factors[k]);
        const Bits product = std::bit_cast<Bits>(static_cast<T>(factor * factors[k]));
        const Bits term = (product + (up + ((product >> drop) & odd))) & ~low;
        const Bits some = w_some & Bits{(other & ~sign) != 0};
        const Bits inexact = w_long | Bits{(other & lower_half) != 0};
        unsafe |= (inexact & Bits{(product & low) == half}) |
                  (some & Bits{(product & ~sign) < normal}) | Bits{(term & ~sign) > largest};
        const Bits sum = std::bit_cast<Bits>(static_cast<T>(from[k] + std::bit_cast<T>(term)));
        const Bits rounded = (sum + (up + ((sum >> drop) & odd))) & ~low;
        unsafe |= (check_sums & Bits{(sum & low) == half}) |
                  (Bits{(sum & ~sign) < normal} & Bits{(sum & ~sign) != 0}) |
                  Bits{(rounded & ~sign) > largest};
        to[k] = std::bit_cast<T>(rounded);
      }
      *told = unsafe;
    }
  };

  Grid<T> grid_;
  bool even_, sums_exact_;
  Simd simd_;
};

}  // namespace ulpscope::kernel
