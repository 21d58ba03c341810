// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/varied.hpp"

#include "make_cell.hpp"

namespace ulpscope {

Cell varied(const Cell& cell, const std::map<std::string, std::string>& values) {
  Cell copy;
  copy.extent = cell.extent;
  std::map<std::string, std::string> left = values;  // what no block has had yet
  for (const auto& [key, value] : values) {
    if (cell.find(key)) left.erase(key);
  }
  for (const auto& block : cell.settings.blocks()) {
    auto changed = std::make_shared<Settings::Block>(*block);
    for (Setting& setting : *changed) {
      const auto at = values.find(setting.key);
      if (at == values.end()) continue;
      setting.written = setting.canonical = at->second;
      setting.at_default = false;
    }
    const std::string first = changed->front().key;
    for (auto at = left.begin(); at != left.end();) {
      if (in_section(at->first, first.substr(0, first.find('.')))) {
        Setting setting;
        setting.key = at->first;
        setting.written = setting.canonical = at->second;
        setting.part = true;
        changed->push_back(std::move(setting));
        at = left.erase(at);
      } else {
        ++at;
      }
    }
    copy.settings.add(std::move(changed));
  }
  return copy;
}

}  // namespace ulpscope
