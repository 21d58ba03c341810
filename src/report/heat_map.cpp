// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "cell_values.hpp"
#include "ulpscope/report/cell_plot.hpp"
#include "ulpscope/report/layout.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/quartiles.hpp"
#include "ulpscope/report/scale.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

using Rgb = std::array<double, 3>;
// From dark to light, told apart by the colour-blind and in grey: viridis.
constexpr std::array<Rgb, 5> colour_stops{Rgb{68, 1, 84}, Rgb{59, 82, 139}, Rgb{33, 145, 140},
                                          Rgb{94, 201, 98}, Rgb{253, 231, 37}};

constexpr std::string_view no_value_colour = "#e4e4e4";
constexpr std::string_view mixed_colour = "#f0d878";

struct Category {
  std::string_view name, colour;
};
constexpr std::array categories{Category{"stable", "#6aaee0"}, Category{"relapsed", "#c2410c"},
                                Category{"unconverged", "#b0b0b0"}, Category{"diverged", "#202020"},
                                Category{"mixed", mixed_colour}};

}  // namespace

std::string heat_colour(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (colour_stops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), colour_stops.size() - 2);
  std::string colour = "#";
  for (std::size_t i = 0; i < 3; ++i) {
    const double mix = colour_stops[low][i] + (at - static_cast<double>(low)) *
                                                  (colour_stops[low + 1][i] - colour_stops[low][i]);
    colour += fmt::format("{:02x}", static_cast<int>(std::lround(mix)));
  }
  return colour;
}

std::string category_colour(const std::string& name) {
  const auto* at = std::find_if(categories.begin(), categories.end(),
                                [&](const Category& category) { return category.name == name; });
  return std::string(at == categories.end() ? no_value_colour : at->colour);
}

namespace {

bool dark(const std::string& colour) {
  const auto part = [&](std::size_t at) { return std::stoi(colour.substr(at, 2), nullptr, 16); };
  return 0.299 * part(1) + 0.587 * part(3) + 0.114 * part(5) < 140;
}

/// What a box shows: the median, or the verdict on which its cells agree.
std::string box_value(const std::vector<std::string>& values, bool words) {
  if (words) {
    const bool agree =
        std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
    return agree ? values.front() : "mixed";
  }
  const auto of = quartiles(values);
  return of ? of->middle : "";
}

/// "3s 2r": how many cells have each verdict.
std::string initials(const std::vector<std::string>& verdicts) {
  std::vector<std::string> letters;
  letters.reserve(verdicts.size());
  for (const std::string& verdict : verdicts) letters.push_back(verdict.substr(0, 1));
  std::string text = counts(letters);
  std::erase(text, ' ');
  std::replace(text.begin(), text.end(), ',', ' ');
  return text;
}

/// Two digits; among numbers by their logarithms each with an exponent.
std::string short_number(const std::string& value, bool by_logarithms) {
  const auto number = read_number(value);
  if (!number || value.find_first_of(".eE") == std::string::npos) return value;
  const bool readable = number->exponent >= -2 && number->exponent < 4;
  return readable && !by_logarithms ? plain(*number, 2) : scientific(*number, 2);
}

/// The key of a heat map: a colour a verdict, or five from the least value to the largest.
void add_heat_key(const std::vector<std::string>& values, const Scale& scale, const PlotAxis& range,
                  bool words, Drawing& drawing) {
  if (words) {
    for (const Category& category : categories) {
      if (std::find(values.begin(), values.end(), category.name) == values.end()) continue;
      drawing.key.push_back(
          {.fill = std::string(category.colour), .title = std::string(category.name)});
    }
    return;
  }
  for (int i = 0; i <= 4; ++i) {
    const double at = range.low + i / 4.0 * (range.high - range.low);
    std::string title;
    if (scale.is_log()) {
      const double power = std::floor(at + 1e-9);
      title = fmt::format("{:.1f}e{:.0f}", std::pow(10, at - power), power);
    } else {
      title = fmt::format("{:.3g}", at);
    }
    drawing.key.push_back({.fill = heat_colour(i / 4.0), .title = title});
    if (range.low == range.high) return;
  }
}

using Box = std::pair<double, double>;  ///< its middle

/// A line between the boxes for which a prediction holds and their neighbours for which it does
/// not. `sides`: what it says of each box's cells.
void draw_border(const Column& prediction, const std::map<Box, std::vector<std::string>>& sides,
                 Drawing& drawing) {
  const auto all = [&](const Box& box, const std::string& value) {
    const auto at = sides.find(box);
    return at != sides.end() && std::all_of(at->second.begin(), at->second.end(),
                                            [&](const auto& other) { return other == value; });
  };
  Element line{.colour = "#000000", .thickness = 2.4, .dashed = false};
  bool below = false, above = false;
  for (const auto& [box, values] : sides) {
    if (!all(box, "yes")) continue;
    const auto [x, y] = box;
    for (const double side : {-1.0, 1.0}) {
      const double across = x + side / 2, up = y + side / 2;
      if (all({x + side, y}, "no")) line.pieces.push_back({{across, y - 0.5}, {across, y + 0.5}});
      if (!all({x, y + side}, "no")) continue;
      line.pieces.push_back({{x - 0.5, up}, {x + 0.5, up}});
      (side > 0 ? below : above) = true;
    }
  }
  if (line.pieces.empty()) {
    drawing.notes.push_back("no border: \"" + prediction.title + "\" says the same of all");
    return;
  }
  drawing.elements.push_back(std::move(line));
  std::string note = "line: where \"" + prediction.title + "\" ends, as predicted";
  if (below != above) note += below ? "; it holds below" : "; it holds above";
  drawing.notes.push_back(note);
}

}  // namespace

