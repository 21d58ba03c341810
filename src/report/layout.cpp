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

// The SVG is the PDF, larger.
constexpr double svg_scale = 61;  // pixels a cm
constexpr double point_cm = 2.54 / 72;

}  // namespace

std::string colour_of(std::size_t style) {
  return fmt::format("lc rgb '{}'", colours[style % colours.size()]);
}

/// Line width, colour and dashes.
std::string line_of(std::size_t style) {
  return fmt::format("lw 1 {} dt {}", colour_of(style), dashes[style % dashes.size()]);
}

std::vector<Entry> line_key(const std::vector<std::string>& labels) {
  std::vector<Entry> key;
  for (std::size_t style = 0; style < labels.size(); ++style) {
    if (labels.size() > 1 || !labels[style].empty()) {
      key.push_back({line_of(style), "", labels[style]});
    }
  }
  return key;
}

FigureLayout layout_of(const Frame& frame) {
  FigureLayout layout{};
  layout.x = frame.x;
  layout.y = frame.y;
  layout.plot_height = frame.plot_height;
  layout.left = 1.05 + 0.8 * character * static_cast<double>(frame.y_label_width);
  layout.right = figure_width - 0.42;
  const double room = figure_width - layout.left;
  const auto columns = static_cast<std::size_t>(room / character);
  layout.title = wrapped(frame.title, columns);
  for (const std::string& note : frame.notes) {
    for (const std::string& line : wrapped(note, columns)) layout.notes.push_back(line);
  }

  layout.key = frame.key;
  std::size_t longest = 0;
  for (const Entry& entry : layout.key) longest = std::max(longest, width(entry.title));
  layout.entry_width = sample_width + character * (static_cast<double>(longest) + 3);
  const auto across = std::max<std::size_t>(
      static_cast<std::size_t>((room + 3 * character) / layout.entry_width), 1);
  layout.key_rows = (layout.key.size() + across - 1) / across;

  layout.bottom = 1.15 + text_line * static_cast<double>(layout.key_rows + layout.notes.size());
  layout.height = layout.bottom + frame.plot_height + 0.15 +
                  text_line * static_cast<double>(layout.title.size());
  return layout;
}

std::string labels_text(const FigureLayout& layout) {
  std::string text;
  const auto at = [&](double x, double y) {
    return fmt::format("screen {:.4f}, screen {:.4f}", x / figure_width, y / layout.height);
  };
  const auto label = [&](std::string_view what, double x, double y, std::string_view how) {
    text += fmt::format("set label {} at {} {}\n", gnuplot_string(what), at(x, y), how);
  };
  label(layout.y, 0.25, layout.bottom + layout.plot_height / 2, "center rotate");
  label(layout.x, (layout.left + layout.right) / 2, layout.bottom - 0.82, "center");
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

std::string frame_text(const FigureLayout& layout) {
  std::string text = "unset key\n";
  text += "set border 3 lw 0.4 lc rgb '#404040'\n";
  text += "set tics nomirror out scale 0.5, 0.25\n";
  text += "set grid xtics ytics lt 1 lw 0.3 lc rgb '#dddddd'\n";
  text += fmt::format("set lmargin at screen {:.4f}\n", layout.left / figure_width);
  text += fmt::format("set rmargin at screen {:.4f}\n", layout.right / figure_width);
  text += fmt::format("set bmargin at screen {:.4f}\n", layout.bottom / layout.height);
  text += fmt::format("set tmargin at screen {:.4f}\n",
                      (layout.bottom + layout.plot_height) / layout.height);
  return text + labels_text(layout);
}

std::string draw_text(const FigureLayout& layout, const std::string& elements) {
  // A unit of line width is a pixel in the one and half a point in the other.
  std::string text = fmt::format(
      "set terminal svg size {:.0f}, {:.0f} fixed enhanced font 'Helvetica,{:.1f}' "
      "linewidth {:.3f} background '#ffffff'\nset output ARG1\n",
      svg_scale * figure_width, svg_scale * layout.height, 8 * point_cm * svg_scale,
      point_cm * svg_scale);
  text += "plot NaN notitle" + elements + "\n";
  text += fmt::format(
      "set terminal pdfcairo size {}cm, {:.2f}cm enhanced font 'Helvetica,8' "
      "fontscale 0.75 linewidth 2\nset output ARG2\nreplot\nunset output\n",
      figure_width, layout.height);
  return text;
}

}  // namespace ulpscope
