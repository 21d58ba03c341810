// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// What the values of one role are after the last update.
struct FinalState {
  std::string role;
  std::size_t count = 0;
  std::size_t zeros = 0;
  std::size_t not_finite = 0;
  std::string low, middle, high;  ///< of the finite ones, as they stand; the lower middle of two
};

/// A cell's final.csv (role, index, value as a C99 hexadecimal literal) by role, in its order.
/// Values are compared by their literals, so that none leaves the range of its arithmetic. Throws
/// std::runtime_error that names the file on other columns or values.
std::vector<FinalState> final_states(const Csv& final, const std::string& file);

/// "-1.2346e-5000": a literal of final.csv in decimal, by its first digits; other texts as they
/// are.
std::string decimal_of_literal(const std::string& text);

}  // namespace ulpscope
