// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/cell_plot.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "cell_values.hpp"
#include "ulpscope/report/layout.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/quartiles.hpp"
#include "ulpscope/report/scale.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

bool is_missing(const std::string& value) { return value.empty() || value == "nan"; }

}  // namespace

std::vector<std::string> values_of(const Records& records, const CellPlot& plot,
                                   const Column& column) {
  std::vector<std::string> values;
  values.reserve(plot.rows.size());
  for (const auto& row : plot.rows) values.push_back(records.value(column, row));
  return values;
}

void note_missing(const std::vector<std::string>& values, const Column& column, Drawing& drawing) {
  const auto missing = std::count_if(values.begin(), values.end(), is_missing);
  if (missing == 0) return;
  drawing.notes.push_back(
      fmt::format("no {}: {} of {} cells", column.title, missing, values.size()));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::size_t label_width(const PlotAxis& axis) {
  std::size_t widest = 5;
  for (const auto& tick : axis.ticks) {
    if (!axis.powers) widest = std::max(widest, width(tick.label) + 2);
  }
  return widest;
}

namespace {

using Point = Element::Point;

/// What stands at one x of a line.
struct Group {
  double x;
  Quartiles of;
};

/// A line of a metric: bars from quartile to quartile, medians, and marks for those without a
/// place on the axis.
struct Series {
  std::vector<std::vector<Point>> bars;
  std::vector<Point> medians, zeros, overflows;
};

Series series_of(const std::vector<Group>& groups, const Scale& scale, const PlotAxis& axis) {
  Series series;
  const auto clamped = [&](const std::string& value) {
    const auto place = scale.place(value);
    if (place) return *place;
    return scale.above(value) ? axis.high : axis.low;
  };
  for (const auto& [x, of] : groups) {
    const auto place = scale.place(of.middle);
    if (place) {
      series.medians.push_back({x, *place});
    } else if (scale.above(of.middle)) {
      series.overflows.push_back({x, axis.high});
    } else {
      series.zeros.push_back({x, axis.low});
    }
    const double low = clamped(of.low), high = clamped(of.high);
    if (high > low) series.bars.push_back({{x, low}, {x, high}});
  }
  return series;
}

/// Notes in the drawing how many cells have a value that the axis cannot show, if any.
void note_unplaced(const std::vector<std::string>& values, const Column& column, const Scale& scale,
                   Drawing& drawing) {
  const auto unplaced = std::count_if(values.begin(), values.end(), [&](const auto& value) {
    return !is_missing(value) && !scale.place(value);
  });
  if (unplaced == 0) return;
  drawing.notes.push_back(fmt::format("not shown: {} of {} cells, whose {} has no place on {} axis",
                                      unplaced, values.size(), column.title,
                                      scale.is_log() ? "a logarithmic" : "the"));
}

void add_points(Drawing& drawing, std::size_t style, Mark mark, const std::vector<Point>& points) {
  if (points.empty()) return;
  drawing.elements.push_back(
      {.kind = Element::Kind::points, .style = style, .mark = mark, .pieces = {points}});
}

void add_mark_key(Drawing& drawing, Mark mark, const std::string& title) {
  const bool used =
      std::any_of(drawing.elements.begin(), drawing.elements.end(), [&](const Element& element) {
        return element.kind == Element::Kind::points && element.mark == mark;
      });
  if (used) drawing.key.push_back({.mark = mark, .title = title});
}

}  // namespace

void draw_metric(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                 Drawing& drawing) {
  const auto xs = values_of(records, plot, plot.x), ys = values_of(records, plot, plot.y);
  const Scale x_scale(xs, spec.x_scale), y_scale(ys, spec.y_scale);
  drawing.x = x_scale.axis(plot.x.title, false);
  drawing.y = y_scale.axis(plot.y.title, true);
  drawing.y_label_width = label_width(drawing.y);
  note_missing(xs, plot.x, drawing);
  note_unplaced(xs, plot.x, x_scale, drawing);
  note_missing(ys, plot.y, drawing);

  std::vector<std::map<double, std::vector<std::string>>> groups(plot.labels.size());
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    if (const auto x = x_scale.place(xs[i])) groups[plot.styles[i]][*x].push_back(ys[i]);
  }
  std::vector<Series> series;
  for (const auto& line : groups) {
    std::vector<Group> points;
    for (const auto& [x, values] : line) {
      if (const auto of = quartiles(values)) points.push_back({x, *of});
    }
    series.push_back(series_of(points, y_scale, drawing.y));
  }
  bool bars = false;
  for (std::size_t style = 0; style < series.size(); ++style) {
    if (series[style].bars.empty()) continue;
    bars = true;
    drawing.elements.push_back(
        {.style = style, .thickness = 0.6, .dashed = false, .pieces = series[style].bars});
  }
  for (std::size_t style = 0; style < series.size(); ++style) {
    if (series[style].medians.size() < 2) continue;
    drawing.elements.push_back({.style = style, .pieces = {series[style].medians}});
  }
  for (std::size_t style = 0; style < series.size(); ++style) {
    add_points(drawing, style, Mark::value, series[style].medians);
    add_points(drawing, style, Mark::zero, series[style].zeros);
    add_points(drawing, style, Mark::overflow, series[style].overflows);
  }
  drawing.key = line_key(plot.labels);
  for (Entry& entry : drawing.key) entry.mark = Mark::value;
  add_mark_key(drawing, Mark::zero, plot.y.title + (y_scale.is_log() ? " 0 or below" : " -inf"));
  const bool beyond = std::any_of(ys.begin(), ys.end(), is_beyond);
  add_mark_key(drawing, Mark::overflow,
               plot.y.title + (beyond ? " beyond the last step" : " infinite"));
  if (!spec.over.empty()) {
    drawing.notes.push_back("points: medians over " + joined(spec.over) +
                            (bars ? "; bars: quartiles" : ""));
  }
}

void draw_distribution(const FigureSpec& spec, const Records& records, const CellPlot& plot,
                       Drawing& drawing) {
  const auto values = values_of(records, plot, plot.value);
  const Scale scale(values, spec.x_scale);
  drawing.x = scale.axis(plot.value.title, false);
  drawing.y = {.title = "share of cells", .low = 0, .high = 1};
  drawing.y_label_width = 3;
  for (int i = 0; i <= 5; ++i) drawing.y.ticks.push_back({i / 5.0, fmt::format("{:.1f}", i / 5.0)});
  note_missing(values, plot.value, drawing);
  for (std::size_t style = 0; style < plot.labels.size(); ++style) {
    std::vector<std::string> own;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (plot.styles[i] == style) own.push_back(values[i]);
    }
    const auto count = static_cast<double>(own.size());
    double share = 0;
    std::vector<Point> steps{{drawing.x.low, 0}};
    for (const std::string& value : in_order_of_size(std::move(own))) {
      const auto place = scale.place(value);
      if (!place && scale.above(value)) continue;
      const double x = place.value_or(drawing.x.low);
      steps.push_back({x, share});
      share += 1 / count;
      steps.push_back({x, share});
    }
    steps.push_back({drawing.x.high, share});
    drawing.elements.push_back({.style = style, .pieces = {std::move(steps)}});
  }
  drawing.key = line_key(plot.labels);
}

}  // namespace ulpscope
