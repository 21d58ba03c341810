// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "advise.hpp"
#include "open_study.hpp"
#include "reading.hpp"
#include "say.hpp"
#include "studies.hpp"
#include "ulpscope/format/exact.hpp"
#include "ulpscope/report/curve.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/json.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/forecast.hpp"
#include "ulpscope/study/hazard.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace {

bool of_seed(const std::string& key) { return key == "seed" || key.ends_with(".seed"); }

/// Cells that differ in seeds alone; the first stands for all.
struct Alike {
  std::vector<const Cell*> cells;
  Magnitudes magnitudes{};
  std::vector<Finding> findings{};
};

std::vector<Alike> alike(const std::vector<const Cell*>& cells) {
  std::vector<Alike> groups;
  std::map<std::string, std::size_t> places;
  for (const Cell* cell : cells) {
    std::string text;
    for (const Setting& setting : cell->settings) {
      if (!of_seed(setting.key)) text += setting.key + "=" + setting.canonical + "\n";
    }
    const auto [at, is_new] = places.emplace(text, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].cells.push_back(cell);
  }
  return groups;
}

/// Throws InputError where the text is no number above 0.
void require_positive(const std::string& option, const std::string& text) {
  if (text.empty()) return;
  bool positive = false;
  try {
    const Fraction x = exact_value(text);
    positive = !x.negative && x.numerator != 0;
  } catch (const std::invalid_argument&) {
    positive = false;
  }
  if (!positive) {
    throw InputError(
        {"advise", 0}, "",
        option + " \"" + text + "\": expected a number > 0, for example " + option + " 1e-3");
  }
}

/// Throws InputError where the least gradient is given as more than the largest.
void require_ascending(const AdviseOptions& options) {
  if (options.gradient.empty() || options.smallest_gradient.empty()) return;
  const Fraction least = exact_value(options.smallest_gradient);
  const Fraction most = exact_value(options.gradient);
  if (least.numerator * most.denominator <= most.numerator * least.denominator) return;
  throw InputError({"advise", 0}, "",
                   "--smallest-gradient " + options.smallest_gradient +
                       " is more than --gradient " + options.gradient +
                       "; expected at most that, for example " +
                       "--smallest-gradient 1e-6 --gradient 1e-3");
}

double value_of(const std::string& magnitude) { return std::strtod(magnitude.c_str(), nullptr); }

Magnitudes magnitudes_of(const AdviseOptions& options, const Cell& cell) {
  Magnitudes all = first_magnitudes(cell);
  const auto given = [](std::string& magnitude, const std::string& option) {
    if (!option.empty()) magnitude = option;
  };
  given(all.largest_gradient, options.gradient);
  given(all.smallest_gradient, options.smallest_gradient);
  given(all.largest_parameter, options.parameter);
  given(all.curvature, options.curvature);
  // One that is given bounds the other.
  if (!all.smallest_gradient.empty() &&
      value_of(all.smallest_gradient) > value_of(all.largest_gradient)) {
    (options.gradient.empty() ? all.largest_gradient : all.smallest_gradient) =
        options.gradient.empty() ? all.smallest_gradient : all.largest_gradient;
  }
  return all;
}

/// The onsets of a folder of results, by id; empty texts where there was none.
std::map<std::string, std::string> measured_onsets(const std::string& folder) {
  std::map<std::string, std::string> onsets;
  if (folder.empty()) return onsets;
  const std::string file = folder + "/summary.csv";
  require_release(folder);
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown)) {
    throw InputError({"--compare " + folder, 0}, "",
                     "has no summary.csv; expected a folder of results, for example --compare "
                     "results/founding");
  }
  const Csv summary = reading(folder, [&] { return read_summary(folder); });
  const auto id = summary.column("id"), onset = summary.column("onset");
  if (!id || !onset) {
    throw InputError({file, 0}, "", "expected columns id and onset, as ulpscope run writes them");
  }
  for (const auto& row : summary.rows) {
    const std::string& step = row[*onset];
    if (!step.empty()) reading(folder, [&] { return step_of(step, file); });
    onsets[row[*id]] = step;
  }
  return onsets;
}

