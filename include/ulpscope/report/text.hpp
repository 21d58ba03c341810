// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// The text on one line: control characters become spaces.
std::string one_line(std::string_view text);

/// "ulpscope 0.1.0: study founding, table overview", fit for a comment in any of the formats.
std::string stamp(std::string_view study, std::string_view what, std::string_view name);

std::string markdown_text(std::string_view text);
std::string latex_text(std::string_view text);
std::string xml_text(std::string_view text);

/// A LaTeX label: what is neither letter, digit nor one of ".:-" becomes "-".
std::string latex_label(std::string_view text);

/// Characters of UTF-8 text.
std::size_t width(std::string_view text);

/// Lines of at most `columns` characters, broken at spaces; a longer word has its own line.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

}  // namespace ulpscope
