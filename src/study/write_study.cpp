// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <set>
#include <unordered_set>

#include "isolate.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
namespace {

std::string shown(const std::string& text, bool quote) { return quote ? toml_text(text) : text; }

std::string shown(const Value& value) { return shown(value.text, value.kind == Value::Kind::text); }

template <class T, class F>
std::string list(const std::vector<T>& items, F&& show) {
  std::string text = "[";
  for (const T& item : items) text += (text.size() > 1 ? ", " : "") + show(item);
  return text + "]";
}

/// What occurs in a plan's cells.
struct Occurring {
  std::set<std::string, std::less<>> keys, sections;
  std::set<std::pair<std::string, std::string>> kinds;  ///< by section

  explicit Occurring(const Plan& plan) {
    std::unordered_set<const Settings::Block*> seen;
    for (const Cell& cell : plan.cells) {
      for (const auto& block : cell.settings.blocks()) {
        if (seen.insert(block.get()).second) add(*block);
      }
    }
  }

  /// The kinds of a section.
  std::vector<const Kind*> kinds_of(const Section& section) const {
    std::vector<const Kind*> found;
    for (const Kind& kind : section.kinds) {
      if (!section.has_kind() || kinds.count({section.name, kind.name}) != 0) {
        found.push_back(&kind);
      }
    }
    return found;
  }

 private:
  void add(const Settings::Block& block) {
    for (const Setting& setting : block) {
      const std::string section = setting.key.substr(0, setting.key.find('.'));
      keys.insert(setting.key);
      sections.insert(section);
      if (setting.key == section + ".kind") kinds.emplace(section, setting.canonical);
    }
  }
};

/// The default on which all kinds that have the option agree, or nothing.
const OptionInfo* agreed(const std::vector<const Kind*>& kinds, const std::string& option) {
  const OptionInfo* first = nullptr;
  for (const Kind* kind : kinds) {
    const OptionInfo* info = kind->find(option);
    if (!info) continue;
    if (first && first->default_text != info->default_text) return nullptr;
    if (!first) first = info;
  }
  return first;
}

/// What the base says of a group, whole or part by part, as one value; or nothing.
std::string given_group(const Study& study, const std::string& key, const OptionInfo& group) {
  std::vector<std::pair<std::string, std::string>> parts;
  const auto put = [&](const std::string& part, const Value& value) {
    std::erase_if(parts, [&](const auto& other) { return other.first == part; });
    parts.emplace_back(part, shown(value));
  };
  for (const Assignment& entry : study.base) {
    if (entry.key == key && entry.value.kind != Value::Kind::table) {
      put(group.parts.front().name, entry.value);
    } else if (entry.key == key) {
      for (const auto& [part, value] : entry.value.parts) {
        put(part.substr(key.size() + 1), value);
      }
    } else if (entry.key.rfind(key + ".", 0) == 0) {
      put(entry.key.substr(key.size() + 1), entry.value);
    }
  }
  if (parts.size() == 1 && parts[0].first == group.parts.front().name) return parts[0].second;
  std::string text;
  for (const auto& [part, value] : parts) {
    text += text.empty() ? "{ " : ", ";
    text += part;
    text += " = ";
    text += value;
  }
  return text.empty() ? text : text + " }";
}

std::string axis_line(const Axis& axis) {
  std::string values;
  if (axis.range.empty()) {
    values = list(axis.values, [](const Value& value) { return shown(value); });
  } else {
    for (const Assignment& part : axis.range) {
      values += (values.empty() ? "{ " : ", ") + part.key + " = " + shown(part.value);
    }
    values += " }";
  }
  return toml_text(axis.key) + " = " + values + "\n";
}

/// In their order: after the first zip a single axis is one, too.
std::string axes_text(const std::vector<Axis>& axes) {
  std::string text;
  bool zips = false;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool opens = i == 0 || axes[i].zip == 0 || axes[i].zip != axes[i - 1].zip;
    zips = zips || axes[i].zip != 0;
    if (zips && opens) text += "\n[[sweep.zip]]\n";
    if (!zips && i == 0) text += "\n[sweep]\n";
    text += axis_line(axes[i]);
  }
  return text;
}

}  // namespace

