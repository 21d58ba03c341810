// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// How many line styles there are; style i looks like style i modulo this.
inline constexpr std::size_t line_styles = 12;

/// Points that stand for something; those of values differ by style.
enum class Mark { zero, overflow, start, end, minimum, value, floor, crossing, predicted, onset };

/// A sample of what is drawn and what it stands for.
struct Entry {
  std::optional<std::size_t> style{};  ///< of a line
  std::optional<Mark> mark{};
  std::string fill{};  ///< of a box: #rrggbb
  std::string title{};
};

/// Something on the axes, in their coordinates.
struct Element {
  enum class Kind { band, line, points, box };
  using Point = std::array<double, 3>;  ///< x and y; of a band, x, the lower y and the upper one
  Kind kind = Kind::line;
  std::optional<std::size_t> style{};  ///< its colour, and a line's dashes
  std::string colour{};                ///< in place of a style's: #rrggbb
  double thickness = 1;                ///< of a line
  bool dashed = true;                  ///< as its style has it
  Mark mark = Mark::value;
  std::vector<std::vector<Point>> pieces{};  ///< a line breaks between them; of a box, its corners
};

/// A text in a box.
struct Inscription {
  double x, y;
  std::string text;
  bool light;  ///< on a dark box
};

struct PlotAxis {
  struct Tick {
    double at;
    std::string label;  ///< none for a small one
  };
  std::string title{};
  double low = 0, high = 1;
  std::vector<Tick> ticks{};  ///< chosen by what draws it if there are none
  bool powers = false;        ///< labels are exponents of ten
};

/// Contour lines of log10 of a function, three a decade.
struct Contours {
  std::string formula;  ///< of x and y, as gnuplot writes it
};

/// A plot below the main one, over the same x axis.
struct Panel {
  PlotAxis y{};
  double height = 3.0;  ///< cm
  std::vector<Element> elements{};
};

/// A figure, whatever draws it.
struct Drawing {
  std::string comment{};
  std::string title{};  ///< not drawn if empty
  std::vector<std::string> notes{};
  std::vector<Entry> key{};
  PlotAxis x{}, y{};
  std::size_t y_label_width = 5;  ///< characters of the longest label on the y axis
  double width = 8.5;             ///< cm
  double plot_height = 4.6;       ///< cm
  bool grid = true;
  std::optional<Contours> contours{};  ///< below the elements
  std::vector<Element> elements{};     ///< each over the ones before
  std::optional<Panel> lower{};        ///< which then has the labels of the x axis
  std::vector<Inscription> inscriptions{};
};

/// A gnuplot script that draws an SVG into its first argument and a PDF into its second, its data
/// included.
std::string gnuplot_text(const Drawing& drawing);

/// A gnuplot script that writes the points of the contour lines into its first argument.
std::string contours_script(const Drawing& drawing);

/// A tikzpicture for pgfplots, its data included; `contours` is what the script above wrote.
std::string pgfplots_text(const Drawing& drawing, const std::string& contours);

/// A key's entries for lines with these labels; none for a single line without one.
std::vector<Entry> line_key(const std::vector<std::string>& labels);

/// The colour of a line style: #rrggbb.
std::string_view colour_of(std::size_t style);

/// Powers of ten from 10^low to 10^high as an axis of exponents: nine labels at most; between
/// them marks at the decades, or, where these all have labels, at 2 to 9 times each.
PlotAxis power_axis(const std::string& title, double low, double high);

}  // namespace ulpscope
