// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "ulpscope/report/drawing.hpp"
#include "ulpscope/report/layout.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/fmt.hpp"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 4> dash_patterns{
    "solid", "dash pattern=on 4pt off 1.7pt", "dash pattern=on 1pt off 1.3pt",
    "dash pattern=on 4pt off 1.3pt on 1pt off 1.3pt"};
constexpr std::array<std::string_view, 6> value_marks{"*", "square*", "triangle*",
                                                      "o", "square",  "triangle"};
constexpr double line_width = 0.6;  // pt

std::string mark_of(Mark mark, std::size_t style) {
  switch (mark) {
    case Mark::zero: return "mark=triangle*, mark options={solid, rotate=180}, mark size=1.5pt";
    case Mark::overflow: return "mark=x, mark size=2pt";
    case Mark::start: return "mark=+, mark size=2pt";
    case Mark::end: return "mark=*, mark size=0.9pt";
    case Mark::minimum: return "mark=asterisk, mark size=2pt";
    case Mark::floor: return "mark=triangle, mark options={solid, rotate=180}, mark size=2.2pt";
    case Mark::crossing: return "mark=diamond, mark options={solid}, mark size=2.4pt";
    case Mark::predicted: return "mark=o, mark options={solid}, mark size=1.8pt";
    case Mark::onset: return "mark=*, mark options={solid}, mark size=1.8pt";
    case Mark::value:
      return fmt::format("mark={}, mark options={{solid}}, mark size=1.3pt",
                         value_marks[style % value_marks.size()]);
  }
  return "";
}

/// #1b4f9c as a colour of xcolor.
std::string colour_text(std::string_view colour) {
  const auto part = [&](std::size_t at) {
    return std::stoi(std::string(colour.substr(at, 2)), nullptr, 16);
  };
  return fmt::format("{{rgb,255:red,{};green,{};blue,{}}}", part(1), part(3), part(5));
}

std::string colour_text(const Element& element) {
  return colour_text(element.style ? colour_of(*element.style) : std::string_view(element.colour));
}

std::string line_text(std::size_t style, double thickness = 1, bool dashed = true) {
  return fmt::format("line width={:.2f}pt, {}, color={}", thickness * line_width,
                     dash_patterns[dashed ? style % dash_patterns.size() : 0],
                     colour_text(colour_of(style)));
}

/// Coordinates, some a line.
class Coordinates {
 public:
  void add(double x, double y) { add(fmt::format("({:.7g},{:.7g})", x, y)); }
  void jump() { add("(nan,nan)"); }
  const std::string& text() const { return text_; }

 private:
  void add(const std::string& point) { text_ += (count_++ % 6 == 0 ? "\n      " : " ") + point; }
  std::string text_;
  std::size_t count_ = 0;
};

std::string plot_text(const std::string& how, const Coordinates& coordinates,
                      std::string_view end = "") {
  return fmt::format("    \\addplot[{}, forget plot] coordinates {{{}\n    }}{};\n", how,
                     coordinates.text(), end);
}

std::string element_text(const Element& element) {
  const std::string colour = colour_text(element);
  std::string text;
  if (element.kind == Element::Kind::band) {
    for (const auto& piece : element.pieces) {
      Coordinates outline;
      for (const auto& [x, low, high] : piece) outline.add(x, low);
      std::for_each(piece.rbegin(), piece.rend(),
                    [&](const auto& at) { outline.add(at[0], at[2]); });
      text += plot_text("draw=none, fill=" + colour + ", fill opacity=0.25", outline, " -- cycle");
    }
    return text;
  }
  if (element.kind == Element::Kind::box) {
    for (const auto& piece : element.pieces) {
      text += fmt::format(
          "    \\filldraw[draw=white, line width=0.4pt, fill={}] (axis cs:{:.6g},{:.6g}) rectangle "
          "(axis cs:{:.6g},{:.6g});\n",
          colour, piece[0][0], piece[0][1], piece[1][0], piece[1][1]);
    }
    return text;
  }
  Coordinates coordinates;
  for (const auto& piece : element.pieces) {
    if (&piece != &element.pieces.front()) coordinates.jump();
    for (const auto& point : piece) coordinates.add(point[0], point[1]);
  }
  if (element.kind == Element::Kind::points) {
    return plot_text(
        "only marks, " + mark_of(element.mark, element.style.value_or(0)) + ", color=" + colour,
        coordinates);
  }
  if (!element.style) {
    return plot_text(
        fmt::format("line width={:.2f}pt, color={}", element.thickness * line_width, colour),
        coordinates);
  }
  return plot_text(line_text(*element.style, element.thickness, element.dashed), coordinates);
}

/// The lines that gnuplot's table holds: x y z rows, blank lines between them.
std::string contour_text(const std::string& table) {
  Coordinates coordinates;
  std::istringstream rows(table);
  bool open = false, any = false;
  for (std::string row; std::getline(rows, row);) {
    std::istringstream fields(row);
    double x = 0, y = 0;
    if (!(fields >> x >> y)) {
      open = false;
      continue;
    }
    if (!open && any) coordinates.jump();
    open = any = true;
    coordinates.add(x, y);
  }
  if (!any) return "";
  return plot_text("line width=0.2pt, color=" + colour_text("#b0b0b0"), coordinates);
}

