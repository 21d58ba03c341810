// SPDX-License-Identifier: BSL-1.0
#include "make_cell.hpp"

namespace ulpscope {

bool in_section(std::string_view key, std::string_view section) {
  return key.size() > section.size() && key[section.size()] == '.' && key.starts_with(section);
}

const Setting* Settings::find(std::string_view key) const {
  const std::string_view section = key.substr(0, key.find('.'));
  for (const auto& block : blocks_) {
    if (!in_section(block->front().key, section)) continue;
    for (const Setting& setting : *block) {
      if (setting.key == key) return &setting;
    }
  }
  return nullptr;
}

const Setting* Cell::find(std::string_view key) const { return settings.find(key); }

const std::string& Cell::operator[](std::string_view key) const {
  if (const Setting* setting = find(key)) return setting->canonical;
  // A group that is at its default has no settings for its parts.
  const std::size_t dot = key.rfind('.');
  const OptionInfo* part = find(key.substr(0, dot)) ? find_option(key) : nullptr;
  if (!part) throw std::logic_error("a cell without " + std::string(key));
  return part->default_text;
}

bool has_probe(const Cell& cell, std::string_view probe) {
  return contains(detail::list_items(cell["record.probes"]), std::string(probe));
}

Precision precision_of(const Cell& cell) {
  return resolve_precision(cell.section("precision"), [&](std::string_view key) {
    return cell.find("precision." + std::string(key)) != nullptr;
  });
}

std::function<std::string(std::string_view)> Cell::section(std::string name) const {
  return [this, name = std::move(name)](std::string_view option) {
    return (*this)[name + "." + std::string(option)];
  };
}

}  // namespace ulpscope
