// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/study/report_keys.hpp"

#include "ulpscope/study/prediction.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "read_report.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/unit.hpp"

namespace ulpscope {
namespace {

/// The number that a value is, or nothing.
std::optional<double> number_in(const Value& value) {
  double number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, number);
  if (value.kind == Value::Kind::text || error != std::errc() || at != end) return std::nullopt;
  return number;
}

std::string digits_fault(const Value& value) {
  const auto number = number_in(value);
  const bool fine = value.kind == Value::Kind::integer && number && *number >= 1 && *number <= 100;
  return fine ? "" : "not a whole number from 1 to 100";
}

std::string zoom_fault(const Value& value) {
  const auto number = number_in(value);
  return number && *number >= 1 && *number <= 1e12 ? "" : "not a number from 1 to 1e12";
}

std::string label_fault(const Value& value) {
  const bool fine = std::all_of(value.text.begin(), value.text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".:-_/").find(c) != std::string_view::npos;
  });
  return fine ? "" : "not letters, digits and .:-_/ alone";
}

std::string unit_value_fault(const Value& value) { return unit_fault(value.text); }

const std::vector<std::string> scales{"log", "linear"};

std::string toml_texts(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) text += (text.size() > 1 ? ", " : "") + toml_text(item);
  return text + "]";
}

bool is_bare(const std::string& key) {
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

template <class Spec>
class Writer {
 public:
  Writer(const ReportKey<Spec>& key, const Spec& spec) : key_(key), spec_(spec) {}

  std::string operator()(std::string Spec::*member) const {
    return spec_.*member == defaults().*member && !always() ? "" : line(toml_text(spec_.*member));
  }
  std::string operator()(std::vector<std::string> Spec::*member) const {
    return (spec_.*member).empty() ? "" : line(toml_texts(spec_.*member));
  }
  std::string operator()(double Spec::*member) const {
    return spec_.*member == defaults().*member ? "" : line(toml_number(spec_.*member));
  }
  std::string operator()(PerColumn Spec::*member) const {
    const PerColumn& columns = spec_.*member;
    if (!columns.all.empty()) return line(value(columns.all));
    std::string text;
    for (const auto& [column, of] : columns.of) {
      text += (text.empty() ? "{ " : ", ") + (is_bare(column) ? column : toml_text(column)) +
              " = " + value(of);
    }
    return text.empty() ? "" : line(text + " }");
  }

 private:
  static const Spec& defaults() {
    static const Spec spec;
    return spec;
  }
  bool always() const {
    return key_.name == "name" || key_.name == "caption" || key_.name == "kind";
  }
  std::string value(const std::string& text) const {
    return key_.name == "digits" ? text : toml_text(text);
  }
  std::string line(const std::string& value) const { return key_.name + " = " + value + "\n"; }

  const ReportKey<Spec>& key_;
  const Spec& spec_;
};

template <class Spec>
std::string lines(const std::vector<ReportKey<Spec>>& keys, const Spec& spec) {
  std::string text;
  for (const auto& key : keys) text += std::visit(Writer<Spec>(key, spec), key.member);
  return text;
}

/// The option's text as a study file would have it.
template <class Spec>
Value option_value(const ReportKey<Spec>& key, const std::string& text) {
  const Place place{"--" + key.name + " " + text, 0};
  const auto single = [&](const std::string& item) {
    Value value{Value::Kind::text, item, place};
    const bool number = key.name == "digits" || std::get_if<double Spec::*>(&key.member);
    if (number) {
      const bool whole = item.find_first_not_of("0123456789") == std::string::npos;
      value.kind = whole ? Value::Kind::integer : Value::Kind::real;
    }
    return value;
  };
  const bool list = std::get_if<std::vector<std::string> Spec::*>(&key.member) != nullptr;
  const bool columns = std::get_if<PerColumn Spec::*>(&key.member) != nullptr;
  if (!list && !(columns && text.find('=') != std::string::npos)) return single(text);
  Value value{list ? Value::Kind::list : Value::Kind::table, text, place};
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = std::min(item.find('='), item.size());
    if (list) {
      value.items.push_back(item);
    } else {
      value.parts.emplace_back(item.substr(0, equals),
                               single(item.substr(std::min(equals + 1, item.size()))));
    }
  }
  return value;
}

template <class Spec>
Spec written(const std::string& table, const std::vector<ReportKey<Spec>>& keys,
             const WrittenKeys& options) {
  Spec spec;
  spec.name = "adhoc";
  spec.place = {table + " --adhoc", 0};
  for (const auto& [name, text] : options) {
    for (const auto& key : keys) {
      if (key.name == name) assign_report_key(table, key, option_value(key, text), spec);
    }
  }
  return spec;
}

}  // namespace

const std::string& PerColumn::operator[](const std::string& column) const {
  const auto at =
      std::find_if(of.begin(), of.end(), [&](const auto& entry) { return entry.first == column; });
  return at == of.end() ? all : at->second;
}

