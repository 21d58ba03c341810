// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/path_plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "ulpscope/report/layout.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

constexpr double plot_height = 6.4;  // nearly square
constexpr std::string_view start_point = "pt 1 ps 0.7";
constexpr std::string_view end_point = "pt 7 ps 0.35";
constexpr std::string_view minimiser_point = "pt 3 ps 0.7";

double squared_distance(const std::pair<double, double>& a, const std::pair<double, double>& b) {
  return (a.first - b.first) * (a.first - b.first) + (a.second - b.second) * (a.second - b.second);
}

/// The points that a drawing can tell apart, in units of the view.
std::string points_text(const Path& path, const PathPlot& plot) {
  const double width = plot.x_max - plot.x_min, height = plot.y_max - plot.y_min;
  constexpr double apart = 1.0 / 400;
  std::string text;
  const std::pair<double, double>* last = nullptr;
  for (const auto& point : path.points) {
    const bool end = &point == &path.points.back();
    if (last && !end && std::abs(point.first - last->first) < apart * width &&
        std::abs(point.second - last->second) < apart * height) {
      continue;
    }
    text += fmt::format("{:.7g} {:.7g}\n", point.first, point.second);
    last = &point;
  }
  return text;
}

std::string point_text(const std::pair<double, double>& at) {
  return fmt::format("{:.7g} {:.7g}\n", at.first, at.second);
}

std::string block(const std::string& name, const std::string& data) {
  return name + " << END\n" + data + "END\n";
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

std::string path_script(const PathPlot& plot, const std::string& comment) {
  std::vector<Entry> key = line_key(plot.labels);
  key.push_back({"", std::string(start_point), "start"});
  key.push_back({"", std::string(end_point), "end"});
  key.push_back({"", std::string(minimiser_point), "minimum"});
  const Frame frame{.title = plot.title,
                    .notes = plot.notes,
                    .key = std::move(key),
                    .x = "x",
                    .y = "y",
                    .y_label_width = 5,
                    .plot_height = plot_height};
  const FigureLayout layout = layout_of(frame);

  std::string starts, ends, minimisers, elements;
  const auto add = [&](const std::string& element) { elements += ", \\\n  " + element; };
  add("$contours using 1:2 with lines lw 0.4 lc rgb '#b0b0b0' notitle");
  std::string text = "# " + comment + "\nset encoding utf8\n";
  for (std::size_t i = 0; i < plot.paths.size(); ++i) {
    const Path& path = plot.paths[i];
    if (path.points.empty()) continue;
    text += block(fmt::format("$path_{}", i), points_text(path, plot));
    starts += point_text(path.points.front());
    add(fmt::format("$path_{} using 1:2 with lines {} notitle", i, line_of(path.style)));
    ends += block(fmt::format("$end_{}", i), point_text(path.points.back()));
  }
  for (const auto& minimiser : plot.minimisers) minimisers += point_text(minimiser);
  for (std::size_t i = 0; i < plot.paths.size(); ++i) {
    if (plot.paths[i].points.empty()) continue;
    add(fmt::format("$end_{} using 1:2 with points {} {} notitle", i, end_point,
                    colour_of(plot.paths[i].style)));
  }
  text += ends + block("$starts", starts) + block("$minimisers", minimisers);
  if (!starts.empty())
    add(fmt::format("$starts using 1:2 with points {} lc rgb '#000000' notitle", start_point));
  if (!minimisers.empty()) {
    add(fmt::format("$minimisers using 1:2 with points {} lc rgb '#000000' notitle",
                    minimiser_point));
  }

  text += fmt::format("set xrange [{:.10g}:{:.10g}]\nset yrange [{:.10g}:{:.10g}]\n", plot.x_min,
                      plot.x_max, plot.y_min, plot.y_max);
  // Contour lines at equal ratios of the function's values, three a decade.
  text += "f(x, y) = " + plot.formula + "\n";
  text += "set contour base\nunset surface\nset samples 200\nset isosamples 200\n";
  text += "set cntrparam levels incremental -12, 1.0 / 3, 9\n";
  text += "set table $contours\nsplot log10(f(x, y) + 1e-12)\nunset table\n";
  return text + frame_text(layout) + draw_text(layout, elements);
}

}  // namespace ulpscope
