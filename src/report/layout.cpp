// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/layout.hpp"

#include <algorithm>
#include <cmath>

#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

// Colours that the colour-blind tell apart, each lighter than the one before, so that they differ
// in grey too. With 6 colours and 4 dashes, the style (i mod 6, i mod 4) repeats after 12 only,
// and neighbours differ in both.
constexpr std::array<std::string_view, 6> colours{"#000000", "#1b4f9c", "#c2410c",
                                                  "#0f9d77", "#6aaee0", "#e0ac00"};

constexpr double right_margin = 0.42;     // cm, for half of the last label
constexpr double least_plot_width = 2.5;  // cm

}  // namespace

std::string_view colour_of(std::size_t style) { return colours[style % colours.size()]; }

std::vector<Entry> line_key(const std::vector<std::string>& labels) {
  std::vector<Entry> key;
  for (std::size_t style = 0; style < labels.size(); ++style) {
    if (labels.size() > 1 || !labels[style].empty()) {
      key.push_back({.style = style, .title = labels[style]});
    }
  }
  return key;
}

PlotAxis power_axis(const std::string& title, double low, double high) {
  PlotAxis axis{.title = title, .low = low, .high = high, .powers = true};
  const double decades = high - low;
  double every = 1;
  for (int i = 0; decades / every > 8; ++i) every *= i % 3 == 1 ? 2.5 : 2;  // 1, 2, 5, 10, 20, ...
  for (double k = std::ceil(low / every) * every; k <= high; k += every) {
    axis.ticks.push_back({k + 0.0, fmt::format("{:.0f}", k + 0.0)});  // no -0
  }
  if (every > 1 && decades <= 40) {
    for (double k = std::ceil(low); k <= high; ++k) axis.ticks.push_back({k + 0.0, ""});
  } else if (decades <= 4) {
    for (double k = std::floor(low); k < high; ++k) {
      for (int i = 2; i <= 9; ++i) {
        const double at = k + std::log10(i);
        if (at > low && at < high) axis.ticks.push_back({at, ""});
      }
    }
  }
  return axis;
}

FigureLayout layout_of(const Drawing& drawing) {
  FigureLayout layout{};
  layout.left = 1.05 + 0.8 * character * static_cast<double>(drawing.y_label_width);
  layout.width = std::max(drawing.width, layout.left + least_plot_width + right_margin);
  layout.right = layout.width - right_margin;
  const double room = layout.width - layout.left;
  const auto columns = static_cast<std::size_t>(room / character);
  layout.title = wrapped(drawing.title, columns);
  for (const std::string& note : drawing.notes) {
    for (const std::string& line : wrapped(note, columns)) layout.notes.push_back(line);
  }

  std::size_t longest = 0;
  for (const Entry& entry : drawing.key) longest = std::max(longest, width(entry.title));
  layout.entry_width = sample_width + character * (static_cast<double>(longest) + 3);
  const auto across = std::max<std::size_t>(
      static_cast<std::size_t>((room + 3 * character) / layout.entry_width), 1);
  layout.key_rows = (drawing.key.size() + across - 1) / across;
  layout.key_columns =
      layout.key_rows == 0 ? 1 : (drawing.key.size() + layout.key_rows - 1) / layout.key_rows;

  std::size_t widest = 0;
  for (const auto& tick : drawing.x.ticks) widest = std::max(widest, width(tick.label));
  const double labels = static_cast<double>(drawing.x.ticks.size() * (widest + 2)) * character;
  layout.slanted = !drawing.x.powers && labels > layout.right - layout.left;
  layout.label_height = layout.slanted ? 0.7 * character * static_cast<double>(widest) : 0;
  layout.bottom = 1.15 + layout.label_height +
                  text_line * static_cast<double>(layout.key_rows + layout.notes.size());
  layout.main_bottom = layout.bottom + (drawing.lower ? drawing.lower->height + panel_gap : 0);
  layout.height = layout.main_bottom + drawing.plot_height + 0.15 +
                  text_line * static_cast<double>(layout.title.size());
  return layout;
}

}  // namespace ulpscope
