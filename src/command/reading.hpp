// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// f(), which reads a study's folder: a file that it cannot read is bad input.
template <class F>
auto reading(const std::string& folder, F&& f) {
  try {
    return f();
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw InputError({folder, 0}, "",
                     std::string(error.what()) +
                         "; expected the results of a run, for example results/founding");
  }
}

}  // namespace ulpscope
