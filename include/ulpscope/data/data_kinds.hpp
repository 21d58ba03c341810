// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/data/csv_data.hpp"
#include "ulpscope/data/gaussian.hpp"
#include "ulpscope/data/low_rank.hpp"
#include "ulpscope/data/none.hpp"
#include "ulpscope/data/stream.hpp"
#include "ulpscope/data/teacher.hpp"
#include "ulpscope/format/arithmetic.hpp"

namespace ulpscope {

/// The one list of data; the first is the default. Each is a struct of options with `name`,
/// `summary`, `options()`, `extent()` (sizes, before anything is kept) and `draw()`; these two may
/// throw DataError. Where values may not go together, `conflict()`.
using DataKinds = TypeList<Gaussian, Teacher, LowRank, Stream, CsvData, None>;

}  // namespace ulpscope
