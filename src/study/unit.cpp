// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/unit.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "ulpscope/format/spelling.hpp"

namespace ulpscope {
namespace {

struct Macro {
  std::string_view name, shown;
};
constexpr std::array macros{
    Macro{"nano", "n"},  Macro{"micro", "µ"},  Macro{"milli", "m"},    Macro{"kilo", "k"},
    Macro{"mega", "M"},  Macro{"giga", "G"},   Macro{"kibi", "Ki"},    Macro{"mebi", "Mi"},
    Macro{"gibi", "Gi"}, Macro{"second", "s"}, Macro{"minute", "min"}, Macro{"hour", "h"},
    Macro{"bit", "bit"}, Macro{"byte", "B"},   Macro{"percent", "%"},  Macro{"per", "/"}};

/// Letters, and what joins them: a unit that siunitx takes literally.
bool literal(std::string_view unit) {
  return std::all_of(unit.begin(), unit.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '.';
  });
}

struct Reading {
  std::string shown;
  std::optional<std::string> unknown;  ///< the first macro that is none
};

Reading read_macros(std::string_view unit) {
  Reading reading;
  while (!unit.empty()) {
    const std::size_t end = std::min(unit.find('\\', 1), unit.size());
    std::string_view name = unit.substr(1, end - 1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto* at = std::find_if(macros.begin(), macros.end(),
                                  [&](const Macro& macro) { return macro.name == name; });
    if (at == macros.end()) return {"", std::string(name)};
    reading.shown += at->shown;
    unit.remove_prefix(end);
  }
  return reading;
}

}  // namespace

std::string shown_unit(std::string_view unit) {
  return unit.starts_with('\\') ? read_macros(unit).shown : std::string(unit);
}

std::string unit_fault(std::string_view unit) {
  if (unit.empty()) return "no unit";
  if (!unit.starts_with('\\')) {
    return literal(unit) ? "" : "not letters alone, nor macros of siunitx";
  }
  const auto unknown = read_macros(unit).unknown;
  if (!unknown) return "";
  std::vector<std::string> names;
  names.reserve(macros.size());
  for (const Macro& macro : macros) names.push_back("\\" + std::string(macro.name));
  return "\"\\" + *unknown + "\" is none of its macros that are known here" +
         suggestion("\\" + *unknown, names);
}

}  // namespace ulpscope
