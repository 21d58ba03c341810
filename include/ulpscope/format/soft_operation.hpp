// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/format/operation.hpp"

namespace ulpscope {

// Operations whose exact result is rounded once, as in operation.hpp. They are those of double: the
// low precision's own result never comes in between, so that beyond its largest number there is
// what the rounder's format says.

template <Format own>
Soft<own> add(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
              const Site& site) {
  return Soft<own>(add(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> subtract(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                   const Site& site) {
  return Soft<own>(subtract(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> multiply(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                   const Site& site) {
  return Soft<own>(multiply(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> divide(const Soft<own>& a, const Soft<own>& b, const Rounder<Soft<own>>& rounder,
                 const Site& site) {
  return Soft<own>(divide(static_cast<double>(a), static_cast<double>(b), rounder.wide(), site));
}

template <Format own>
Soft<own> square_root(const Soft<own>& a, const Rounder<Soft<own>>& rounder, const Site& site) {
  return Soft<own>(square_root(static_cast<double>(a), rounder.wide(), site));
}

}  // namespace ulpscope
