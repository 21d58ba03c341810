// SPDX-License-Identifier: BSL-1.0
#include <array>

#include "ulpscope/report/drawing.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/report/layout.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 4> dashes{"solid", "(12,5)", "(3,4)", "(12,4,3,4)"};
constexpr std::array<std::string_view, 6> value_points{"7", "5", "9", "6", "4", "8"};

// The SVG is the PDF, larger.
constexpr double svg_scale = 61;  // pixels a cm
constexpr double point_cm = 2.54 / 72;

std::string point_of(Mark mark, std::size_t style) {
  switch (mark) {
    case Mark::zero: return "pt 11 ps 0.6";
    case Mark::overflow: return "pt 2 ps 0.8";
    case Mark::start: return "pt 1 ps 0.7";
    case Mark::end: return "pt 7 ps 0.35";
    case Mark::minimum: return "pt 3 ps 0.7";
    case Mark::floor: return "pt 10 ps 0.8 lw 1.5";
    case Mark::crossing: return "pt 12 ps 0.9 lw 1.5";
    case Mark::predicted: return "pt 6 ps 0.7 lw 1.5";
    case Mark::onset: return "pt 7 ps 0.7";
    case Mark::value: return fmt::format("pt {} ps 0.5", value_points[style % value_points.size()]);
  }
  return "";
}

std::string colour_text(const Element& element) {
  return fmt::format("lc rgb '{}'",
                     element.style ? std::string(colour_of(*element.style)) : element.colour);
}

std::string line_text(std::size_t style, double thickness = 1, bool dashed = true) {
  return fmt::format("lw {} lc rgb '{}' dt {}", thickness, colour_of(style),
                     dashes[dashed ? style % dashes.size() : 0]);
}

/// All text around the plot, as gnuplot labels. gnuplot's own titles and key stand elsewhere in
/// each terminal, and its key leaves out what does not fit.
std::string labels_text(const Drawing& drawing, const FigureLayout& layout) {
  std::string text;
  const auto at = [&](double x, double y) {
    return fmt::format("screen {:.4f}, screen {:.4f}", x / drawing.width, y / layout.height);
  };
  const auto label = [&](std::string_view what, double x, double y, std::string_view how) {
    text += fmt::format("set label {} at {} {} noenhanced\n", gnuplot_string(what), at(x, y), how);
  };
  label(drawing.y.title, 0.25, layout.main_bottom + drawing.plot_height / 2, "center rotate");
  if (drawing.lower) {
    label(drawing.lower->y.title, 0.25, layout.bottom + drawing.lower->height / 2, "center rotate");
  }
  label(drawing.x.title, (layout.left + layout.right) / 2,
        layout.bottom - 0.82 - layout.label_height, "center");
  double y = layout.height - 0.6 * text_line;
  for (const std::string& line : layout.title) {
    label(line, layout.left, y, "left");
    y -= text_line;
  }
  for (std::size_t i = 0; i < drawing.key.size(); ++i) {
    const Entry& entry = drawing.key[i];
    const std::size_t column = i / layout.key_rows, row = i % layout.key_rows;
    const double x = layout.left + layout.entry_width * static_cast<double>(column);
    y = layout.bottom - 1.28 - layout.label_height - text_line * static_cast<double>(row);
    if (entry.style) {
      text += fmt::format("set arrow from {} to {} nohead {}\n", at(x, y), at(x + sample_width, y),
                          line_text(*entry.style));
    }
    if (entry.mark) {
      text += fmt::format("set label '' at {} point {} lc rgb '{}'\n", at(x + sample_width / 2, y),
                          point_of(*entry.mark, entry.style.value_or(0)),
                          entry.style ? colour_of(*entry.style) : "#000000");
    }
    if (!entry.fill.empty()) {
      text += fmt::format(
          "set object rectangle from {} to {} fc rgb '{}' fs solid border lc rgb '#808080' lw "
          "0.4\n",
          at(x + 0.2, y - 0.1), at(x + sample_width, y + 0.1), entry.fill);
    }
    label(entry.title, x + sample_width + character, y, "left");
  }
  y = text_line * (static_cast<double>(layout.notes.size()) - 0.4);
  for (const std::string& line : layout.notes) {
    label(line, layout.left, y, "left");
    y -= text_line;
  }
  return text;
}

