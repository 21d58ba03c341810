// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/study/kinds.hpp"

namespace ulpscope {

/// The metrics that are the largest value which a column of the trace has in a run; NaN only where
/// it has no other.
class ColumnPeaks {
 public:
  explicit ColumnPeaks(const Cell& cell) {
    std::size_t at = 1;  // the loss is first
    for (const ProbeInfo& probe : probe_list) {
      if (!has_probe(cell, probe.name)) continue;
      for (const std::string_view column : probe.columns()) {
        for (std::size_t i = 0; i < metric_list.size(); ++i) {
          if (metric_list[i].peak_of == column) peaks_.push_back({at, i, {}});
        }
        ++at;
      }
    }
  }

  /// A row's fields, the loss first.
  void add(const std::vector<std::string>& fields) {
    for (Peak& peak : peaks_) {
      const std::string& text = fields.at(peak.column);
      if (text.empty()) continue;
      const double value = std::strtod(text.c_str(), nullptr);
      const double largest = std::strtod(peak.text.c_str(), nullptr);
      if (peak.text.empty() || std::isnan(largest) || value > largest) peak.text = text;
    }
  }

  /// The rows of trace.csv in place of all that was added.
  void restore(const std::vector<std::string>& rows) {
    for (Peak& peak : peaks_) peak.text.clear();
    for (const std::string& row : rows) {
      std::vector<std::string> fields;
      for (std::size_t from = row.find(',') + 1; from <= row.size();) {
        const std::size_t to = std::min(row.find(',', from), row.size());
        fields.push_back(row.substr(from, to - from));
        from = to + 1;
      }
      add(fields);
    }
  }

  void write_to(Metrics& metrics) const {
    for (const Peak& peak : peaks_) metrics[peak.metric] = peak.text;
  }

 private:
  struct Peak {
    std::size_t column;  ///< among a row's fields
    std::size_t metric;
    std::string text;
  };
  std::vector<Peak> peaks_;
};

}  // namespace ulpscope
