// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "ulpscope/format/philox.hpp"
#include "ulpscope/format/round_bits.hpp"
#include "ulpscope/format/rounding.hpp"
#include "ulpscope/format/simd.hpp"

namespace ulpscope {

namespace detail {

/// A loop over values for run(): each rounded where it stands.
template <Mode mode, bool deep, class T>
struct RoundAll {
  T* values;
  std::size_t count;
  Grid<T> grid;
  const std::uint32_t* words;  ///< one for each value; only for Mode::stochastic

  [[gnu::always_inline]] void operator()() const {
    using Bits = typename Grid<T>::Bits;
    // Copies: the compiler need not fear that a value's store changes them.
    T* const x = values;
    const std::size_t n = count;
    const Grid<T> g = grid;
    const std::uint32_t* const drawn = words;
    for (std::size_t i = 0; i < n; ++i) {
      const Bits word = mode == Mode::stochastic ? drawn[i] : 0;
      x[i] = std::bit_cast<T>(round_any<mode, deep, T>(std::bit_cast<Bits>(x[i]), g, word));
    }
  }
};

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

  [[gnu::noinline]] void operator()(std::span<T> values, const Site& first,
                                    Simd simd = best_simd()) const {
    if (rounding_.mode != Mode::stochastic) return round(values, nullptr, simd);
    // Words for a few hundred values at a time, then these.
    constexpr std::size_t most = 512;
    std::uint32_t words[most + 4];
    for (std::size_t begin = 0; begin < values.size(); begin += most) {
      const std::span<T> part = values.subspan(begin, std::min(most, values.size() - begin));
      const std::uint64_t index = first.index + begin;
      const std::size_t offset = index % 4;
      random_words({words, (offset + part.size() + 3) / 4 * 4}, rounding_.seed, index / 4, first,
                   simd);
      round(part, words + offset, simd);
    }
  }

 private:
  static const Format& checked(const Format& format) {
    // The largest significands at emax may be missing, but not all of them.
    const bool numbers = format.p >= 1 && format.emin <= format.emax && format.top_codes >= 0;
    if (!numbers || !holds(Grid<T>::carrier, format) ||
        std::int64_t{format.top_codes} >> (format.p - 1) != 0) {
      throw std::invalid_argument("a format with numbers that its carrier lacks");
    }
    return format;
  }

  [[gnu::noinline]] void round(std::span<T> values, const std::uint32_t* words, Simd simd) const {
    with_mode(rounding_.mode, [&]<Mode mode>() {
      if (simd != Simd::baseline) {
        if (grid_.deep) {
          run(simd, RoundAll<mode, true, T>{values.data(), values.size(), grid_, words});
        } else {
          run(simd, RoundAll<mode, false, T>{values.data(), values.size(), grid_, words});
        }
        return;
      }
      // One after the other: without shifts by a count for each lane, branches are faster.
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto bits = std::bit_cast<typename Grid<T>::Bits>(values[i]);
        const std::uint32_t word = mode == Mode::stochastic ? words[i] : 0;
        values[i] = std::bit_cast<T>(round_bits<mode, T>(bits, grid_, word));
      }
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
