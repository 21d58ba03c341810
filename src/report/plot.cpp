// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "ulpscope/report/layout.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

constexpr double plot_height = 4.6;

/// The decades and steps a plot spans.
struct Axes {
  double bottom = std::numeric_limits<double>::infinity();
  double top = -std::numeric_limits<double>::infinity();
  double first = std::numeric_limits<double>::infinity();
  double last = -std::numeric_limits<double>::infinity();
};

Axes axes_of(const Plot& plot) {
  Axes axes;
  for (const Line& line : plot.lines) {
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

/// Labels at powers of ten, nine at most; between them marks at the decades, or, where these all
/// have labels, at 2 to 9 times each.
std::string loss_ticks(const Axes& axes) {
  const double decades = axes.top - axes.bottom;
  double every = 1;
  for (int i = 0; decades / every > 8; ++i) every *= i % 3 == 1 ? 2.5 : 2;  // 1, 2, 5, 10, 20, ...
  std::string ticks;
  const auto add = [&](const std::string& tick) { ticks += (ticks.empty() ? "" : ", ") + tick; };
  for (double k = std::ceil(axes.bottom / every) * every; k <= axes.top; k += every) {
    add(fmt::format("'10^{{{0:.0f}}}' {0:.0f}", k + 0.0));  // no -0
  }
  if (every > 1 && decades <= 40) {
    for (double k = axes.bottom; k <= axes.top; ++k) add(fmt::format("'' {:.0f} 1", k + 0.0));
  } else if (decades <= 4) {
    for (double k = axes.bottom; k < axes.top; ++k) {
      for (int i = 2; i <= 9; ++i) add(fmt::format("'' {:.4f} 1", k + std::log10(i)));
    }
  }
  return ticks;
}

std::string point(const Bucket& bucket) {
  return fmt::format("{:.10g} {:.4f} {:.4f} {:.4f}\n", bucket.step, bucket.low, bucket.middle,
                     bucket.high);
}

/// The data of line i: its buckets, then the points to be marked, as $line_i, $zero_i, $over_i.
std::string data_blocks(const Curve& curve, std::size_t i, const Axes& axes) {
  std::string text = fmt::format("$line_{} << END\n", i);
  for (const auto& piece : curve.pieces) {
    if (piece.size() == 1) {  // a line of a single point would not be seen
      Bucket bucket = piece.front();
      const double half = (axes.last - axes.first) / 500;
      bucket.step = std::max(axes.first, bucket.step - half);
      text += point(bucket);
      bucket.step = std::min(axes.last, bucket.step + 2 * half);
      text += point(bucket);
    } else {
      for (const Bucket& bucket : piece) text += point(bucket);
    }
    text += "\n";
  }
  text += "END\n";
  if (!curve.zeros.empty()) {
    text += fmt::format("$zero_{} << END\n", i);
    for (const double step : curve.zeros) text += fmt::format("{} {:.0f}\n", step, axes.bottom);
    text += "END\n";
  }
  if (!curve.overflows.empty() || curve.overflow_at_start) {
    text += fmt::format("$over_{} << END\n", i);
    if (curve.overflow_at_start) {
      text += fmt::format("{} {:.0f}\n", *curve.overflow_at_start, axes.top);
    }
    for (const Bucket& last : curve.overflows) {
      text += fmt::format("{} {:.4f}\n", last.step, last.middle);
    }
    text += "END\n";
  }
  return text;
}

/// What stands after `plot`: the ranges of the losses, over them their medians, over these marks.
std::string plot_elements(const Plot& plot) {
  std::string text;
  const auto add = [&](const std::string& element) { text += ", \\\n  " + element; };
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const Line& line = plot.lines[i];
    if (line.curve.pieces.empty()) continue;
    add(
        fmt::format("$line_{} using 1:2:4 with filledcurves f{} fill transparent solid 0.25 "
                    "noborder notitle",
                    i, colour_of(line.style).substr(1)));
  }
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const Line& line = plot.lines[i];
    if (line.curve.pieces.empty()) continue;
    add(fmt::format("$line_{} using 1:3 with lines {} notitle", i, line_of(line.style)));
  }
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const Line& line = plot.lines[i];
    if (!line.curve.zeros.empty()) {
      add(fmt::format("$zero_{} using 1:2 with points {} {} notitle", i, zero_point,
                      colour_of(line.style)));
    }
    if (!line.curve.overflows.empty() || line.curve.overflow_at_start) {
      add(fmt::format("$over_{} using 1:2 with points {} {} notitle", i, overflow_point,
                      colour_of(line.style)));
    }
  }
  return text;
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
    key.push_back({"", std::string(zero_point), negative ? "loss 0 or below" : "loss exactly 0"});
  }
  if (overflows) key.push_back({"", std::string(overflow_point), "not finite from here"});
  return key;
}

}  // namespace

std::string gnuplot_script(const Plot& plot, const std::string& comment) {
  const Axes axes = axes_of(plot);
  const double exponent = std::max(std::abs(axes.bottom), std::abs(axes.top));
  const Frame frame{.title = plot.title,
                    .notes = plot.notes,
                    .key = key_of(plot),
                    .x = "step",
                    .y = "loss",
                    .y_label_width = fmt::format("-{:.0f}", exponent).size(),
                    .plot_height = plot_height};
  const FigureLayout layout = layout_of(frame);
  std::string text = "# " + comment + "\nset encoding utf8\n";
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    text += data_blocks(plot.lines[i].curve, i, axes);
  }
  text += fmt::format("set xrange [{}:{}]\n", axes.first, axes.last);
  text += fmt::format("set yrange [{:.0f}:{:.0f}]\n", axes.bottom, axes.top);
  text += frame_text(layout);
  text += "set ytics (" + loss_ticks(axes) + ")\n";
  return text + draw_text(layout, plot_elements(plot));
}

}  // namespace ulpscope
