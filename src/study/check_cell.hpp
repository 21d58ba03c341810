// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "make_cell.hpp"

// What must hold between the sections of a cell. All throw InputError, at the place where one of
// the keys that do not go together was given.
namespace ulpscope {

const Section& section_named(std::string_view name);

using ExtentOf = std::function<Extent(const Kind& data)>;

/// The probe path records the parameters of a surface.
void check_path(const Cell& cell, const Assignments& given);

/// The roles' formats must fit the arithmetics.
void check_precision(const Cell& cell, const Assignments& given);

/// The model must find the samples that it needs, and the batch no more than there are.
/// `extent_of` looks the samples up.
void check_data(Cell& cell, const Assignments& given, const ExtentOf& extent_of);

/// A mean divides by the number of samples: the model's arithmetic must have room for it.
void check_mean(const Cell& cell, const Assignments& given);

/// An intervention must come before the last step, and find what it acts on; what is after a switch
/// of precision must fit together as what is before.
void check_intervention(const Cell& cell, const Assignments& given);

/// A schedule that goes by the rule's learning rate, or by the number of steps, must fit it.
void check_schedule(const Cell& cell, const Assignments& given);

}  // namespace ulpscope
