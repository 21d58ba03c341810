// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/founding.hpp"

#include "ulpscope/study/keys.hpp"

namespace ulpscope {

Cell founding_cell(std::string_view arithmetic) {
  Study study;
  study.base = {{std::string(key::arithmetic), {Value::Kind::text, std::string(arithmetic), {}}}};
  return make_plan(study).cells.front();
}

}  // namespace ulpscope
