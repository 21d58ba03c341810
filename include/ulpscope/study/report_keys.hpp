// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ulpscope/study/study.hpp"

namespace ulpscope {

/// Columns of timings.csv after the id, which tables and figures have, too.
inline const std::vector<std::string> timing_columns{"steps", "seconds", "us_per_step"};

/// Columns that tables and figures of a study with [isolate] have beside the metrics: which share
/// of a change the coarse roles of a cell make.
inline const std::vector<std::string> share_columns{"floor_explained", "onset_explained"};

/// What the texts of a key of [[table]] or [[figure]] name.
enum class Names { nothing, keys, columns };

/// A key of [[table]] or [[figure]].
template <class Spec>
struct ReportKey {
  using Member = std::variant<std::string Spec::*, std::vector<std::string> Spec::*, double Spec::*,
                              PerColumn Spec::*>;
  std::string name;
  Member member;
  std::string expected;  ///< "a text"
  std::string example;   ///< of a value, in TOML
  std::string summary;
  Names names = Names::nothing;
  std::vector<std::string> choices{};       ///< all that it can be; anything if empty
  std::vector<std::string> kinds{};         ///< figures that have it; all if empty
  std::string (*fault)(const Value&) = {};  ///< of a value, or of a column's; empty if it is fine
};

/// The one list of the keys of [[table]], which `table --adhoc` has as options, in the order in
/// which they are written; and that of [[figure]].
const std::vector<ReportKey<TableSpec>>& table_keys();
const std::vector<ReportKey<FigureSpec>>& figure_keys();

/// The names of keys and columns that a table or figure has anywhere but in `only`.
template <class Spec>
std::vector<std::string> named_columns(const std::vector<ReportKey<Spec>>& keys, const Spec& spec) {
  std::vector<std::string> names;
  for (const auto& key : keys) {
    if (key.names == Names::nothing) continue;
    if (const auto* text = std::get_if<std::string Spec::*>(&key.member)) {
      if (!(spec.**text).empty()) names.push_back(spec.**text);
    } else if (const auto* list = std::get_if<std::vector<std::string> Spec::*>(&key.member)) {
      names.insert(names.end(), (spec.**list).begin(), (spec.**list).end());
    }
  }
  return names;
}

/// Options of the command line, by name, with their texts; a list's items stand between commas,
/// those of columns as in floor=2,tail=3.
using WrittenKeys = std::vector<std::pair<std::string, std::string>>;

/// A table or figure of these. Throws InputError, at "--<name>".
TableSpec written_table(const WrittenKeys& options);
FigureSpec written_figure(const WrittenKeys& options);

/// The lines of a study file below [[table]] and [[figure]].
std::string table_toml(const TableSpec& spec);
std::string figure_toml(const FigureSpec& spec);

/// The line of a key; empty where the figure has its default.
std::string report_line(const ReportKey<FigureSpec>& key, const FigureSpec& spec);

/// A text in quotes, as TOML has it.
std::string toml_text(const std::string& text);

/// The shortest text that reads back as the same number.
std::string toml_number(double value);

}  // namespace ulpscope
