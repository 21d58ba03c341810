// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "ulpscope/format/format.hpp"

namespace ulpscope {

/// How values become numbers of a format.
struct Rounding {
  Format format;
  Mode mode = Mode::nearest_even;
  std::uint64_t seed = 0;  ///< of the words that stochastic rounding draws

  bool operator==(const Rounding&) const = default;
};

/// Where a rounding stands in a run: with the seed it decides the random word that stochastic
/// rounding draws, so that the word depends on nothing else. Words 1 and 2 of the counter of
/// Philox are step and stream (see philox.hpp).
struct Site {
  std::uint64_t index = 0;   ///< of the value: parameter, sample, ...
  std::uint32_t step = 0;    ///< number of the update, from 1; 0 before the first
  std::uint32_t stream = 0;  ///< role + 16 * operation
};

/// Rounds values of the type T, the carrier, into a format whose numbers T has, all of them.
///
///   explicit Rounder(const Rounding&)         throws std::invalid_argument where T lacks some
///   bool exact() const                        T's own format, to nearest even: as T itself rounds
///   const Rounding& rounding() const
///   T operator()(const T& x, const Site&)     x rounded once
///   void operator()(std::span<T>, Site)       each of them, in place; the site is the first's,
///                                             the next has index + 1
///   std::uint32_t word(const Site&) const     what stochastic rounding draws there, else 0
///   T with_word(const T& x, word) const       x rounded once with a word that was drawn before
///
/// A number of the format is a fixed point in every mode. Overflow gives what the format says in
/// the modes that round beyond its largest number (the nearest ones; up or down on their side;
/// stochastic, where it draws the number beyond), and the largest number in the others. An infinity
/// gives what overflow gives, a NaN stays one; the sign of zero is kept.
/// Stochastic rounding moves away from zero where the word is below floor(2^32 * fraction), the
/// fraction of the gap that lies between the neighbour toward zero and x.
template <class T>
class Rounder;

}  // namespace ulpscope