std::string ticks_text(const std::string& name, const PlotAxis& axis) {
  if (axis.ticks.empty()) return "";
  std::string at, labels, small;
  for (const auto& tick : axis.ticks) {
    std::string& places = tick.label.empty() ? small : at;
    places += fmt::format("{}{:.6g}", places.empty() ? "" : ",", tick.at);
    if (tick.label.empty()) continue;
    labels += labels.empty() ? "" : ",";
    labels += axis.powers ? "$10^{" + tick.label + "}$" : "{" + latex_text(tick.label) + "}";
  }
  std::string text =
      fmt::format("    {}tick={{{}}}, {}ticklabels={{{}}},\n", name, at, name, labels);
  if (!small.empty()) text += fmt::format("    minor {}tick={{{}}},\n", name, small);
  return text;
}

std::string key_text(const Drawing& drawing) {
  std::string text;
  for (const Entry& entry : drawing.key) {
    std::string how = entry.style ? line_text(*entry.style) : "only marks";
    if (!entry.fill.empty()) {
      how = "area legend, draw=gray, line width=0.2pt, fill=" + colour_text(entry.fill);
    }
    if (entry.mark) how += ", " + mark_of(*entry.mark, entry.style.value_or(0));
    text += fmt::format("    \\addlegendimage{{{}}}\n    \\addlegendentry{{{}}}\n", how,
                        latex_text(entry.title));
  }
  return text;
}

/// The options of an axis but for its legend.
std::string axis_text(const Drawing& drawing, const FigureLayout& layout, const PlotAxis& y,
                      double height) {
  std::string text = fmt::format("    scale only axis, width={:.2f}cm, height={:.2f}cm,\n",
                                 layout.right - layout.left, height);
  text += fmt::format("    xmin={:.10g}, xmax={:.10g}, ymin={:.10g}, ymax={:.10g},\n",
                      drawing.x.low, drawing.x.high, y.low, y.high);
  text += fmt::format("    xlabel={{{}}}, ylabel={{{}}},\n", latex_text(drawing.x.title),
                      latex_text(y.title));
  text += ticks_text("x", drawing.x) + ticks_text("y", y);
  if (layout.slanted) text += "    x tick label style={rotate=45, anchor=north east},\n";
  text +=
      "    axis x line*=bottom, axis y line*=left, tick align=outside, tick pos=lower,\n"
      "    scaled ticks=false, /pgf/number format/1000 sep={},\n"
      "    major tick length=2pt, minor tick length=1pt, tick style={line width=0.2pt},\n";
  if (drawing.grid) text += "    grid=major, grid style={line width=0.2pt, color=black!13},\n";
  return text +
         "    clip mode=individual, axis on top=" + std::string(drawing.grid ? "false" : "true") +
         ", unbounded coords=jump,\n";
}

std::string legend_text(const FigureLayout& layout) {
  return fmt::format(
      "    legend style={{at={{(0,0)}}, anchor=north west, yshift=-{:.2f}cm, draw=none, fill=none, "
      "inner sep=0pt,\n      cells={{anchor=west}}, nodes={{text depth=0.25ex, text "
      "height=1.5ex}}, /tikz/every even column/.append style={{column "
      "sep=1em}}}},\n    legend columns={},\n",
      0.95 + layout.label_height, layout.key_columns);
}

}  // namespace

std::string pgfplots_text(const Drawing& drawing, const std::string& contours) {
  const FigureLayout layout = layout_of(drawing);
  std::string text =
      "% " + drawing.comment + "\n% packages: pgfplots, with \\pgfplotsset{compat=1.16} or newer\n";
  if (!drawing.title.empty()) text += "% caption: " + one_line(drawing.title) + "\n";
  text += "\\begin{tikzpicture}[font=\\footnotesize]\n";
  const bool single = !drawing.lower;
  text += "  \\begin{axis}[\n" + axis_text(drawing, layout, drawing.y, drawing.plot_height);
  if (single) {
    text += legend_text(layout) + "  ]\n" + key_text(drawing);
  } else {
    text += "    name=upper, xlabel={}, xticklabels={},\n  ]\n";
  }
  text += contour_text(contours);
  for (const Element& element : drawing.elements) text += element_text(element);
  for (const auto& [x, y, what, light] : drawing.inscriptions) {
    text += fmt::format("    \\node[font=\\scriptsize{}] at (axis cs:{:.6g},{:.6g}) {{{}}};\n",
                        light ? ", text=white" : "", x, y, latex_text(what));
  }
  text += "  \\end{axis}\n";
  if (drawing.lower) {
    text +=
        "  \\begin{axis}[\n" + axis_text(drawing, layout, drawing.lower->y, drawing.lower->height);
    text += fmt::format("    at={{(upper.south west)}}, anchor=north west, yshift=-{:.2f}cm,\n",
                        panel_gap);
    text += legend_text(layout) + "  ]\n" + key_text(drawing);
    for (const Element& element : drawing.lower->elements) text += element_text(element);
    text += "  \\end{axis}\n";
  }
  if (!drawing.notes.empty()) {
    std::string notes;
    for (const std::string& note : drawing.notes) {
      notes += (notes.empty() ? "" : "\\\\ ") + latex_text(note);
    }
    text += fmt::format(
        "  \\node[anchor=north west, align=left, text width={:.2f}cm, inner sep=2pt]\n    at "
        "(current bounding box.south west) {{{}}};\n",
        layout.width - 0.4, notes);
  }
  return text + "\\end{tikzpicture}\n";
}

}  // namespace ulpscope
