// SPDX-License-Identifier: BSL-1.0
#include <string_view>
#include <vector>

#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/unit.hpp"

namespace ulpscope {
namespace {

constexpr std::string_view style_sheet = R"(body { margin: 2rem; color: #1a1a1a; background: #fff;
  font: 15px/1.45 system-ui, "Helvetica Neue", Arial, sans-serif; }
table { border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid; }
caption { text-align: left; padding-bottom: .6rem; font-weight: 600; }
th, td { padding: .25rem .8rem; text-align: left; white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; }
thead tr:last-child th { border-bottom: 1px solid; }
th.block { text-align: center; border-bottom: 1px solid #999; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.status { color: #9a3412; font-style: italic; }
tbody tr:nth-child(even) { background: #f5f6f8; }
sup { line-height: 0; }
)";

/// 1.21e-11 with a power of ten; other texts as they are.
std::string html_number(const std::string& text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos || !read_number(text)) {
    if (text == "inf") return "∞";
    if (text == "-inf") return "−∞";
    return xml_text(text);
  }
  std::string power = text.substr(e + 1);
  if (power.starts_with('-')) power.replace(0, 1, "−");
  std::string mantissa = text.substr(0, e);
  if (mantissa.starts_with('-')) mantissa.replace(0, 1, "−");
  return mantissa + "×10<sup>" + power + "</sup>";
}

/// What a cell says of itself, by column; asked once, as is_numeric looks at a whole column.
std::vector<std::string_view> attributes_of(const Table& table) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    all.emplace_back(is_numeric(table, i) ? " class=\"number\"" : "");
  }
  return all;
}

std::string title_cell(const Column& column, std::string_view attribute) {
  const std::string unit = column.unit.empty() ? "" : " (" + shown_unit(column.unit) + ")";
  return fmt::format("      <th scope=\"col\"{}>{}</th>\n", attribute,
                     xml_text(column.title + unit));
}

std::string head(const Table& table, const std::vector<std::string_view>& attributes) {
  std::string text;
  const std::size_t keys = table.blocks.front().first;
  if (table.grouped) {
    text += "    <tr>\n";
    if (keys > 0) text += fmt::format("      <td colspan=\"{}\"></td>\n", keys);
    for (std::size_t b = 0; b < table.blocks.size(); ++b) {
      text += fmt::format("      <th scope=\"colgroup\" class=\"block\" colspan=\"{}\">{}</th>\n",
                          table.end(b) - table.blocks[b].first, xml_text(table.blocks[b].title));
    }
    text += "    </tr>\n";
  }
  text += "    <tr>\n";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += title_cell(table.columns[i], attributes[i]);
  }
  return text + "    </tr>\n";
}

}  // namespace

std::string html_element(const Table& table, const std::string& caption) {
  const std::vector<std::string_view> attributes = attributes_of(table);
  std::string text = "<table>\n  <caption>" + xml_text(caption) + "</caption>\n  <thead>\n" +
                     head(table, attributes) + "  </thead>\n  <tbody>\n";
  for (const Table::Line& line : table.lines) {
    text += "    <tr>\n";
    for (const auto& [first, span, status] : shown_in(table, line)) {
      if (!status.empty()) {
        text += fmt::format("      <td class=\"status\" colspan=\"{}\">{}</td>\n", span,
                            xml_text(status));
        continue;
      }
      const Column& column = table.columns[first];
      const std::string value = shown_field(column, line.fields[first], html_number);
      text += fmt::format("      <td{}>{}</td>\n", attributes[first], value.empty() ? "–" : value);
    }
    text += "    </tr>\n";
  }
  return text + "  </tbody>\n</table>\n";
}

std::string html_table(const Table& table, const TableSpec& spec, const Study& study,
                       const std::string& comment) {
  const std::string& caption = !spec.caption.empty()  ? spec.caption
                               : !study.title.empty() ? study.title
                                                      : spec.name;
  return "<!DOCTYPE html>\n<!-- " + comment + " -->\n<html lang=\"en\">\n<head>\n" +
         "<meta charset=\"utf-8\">\n<title>" + xml_text(caption) + "</title>\n<style>\n" +
         std::string(style_sheet) + "</style>\n</head>\n<body>\n" + html_element(table, caption) +
         "</body>\n</html>\n";
}

}  // namespace ulpscope
