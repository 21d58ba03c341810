// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/sharpness_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "ulpscope/report/number.hpp"
#include "ulpscope/report/plot.hpp"
#include "ulpscope/report/scale.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

/// sharpness / threshold as a text, also where neither is within a double's range; empty where one
/// of them is.
std::string ratio_text(const std::string& sharpness, const std::string& threshold) {
  if (sharpness.empty() || threshold.empty()) return "";
  const auto s = read_number(sharpness), limit = read_number(threshold);
  if (!s) return sharpness;  // inf, nan
  if (!limit) return threshold == "inf" ? "0" : threshold;
  if (s->zero() || s->negative || limit->zero()) return s->negative ? "-1" : "0";
  const double log = log10_of(*s) - log10_of(*limit);
  const double exponent = std::floor(log);
  return fmt::format("{:.9f}e{:.0f}", std::pow(10, log - exponent), exponent);
}

/// A cell's ratios as a trace whose losses they are.
Csv ratios_of(const SharpnessCell& cell) {
  const auto step = cell.trace.column("step"), sharpness = cell.trace.column("sharpness"),
             threshold = cell.trace.column("threshold");
  if (!step || !sharpness || !threshold) {
    throw std::runtime_error(cell.file + ": expected columns step, sharpness and threshold");
  }
  Csv ratios{{"step", "loss"}, {}};
  for (const auto& row : cell.trace.rows) {
    std::string ratio = ratio_text(row[*sharpness], row[*threshold]);
    if (!ratio.empty()) ratios.rows.push_back({row[*step], std::move(ratio)});
  }
  return ratios;
}

/// The logarithm that a trace has at the last row that is not after a step.
std::optional<double> log_at(const Csv& trace, double step, const std::string& file) {
  const auto step_at = trace.column("step"), loss_at = trace.column("loss");
  std::optional<double> log;
  for (const auto& row : trace.rows) {
    if (step_of(row[*step_at], file) > step) break;
    const auto number = read_number(row[*loss_at]);
    log = number && !number->zero() && !number->negative ? std::optional(log10_of(*number))
                                                         : std::nullopt;
  }
  return log;
}

struct Event {
  Mark mark;
  std::string_view title;
};
constexpr std::array events{Event{Mark::floor, "floor"}, Event{Mark::crossing, "crossing"},
                            Event{Mark::predicted, "growth onset"}, Event{Mark::onset, "onset"}};

Element point(Mark mark, std::size_t style, double x, double y) {
  return {.kind = Element::Kind::points, .style = style, .mark = mark, .pieces = {{{x, y}}}};
}

/// The lower panel's axis over these decades: logarithms, or the values themselves.
PlotAxis ratio_axis(const Axes& axes, double low, double high, bool log) {
  const std::string title = "sharpness / threshold";
  if (log) return power_axis(title, std::min(axes.bottom, 0.0), std::max(axes.top, 0.0));
  const Scale scale(
      {fmt::format("{:.9g}", std::pow(10, low)), "0", fmt::format("{:.9g}", std::pow(10, high))},
      "linear");
  PlotAxis axis = scale.axis(title, true);
  axis.low = 0;
  return axis;
}

}  // namespace

Drawing drawing_of(SharpnessPlot plot) {
  Plot losses{std::move(plot.title), std::move(plot.labels), {}, std::move(plot.notes)};
  std::vector<Line> ratios;
  std::size_t without = 0;
  bool thinned = false;
  std::vector<Csv> ratio_traces;
  for (const SharpnessCell& cell : plot.cells) {
    losses.lines.push_back({cell.style, make_curve(cell.trace, "loss", plot.buckets, cell.file)});
    thinned = thinned || losses.lines.back().curve.thinned;
    ratio_traces.push_back(ratios_of(cell));
    if (ratio_traces.back().rows.empty()) {
      ++without;
    } else {
      ratios.push_back(
          {cell.style, make_curve(ratio_traces.back(), "loss", plot.buckets, cell.file)});
    }
  }
  if (without > 0) {
    losses.notes.push_back(
        fmt::format("no stability threshold: {} of {} cells", without, plot.cells.size()));
  }
  if (thinned) losses.notes.emplace_back("line: median of nearby steps, shade: range");
  Drawing drawing = drawing_of(losses);

  double low = 0, high = 0;  // a ratio of 1 is seen in any case
  for (const Line& line : ratios) {
    for (const auto& piece : line.curve.pieces) {
      for (const Bucket& bucket : piece) {
        low = std::min(low, bucket.low);
        high = std::max(high, bucket.high);
      }
    }
  }
  const bool log = plot.scale.empty() ? high - low >= 2 : plot.scale == "log";
  const auto height = [&](double y) { return log ? y : std::round(std::pow(10, y) * 1e4) / 1e4; };
  Axes axes = axes_of(ratios);
  Panel lower{.y = ratio_axis(axes, low, high, log)};
  axes = {lower.y.low, lower.y.high, drawing.x.low, drawing.x.high};
  lower.elements.push_back({.colour = "#808080",
                            .thickness = 0.8,
                            .pieces = {{{drawing.x.low, height(0)}, {drawing.x.high, height(0)}}}});
  for (Element& element : elements_of(ratios, axes)) {
    // What has no logarithm stands at the bottom of the panel already.
    const bool placed = element.kind == Element::Kind::points && element.mark == Mark::zero;
    for (auto& piece : element.pieces) {
      for (auto& [x, y, top] : piece) {
        if (!placed) y = height(y);
        top = element.kind == Element::Kind::band ? height(top) : 0;
      }
    }
    lower.elements.push_back(std::move(element));
  }

  for (const Event& event : events) {
    bool any = false;
    for (std::size_t i = 0; i < plot.cells.size(); ++i) {
      const SharpnessCell& cell = plot.cells[i];
      for (const auto& [mark, step] : cell.events) {
        if (mark != event.mark || step.empty() || is_beyond(step)) continue;
        const double x = step_of(step, "summary.csv");
        if (const auto y = log_at(cell.trace, x, cell.file)) {
          drawing.elements.push_back(point(mark, cell.style, x, *y));
          any = true;
        }
        if (mark != Mark::crossing) continue;
        if (const auto y = log_at(ratio_traces[i], x, cell.file)) {
          lower.elements.push_back(point(mark, cell.style, x, height(*y)));
        }
      }
    }
    if (any) drawing.key.push_back({.mark = event.mark, .title = std::string(event.title)});
  }
  drawing.lower = std::move(lower);
  return drawing;
}

}  // namespace ulpscope
