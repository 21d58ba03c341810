// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace ulpscope {

/// A unit as siunitx has it, \micro\second or ms, for people: µs. Empty where it is none.
std::string shown_unit(std::string_view unit);

/// Why a text is no unit, with the nearest that is one; empty where it is one.
std::string unit_fault(std::string_view unit);

}  // namespace ulpscope
