// SPDX-License-Identifier: BSL-1.0
#include "make_cell.hpp"

#include <algorithm>
#include <numeric>

#include "check_cell.hpp"
#include "ulpscope/data/none.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/model/surface_list.hpp"

namespace ulpscope {
namespace {

/// What gives keys of samples an effect.
constexpr std::string_view of_samples = "kind = \"linear\" under [model]";

/// Of a section, what an id goes by, sorted by key.
std::string description_of(const Settings::Block& settings) {
  std::vector<std::string> lines;
  for (const Setting& setting : settings) {
    const bool described = setting.key != key::steps && setting.key != key::data_file;
    if (!setting.at_default && !setting.part && described) {
      lines.push_back(setting.key + "=" + setting.canonical + "\n");
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string description;
  for (const std::string& line : lines) description += line;
  return description;
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

/// Whether the run goes on with another precision, that of [switch].
bool switches(const Assignments& given) {
  const Kind* kind = given_kind(section_named("intervention"), given);
  return kind && kind->name == "switch";
}

/// The kind of a section: as given, or the section's first; a model that has no samples has no data
/// either.
const Kind& kind_of(const Section& section, const Assignments& given, Settings::Block& settings) {
  if (!section.has_kind()) return section.kinds.front();
  const Kind* kind = given_kind(section, given);
  const bool none = section.name == "data" && model_of(given).needs == Targets::none;
  const Kind& by_default = none ? *section.find(None::name) : section.kinds.front();
  const bool idle = none && kind && kind != &by_default;
  if (!kind || idle) kind = &by_default;
  settings.push_back({section.name + ".kind", kind->name, kind->name, true, kind == &by_default,
                      false, idle ? of_samples : std::string_view()});
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
               const Cell& cell, Settings::Block& settings) {
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
  settings.push_back(std::move(whole));
  if (!last_given) return;
  settings.insert(settings.end(), parts.begin(), parts.end());
  const std::string why = option.conflict(cell.section(key));
  if (!why.empty()) throw InputError(last_given->place, key, why);
}

/// The options of a section that change nothing in a cell.
std::vector<Idle> idle_options(const Section& section, const Kind& kind, const Assignments& given) {
  if (section.name == "precision" || section.name == "switch") {
    const Kind& model = model_of(given);
    if (find_surface(model.name)) return {{"data", of_samples}, {"activations", of_samples}};
    if (model.needs == Targets::none) return {{"data", of_samples}};
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
  if (value && !value->path.empty()) setting.canonical = value->path;
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

namespace {

/// A cell knows a file that it reads by what the file holds.
void set_sum(Settings::Block& data, const Extent& extent) {
  if (extent.sha256.empty()) return;
  const auto at = std::find_if(data.begin(), data.end(),
                               [](const Setting& setting) { return setting.key == key::data_sum; });
  at->canonical = extent.sha256;
  at->at_default = false;
  at->quoted = true;
}

std::size_t index_of(std::string_view name) {
  const auto& all = sections();
  return static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(),
                   [&](const Section& section) { return section.name == name; }) -
      all.begin());
}

/// Indices of sections(), by name: descriptions in this order are sorted by key.
const std::vector<std::size_t>& sections_by_name() {
  static const std::vector<std::size_t> order = [] {
    std::vector<std::size_t> indices(sections().size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    std::sort(indices.begin(), indices.end(), [](std::size_t a, std::size_t b) {
      return sections()[a].name + "." < sections()[b].name + ".";
    });
    return indices;
  }();
  return order;
}

}  // namespace

CellMaker::CellMaker(const std::vector<Assignment>& base) : parts_(sections().size()) {
  for (const auto& [key, value] : base) assign(base_, key, value);
}

CellMaker::Part CellMaker::make_part(const Section& section, const std::vector<Change>& changes,
                                     const Assignments& given, const std::string& applying,
                                     Cell& cell) {
  Part part;
  if (section.name == "batch" && model_of(given).needs == Targets::none) return part;
  if (section.name == "switch" && !switches(given)) return part;
  part.settings = std::make_shared<Settings::Block>();
  Settings::Block& settings = *part.settings;
  const Kind& kind = kind_of(section, given, settings);
  part.kind = &kind;
  if (section.has_kind()) keys_.add(section.name + ".kind", settings.back().idle);
  cell.settings.add(part.settings);
  const auto given_as = given.find(section.name + ".kind");
  const Value* last_given = given_as == given.end() ? nullptr : &given_as->second;
  const std::vector<Idle> idle = idle_options(section, kind, given);
  for (std::size_t i = 0; i < kind.options.size(); ++i) {
    const OptionInfo& option = kind.options[i];
    const bool by_rule = section.name == "precision" || section.name == "switch";
    if (by_rule && applying[i] == '0') continue;
    const std::string key = section.name + "." + option.name;
    const auto no_effect = std::find_if(idle.begin(), idle.end(),
                                        [&](const Idle& one) { return one.option == option.name; });
    const bool has_effect = no_effect == idle.end();
    const std::size_t place = settings.size();
    if (option.type == OptionType::group) {
      add_group(key, option, has_effect ? given : Assignments(), cell, settings);
    } else {
      const auto at = has_effect ? given.find(key) : given.end();
      if (at != given.end()) last_given = &at->second;
      settings.push_back(plain_setting(key, option, at == given.end() ? nullptr : &at->second));
    }
    if (!has_effect) settings[place].idle = no_effect->cure;
    // At its default a key may stand anywhere, as in a study that was written.
    const auto changed = [&](const std::string& name, const OptionInfo& one) {
      const auto at = given.find(name);
      return at != given.end() && !plain_setting(name, one, &at->second).at_default;
    };
    const auto add = [&](const std::string& name, bool is_changed) {
      keys_.add(name, has_effect || !is_changed ? std::string_view() : no_effect->cure);
    };
    bool any_changed = option.type != OptionType::group && changed(key, option);
    for (const OptionInfo& each : option.parts) {
      const bool part_changed = changed(key + "." + each.name, each);
      add(key + "." + each.name, part_changed);
      any_changed = any_changed || part_changed;
    }
    add(key, any_changed);
  }
  if (kind.conflict && last_given) {
    const std::string why = kind.conflict(cell.section(section.name));
    if (!why.empty()) throw InputError(last_given->place, section.name + "." + kind.name, why);
  }
  for (const Change& change : changes) {
    const auto at = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
      return setting.key == *change.key;
    });
    if (at != settings.end()) at->written = change.value->text;
  }
  part.description = description_of(settings);
  if (section.name == "rule") {
    const auto moments = kind.moments(cell.section("rule"));
    for (const OptionInfo& option : section_named("precision").kinds.front().options) {
      part.applying += applies(option.name, kind, moments) ? '1' : '0';
    }
  }
  return part;
}

template <class Given>
void CellMaker::check(Cell& cell, const Parts& parts, const Given& given) {
  static const std::size_t study = index_of("study"), data = index_of("data"),
                           batch = index_of("batch"), model = index_of("model"),
                           rule = index_of("rule"), schedule = index_of("schedule"),
                           precision = index_of("precision"), record = index_of("record"),
                           intervention = index_of("intervention"), switched = index_of("switch");
  const auto once = [&](std::string_view name, const std::vector<std::size_t>& sections,
                        const auto& passes) {
    Parts together;
    for (const std::size_t section : sections) together.push_back(parts[section]);
    if (checked_.count({name, together}) != 0) return;
    passes();
    checked_.emplace(name, std::move(together));
  };
  once("precision", {precision, record}, [&] { check_precision(cell, given()); });
  std::vector<std::size_t> of_schedule{schedule};
  if (parts[schedule]->kind->conflict_with) of_schedule.push_back(rule);
  if (parts[schedule]->kind->conflict_with_steps) of_schedule.push_back(study);
  once("schedule", of_schedule, [&] { check_schedule(cell, given()); });
  once("path", {record, model}, [&] { check_path(cell, given()); });
  std::optional<Extent>& extent = parts[data]->extent;
  once("data", {data, model, batch}, [&] {
    check_data(cell, given(), [&](const Kind& kind) {
      if (!extent) {
        extent = sizes_.of(kind, cell);
        set_sum(*parts[data]->settings, *extent);
        parts[data]->description = description_of(*parts[data]->settings);
      }
      return *extent;
    });
  });
  if (extent) cell.extent = *extent;
  once("mean", {data, model, precision}, [&] { check_mean(cell, given()); });
  if (parts[intervention]->kind->options.empty()) return;  // none
  once("intervention", {study, data, model, rule, precision, intervention, switched, record},
       [&] { check_intervention(cell, given()); });
}

std::string CellMaker::id_of(const Parts& parts) {
  std::string description;
  for (const std::size_t section : sections_by_name()) {
    if (parts[section]) description += parts[section]->description;
  }
  return sha256(description).substr(0, 16);
}

Cell CellMaker::make(const std::vector<Change>& changes) {
  std::optional<Assignments> all;  // made where something new is made or checked
  const auto given = [&]() -> const Assignments& {
    if (all) return *all;
    all = base_;
    for (const auto& [key, value] : changes) assign(*all, *key, *value);
    return *all;
  };
  Cell cell;
  Parts parts;
  std::string applying;
  for (std::size_t i = 0; i < sections().size(); ++i) {
    const Section& section = sections()[i];
    // All that a section of this plan is a function of. Whether the model has samples decides
    // the default of data, whether there are batches, and which roles do anything.
    const bool by_rule = section.name == "precision" || section.name == "switch";
    const bool by_model = section.name == "data" || section.name == "batch" || by_rule;
    std::string made_of = by_rule ? applying : "";
    std::vector<Change> inside;
    for (const Change& change : changes) {
      const bool own = in_section(*change.key, section.name);
      if (own) inside.push_back(change);
      const bool decides = (by_model && *change.key == "model.kind") ||
                           (section.name == "switch" && *change.key == key::intervention);
      if (!own && !decides) continue;
      made_of += '\n' + *change.key + '=' + std::to_string(static_cast<int>(change.value->kind)) +
                 change.value->text;
    }
    auto at = parts_[i].find(made_of);
    if (at == parts_[i].end()) {
      Part part = make_part(section, inside, given(), applying, cell);
      at = parts_[i].emplace(std::move(made_of), std::move(part)).first;
    } else if (at->second.settings) {
      cell.settings.add(at->second.settings);
    }
    parts.push_back(&at->second);
    if (section.name == "rule") applying = at->second.applying;
  }
  check(cell, parts, given);
  cell.id = id_of(parts);
  for (const auto& [key, value] : changes) require_effect(*key, *value, cell);
  return cell;
}

}  // namespace ulpscope