const std::vector<ReportKey<TableSpec>>& table_keys() {
  using Spec = TableSpec;
  static const std::vector<ReportKey<Spec>> all{
      {"name", &Spec::name, "a text", "\"overview\"", "of its files"},
      {"caption", &Spec::caption, "a text", "\"Floors\"", "what stands above it"},
      {"rows", &Spec::rows, "a text or a list of texts", "\"rule.lr\"", "keys that name a row",
       Names::keys},
      {"columns", &Spec::columns, "a text or a list of texts", "[\"floor\"]",
       "metrics, timings or keys", Names::columns},
      {"only", &Spec::only, "a text", "\"rule.kind=adam*\"", "the cells that it shows"},
      {"group", &Spec::group, "a text", "\"precision.arithmetic\"",
       "a key, each of whose values has a block of the columns", Names::keys},
      {"over", &Spec::over, "a text or a list of texts", "\"data.seed\"",
       "keys: cells that differ in these alone are one row, with median and quartiles",
       Names::keys},
      {"digits",
       &Spec::digits,
       "a number of digits from 1 to 100, for all columns or by column",
       "{ floor = 2 }",
       "significant digits of reals, 3 if not given",
       Names::nothing,
       {},
       {},
       digits_fault},
      {"units",
       &Spec::units,
       "units by column, as siunitx has them",
       "{ us_per_step = '\\micro\\second' }",
       "units of columns, as siunitx has them",
       Names::nothing,
       {},
       {},
       unit_value_fault},
      {"titles", &Spec::titles, "titles by column", "{ floor = \"lowest loss\" }",
       "titles of columns"},
      {"label",
       &Spec::label,
       "a label of LaTeX",
       "\"tab:floors\"",
       "for references in LaTeX; tab:<study>-<name> if not given",
       Names::nothing,
       {},
       {},
       label_fault}};
  return all;
}

const std::vector<ReportKey<FigureSpec>>& figure_keys() {
  using Spec = FigureSpec;
  static const std::vector<ReportKey<Spec>> all{
      {"name", &Spec::name, "a text", "\"loss\"", "of its files"},
      {"caption", &Spec::caption, "a text", "\"Loss\"", "what stands above it"},
      {"kind", &Spec::kind, "a text", "\"loss\"", "what it draws", Names::nothing, figure_kinds},
      {"by",
       &Spec::by,
       "a text or a list of texts",
       "\"precision.arithmetic\"",
       "keys that name a line",
       Names::keys,
       {},
       {"loss", "trace", "path", "metric", "distribution", "sharpness"}},
      {"columns",
       &Spec::columns,
       "a text or a list of texts",
       "[\"shadow_max\", \"shadow_bound\"]",
       "columns of trace.csv, a line each",
       Names::nothing,
       {},
       {"trace"}},
      {"only", &Spec::only, "a text", "\"rule.kind=adam*\"", "the cells that it shows"},
      {"zoom",
       &Spec::zoom,
       "a number from 1 to 1e12",
       "20",
       "how many times nearer to the minimum",
       Names::nothing,
       {},
       {"path"},
       zoom_fault},
      {"x",
       &Spec::x,
       "a text",
       "\"rule.lr\"",
       "the key along the axis",
       Names::keys,
       {},
       {"metric", "heat-map"}},
      {"y",
       &Spec::y,
       "a text",
       "\"floor\"",
       "of kind metric the metric, of heat-map the key up the axis",
       Names::columns,
       {},
       {"metric", "heat-map"}},
      {"value",
       &Spec::value,
       "a text",
       "\"floor\"",
       "the metric that colours show, or whose distribution it is",
       Names::columns,
       {},
       {"heat-map", "distribution"}},
      {"border",
       &Spec::border,
       "a text",
       "\"v_stalls\"",
       "a prediction: a line between the cells for which it holds and the others",
       Names::columns,
       prediction_names(),
       {"heat-map"}},
      {"over",
       &Spec::over,
       "a text or a list of texts",
       "\"data.seed\"",
       "keys: cells that differ in these alone are one point, with median and quartiles",
       Names::keys,
       {},
       {"metric", "heat-map"}},
      {"x_scale",
       &Spec::x_scale,
       "a text",
       "\"log\"",
       "as the values ask for if not given",
       Names::nothing,
       scales,
       {"metric", "distribution"}},
      {"y_scale",
       &Spec::y_scale,
       "a text",
       "\"log\"",
       "as the values ask for if not given; of kind sharpness that of the lower panel",
       Names::nothing,
       scales,
       {"metric", "sharpness"}},
      {"width",
       &Spec::width,
       "a text",
       "\"page\"",
       "of a paper's column or page",
       Names::nothing,
       {"column", "page"}}};
  return all;
}

std::string toml_text(const std::string& text) {
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

std::string toml_number(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

TableSpec written_table(const WrittenKeys& options) {
  return written("table", table_keys(), options);
}

FigureSpec written_figure(const WrittenKeys& options) {
  FigureSpec spec = written("figure", figure_keys(), options);
  require_kind_keys(spec);
  return spec;
}

std::string report_line(const ReportKey<FigureSpec>& key, const FigureSpec& spec) {
  return std::visit(Writer<FigureSpec>(key, spec), key.member);
}

std::string table_toml(const TableSpec& spec) { return lines(table_keys(), spec); }
std::string figure_toml(const FigureSpec& spec) { return lines(figure_keys(), spec); }

}  // namespace ulpscope
