// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

/// To as many places as a drawing shows.
double places(double log_loss) { return std::round(log_loss * 1e4) / 1e4; }

/// The pieces of a band; those of a line have the medians.
std::vector<std::vector<Element::Point>> pieces_of(const Curve& curve, const Axes& axes,
                                                   bool band) {
  std::vector<std::vector<Element::Point>> pieces;
  for (const auto& piece : curve.pieces) {
    std::vector<Element::Point> points;
    const auto add = [&](const Bucket& bucket) {
      points.push_back(
          {bucket.step, places(band ? bucket.low : bucket.middle), band ? places(bucket.high) : 0});
    };
    if (piece.size() == 1) {  // a line of a single point would not be seen
      Bucket bucket = piece.front();
      const double half = (axes.last - axes.first) / 500;
      bucket.step = std::max(axes.first, bucket.step - half);
      add(bucket);
      bucket.step = std::min(axes.last, bucket.step + 2 * half);
      add(bucket);
    } else {
      for (const Bucket& bucket : piece) add(bucket);
    }
    pieces.push_back(std::move(points));
  }
  return pieces;
}

std::vector<Entry> key_of(const Plot& plot) {
  std::vector<Entry> key = line_key(plot.labels);
  bool zeros = false;
  bool negative = false;
  bool overflows = false;
  for (const auto& [style, curve] : plot.lines) {
    zeros = zeros || !curve.zeros.empty();
    negative = negative || curve.negative;
    overflows = overflows || !curve.overflows.empty() || curve.overflow_at_start;
  }
  if (zeros) {
    const std::string what = plot.quantity.empty() ? "value" : plot.quantity;
    key.push_back({.mark = Mark::zero, .title = what + (negative ? " 0 or below" : " exactly 0")});
  }
  if (overflows) key.push_back({.mark = Mark::overflow, .title = "not finite from here"});
  return key;
}

}  // namespace

Axes axes_of(const std::vector<Line>& lines) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Axes axes{inf, -inf, inf, -inf};
  for (const Line& line : lines) {
    axes.first = std::min(axes.first, line.curve.first);
    axes.last = std::max(axes.last, line.curve.last);
    for (const auto& piece : line.curve.pieces) {
      for (const Bucket& bucket : piece) {
        axes.bottom = std::min(axes.bottom, std::floor(bucket.low));
        axes.top = std::max(axes.top, std::ceil(bucket.high));
      }
    }
  }
  if (!(axes.first <= axes.last)) axes.first = axes.last = 0;
  axes.last += 1;  // to the number of steps, where a round label can stand
  if (!(axes.bottom <= axes.top)) axes.bottom = axes.top = 0;
  if (axes.bottom == axes.top) axes.top += 1;
  return axes;
}

std::vector<Element> elements_of(const std::vector<Line>& lines, const Axes& axes) {
  std::vector<Element> elements;
  for (const bool band : {true, false}) {
    for (const Line& line : lines) {
      if (line.curve.pieces.empty()) continue;
      elements.push_back({.kind = band ? Element::Kind::band : Element::Kind::line,
                          .style = line.style,
                          .pieces = pieces_of(line.curve, axes, band)});
    }
  }
  for (const Line& line : lines) {
    std::vector<Element::Point> zeros, overflows;
    for (const double step : line.curve.zeros) zeros.push_back({step, axes.bottom});
    if (line.curve.overflow_at_start)
      overflows.push_back({*line.curve.overflow_at_start, axes.top});
    for (const Bucket& last : line.curve.overflows) {
      overflows.push_back({last.step, places(last.middle)});
    }
    const auto add = [&](Mark mark, std::vector<Element::Point>& points) {
      if (points.empty()) return;
      elements.push_back({.kind = Element::Kind::points,
                          .style = line.style,
                          .mark = mark,
                          .pieces = {std::move(points)}});
    };
    add(Mark::zero, zeros);
    add(Mark::overflow, overflows);
  }
  return elements;
}

Drawing drawing_of(const Plot& plot) {
  const Axes axes = axes_of(plot.lines);
  const double exponent = std::max(std::abs(axes.bottom), std::abs(axes.top));
  Drawing drawing;
  drawing.title = plot.title;
  drawing.notes = plot.notes;
  drawing.key = key_of(plot);
  drawing.x = {.title = "step", .low = axes.first, .high = axes.last};
  drawing.y = power_axis(plot.quantity, axes.bottom, axes.top);
  drawing.y_label_width = fmt::format("-{:.0f}", exponent).size();
  drawing.elements = elements_of(plot.lines, axes);
  return drawing;
}

}  // namespace ulpscope
