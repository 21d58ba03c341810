// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/format.hpp"

#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = [] {
    std::vector<Format> rows;
    for_each_arithmetic([&]<class T>() {
      // Boost's min_exponent is the leading bit's, the language's is one more: ask the values.
      using std::ilogb;
      using Limits = std::numeric_limits<T>;
      rows.push_back({std::string(ArithmeticTraits<T>::name), Limits::digits,
                      ilogb((Limits::min)()), ilogb((Limits::max)()), is_native<T>});
    });
    return rows;
  }();
  return all;
}

}  // namespace ulpscope
