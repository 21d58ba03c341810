// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/layout.hpp"

#include <algorithm>
#include <array>

#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

// Colours that the colour-blind tell apart, each lighter than the one before, so that they differ
// in grey too. With 6 colours and 4 dashes, the style (i mod 6, i mod 4) repeats after 12 only,
// and neighbours differ in both.
constexpr std::array<std::string_view, 6> colours{"#000000", "#1b4f9c", "#c2410c",
                                                  "#0f9d77", "#6aaee0", "#e0ac00"};
constexpr std::array<std::string_view, 4> dashes{"solid", "(12,5)", "(3,4)", "(12,4,3,4)"};

constexpr double text_line = 0.36;    // from one line of text to the next
constexpr double character = 0.145;   // mean width
constexpr double sample_width = 0.6;  // of a line in the key

std::vector<Entry> key_of(const Plot& plot) {
  std::vector<Entry> key;
  const bool several = plot.labels.size() > 1;
  for (std::size_t style = 0; style < plot.labels.size(); ++style) {
    if (several || !plot.labels[style].empty()) {
      key.push_back({line_of(style), "", plot.labels[style]});
    }
  }
  bool zeros = false;
  bool negative = false;
  bool overflows = false;
  for (const auto& [style, curve] : plot.lines) {
    zeros = zeros || !curve.zeros.empty();
    negative = negative || curve.negative;
    overflows = overflows || !curve.overflows.empty() || curve.overflow_at_start;
  }
  if (zeros) {
    key.push_back({"", std::string(zero_point), negative ? "loss 0 or below" : "loss exactly 0"});
  }
  if (overflows) key.push_back({"", std::string(overflow_point), "not finite from here"});
  return key;
}

}  // namespace

std::string colour_of(std::size_t style) {
  return fmt::format("lc rgb '{}'", colours[style % colours.size()]);
}

/// Line width, colour and dashes.
std::string line_of(std::size_t style) {
  return fmt::format("lw 1 {} dt {}", colour_of(style), dashes[style % dashes.size()]);
}

Layout layout_of(const Plot& plot, std::size_t exponent_width) {
  Layout layout{};
  layout.left = 1.05 + 0.8 * character * static_cast<double>(exponent_width);
  layout.right = figure_width - 0.42;
  const double room = figure_width - layout.left;
  const auto columns = static_cast<std::size_t>(room / character);
  layout.title = wrapped(plot.title, columns);
  for (const std::string& note : plot.notes) {
    for (const std::string& line : wrapped(note, columns)) layout.notes.push_back(line);
  }

  layout.key = key_of(plot);
  std::size_t longest = 0;
  for (const Entry& entry : layout.key) longest = std::max(longest, width(entry.title));
  layout.entry_width = sample_width + character * (static_cast<double>(longest) + 3);
  const auto across = std::max<std::size_t>(
      static_cast<std::size_t>((room + 3 * character) / layout.entry_width), 1);
  layout.key_rows = (layout.key.size() + across - 1) / across;

  layout.bottom = 1.15 + text_line * static_cast<double>(layout.key_rows + layout.notes.size());
  layout.height =
      layout.bottom + plot_height + 0.15 + text_line * static_cast<double>(layout.title.size());
  return layout;
}

std::string labels_text(const Layout& layout) {
  std::string text;
  const auto at = [&](double x, double y) {
    return fmt::format("screen {:.4f}, screen {:.4f}", x / figure_width, y / layout.height);
  };
  const auto label = [&](std::string_view what, double x, double y, std::string_view how) {
    text += fmt::format("set label {} at {} {}\n", gnuplot_string(what), at(x, y), how);
  };
  label("loss", 0.25, layout.bottom + plot_height / 2, "center rotate");
  label("step", (layout.left + layout.right) / 2, layout.bottom - 0.82, "center");
  double y = layout.height - 0.6 * text_line;
  for (const std::string& line : layout.title) {
    label(line, layout.left, y, "left noenhanced");
    y -= text_line;
  }
  for (std::size_t i = 0; i < layout.key.size(); ++i) {
    const Entry& entry = layout.key[i];
    const double x = layout.left + layout.entry_width * static_cast<double>(i / layout.key_rows);
    y = layout.bottom - 1.28 - text_line * static_cast<double>(i % layout.key_rows);
    if (entry.point.empty()) {
      text += fmt::format("set arrow from {} to {} nohead {}\n", at(x, y), at(x + sample_width, y),
                          entry.line);
    } else {
      text += fmt::format("set label '' at {} point {} lc rgb '#000000'\n",
                          at(x + sample_width / 2, y), entry.point);
    }
    label(entry.title, x + sample_width + character, y, "left noenhanced");
  }
  y = text_line * (static_cast<double>(layout.notes.size()) - 0.4);
  for (const std::string& line : layout.notes) {
    label(line, layout.left, y, "left noenhanced");
    y -= text_line;
  }
  return text;
}

}  // namespace ulpscope
