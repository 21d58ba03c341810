// SPDX-License-Identifier: BSL-1.0
#include "version.hpp"

#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/kernel/ifma_lanes.hpp"
#include "ulpscope/report/page.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/host.hpp"
#include "ulpscope/store/version.hpp"

namespace ulpscope {

std::string instruction_set() {
  if (kernel::has_ifma()) return "AVX-512 with IFMA";
  switch (best_simd()) {
    case Simd::avx512: return "AVX-512";
    case Simd::avx2: return "AVX2";
    case Simd::baseline: break;
  }
  return "the compiler's own instruction set";
}

std::string version_text() {
  std::string text = fmt::format("ulpscope {}\n", release);
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{:<17}{}\n", name, value);
  };
  line("compiler", compiler_text());
  line("flags", build_flags());
  for (const auto& [name, version] : library_versions()) line(name, version);
  line("processor", processor_text());
  line("instruction set", instruction_set());
  line("wide kernels",
       kernel::has_ifma() ? "eight numbers at once, by limbs of 52 bits" : "by limbs of 64 bits");
  constexpr Format x87 = own_format<long double>();
  line("long double", fmt::format("p = {}, emin = {}, emax = {}", x87.p, x87.emin, x87.emax));
  line("Chart.js", chart_library().empty() ? "none: report writes no page" : "in the program");
  text.pop_back();
  return text;
}

}  // namespace ulpscope
