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

std::optional<double> ratio_in(std::string_view at) {
  constexpr std::string_view word = "sharpness ";
  if (!at.starts_with(word)) return std::nullopt;
  try {
    const Decimal ratio(at.substr(word.size()));
    if (ratio > "0") return std::stod(ratio.canonical());
  } catch (const std::logic_error&) {  // no number, or none that a double holds
  }
  return std::nullopt;
}

std::optional<std::uint64_t> switch_step(const Cell& cell) {
  if (cell[key::intervention] != "switch") return std::nullopt;
  return std::stoull(cell["intervention.at"]);
}

namespace {

/// The block of [precision] after the switch.
std::shared_ptr<Settings::Block> switched(const Cell& cell, const Settings::Block& before) {
  auto after = std::make_shared<Settings::Block>();
  const auto key_in_precision = [](const Setting& setting) {
    return "precision" + setting.key.substr(setting.key.find('.'));
  };
  const auto given = [&](const std::string& key) {
    const Setting* now = cell.find("switch" + key.substr(key.find('.')));
    return now && !now->at_default;
  };
  for (const Setting& setting : before) {
    const std::string key =
        setting.part ? setting.key.substr(0, setting.key.rfind('.')) : setting.key;
    if (!given(key)) after->push_back(setting);
  }
  for (const Setting& setting : cell.settings) {
    if (!in_section(setting.key, "switch")) continue;
    const std::string key = key_in_precision(setting);
    if (!given(setting.part ? key.substr(0, key.rfind('.')) : key)) continue;
    after->push_back(setting);
    after->back().key = key;
    if (setting.part && setting.canonical == same_precision) after->back().canonical = cell[key];
  }
  return after;
}

}  // namespace

Cell after_switch(const Cell& cell) {
  Cell after;
  after.extent = cell.extent;
  bool done = false;  // parts that a sweep adds at their defaults follow in blocks of their own
  for (const auto& block : cell.settings.blocks()) {
    if (!in_section(block->front().key, "precision")) {
      after.settings.add(block);
    } else if (!done) {
      after.settings.add(switched(cell, *block));
      done = true;
    }
  }
  return after;
}

std::function<std::string(std::string_view)> Cell::section(std::string name) const {
  return [this, name = std::move(name)](std::string_view option) {
    return (*this)[name + "." + std::string(option)];
  };
}

}  // namespace ulpscope
