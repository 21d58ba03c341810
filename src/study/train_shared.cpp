// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/trained.hpp"

namespace ulpscope {
template class detail::NativeRounder<float>;
template class detail::NativeRounder<double>;
template Dec50 from_decimal<Dec50>(const Decimal&);
}  // namespace ulpscope
