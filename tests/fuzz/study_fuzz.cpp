// SPDX-License-Identifier: BSL-1.0
// Any bytes are a study or an InputError; a study that can be planned reads back as it was written.
#include <exception>
#include <fstream>

#include "scratch_file.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/study.hpp"

using namespace ulpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::ScratchFile file;
  Study study;
  Plan plan;
  try {
    study = read_study(file.holding(data, size));
    std::size_t cells = study.cells.size() + 1;
    for (const Axis& axis : study.axes) cells *= axis.values.size();
    if (cells > 200) return 0;  // many cells take their time, by right
    plan = make_plan(study);
  } catch (const InputError&) {
    return 0;
  }
  const std::string written = study_toml(study, plan);
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(written.data());
  const Plan again = make_plan(read_study(file.holding(bytes, written.size())));
  if (again.cells.size() != plan.cells.size()) std::abort();
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (again.cells[i].id != plan.cells[i].id) std::abort();
  }
  return 0;
}
