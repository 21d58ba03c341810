// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdio>

#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string shown(const std::string& text, bool quote) { return quote ? quoted(text) : text; }

std::string shown(const Value& value) { return shown(value.text, value.kind == Value::Kind::text); }

template <class T, class F>
std::string list(const std::vector<T>& items, F&& show) {
  std::string text = "[";
  for (const T& item : items) text += (text.size() > 1 ? ", " : "") + show(item);
  return text + "]";
}

std::string texts(const std::vector<std::string>& items) { return list(items, quoted); }

/// The kinds of a section that occur in the plan's cells.
std::vector<const Kind*> kinds_in_use(const Section& section, const Plan& plan) {
  std::vector<const Kind*> kinds;
  for (const Kind& kind : section.kinds) {
    const bool used = !section.has_kind() ||
                      std::any_of(plan.cells.begin(), plan.cells.end(), [&](const Cell& cell) {
                        return cell[section.name + ".kind"] == kind.name;
                      });
    if (used) kinds.push_back(&kind);
  }
  return kinds;
}

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

}  // namespace

std::string study_toml(const Study& study, const Plan& plan) {
  const auto given = [&](const std::string& key) {
    return std::find_if(study.base.begin(), study.base.end(),
                        [&](const Assignment& entry) { return entry.key == key; });
  };
  const auto on_axis = [&](const std::string& key) {
    return std::any_of(study.axes.begin(), study.axes.end(),
                       [&](const Axis& axis) { return axis.key == key; });
  };
  std::string out;
  for (const Section& section : sections()) {
    const auto line = [&](const std::string& name, const std::string& default_shown) {
      const std::string key = section.name + "." + name;
      const auto at = given(key);
      if (at == study.base.end() && on_axis(key)) return;
      out += name + " = " + (at == study.base.end() ? default_shown : shown(at->value)) + "\n";
    };
    out += (out.empty() ? "[" : "\n[") + section.name + "]\n";
    if (section.name == "study") {
      out += "name = " + quoted(study.name) + "\ntitle = " + quoted(study.title) + "\n";
    }
    if (section.has_kind()) line("kind", quoted(section.kinds.front().name));
    const auto kinds = kinds_in_use(section, plan);
    std::vector<std::string> done;
    for (const Kind* kind : kinds) {
      for (const OptionInfo& option : kind->options) {
        if (std::find(done.begin(), done.end(), option.name) != done.end()) continue;
        done.push_back(option.name);
        const OptionInfo* info = agreed(kinds, option.name);
        if (!info && given(section.name + "." + option.name) == study.base.end()) continue;
        const OptionInfo& any = info ? *info : option;
        line(option.name,
             shown(any.default_text, std::find(any.choices.begin(), any.choices.end(),
                                               any.default_text) != any.choices.end()));
      }
    }
  }
  if (!study.axes.empty()) out += "\n[sweep]\n";
  for (const Axis& axis : study.axes) {
    out += quoted(axis.key) + " = " +
           list(axis.values, [](const Value& value) { return shown(value); }) + "\n";
  }
  for (const auto& cell : study.cells) {
    out += "\n[[sweep.cell]]\n";
    for (const Assignment& entry : cell) {
      out += quoted(entry.key) + " = " + shown(entry.value) + "\n";
    }
  }
  for (const TableSpec& table : study.tables) {
    out +=
        "\n[[table]]\nname = " + quoted(table.name) + "\ncaption = " + quoted(table.caption) + "\n";
    if (!table.rows.empty()) out += "rows = " + texts(table.rows) + "\n";
    if (!table.columns.empty()) out += "columns = " + texts(table.columns) + "\n";
  }
  for (const FigureSpec& figure : study.figures) {
    out += "\n[[figure]]\nname = " + quoted(figure.name) + "\ncaption = " + quoted(figure.caption) +
           "\nkind = " + quoted(figure.kind) + "\n";
    if (!figure.by.empty()) out += "by = " + texts(figure.by) + "\n";
  }
  return out;
}

std::string cell_toml(const Cell& cell) {
  std::string out;
  std::string section;
  for (const Setting& setting : cell.settings) {
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != section) {
      section = setting.key.substr(0, dot);
      out += (out.empty() ? "[" : "\n[") + section + "]\n";
      if (section == "study") out += "name = " + quoted(cell.id) + "\n";
    }
    out += setting.key.substr(dot + 1) + " = " + shown(setting.canonical, setting.quoted) + "\n";
  }
  return out;
}

}  // namespace ulpscope
