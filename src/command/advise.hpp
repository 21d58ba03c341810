// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "commands.hpp"

namespace ulpscope {

struct AdviseOptions {
  std::string study;  ///< the defaults of all keys where empty
  std::vector<std::string> sets;
  std::string only;
  /// Magnitudes; as the cells have them at their first step where empty.
  std::string gradient, smallest_gradient, parameter, curvature;
  bool json = false;
  bool predict = false;
  std::string compare;  ///< a results folder; none where empty
};

/// As the other commands; returns exit_code::hazard where a cell has one.
int advise_command(const AdviseOptions& options);

}  // namespace ulpscope
