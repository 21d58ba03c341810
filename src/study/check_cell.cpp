// SPDX-License-Identifier: BSL-1.0
#include "check_cell.hpp"

#include <algorithm>

#include "ulpscope/data/none.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/model/surface_list.hpp"
#include "ulpscope/study/interventions.hpp"

namespace ulpscope {
namespace {

/// Where the first of these keys, or of the keys below one, was given.
Place place_of(const Assignments& given, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    for (const auto& [name, value] : given) {
      if (name == key || name.rfind(key + ".", 0) == 0) return value.place;
    }
  }
  return {keys.front(), 0};
}

/// The probe shadow needs a role that the rule keeps, and an arithmetic that is wider.
void check_shadow(const Cell& cell, const std::string& arithmetic) {
  if (!has_probe(cell, "shadow")) return;
  const std::string& role = cell["record.shadow"];
  if (!cell.find("precision." + role)) {
    const bool first = cell.find("precision.first_moment") != nullptr;
    throw PrecisionError("record.probes",
                         "\"shadow\" follows the " + role + ", which the rule \"" +
                             cell["rule.kind"] + "\" does not keep; for example " +
                             (first ? "shadow = \"first_moment\"" : "probes = [\"moments\"]"));
  }
  if (arithmetic == "dec100") {
    throw PrecisionError("record.probes",
                         "\"shadow\" computes in an arithmetic wider than the rule's, and there "
                         "is none above dec100; expected a rule in dec50 or less, with roles that "
                         "fit it, or no shadow, for example probes = [\"moments\"]");
  }
}

}  // namespace

const Section& section_named(std::string_view name) {
  const auto& all = sections();
  return *std::find_if(all.begin(), all.end(),
                       [&](const Section& section) { return section.name == name; });
}

void check_path(const Cell& cell, const Assignments& given) {
  if (!has_probe(cell, "path") || find_surface(cell["model.kind"])) return;
  std::vector<std::string> names;
  names.reserve(surface_list.size());
  for (const SurfaceInfo& surface : surface_list) names.emplace_back(surface.name);
  throw InputError(place_of(given, {"record.probes", "model.kind"}), "record.probes",
                   "\"path\" records x and y of a surface, which the model \"" +
                       cell["model.kind"] + "\" is not; expected " + one_of(names) +
                       ", for example kind = \"" + names.front() + "\" under [model]");
}

void check_precision(const Cell& cell, const Assignments& given) {
  try {
    check_shadow(cell, precision_of(cell).rule_arithmetic);
  } catch (const PrecisionError& error) {
    const bool whole = error.key().find('.') != std::string::npos;
    const std::string key = whole ? error.key() : "precision." + error.key();
    throw InputError(place_of(given, {key, "precision"}), key, error.what());
  }
}

void check_data(Cell& cell, const Assignments& given, const ExtentOf& extent_of) {
  const Kind& model = *section_named("model").find(cell["model.kind"]);
  const Kind& data = *section_named("data").find(cell["data.kind"]);
  if (model.needs == Targets::none) return;
  if (data.name == None::name) {
    throw InputError(place_of(given, {"data.kind", "model.kind"}), "data.kind",
                     "the model \"" + model.name +
                         "\" needs samples; expected data, for example kind = \"" +
                         section_named("data").kinds.front().name + "\"");
  }
  try {
    cell.extent = extent_of(data);
  } catch (const DataError& error) {
    throw InputError(place_of(given, {key::data_file, "data.kind"}), "data." + data.name,
                     error.what());
  }
  const Extent& extent = cell.extent;
  const std::string why =
      model.mismatch ? model.mismatch(cell.section("model"), extent.classes) : std::string();
  if (!why.empty()) {
    throw InputError(place_of(given, {"model.kind", "data.kind"}), "model." + model.name, why);
  }
  const std::string& size = cell["batch.size"];
  if (size != "all" && std::stoull(size) > extent.samples) {
    throw InputError(place_of(given, {"batch.size"}), "batch.size",
                     size + ": expected at most the " + std::to_string(extent.samples) +
                         " samples that there are; for example size = \"all\"");
  }
}