std::string study_toml(const Study& study, const Plan& plan) {
  const auto given = [&](const std::string& key) {
    return std::find_if(study.base.begin(), study.base.end(),
                        [&](const Assignment& entry) { return entry.key == key; });
  };
  const auto on_axis = [&](const std::string& key) {
    return std::any_of(study.axes.begin(), study.axes.end(),
                       [&](const Axis& axis) { return axis.key == key; }) ||
           (study.isolate && isolate_sets(key));
  };
  const Occurring occurring(plan);
  std::string out;
  for (const Section& section : sections()) {
    const auto line = [&](const std::string& name, const std::string& default_shown) {
      const std::string key = section.name + "." + name;
      if (occurring.keys.count(key) == 0) return;
      const OptionInfo* option = find_option(key);
      if (option && option->type == OptionType::group) {
        const std::string group = given_group(study, key, *option);
        if (group.empty() && on_axis(key)) return;
        out += name + " = " + (group.empty() ? default_shown : group) + "\n";
        return;
      }
      const auto at = given(key);
      if (at == study.base.end() && on_axis(key)) return;
      out += name + " = " + (at == study.base.end() ? default_shown : shown(at->value)) + "\n";
    };
    // None of a batch where no model has samples.
    if (occurring.sections.count(section.name) == 0) continue;
    const auto kinds = occurring.kinds_of(section);
    const std::string kind_key = section.name + ".kind";
    const bool nothing = kind_key == key::intervention && kinds.size() == 1 &&
                         kinds.front() == &section.kinds.front() &&
                         given(kind_key) == study.base.end();
    if (nothing) continue;
    out += (out.empty() ? "[" : "\n[") + section.name + "]\n";
    if (section.name == "study") {
      out += "name = " + toml_text(study.name) + "\ntitle = " + toml_text(study.title) + "\n";
    }
    if (section.has_kind() && (kinds.size() == 1 || given(kind_key) != study.base.end())) {
      line("kind", toml_text(kinds.front()->name));
    }
    std::vector<std::string> done;
    for (const Kind* kind : kinds) {
      for (const OptionInfo& option : kind->options) {
        if (std::find(done.begin(), done.end(), option.name) != done.end()) continue;
        done.push_back(option.name);
        const OptionInfo* info = agreed(kinds, option.name);
        if (!info && given(section.name + "." + option.name) == study.base.end()) continue;
        const OptionInfo& any = info ? *info : option;
        line(option.name,
             shown(any.default_text, any.default_text.empty() || any.type == OptionType::group ||
                                         std::find(any.choices.begin(), any.choices.end(),
                                                   any.default_text) != any.choices.end()));
      }
    }
  }
  if (study.isolate) out += "\n[isolate]\n" + isolate_toml(*study.isolate);
  out += axes_text(study.axes);
  for (const auto& cell : study.cells) {
    out += "\n[[sweep.cell]]\n";
    for (const Assignment& entry : cell) {
      out += toml_text(entry.key) + " = " + shown(entry.value) + "\n";
    }
  }
  for (const TableSpec& table : study.tables) out += "\n[[table]]\n" + table_toml(table);
  for (const FigureSpec& figure : study.figures) out += "\n[[figure]]\n" + figure_toml(figure);
  return out;
}

std::string cell_toml(const Cell& cell) {
  std::string out;
  std::string section;
  for (const Setting& setting : cell.settings) {
    const bool kind = setting.key.size() > 5 && setting.key.ends_with(".kind") &&
                      setting.key != key::intervention;
    if (setting.part || (setting.at_default && !kind && setting.key != key::steps)) continue;
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != section) {
      section = setting.key.substr(0, dot);
      out += (out.empty() ? "[" : "\n[") + section + "]\n";
      if (section == "study") out += "name = " + toml_text(cell.id) + "\n";
    }
    // A file is read by a path that is good here alone.
    const bool file = setting.key == key::data_file;
    out += setting.key.substr(dot + 1) + " = " +
           shown(file ? setting.written : setting.canonical, setting.quoted) + "\n";
  }
  return out;
}

}  // namespace ulpscope
