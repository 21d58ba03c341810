// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include "ulpscope/format/exact.hpp"
#include "ulpscope/format/native_rounder.hpp"

namespace ulpscope {

/// A number as someone wrote it: decimal, a C99 hexadecimal literal, inf or nan.
struct Written {
  enum class Kind { finite, infinite, nan };
  Kind kind = Kind::finite;
  Fraction value;  ///< of a finite one; of an infinity, the sign
};

/// Throws std::invalid_argument on anything else; it says what was expected, with a right example
/// and the nearest text that is a number, if one is near.
Written read_written(std::string_view text);

/// Without blanks, tabs and carriage returns at either end.
std::string_view trimmed(std::string_view text);

/// Rounds by whole numbers; `index` is the value's, see Site.
Rounded round_written(const Written& x, const Rounding& rounding, std::uint64_t index);

/// Texts in, C99 hexadecimal literals of their rounded values out.
///
/// The values are those of round_written, and most come from doubles, a hundred times as fast:
/// where the text's value is a double, and where the doubles on both sides of it round to the same
/// number, as rounding is monotone (so is stochastic rounding with the value's one random word).
class LiteralRounder {
 public:
  explicit LiteralRounder(const Rounding& rounding);

  /// Appends the literal of the text's value, number `index`; throws as read_written.
  void append(std::string& out, std::string_view text, std::uint64_t index) const;

 private:
  std::optional<double> by_doubles(std::string_view text, std::uint64_t index) const;

  Rounding rounding_;
  std::optional<Grid<double>> grid_;  ///< nothing where double lacks numbers of the format
};

}  // namespace ulpscope