/// The plot from here upwards.
std::string heights_text(const FigureLayout& layout, double bottom, double height) {
  return fmt::format("set bmargin at screen {:.4f}\nset tmargin at screen {:.4f}\n",
                     bottom / layout.height, (bottom + height) / layout.height);
}

/// What stands before a plot's own tics: margins, grid, borders.
std::string frame_text(const Drawing& drawing, const FigureLayout& layout) {
  std::string text = "unset key\n";
  text += "set border 3 lw 0.4 lc rgb '#404040'\n";
  text += "set tics nomirror out scale 0.5, 0.25\n";
  if (drawing.grid) text += "set grid xtics ytics lt 1 lw 0.3 lc rgb '#dddddd'\n";
  text += fmt::format("set lmargin at screen {:.4f}\n", layout.left / drawing.width);
  text += fmt::format("set rmargin at screen {:.4f}\n", layout.right / drawing.width);
  text += heights_text(layout, layout.main_bottom, drawing.plot_height);
  return text + labels_text(drawing, layout);
}

std::string ticks_text(const std::string& name, const PlotAxis& axis, bool slanted) {
  if (axis.ticks.empty()) return "";
  std::string ticks;
  for (const auto& tick : axis.ticks) {
    ticks += ticks.empty() ? "" : ", ";
    if (tick.label.empty()) {
      ticks += fmt::format("'' {:.6g} 1", tick.at);
    } else if (axis.powers) {
      ticks += fmt::format("'10^{{{}}}' {:.6g}", tick.label, tick.at);
    } else {
      ticks += fmt::format("{} {:.6g}", gnuplot_string(tick.label), tick.at);
    }
  }
  return fmt::format("set {}{}{} ({})\n", name, axis.powers ? "" : " noenhanced",
                     slanted ? " rotate by 45 right" : "", ticks);
}

std::string data_block(const Element& element, std::size_t i) {
  const bool band = element.kind == Element::Kind::band;
  std::string text = fmt::format("$data_{} << END\n", i);
  for (const auto& piece : element.pieces) {
    if (&piece != &element.pieces.front()) text += "\n";
    for (const auto& [x, y, high] : piece) {
      text += fmt::format("{:.10g} {:.10g}", x, y);
      text += band ? fmt::format(" {:.10g}\n", high) : "\n";
    }
  }
  return text + "END\n";
}

std::string element_text(const Element& element, std::size_t i) {
  const std::string colour = colour_text(element);
  switch (element.kind) {
    case Element::Kind::band:
      return fmt::format(
          "$data_{} using 1:2:3 with filledcurves f{} fill transparent solid 0.25 noborder notitle",
          i, colour.substr(1));
    case Element::Kind::line:
      return fmt::format("$data_{} using 1:2 with lines {} notitle", i,
                         element.style
                             ? line_text(*element.style, element.thickness, element.dashed)
                             : fmt::format("lw {} {}", element.thickness, colour));
    case Element::Kind::points:
      return fmt::format("$data_{} using 1:2 with points {} {} notitle", i,
                         point_of(element.mark, element.style.value_or(0)), colour);
    case Element::Kind::box: break;  // an object, below all
  }
  return "";
}

std::string box_text(const Element& element) {
  std::string text;
  for (const auto& piece : element.pieces) {
    text += fmt::format(
        "set object rectangle from {:.6g}, {:.6g} to {:.6g}, {:.6g} fc rgb '{}' fs solid border lc "
        "rgb '#ffffff' lw 0.6\n",
        piece[0][0], piece[0][1], piece[1][0], piece[1][1], element.colour);
  }
  return text;
}

/// Draws into ARG1 as SVG, and once more into ARG2 as PDF.
std::string draw_text(const FigureLayout& layout, const std::string& plot,
                      const std::string& again) {
  // A unit of line width is a pixel in the one and half a point in the other.
  std::string text = fmt::format(
      "set terminal svg size {:.0f}, {:.0f} fixed enhanced font 'Helvetica,{:.1f}' "
      "linewidth {:.3f} background '#ffffff'\nset output ARG1\n",
      svg_scale * layout.width, svg_scale * layout.height, 8 * point_cm * svg_scale,
      point_cm * svg_scale);
  text += plot;
  text += fmt::format(
      "set terminal pdfcairo size {:.6g}cm, {:.2f}cm enhanced font 'Helvetica,8' "
      "fontscale 0.75 linewidth 2\nset output ARG2\n{}unset output\n",
      layout.width, layout.height, again);
  return text;
}

