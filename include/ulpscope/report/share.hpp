// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "ulpscope/store/csv.hpp"

namespace ulpscope {

/// The summary of a study with [isolate] and a column more, one of share_columns: how much of the
/// way that a metric x goes from the exact cell to the one where all is coarse it goes in this
/// cell,
///
///   (log10 x - log10 x_exact) / (log10 x_all - log10 x_exact),
///
/// with the exact cell and the all-coarse one of the same format among the cells that the sweep
/// gives the same values. 0: what is coarse in this cell changes nothing; 1: it does all. To six
/// digits. Where there is no such number the field is a word: `censored` where one of the three has
/// no onset in its steps, `none` where one has no such metric, or none that is finite, `zero` where
/// one is 0, `no change` where exact and all are the same; empty while one is not done.
Csv with_share(Csv summary, const std::string& share);

}  // namespace ulpscope
