// SPDX-License-Identifier: BSL-1.0
#include "isolate.hpp"

#include <algorithm>

#include "ulpscope/format/role.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {
bool isolate_sets(const std::string& key) {
  if (key == key::arithmetic || key == "precision.rule_arithmetic") return true;
  return std::any_of(role_list.begin(), role_list.end(), [&](const RoleInfo& role) {
    return key == "precision." + std::string(role.name);
  });
}

namespace {

/// A key that [isolate] sets stands nowhere else, not even at its default; what only some roles
/// have, such as a compensation, may.
void require_free(const Place& place, const std::string& key, const Value& value) {
  const auto common = [](const std::string& part) {
    const auto& parts = common_parts();
    return std::any_of(parts.begin(), parts.end(), [&](const OptionInfo& other) {
      return other.name == part.substr(part.rfind('.') + 1);
    });
  };
  const bool part_of_role = isolate_sets(key.substr(0, key.rfind('.'))) && common(key);
  const bool own_parts_alone = value.kind == Value::Kind::table &&
                               std::none_of(value.parts.begin(), value.parts.end(),
                                            [&](const auto& part) { return common(part.first); });
  if (!part_of_role && (!isolate_sets(key) || own_parts_alone)) return;
  throw InputError(place, key,
                   "is what [isolate] sets in each of its cells; expected it there alone, for "
                   "example exact = \"dec50\" and formats = [\"binary32\"]");
}

}  // namespace

Isolation::Isolation(const Study& study) : spec_(*study.isolate) {
  if (spec_.formats.empty()) {
    throw InputError(
        spec_.place, "isolate.formats",
        "is missing; expected the coarse ones, for example formats = [\"binary32\", \"p11\"]");
  }
  for (const Assignment& entry : study.base)
    require_free(entry.value.place, entry.key, entry.value);
  for (const Axis& axis : study.axes) {
    for (const Value& value : axis.values) require_free(axis.place, axis.key, value);
  }
  for (const auto& cell : study.cells) {
    for (const Assignment& entry : cell) require_free(entry.value.place, entry.key, entry.value);
  }
}

/// The value that makes a role coarse, as a study file would have it.
Change Isolation::coarse(const std::string& role, std::size_t format) {
  const auto [at, fresh] = coarse_.try_emplace({role, format});
  std::string& key = at->second.key;
  Value& value = at->second.value;
  if (!fresh) return {&key, &value};
  const IsolateSpec::Coarse& of = spec_.formats[format];
  key = "precision." + role;
  value = {Value::Kind::table, "", of.place};
  const bool draws = std::any_of(of.parts.begin(), of.parts.end(), [](const auto& part) {
    return part.first == "mode" && part.second.text == "stochastic";
  });
  const auto add = [&](const std::string& part, const Value& given) {
    if (draws && role == "hyperparameters" && (part == "mode" || part == "seed")) return;
    value.text += (value.text.empty() ? "{ " : ", ") + part + " = " + written(given);
    value.parts.emplace_back(key + "." + part, given);
  };
  bool rounds = false;
  for (const auto& [part, given] : of.parts) {
    add(part, given);
    rounds = rounds || part == "rounding";
  }
  if (!rounds && spec_.rounding != "store") {
    add("rounding", {Value::Kind::text, spec_.rounding, of.place});
  }
  value.text += " }";
  return {&key, &value};
}

Cell Isolation::labelled(Cell cell, const std::string& way, const std::string& role,
                         const std::string& format) {
  std::shared_ptr<Settings::Block>& block = labels_[way + "\n" + role + "\n" + format];
  if (!block) {
    block = std::make_shared<Settings::Block>();
    for (const auto& [key, text] : {std::pair(isolate_label::way, way),
                                    {isolate_label::role, role},
                                    {isolate_label::format, format}}) {
      block->push_back({key, text, text, true, true, true});
    }
  }
  cell.settings.add(block);
  return cell;
}

void Isolation::expand(CellMaker& maker, const std::vector<Change>& changes, const Add& add) {
  std::vector<Change> exact = changes;
  exact.push_back({&key::arithmetic, &spec_.exact});
  Cell base = maker.make(exact);
  Roles all;
  for (const RoleInfo& info : role_list) {
    const Setting* setting = base.find("precision." + std::string(info.name));
    if (setting && setting->idle.empty()) all.emplace_back(info.name);
  }
  add(labelled(std::move(base), "exact", "none", spec_.exact.text), exact);
  const Roles& singled = spec_.roles.empty() ? all : spec_.roles;
  for (std::size_t format = 0; format < spec_.formats.size(); ++format) {
    const auto one = [&](const std::string& way, const std::string& role, const auto& is_coarse) {
      std::vector<Change> given = exact;
      for (const std::string& other : all) {
        if (is_coarse(other)) given.push_back(coarse(other, format));
      }
      // A role that the cell lacks is refused by its maker.
      if (role != "all" && !contains(all, role)) given.push_back(coarse(role, format));
      add(labelled(maker.make(given), way, role, spec_.formats[format].label), given);
    };
    one("all", "all", [](const std::string&) { return true; });
    for (const std::string& role : singled) {
      one("only", role, [&](const std::string& other) { return other == role; });
      one("all-but", role, [&](const std::string& other) { return other != role; });
    }
  }
}

}  // namespace ulpscope
