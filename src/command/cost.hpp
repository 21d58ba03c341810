// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "ulpscope/study/run_cell.hpp"

// What cells cost in time and memory, and which of them are run together for that.
namespace ulpscope {

/// Refuses cells that cannot fit into so many bytes of memory, `jobs` at a time: by arithmetic,
/// before anything is allocated. Throws InputError.
void require_memory(const Study& study, const std::vector<const Cell*>& cells, unsigned jobs,
                    double available);

/// Cells of one sort cost the same: their data, model, batches, precision, kind of rule and what
/// they record are alike, seeds apart.
class Sorts {
 public:
  std::string of(const Cell& cell);

 private:
  std::unordered_map<const Settings::Block*, std::string> texts_;
};

/// footprint(), computed once for each sort of cell.
class Footprints {
 public:
  const Footprint& of(const Cell& cell) { return of(sorts_.of(cell), cell); }
  const Footprint& of(const std::string& sort, const Cell& cell);

 private:
  Sorts sorts_;
  std::unordered_map<std::string, Footprint> by_sort_;
};

/// Expected seconds of each cell, from a few steps of one cell of each sort. Measuring ends after
/// `limit` seconds; other sorts are then taken to cost as much as one of the same arithmetics,
/// model and kind of rule, or the costliest there is, times the ratio of their memory.
class Estimate {
 public:
  explicit Estimate(double limit = 8) : limit_(limit) {}

  /// Seconds of the whole cell.
  double seconds(const Cell& cell);
  Footprint footprint(const Cell& cell) { return footprints_.of(cell); }

  std::size_t measured() const { return measured_; }
  std::size_t inferred() const { return by_sort_.size() - measured_; }

 private:
  struct Known {
    Cost cost;
    double memory;
  };
  Cost infer(const std::string& kin, double memory) const;

  Sorts sorts_;
  Footprints footprints_;
  std::unordered_map<std::string, Known> by_sort_;
  std::map<std::string, Known> by_kin_;  ///< the last measured of each arithmetic, model, rule
  std::size_t measured_ = 0;
  double limit_;
  double spent_ = 0;
};

/// Cells that a job runs at the same time, a thread each: such as share their inputs, or one.
using Group = std::vector<const Cell*>;
/// Of those that share their inputs as few groups as there may be, but as many as there are jobs;
/// fewer cells in each where there is not the memory. In the order of their first cells.
std::vector<Group> groups_of(const std::vector<const Cell*>& cells, unsigned jobs,
                             unsigned together);
/// Bytes that a group needs: inputs once, drawn one by one.
double memory_of(const Group& group, Footprints& footprints);

}  // namespace ulpscope
