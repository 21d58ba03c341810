// SPDX-License-Identifier: BSL-1.0
#include "make_cell.hpp"

#include <algorithm>

#include "ulpscope/data/none.hpp"
#include "ulpscope/format/arithmetic.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/model/surface_list.hpp"

namespace ulpscope {
namespace {

/// What gives keys of samples an effect.
constexpr std::string_view of_samples = "kind = \"linear\" under [model]";

std::string section_of(const std::string& key) { return key.substr(0, key.find('.')); }

std::string digest(const Cell& cell) {
  std::vector<std::string> lines;
  for (const Setting& setting : cell.settings) {
    const bool described = setting.key != key::steps && setting.key != key::data_file;
    if (!setting.at_default && !setting.part && described) {
      lines.push_back(setting.key + "=" + setting.canonical + "\n");
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string description;
  for (const std::string& line : lines) description += line;
  return sha256(description).substr(0, 16);
}

const Section& section_named(const std::string& name) {
  const auto& all = sections();
  return *std::find_if(all.begin(), all.end(),
                       [&](const Section& section) { return section.name == name; });
}

/// The kind that is given in a section, if any is; throws on one that is unknown.
const Kind* given_kind(const Section& section, const Assignments& given) {
  const std::string key = section.name + ".kind";
  const auto at = given.find(key);
  if (at == given.end()) return nullptr;
  const Value& value = at->second;
  if (const Kind* kind = section.find(value.text)) return kind;
  throw InputError(value.place, key,
                   "\"" + value.text + "\": unknown " + section.name + "; expected " +
                       one_of(section.kind_names()) + suggestion(value.text, section.kind_names()) +
                       "; for example kind = \"" + section.kinds.front().name + "\"");
}

const Kind& model_of(const Assignments& given) {
  const Section& models = section_named("model");
  const Kind* kind = given_kind(models, given);
  return kind ? *kind : models.kinds.front();
}

/// The cell's kind of a section: as given, or the section's first; a model that has no samples has
/// no data either.
const Kind& kind_of(const Section& section, const Assignments& given, Cell& cell) {
  if (!section.has_kind()) return section.kinds.front();
  const Kind* kind = given_kind(section, given);
  const bool none = section.name == "data" && model_of(given).needs == Targets::none;
  const Kind& by_default = none ? *section.find(None::name) : section.kinds.front();
  const bool idle = none && kind && kind != &by_default;
  if (!kind || idle) kind = &by_default;
  cell.settings.push_back({section.name + ".kind", kind->name, kind->name, true,
                           kind == &by_default, false, idle ? of_samples : std::string_view()});
  return *kind;
}

/// Texts, and numbers that TOML's doubles cannot hold.
bool needs_quotes(const OptionInfo& option, const std::string& canonical) {
  if (option.type == OptionType::text) {
    return contains(option.choices, canonical) || (option.spelled && option.spelled(canonical));
  }
  if (option.type != OptionType::real) return false;
  const Decimal number(canonical);
  return number >= "1e300" || number <= "-1e300";
}

/// A group's setting, then its parts where some differs from its default.
void add_group(const std::string& key, const OptionInfo& option, const Assignments& given,
               Cell& cell) {
  std::vector<Setting> parts;
  const Value* last_given = nullptr;
  Setting whole;
  whole.key = key;
  std::size_t changed = 0;
  for (const OptionInfo& part : option.parts) {
    const std::string part_key = key + "." + part.name;
    const auto at = given.find(part_key);
    if (at != given.end()) last_given = &at->second;
    parts.push_back(plain_setting(part_key, part, at == given.end() ? nullptr : &at->second));
    parts.back().part = true;
    if (parts.back().at_default) continue;
    ++changed;
    const Setting& setting = parts.back();
    whole.canonical += (whole.canonical.empty() ? "{ " : ", ") + part.name + " = " +
                       (setting.quoted ? "\"" + setting.canonical + "\"" : setting.canonical);
  }
  whole.at_default = changed == 0;
  // The first part alone is a bare text, its default the group's.
  whole.quoted = changed == 0 || (changed == 1 && !parts.front().at_default);
  whole.canonical = whole.quoted ? parts.front().canonical : whole.canonical + " }";
  whole.written = whole.canonical;
  cell.settings.push_back(std::move(whole));
  if (!last_given) return;
  cell.settings.insert(cell.settings.end(), parts.begin(), parts.end());
  const std::string why = option.conflict(cell.section(key));
  if (!why.empty()) throw InputError(last_given->place, key, why);
}

/// Whether a cell with this rule, of these options, has the key of [precision].
bool applies(const std::string& option, const Kind& rule, const Kind::TextOf& text_of) {
  if (option == "eps_policy") return rule.joins_eps;
  const auto* role = std::find_if(role_list.begin(), role_list.end(),
                                  [&](const RoleInfo& info) { return info.name == option; });
  if (role == role_list.end()) return true;
  if (role->role != Role::first_moment && role->role != Role::second_moment) return true;
  const auto moments = rule.moments(text_of);
  return std::find(moments.begin(), moments.end(), role->role) != moments.end();
}

/// The options of a section that change nothing in this cell.
std::vector<Idle> idle_options(const Section& section, const Kind& kind, const Assignments& given,
                               const Cell& cell) {
  if (section.name == "precision") {
    const std::string& model = cell["model.kind"];
    if (find_surface(model)) return {{"data", of_samples}, {"activations", of_samples}};
    if (model_of(given).needs == Targets::none) return {{"data", of_samples}};
    return {};
  }
  if (!kind.idle) return {};
  return kind.idle([&](std::string_view option) {
    const std::string key = section.name + "." + std::string(option);
    const auto at = given.find(key);
    return plain_setting(key, *kind.find(option), at == given.end() ? nullptr : &at->second)
        .canonical;
  });
}

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
  const std::string role = cell["record.shadow"];
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

/// The probe path records the parameters of a surface.
void check_path(const Cell& cell, const Assignments& given) {
  if (!has_probe(cell, "path") || find_surface(cell["model.kind"])) return;
  std::vector<std::string> names;
  for (const SurfaceInfo& surface : surface_list) names.emplace_back(surface.name);
  throw InputError(place_of(given, {"record.probes", "model.kind"}), "record.probes",
                   "\"path\" records x and y of a surface, which the model \"" +
                       cell["model.kind"] + "\" is not; expected " + one_of(names) +
                       ", for example kind = \"" + names.front() + "\" under [model]");
}

/// The roles' formats must fit the arithmetics.
void check_precision(const Cell& cell, const Assignments& given) {
  try {
    check_shadow(cell, precision_of(cell).rule_arithmetic);
  } catch (const PrecisionError& error) {
    const bool whole = error.key().find('.') != std::string::npos;
    const std::string key = whole ? error.key() : "precision." + error.key();
    throw InputError(place_of(given, {key, "precision"}), key, error.what());
  }
}

/// The model must find the samples that it needs, and the batch no more than there are; a cell
/// knows a file that it reads by what it holds.
void check_data(Cell& cell, const Assignments& given, DataSizes& sizes) {
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
    cell.extent = sizes.of(data, cell);
  } catch (const DataError& error) {
    throw InputError(place_of(given, {key::data_file, "data.kind"}), "data." + data.name,
                     error.what());
  }
  const Extent& extent = cell.extent;
  if (!extent.sha256.empty()) {
    const auto at =
        std::find_if(cell.settings.begin(), cell.settings.end(),
                     [](const Setting& setting) { return setting.key == key::data_sum; });
    at->canonical = extent.sha256;
    at->at_default = false;
    at->quoted = true;
  }
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

/// A mean divides by the number of samples: the model's arithmetic must have room for it.
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

/// A schedule that goes by the rule's learning rate, or by the number of steps, must fit it.
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

/// The kinds of its section that have a key; for a key of [precision], the rules; for one of
/// [batch], the models that have samples.
std::vector<std::string> owners(const std::string& section, const std::string& name) {
  std::vector<std::string> names;
  for (const Section& candidate : sections()) {
    for (const Kind& kind : candidate.kinds) {
      const auto default_of = [&](std::string_view option) {
        return kind.find(option)->default_text;
      };
      const bool has =
          section == "precision" ? candidate.name == "rule" && applies(name, kind, default_of)
          : section == "batch"   ? candidate.name == "model" && kind.needs != Targets::none
                                 : candidate.name == section && kind.find(name);
      if (has) names.push_back(kind.name);
    }
  }
  return names;
}

/// The error for a key that this cell, or without one all cells, lack.
[[noreturn]] void lacks(const Place& place, const std::string& key, const Cell* cell) {
  const std::string section = section_of(key);
  std::string name = key.substr(section.size() + 1);
  name = name.substr(0, name.find('.'));
  const std::string owner = section == "precision" ? "rule"
                            : section == "batch"   ? "model"
                                                   : section;
  const auto names = owners(section, name);
  const std::string where = cell
                                ? "a cell with " + owner + ".kind = \"" + (*cell)[owner + ".kind"] +
                                      "\" has no " + section + "." + name
                                : "no cell of this study has it";
  throw InputError(place, key,
                   where + "; it belongs to " + one_of(names) + "; for example " + owner +
                       ".kind = \"" + names.front() + "\"");
}

[[noreturn]] void without_effect(const Place& place, const std::string& key,
                                 const std::string& where, std::string_view cure) {
  throw InputError(place, key,
                   "changes nothing in " + where +
                       "; expected it where it does; for example beside " + std::string(cure));
}

}  // namespace

void assign(Assignments& given, const std::string& key, const Value& value) {
  const OptionInfo* option = find_option(key);
  if (!option || option->type != OptionType::group) {
    given.insert_or_assign(key, value);
  } else if (value.kind == Value::Kind::table) {
    for (const auto& [part, set] : value.parts) given.insert_or_assign(part, set);
  } else {
    given.insert_or_assign(key + "." + option->parts.front().name, value);
  }
}

Setting plain_setting(const std::string& key, const OptionInfo& option, const Value* value) {
  Setting setting;
  setting.key = key;
  setting.written = value ? value->text : option.default_text;
  setting.canonical = value ? checked(key, option, *value) : option.default_text;
  setting.at_default = setting.canonical == option.default_text;
  setting.quoted = needs_quotes(option, setting.canonical);
  return setting;
}

const Extent& DataSizes::of(const Kind& data, const Cell& cell) {
  std::string description = data.name;
  for (const OptionInfo& option : data.options) {
    description += "\n" + cell["data." + option.name];
  }
  const auto at = known_.find(description);
  if (at != known_.end()) return at->second;
  return known_.emplace(description, data.extent(cell.section("data"))).first->second;
}

Cell make_cell(const Assignments& given, CheckedKeys& keys, DataSizes& sizes) {
  Cell cell;
  const Kind* rule = nullptr;
  for (const Section& section : sections()) {
    const Kind& kind = kind_of(section, given, cell);
    if (section.has_kind()) keys.add(section.name + ".kind", cell.settings.back().idle);
    if (section.name == "rule") rule = &kind;
    if (section.name == "batch" && model_of(given).needs == Targets::none) continue;
    const auto given_as = given.find(section.name + ".kind");
    const Value* last_given = given_as == given.end() ? nullptr : &given_as->second;
    const std::vector<Idle> idle = idle_options(section, kind, given, cell);
    for (const OptionInfo& option : kind.options) {
      const std::string key = section.name + "." + option.name;
      if (section.name == "precision" && !applies(option.name, *rule, cell.section("rule"))) {
        continue;
      }
      const auto no_effect = std::find_if(
          idle.begin(), idle.end(), [&](const Idle& one) { return one.option == option.name; });
      const bool has_effect = no_effect == idle.end();
      const std::size_t place = cell.settings.size();
      if (option.type == OptionType::group) {
        add_group(key, option, has_effect ? given : Assignments(), cell);
      } else {
        const auto at = has_effect ? given.find(key) : given.end();
        if (at != given.end()) last_given = &at->second;
        cell.settings.push_back(
            plain_setting(key, option, at == given.end() ? nullptr : &at->second));
      }
      if (!has_effect) cell.settings[place].idle = no_effect->cure;
      keys.add(key, cell.settings[place].idle);
      for (const OptionInfo& part : option.parts) {
        keys.add(key + "." + part.name, cell.settings[place].idle);
      }
    }
    if (kind.conflict && last_given) {
      const std::string why = kind.conflict(cell.section(section.name));
      if (!why.empty()) throw InputError(last_given->place, section.name + "." + kind.name, why);
    }
  }
  check_precision(cell, given);
  check_schedule(cell, given);
  check_path(cell, given);
  check_data(cell, given, sizes);
  check_mean(cell, given);
  cell.id = digest(cell);
  return cell;
}

void CheckedKeys::add(const std::string& key, std::string_view idle) {
  if (idle.empty()) {
    used_.insert(key);
  } else {
    idle_.emplace(key, idle);
  }
}

void CheckedKeys::require_use(const Place& place, const std::string& key) const {
  if (used_.count(key)) return;
  const auto at = idle_.find(key);
  if (at == idle_.end()) lacks(place, key, nullptr);
  without_effect(place, key, "any cell of this study", at->second);
}

void require_effect(const Place& place, const std::string& key, const Cell& cell) {
  const Setting* setting = cell.find(key);
  if (!setting) setting = cell.find(key.substr(0, key.rfind('.')));
  if (!setting) lacks(place, key, &cell);
  if (!setting->idle.empty()) without_effect(place, key, "a cell that has it", setting->idle);
}

const Setting* Cell::find(std::string_view key) const {
  const auto at = std::find_if(settings.begin(), settings.end(),
                               [&](const Setting& setting) { return setting.key == key; });
  return at == settings.end() ? nullptr : &*at;
}

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
