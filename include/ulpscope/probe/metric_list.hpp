// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace ulpscope {

struct MetricInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view probe = {};    ///< a column only where this one is recorded; empty: always
  std::string_view peak_of = {};  ///< the column of the trace whose largest value it is, if it is
};

/// The one list of metrics: columns of metrics.csv and summary.csv, in this order. One that was
/// added with a probe changes no file of cells without it.
inline constexpr std::array metric_list{
    MetricInfo{"converged", "first step at which the loss has stayed low for 100 steps"},
    MetricInfo{"floor", "minimum of the trailing 25-step median of the loss before the onset"},
    MetricInfo{"floor_step", "the step of the floor"},
    MetricInfo{"onset", "first step after converged with a loss above the onset level"},
    MetricInfo{"crossing",
               "first recorded step after converged with a sharpness above the "
               "stability threshold; empty where it was not measured"},
    MetricInfo{"growth_onset",
               "the step at which the floor, growing from the crossing on as the sharpness says, "
               "would pass the onset level",
               "sharpness"},
    MetricInfo{"shadow_peak", "largest recorded median error of the role that shadow follows",
               "shadow", "shadow_median"},
    MetricInfo{"shadow_update_peak", "largest recorded median error of the update by it", "shadow",
               "shadow_update_median"},
    MetricInfo{"shadow_bound_peak", "largest recorded bound of the role's error", "shadow",
               "shadow_bound"},
    MetricInfo{"peak", "largest loss from the onset on"},
    MetricInfo{"tail", "median loss over the last tenth of the steps"},
    MetricInfo{"verdict", "stable, relapsed, unconverged or diverged"},
    MetricInfo{"verdict_step", "the step that decided the verdict"},
    MetricInfo{"stopped", "the step at which [stop] ended the run early"}};

/// A metric's place in the list.
constexpr std::size_t metric_place(std::string_view name) {
  std::size_t at = 0;
  while (at < metric_list.size() && metric_list[at].name != name) ++at;
  return at;
}

/// A cell's metrics as texts, in the order of metric_list; empty where there is none.
using Metrics = std::array<std::string, metric_list.size()>;

}  // namespace ulpscope
