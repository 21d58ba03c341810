// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/path_plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "ulpscope/report/number.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

double squared_distance(const std::pair<double, double>& a, const std::pair<double, double>& b) {
  return (a.first - b.first) * (a.first - b.first) + (a.second - b.second) * (a.second - b.second);
}

/// The points that a drawing can tell apart, in units of the view.
std::vector<Element::Point> points_of(const Path& path, const PathPlot& plot) {
  const double width = plot.x_max - plot.x_min, height = plot.y_max - plot.y_min;
  constexpr double apart = 1.0 / 400;
  std::vector<Element::Point> points;
  for (const auto& point : path.points) {
    const bool end = &point == &path.points.back();
    if (!points.empty() && !end && std::abs(point.first - points.back()[0]) < apart * width &&
        std::abs(point.second - points.back()[1]) < apart * height) {
      continue;
    }
    points.push_back({point.first, point.second});
  }
  return points;
}

}  // namespace

std::vector<std::pair<double, double>> read_path(const Csv& trace, const std::string& file) {
  const auto x = trace.column("x"), y = trace.column("y");
  if (!x || !y) throw std::runtime_error(file + ": expected columns x and y");
  std::vector<std::pair<double, double>> points;
  for (std::size_t row = 0; row < trace.rows.size(); ++row) {
    const auto number = [&](std::size_t column) {
      const std::string& field = trace.rows[row][column];
      const bool infinite = field == "inf" || field == "-inf" || field == "nan";
      if (infinite || read_number(field)) return std::strtod(field.c_str(), nullptr);
      throw std::runtime_error(
          fmt::format("{}:{}: \"{}\": expected a number, for example 0.5", file, row + 2, field));
    };
    const std::pair point(number(*x), number(*y));
    if (!std::isfinite(point.first) || !std::isfinite(point.second)) break;
    points.push_back(point);
  }
  return points;
}

void zoom_in(PathPlot& plot, double zoom) {
  if (zoom == 1 || plot.minimisers.empty()) return;
  const auto distance = [&](const std::pair<double, double>& minimiser) {
    double sum = 0;
    for (const Path& path : plot.paths) {
      if (!path.points.empty()) sum += std::sqrt(squared_distance(minimiser, path.points.back()));
    }
    return sum;
  };
  const auto at =
      *std::min_element(plot.minimisers.begin(), plot.minimisers.end(),
                        [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  const double half_width = (plot.x_max - plot.x_min) / (2 * zoom);
  const double half_height = (plot.y_max - plot.y_min) / (2 * zoom);
  plot.x_min = at.first - half_width;
  plot.x_max = at.first + half_width;
  plot.y_min = at.second - half_height;
  plot.y_max = at.second + half_height;
}

Drawing drawing_of(const PathPlot& plot) {
  Drawing drawing;
  drawing.title = plot.title;
  drawing.notes = plot.notes;
  drawing.key = line_key(plot.labels);
  drawing.key.push_back({.mark = Mark::start, .title = "start"});
  drawing.key.push_back({.mark = Mark::end, .title = "end"});
  drawing.key.push_back({.mark = Mark::minimum, .title = "minimum"});
  drawing.x = {.title = "x", .low = plot.x_min, .high = plot.x_max};
  drawing.y = {.title = "y", .low = plot.y_min, .high = plot.y_max};
  drawing.plot_height = 6.4;  // nearly square
  drawing.contours = Contours{plot.formula};
  std::vector<Element::Point> starts, minimisers;
  for (const Path& path : plot.paths) {
    if (path.points.empty()) continue;
    drawing.elements.push_back(
        {.style = path.style, .thickness = 0.7, .pieces = {points_of(path, plot)}});
    starts.push_back({path.points.front().first, path.points.front().second});
  }
  // A path that goes to and fro would hide the others.
  std::stable_sort(drawing.elements.begin(), drawing.elements.end(),
                   [](const Element& a, const Element& b) {
                     return a.pieces.front().size() > b.pieces.front().size();
                   });
  for (const auto& [x, y] : plot.minimisers) minimisers.push_back({x, y});
  const auto add_points = [&](Mark mark, const std::vector<Element::Point>& points,
                              std::optional<std::size_t> style) {
    if (points.empty()) return;
    drawing.elements.push_back({.kind = Element::Kind::points,
                                .style = style,
                                .colour = "#000000",
                                .mark = mark,
                                .pieces = {points}});
  };
  for (const Path& path : plot.paths) {
    if (path.points.empty()) continue;
    add_points(Mark::end, {{path.points.back().first, path.points.back().second}}, path.style);
  }
  add_points(Mark::start, starts, std::nullopt);
  add_points(Mark::minimum, minimisers, std::nullopt);
  return drawing;
}

}  // namespace ulpscope
