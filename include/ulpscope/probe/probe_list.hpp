// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace ulpscope {

struct ProbeInfo {
  std::string_view name;
  std::string_view summary;
  std::vector<std::string_view> (*columns)();  ///< of trace.csv, in order
};

/// The one list of probes; trace.csv has their columns in this order.
inline constexpr std::array probe_list{
    ProbeInfo{"moments", "norms, the second moment, the effective step size, what stands still",
              [] {
                return std::vector<std::string_view>{
                    "gradient_norm", "update_norm",   "root_v_min",       "root_v_median",
                    "root_v_max",    "step_size_min", "step_size_median", "step_size_max",
                    "v_zero",        "v_subnormal",   "v_stalled",        "eps_dominated",
                    "unchanged",     "cosine"};
              }},
    ProbeInfo{"shadow", "errors of a role, and of the update by it, against wide arithmetic",
              [] {
                return std::vector<std::string_view>{"shadow_median",        "shadow_max",
                                                     "shadow_ulps_median",   "shadow_ulps_max",
                                                     "shadow_update_median", "shadow_update_max",
                                                     "shadow_bound"};
              }},
    ProbeInfo{"rate", "the learning rate of the last update, as the rule has it",
              [] { return std::vector<std::string_view>{"lr"}; }},
    ProbeInfo{"sharpness", "the largest eigenvalue of P^-1 H, beside the stability threshold",
              [] {
                return std::vector<std::string_view>{"sharpness", "threshold"};
              }},
    ProbeInfo{"path", "the parameters of a surface", [] {
                return std::vector<std::string_view>{"x", "y"};
              }}};

inline std::vector<std::string_view> probe_names() {
  std::vector<std::string_view> names;
  names.reserve(probe_list.size());
  for (const ProbeInfo& probe : probe_list) names.push_back(probe.name);
  return names;
}

}  // namespace ulpscope