std::string label(const Alike& group, const std::vector<std::string>& swept) {
  std::vector<std::string> keys = swept;
  std::erase_if(keys, of_seed);
  std::string text = label_of(*group.cells.front(), keys);
  if (text.empty()) text = "all";
  if (group.cells.size() > 1) text += " (" + counted(group.cells.size(), "cell") + ")";
  return text;
}

std::string joined(const std::vector<Border>& borders) {
  std::string text;
  for (const Border& border : borders) {
    text += (text.empty() ? "" : ", ") + border.name + " " + border.value;
  }
  return text;
}

std::string joined(const std::vector<std::string>& remedies) {
  std::string text;
  for (const std::string& remedy : remedies) text += (text.empty() ? "" : ", or ") + remedy;
  return text.empty() ? "none of the changes that are tried takes it away" : "not with " + text;
}

void show(const Alike& group, const std::vector<std::string>& swept) {
  const Cell& cell = *group.cells.front();
  const Magnitudes& magnitudes = group.magnitudes;
  fmt::print("{}\n", label(group, swept));
  if (!magnitudes.largest_gradient.empty()) {
    fmt::print("    gradients {:.3g} to {:.3g}, parameters to {:.3g}, {} steps\n",
               value_of(magnitudes.smallest_gradient), value_of(magnitudes.largest_gradient),
               value_of(magnitudes.largest_parameter), cell[key::steps]);
  }
  fmt::print("    {}\n", joined(rounded_hyperparameters(cell)));
  for (std::size_t i = 0; i < hazard_list.size(); ++i) {
    const Finding& found = group.findings[i];
    const HazardInfo& info = hazard_list[i];
    if (!found.applies) continue;
    fmt::print("  {} {:<18} {}{}\n", found.present ? '!' : ' ', info.name, info.formula,
               found.borders.empty() ? "" : ": " + joined(found.borders));
    if (!found.present) continue;
    fmt::print("      {}", info.summary);
    if (!info.study.empty()) fmt::print("; studies/{}.toml", info.study);
    fmt::print("\n      {}\n", joined(found.remedies));
  }
}

Json json_of(const Alike& group, const std::vector<std::string>& swept) {
  const Cell& cell = *group.cells.front();
  Json json;
  json["label"] = label(group, swept);
  json["cells"] = Json::array();
  for (const Cell* each : group.cells) json["cells"].push_back(each->id);
  const Magnitudes& magnitudes = group.magnitudes;
  json["steps"] = cell[key::steps];
  json["smallest_gradient"] = magnitudes.smallest_gradient;
  json["largest_gradient"] = magnitudes.largest_gradient;
  json["largest_parameter"] = magnitudes.largest_parameter;
  for (const Border& kept : rounded_hyperparameters(cell)) {
    json["hyperparameters"][kept.name] = kept.value;
  }
  json["findings"] = Json::array();
  for (std::size_t i = 0; i < hazard_list.size(); ++i) {
    const Finding& found = group.findings[i];
    if (!found.applies) continue;
    Json one;
    one["name"] = hazard_list[i].name;
    one["present"] = found.present;
    one["summary"] = hazard_list[i].summary;
    one["formula"] = hazard_list[i].formula;
    one["study"] = hazard_list[i].study;
    one["borders"] = Json::object();
    for (const Border& border : found.borders) one["borders"][border.name] = border.value;
    one["remedies"] = found.remedies;
    json["findings"].push_back(one);
  }
  return json;
}

/// A cell's forecast beside what was measured.
struct Compared {
  const Cell* cell;
  Forecast forecast;
  std::string measured;

