// SPDX-License-Identifier: BSL-1.0
#include "cost.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <unordered_set>

#include "memory.hpp"
#include "runner.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {

void require_memory(const Study& study, const std::vector<const Cell*>& cells, unsigned jobs,
                    double available) {
  const Cell* largest = nullptr;
  Footprint most{};
  Footprints footprints;
  for (const Cell* cell : cells) {
    const Footprint needed = footprints.of(*cell);
    if (largest && needed.memory() <= most.memory()) continue;
    largest = cell;
    most = needed;
  }
  const double running = std::min<double>(jobs, static_cast<double>(cells.size()));
  const double needed = most.memory() * running;
  if (needed <= available) return;
  struct Part {
    double bytes;
    const char *section, *cure;
  };
  const std::array parts{
      Part{most.data, "data", "fewer samples or features"},
      Part{most.model, "model", "fewer samples or features, or layers less wide or deep"},
      Part{most.rule, "rule", "a model of fewer parameters"},
      Part{most.trace, "record", "every = \"log\" or fewer steps"}};
  const Part& worst = *std::max_element(
      parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.bytes < b.bytes; });
  throw InputError({study.file, 0}, worst.section,
                   fmt::format("cell {} needs {:.1f} GiB, {:.1f} of them for {}; {} at a time need "
                               "{:.1f} GiB; expected at most the {:.1f} GiB that a process may "
                               "have here; for example {}{}",
                               largest->id, most.memory() / 0x1p30, worst.bytes / 0x1p30,
                               worst.section, running, needed / 0x1p30, available / 0x1p30,
                               worst.cure, jobs > 1 ? ", or --jobs 1" : ""));
}

std::string Sorts::of(const Cell& cell) {
  std::string sort;
  for (const auto& block : cell.settings.blocks()) {
    const auto [at, fresh] = texts_.try_emplace(block.get());
    if (fresh) {
      for (const Setting& setting : *block) {
        const std::string section = setting.key.substr(0, setting.key.find('.'));
        const bool counts = section == "data" || section == "model" || section == "batch" ||
                            section == "precision" || section == "record" || section == "switch" ||
                            section == "intervention" || setting.key == "rule.kind" ||
                            setting.key == key::steps;
        if (counts && !setting.key.ends_with(".seed")) at->second += setting.canonical + ",";
      }
    }
    sort += at->second;
  }
  return sort;
}

const Footprint& Footprints::of(const std::string& sort, const Cell& cell) {
  const auto at = by_sort_.find(sort);
  return at != by_sort_.end() ? at->second : by_sort_.emplace(sort, footprint(cell)).first->second;
}

double Estimate::seconds(const Cell& cell) {
  const std::string sort = sorts_.of(cell);
  auto at = by_sort_.find(sort);
  if (at == by_sort_.end()) {
    const std::string kin = cell[key::arithmetic] + "," + precision_of(cell).rule_arithmetic + "," +
                            cell["model.kind"] + "," + cell["rule.kind"];
    const double memory = footprints_.of(sort, cell).memory();
    Known known{{}, memory};
    // New sorts of a kin that is known leave half of the time to those of others.
    if (by_kin_.empty() || spent_ < (by_kin_.count(kin) != 0 ? limit_ / 2 : limit_)) {
      const auto start = std::chrono::steady_clock::now();
      known.cost = measure_cost(cell, stop_requested);
      spent_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      ++measured_;
      by_kin_.insert_or_assign(kin, known);
    } else {
      known.cost = infer(kin, memory);
    }
    at = by_sort_.emplace(sort, known).first;
  }
  return at->second.cost.setup_seconds + at->second.cost.step_seconds * std::stod(cell[key::steps]);
}

Cost Estimate::infer(const std::string& kin, double memory) const {
  auto at = by_kin_.find(kin);
  if (at == by_kin_.end()) {
    at = std::max_element(by_kin_.begin(), by_kin_.end(), [](const auto& a, const auto& b) {
      return a.second.cost.step_seconds * b.second.memory <
             b.second.cost.step_seconds * a.second.memory;
    });
  }
  const double ratio = memory / at->second.memory;
  return {at->second.cost.setup_seconds * ratio, at->second.cost.step_seconds * ratio};
}

double memory_of(const Group& group, Footprints& footprints) {
  double memory = 0;
  for (const Cell* cell : group) {
    const Footprint& needed = footprints.of(*cell);
    memory += needed.memory() - (memory > 0 ? needed.data + needed.shared : 0);
  }
  return memory;
}

std::vector<Group> groups_of(const std::vector<const Cell*>& cells, unsigned jobs,
                             unsigned together) {
  std::map<std::string, Group> sharing;
  for (const Cell* cell : cells) {
    if (together > 1) sharing[shared_inputs(*cell)].push_back(cell);
  }
  sharing.erase("");
  const double room = usable_memory() / jobs;
  Footprints footprints;
  std::unordered_map<const Cell*, Group> by_first;
  std::unordered_set<const Cell*> others;
  for (const auto& [inputs, all] : sharing) {
    // In as many parts as there are jobs, or more, until each is small enough.
    std::vector<Group> parts;
    for (std::size_t count = std::min<std::size_t>(jobs, all.size()); count <= all.size();
         ++count) {
      parts.assign(count, {});
      for (std::size_t i = 0; i < all.size(); ++i) parts[i * count / all.size()].push_back(all[i]);
      const bool small = std::all_of(parts.begin(), parts.end(), [&](const Group& part) {
        return part.size() <= together && memory_of(part, footprints) <= room;
      });
      if (small) break;
    }
    for (Group& part : parts) {
      others.insert(part.begin() + 1, part.end());
      by_first.emplace(part.front(), std::move(part));
    }
  }
  std::vector<Group> groups;
  for (const Cell* cell : cells) {
    if (others.count(cell) != 0) continue;
    const auto at = by_first.find(cell);
    groups.push_back(at != by_first.end() ? std::move(at->second) : Group{cell});
  }
  return groups;
}

}  // namespace ulpscope