void check_mean(const Cell& cell, const Assignments& given) {
  const Setting* const loss = cell.find("model.loss");
  if (!loss || !loss->canonical.starts_with("mean-")) return;
  const auto samples = static_cast<double>(cell.extent.samples);
  for_each_arithmetic([&]<class T>() {
    using std::isfinite;
    if (cell[key::arithmetic] != ArithmeticTraits<T>::name || isfinite(convert<T>(samples))) return;
    throw InputError(place_of(given, {"model.loss", key::arithmetic}), "model.loss",
                     "a mean over " + std::to_string(cell.extent.samples) + " samples, a number " +
                         cell[key::arithmetic] + " has no room for; expected fewer samples, or " +
                         "for example loss = \"sum" + loss->canonical.substr(4) + "\"");
  });
}

void check_intervention(const Cell& cell, const Assignments& given) {
  const std::string& kind = cell[key::intervention];
  const std::string& at = cell["intervention.at"];
  if (ratio_in(at)) {
    if (!has_probe(cell, "sharpness")) {
      throw InputError(place_of(given, {"intervention.at", "intervention"}), "intervention.at",
                       "\"" + at +
                           "\" goes by what the probe \"sharpness\" measures, which the cell does "
                           "not record; for example probes = [\"sharpness\"] under [record]");
    }
  } else if (std::stoull(at) >= std::stoull(cell[key::steps])) {
    throw InputError(place_of(given, {"intervention.at", key::steps, "intervention"}),
                     "intervention.at",
                     at + ": expected fewer than the " + cell[key::steps] +
                         " steps of the run; for example at = 1, or more steps under [study]");
  }
  if (kind != "switch") {
    const Setting* const role = cell.find("precision.second_moment");
    if (!role) {
      throw InputError(place_of(given, {key::intervention, "rule.kind"}), key::intervention,
                       "\"" + kind + "\" acts on the second moment, which the rule \"" +
                           cell["rule.kind"] +
                           "\" does not keep; expected one that does, for example kind = \"adam\" "
                           "under [rule]");
    }
    if (kind == "hold" && cell["precision.second_moment.encoding"] == "block8") {
      throw InputError(place_of(given, {key::intervention, "precision.second_moment"}),
                       key::intervention,
                       "\"hold\" has no least value among block8's codes, which are relative to "
                       "their block; expected another encoding, for example encoding = \"sqrt\"");
    }
    return;
  }
  const Cell after = after_switch(cell);
  const auto refuse = [&](const std::string& key, const std::string& problem) {
    throw InputError(
        place_of(given, {"switch." + key, "switch", "precision." + key, key::intervention}),
        "switch." + key, "after the switch " + problem);
  };
  for (const OptionInfo& option : section_named("switch").kinds.front().options) {
    const std::string key = "precision." + option.name;
    if (option.type != OptionType::group || !after.find(key + ".format")) continue;
    const std::string why = option.conflict(after.section(key));
    if (!why.empty()) refuse(option.name, why);
  }
  try {
    check_shadow(after, precision_of(after).rule_arithmetic);
  } catch (const PrecisionError& error) {
    const std::string& key = error.key();
    refuse(key.find('.') == std::string::npos ? key : "rule_arithmetic", error.what());
  }
  check_mean(after, given);
}

void check_schedule(const Cell& cell, const Assignments& given) {
  const Kind& kind = *section_named("schedule").find(cell["schedule.kind"]);
  const auto refuse = [&](const std::string& why, const std::string& other) {
    if (why.empty()) return;
    throw InputError(place_of(given, {"schedule", other}), "schedule." + kind.name, why);
  };
  const auto text_of = cell.section("schedule");
  if (kind.conflict_with) {
    refuse(kind.conflict_with(text_of, Decimal(cell["rule.lr"])), "rule.lr");
  }
  if (kind.conflict_with_steps) {
    refuse(kind.conflict_with_steps(text_of, std::stoull(cell[key::steps])), key::steps);
  }
}

}  // namespace ulpscope
