// SPDX-License-Identifier: BSL-1.0
// Any bytes are data or a DataError; what is counted in advance is what is read.
#include "scratch_file.hpp"
#include "ulpscope/data/csv_data.hpp"

using namespace ulpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::ScratchFile file;
  if (size == 0) return 0;
  CsvData options;
  options.target = "y";
  options.task = (data[0] & 1) != 0 ? "classification" : "regression";
  options.standardize = (data[0] & 2) != 0;
  options.file = file.holding(data + 1, size - 1);
  try {
    const Extent extent = options.extent();
    const Dataset drawn = options.draw();
    if (drawn.samples != extent.samples || drawn.features != extent.features ||
        drawn.classes != extent.classes || drawn.targets.size() != extent.samples ||
        drawn.inputs.size() != extent.samples * extent.features) {
      std::abort();
    }
  } catch (const DataError&) {
  }
  return 0;
}
