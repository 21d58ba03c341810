// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/text.hpp"

#include <algorithm>
#include <iterator>

#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/version.hpp"

namespace ulpscope {
namespace {

struct Escape {
  char c;
  std::string_view instead;
};

/// The text on one line, with single characters replaced.
template <std::size_t n>
std::string replaced(std::string_view text, const Escape (&escapes)[n]) {
  std::string out;
  for (const char c : one_line(text)) {
    const auto* at = std::find_if(std::begin(escapes), std::end(escapes),
                                  [&](const Escape& escape) { return escape.c == c; });
    if (at == std::end(escapes)) {
      out += c;
    } else {
      out += at->instead;
    }
  }
  return out;
}

constexpr Escape markdown_escapes[]{{'\\', "\\\\"}, {'|', "\\|"},  {'*', "\\*"},  {'`', "\\`"},
                                    {'[', "\\["},   {'<', "&lt;"}, {'&', "&amp;"}};
constexpr Escape latex_escapes[]{{'\\', "\\textbackslash{}"},
                                 {'{', "\\{"},
                                 {'}', "\\}"},
                                 {'$', "\\$"},
                                 {'&', "\\&"},
                                 {'#', "\\#"},
                                 {'_', "\\_"},
                                 {'%', "\\%"},
                                 {'^', "\\textasciicircum{}"},
                                 {'~', "\\textasciitilde{}"},
                                 {'<', "\\textless{}"},
                                 {'>', "\\textgreater{}"},
                                 {'|', "\\textbar{}"},
                                 {'"', "''"}};
constexpr Escape xml_escapes[]{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; }, ' ');
  return line;
}

std::string stamp(std::string_view study, std::string_view what, std::string_view name) {
  std::string text =
      one_line(fmt::format("ulpscope {}: study {}, {} {}", release, study, what, name));
  // XML ends a comment at two hyphens.
  for (std::size_t at = 0; (at = text.find("--", at)) != std::string::npos;)
    text.insert(++at, 1, ' ');
  return text;
}

std::string markdown_text(std::string_view text) { return replaced(text, markdown_escapes); }

std::string latex_text(std::string_view text) { return replaced(text, latex_escapes); }

std::string xml_text(std::string_view text) { return replaced(text, xml_escapes); }

std::string latex_label(std::string_view text) {
  std::string label(text);
  const auto kept = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':';
  };
  std::replace_if(
      label.begin(), label.end(), [&](char c) { return !kept(c); }, '-');
  return label;
}

std::size_t width(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  const std::string line = one_line(text);
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string word = line.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (lines.empty() || width(lines.back()) + 1 + width(word) > columns) {
      lines.push_back(word);
    } else {
      lines.back() += " " + word;
    }
  }
  return lines;
}

}  // namespace ulpscope
