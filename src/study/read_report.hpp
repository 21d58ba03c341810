// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "document.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"
#include "ulpscope/study/report_keys.hpp"

namespace ulpscope {

/// Puts a value where the key of [[table]] or [[figure]] says. Throws InputError on a value that
/// the key does not take.
template <class Spec>
void assign_report_key(const std::string& table, const ReportKey<Spec>& key, const Value& value,
                       Spec& spec) {
  const std::string shown = value.kind == Value::Kind::text ? "\"" + value.text + "\"" : value.text;
  const auto bad = [&](const std::string& why) {
    return InputError(
        value.place, table + "." + key.name,
        why + "expected " + key.expected + ", for example " + key.name + " = " + key.example);
  };
  const auto require_fine = [&](const Value& single) {
    const std::string fault = key.fault ? key.fault(single) : "";
    if (!fault.empty()) throw bad("\"" + single.text + "\": " + fault + "; ");
    if (!key.fault && single.kind != Value::Kind::text) throw bad("");
  };
  if (const auto* text = std::get_if<std::string Spec::*>(&key.member)) {
    if (value.kind != Value::Kind::text) throw bad("");
    require_fine(value);
    if (!key.choices.empty() && !contains(key.choices, value.text)) {
      throw InputError(value.place, table + "." + key.name,
                       shown + ": expected " + one_of(key.choices) +
                           suggestion(value.text, key.choices) + "; for example " + key.name +
                           " = " + key.example);
    }
    spec.** text = value.text;
  } else if (const auto* list = std::get_if<std::vector<std::string> Spec::*>(&key.member)) {
    if (value.kind == Value::Kind::text) {
      spec.** list = {value.text};
    } else if (value.kind == Value::Kind::list && !value.items.empty()) {
      spec.** list = value.items;
    } else {
      throw bad("");
    }
  } else if (const auto* number = std::get_if<double Spec::*>(&key.member)) {
    require_fine(value);
    spec.** number = std::stod(value.text);
  } else if (const auto* columns = std::get_if<PerColumn Spec::*>(&key.member)) {
    PerColumn& all = spec.**columns;
    all = {};
    if (value.kind == Value::Kind::table) {
      for (const auto& [column, of] : value.parts) {
        require_fine(of);
        all.of.emplace_back(column, of.text);
      }
    } else if (key.name == "digits") {
      require_fine(value);
      all.all = value.text;
    } else {
      throw bad("");
    }
  }
}

/// Reads [[table]] and [[figure]]; `number` names one that has no name. Throws InputError.
TableSpec read_table_spec(const Document& document, const toml::table& table, std::size_t number);
FigureSpec read_figure_spec(const Document& document, const toml::table& table, std::size_t number);

/// Throws InputError where a figure has a key that its kind has not, or lacks one that it needs.
void require_kind_keys(const FigureSpec& spec);

/// Throws InputError on tables and figures that cannot be made from the plan's cells.
void check_reports(const Study& study, const Plan& plan);

}  // namespace ulpscope