void draw_heat_map(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                   Drawing& drawing) {
  const auto xs = values_of(records, plot, plot.x), ys = values_of(records, plot, plot.y);
  const auto values = values_of(records, plot, plot.value);
  const Scale x_scale(xs, "words"), y_scale(ys, "words");
  drawing.x = x_scale.axis(plot.x.title, false);
  drawing.y = y_scale.axis(plot.y.title, false);
  drawing.y_label_width = label_width(drawing.y);
  // Words are read from above, numbers rise.
  const bool from_above = std::any_of(ys.begin(), ys.end(), [](const std::string& value) {
    return !value.empty() && !read_number(value);
  });
  const double last = drawing.y.high - 0.5;
  for (auto& tick : drawing.y.ticks) tick.at = from_above ? last - tick.at : tick.at;
  drawing.grid = false;
  const std::size_t rows = std::max<std::size_t>(y_scale.words().size(), 1);
  drawing.plot_height = std::clamp(0.62 * static_cast<double>(rows), 1.4, 9.0);
  note_missing(xs, plot.x, drawing);
  note_missing(ys, plot.y, drawing);
  note_missing(values, plot.value, drawing);

  const bool words = spec.value == "verdict";
  const auto box_of = [&](std::size_t k) -> std::optional<Box> {
    const auto x = x_scale.place(xs[k]), y = y_scale.place(ys[k]);
    if (!x || !y) return std::nullopt;
    return Box{*x, from_above ? last - *y : *y};
  };
  std::map<Box, std::vector<std::string>> boxes;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (const auto at = box_of(k)) boxes[*at].push_back(values[k]);
  }
  std::vector<std::string> shown;
  shown.reserve(boxes.size());
  for (const auto& [at, all] : boxes) shown.push_back(box_value(all, words));
  const Scale scale(shown, words ? "words" : "");
  PlotAxis range{.low = 0, .high = 0};
  bool any = false;
  for (const std::string& value : shown) {
    const auto place = words ? std::nullopt : scale.place(value);
    if (!place) continue;
    range.low = any ? std::min(range.low, *place) : *place;
    range.high = any ? std::max(range.high, *place) : *place;
    any = true;
  }
  std::size_t longest = 0;
  for (const std::string& value : shown)
    longest = std::max(longest, short_number(value, scale.is_log()).size());
  const FigureLayout layout = layout_of(drawing);
  const double room = (layout.right - layout.left) /
                      static_cast<double>(std::max<std::size_t>(x_scale.words().size(), 1));
  const bool inscribed = !words && static_cast<double>(longest) * character < 0.95 * room &&
                         drawing.plot_height / static_cast<double>(rows) > 0.3;
  std::size_t i = 0;
  bool none = false;
  for (const auto& [at, all] : boxes) {
    const std::string& value = shown[i++];
    const auto place = words ? std::nullopt : scale.place(value);
    std::string colour = words ? category_colour(value) : std::string(no_value_colour);
    if (place) {
      const double span = range.high - range.low;
      colour = heat_colour(span > 0 ? (*place - range.low) / span : 0);
    }
    none = none || (!words && !place);
    const auto [x, y] = at;
    drawing.elements.push_back({.kind = Element::Kind::box,
                                .colour = colour,
                                .pieces = {{{x - 0.5, y - 0.5}, {x + 0.5, y + 0.5}}}});
    if (value == "mixed" && static_cast<double>(initials(all).size()) * character < room) {
      drawing.inscriptions.push_back({x, y, initials(all), false});
    }
    if (inscribed) {
      drawing.inscriptions.push_back(
          {x, y, value.empty() ? "–" : short_number(value, scale.is_log()), dark(colour)});
    }
  }
  if (!spec.border.empty()) {
    std::map<Box, std::vector<std::string>> sides;
    const auto predicted = values_of(records, plot, plot.border);
    for (std::size_t k = 0; k < predicted.size(); ++k) {
      if (const auto at = box_of(k)) sides[*at].push_back(predicted[k]);
    }
    draw_border(plot.border, sides, drawing);
  }
  if (words || any) add_heat_key(shown, scale, range, words, drawing);
  if (none) {
    drawing.key.push_back({.fill = std::string(no_value_colour),
                           .title = scale.is_log() ? "none, 0 or not finite"
                                    : std::any_of(shown.begin(), shown.end(), is_beyond)
                                        ? "none, or beyond the last step"
                                        : "none"});
  }
  std::string what = "colour: " + (plot.value.title.empty() ? spec.value : plot.value.title);
  if (!spec.over.empty()) {
    what += words ? "; mixed: not the same over " : ", median over ";
    what += joined(spec.over);
  }
  drawing.notes.insert(drawing.notes.begin(), what);
}

}  // namespace ulpscope