  std::string predicted() const {
    return forecast.onset ? std::to_string(*forecast.onset) : "> " + (*cell)[key::steps];
  }
  /// Of what was measured; nothing where either is lacking.
  std::optional<double> error() const {
    if (!forecast.onset || measured.empty()) return std::nullopt;
    const double onset = std::stod(measured);
    return (static_cast<double>(*forecast.onset) - onset) / onset;
  }
};

void show(const std::vector<Compared>& all, const std::vector<std::string>& swept, bool compared) {
  for (const Compared& each : all) {
    const Forecast& forecast = each.forecast;
    const std::string name = label_of(*each.cell, swept);
    if (!forecast.lack.empty()) {
      fmt::print("{}: no onset is predicted, as {}\n", name.empty() ? "all" : name, forecast.lack);
      continue;
    }
    fmt::print(
        "{}: floor {:.2e} at step {}, crossing {}, onset {}", name.empty() ? "all" : name,
        value_of(forecast.floor), forecast.floor_step,
        forecast.crossing ? std::to_string(*forecast.crossing) : "> " + (*each.cell)[key::steps],
        each.predicted());
    if (compared) {
      fmt::print("; measured {}", each.measured.empty() ? "none" : each.measured);
      if (const auto error = each.error()) fmt::print(", error {:+.1f} %", 100 * *error);
    }
    fmt::print("\n");
  }
}

Json json_of(const Compared& each) {
  Json json;
  json["cell"] = each.cell->id;
  json["lack"] = each.forecast.lack;
  if (!each.forecast.lack.empty()) return json;
  const auto step = [](const std::optional<std::uint64_t>& at) { return at ? Json(*at) : Json(); };
  json["floor"] = each.forecast.floor;
  json["floor_step"] = each.forecast.floor_step;
  json["crossing"] = step(each.forecast.crossing);
  json["onset"] = step(each.forecast.onset);
  json["measured"] = each.measured.empty() ? Json() : Json(std::stoull(each.measured));
  if (const auto error = each.error()) json["error"] = *error;
  return json;
}

}  // namespace

int advise_command(const AdviseOptions& options) {
  require_positive("--gradient", options.gradient);
  require_positive("--smallest-gradient", options.smallest_gradient);
  require_positive("--parameter", options.parameter);
  require_positive("--curvature", options.curvature);
  require_ascending(options);
  std::vector<std::string> sets = options.sets;
  if (options.study.empty()) sets.insert(sets.begin(), "study.name=advise");
  const Study study =
      read_study(options.study.empty() ? "/dev/null" : study_file(options.study), sets);
  const Plan plan = make_plan(study);
  const std::vector<const Cell*> cells = select_cells(plan, options.only);
  const auto onsets = measured_onsets(options.compare);

  bool hazard = false;
  std::vector<Alike> groups = alike(cells);
  for (Alike& group : groups) {
    const Cell& cell = *group.cells.front();
    group.magnitudes = magnitudes_of(options, cell);
    group.findings = hazards_of(cell, group.magnitudes);
    hazard = hazard || std::any_of(group.findings.begin(), group.findings.end(),
                                   [](const Finding& found) { return found.present; });
    if (!options.json) show(group, plan.swept);
  }
  std::vector<Compared> compared;
  for (std::size_t i = 0; options.predict && i < cells.size(); ++i) {
    const auto measured = onsets.find(cells[i]->id);
    compared.push_back(
        {cells[i], forecast_onset(*cells[i]), measured == onsets.end() ? "" : measured->second});
    if (!options.json) show({compared.back()}, plan.swept, !options.compare.empty());
  }
  if (options.json) {
    Json json;
    json["study"] = study.name;
    json["hazard"] = hazard;
    json["cells"] = Json::array();
    for (const Alike& group : groups) json["cells"].push_back(json_of(group, plan.swept));
    if (options.predict) json["forecasts"] = Json::array();
    for (const Compared& each : compared) json["forecasts"].push_back(json_of(each));
    fmt::print("{}\n", json.dump(2));
  }
  return hazard ? exit_code::hazard : exit_code::done;
}

}  // namespace ulpscope