std::string ranges_text(const PlotAxis& x, const PlotAxis& y) {
  return fmt::format("set xrange [{:.10g}:{:.10g}]\nset yrange [{:.10g}:{:.10g}]\n", x.low, x.high,
                     y.low, y.high);
}

std::string axes_text(const Drawing& drawing, const FigureLayout& layout, const PlotAxis& y) {
  return ticks_text("xtics", drawing.x, layout.slanted) + ticks_text("ytics", y, false);
}

/// Both plots over the same x axis, whose labels the lower one has.
std::string panels_text(const Drawing& drawing, const FigureLayout& layout, const std::string& main,
                        const std::string& below) {
  const Panel& lower = *drawing.lower;
  std::string text = "set multiplot\n" + ranges_text(drawing.x, drawing.y) +
                     frame_text(drawing, layout) + axes_text(drawing, layout, drawing.y) +
                     "set format x ''\n" + main;
  text += "unset label\nunset arrow\nset format x\nset ytics autofreq\n";
  text += ranges_text(drawing.x, lower.y) + heights_text(layout, layout.bottom, lower.height) +
          axes_text(drawing, layout, lower.y) + below;
  return text + "unset multiplot\n";
}

/// The contour lines, at equal ratios of the function's values, as a table into `where`.
std::string contours_text(const Contours& contours, int samples, const std::string& where) {
  return fmt::format(
      "f(x, y) = {}\nset contour base\nunset surface\nset samples {}\nset isosamples {}\n"
      "set cntrparam levels incremental -12, 1.0 / 3, 9\n"
      "set table {}\nsplot log10(f(x, y) + 1e-12)\nunset table\n",
      contours.formula, samples, samples, where);
}

}  // namespace

std::string gnuplot_text(const Drawing& drawing) {
  const FigureLayout layout = layout_of(drawing);
  std::string text = "# " + drawing.comment + "\nset encoding utf8\n";
  std::string elements;
  if (drawing.contours) {
    elements += ", \\\n  $contours using 1:2 with lines lw 0.4 lc rgb '#b0b0b0' notitle";
  }
  std::string boxes;
  for (std::size_t i = 0; i < drawing.elements.size(); ++i) {
    const Element& element = drawing.elements[i];
    if (element.kind == Element::Kind::box) {
      boxes += box_text(element);
      continue;
    }
    text += data_block(element, i);
    elements += ", \\\n  " + element_text(element, i);
  }
  const std::string plot = "plot NaN notitle" + elements + "\n";
  if (drawing.lower) {
    std::string below = "plot NaN notitle";
    for (std::size_t i = 0; i < drawing.lower->elements.size(); ++i) {
      const std::size_t place = drawing.elements.size() + i;
      text += data_block(drawing.lower->elements[i], place);
      below += ", \\\n  " + element_text(drawing.lower->elements[i], place);
    }
    const std::string panels = panels_text(drawing, layout, plot, below + "\n");
    return text + draw_text(layout, panels, panels);
  }
  text += ranges_text(drawing.x, drawing.y);
  if (drawing.contours) {
    text += contours_text(*drawing.contours, 200, "$contours");
    text += "set clip two\n";  // a path may cross the view between two points outside
  }
  text += frame_text(drawing, layout) + boxes;
  for (const auto& [x, y, what, light] : drawing.inscriptions) {
    text += fmt::format("set label {} at {:.6g}, {:.6g} center noenhanced tc rgb '{}' front\n",
                        gnuplot_string(what), x, y, light ? "#ffffff" : "#000000");
  }
  text += axes_text(drawing, layout, drawing.y);
  return text + draw_text(layout, plot, "replot\n");
}

std::string contours_script(const Drawing& drawing) {
  return ranges_text(drawing.x, drawing.y) + contours_text(*drawing.contours, 60, "ARG1");
}

}  // namespace ulpscope
