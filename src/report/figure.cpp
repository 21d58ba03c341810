// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/report/figure.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include "ulpscope/model/surface_list.hpp"
#include "ulpscope/report/cell_plot.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/path_plot.hpp"
#include "ulpscope/report/pdf.hpp"
#include "ulpscope/report/plot.hpp"
#include "ulpscope/report/sharpness_plot.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/results.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_lines = 48;  // more could not be told apart, and the files would swell

/// The keys that name a line; if the figure has none, all swept ones.
std::vector<Column> line_names(const FigureSpec& spec, const Csv& summary) {
  std::vector<std::string> names = spec.by;
  for (const std::string& name : summary.header) {
    if (spec.by.empty() && name.find('.') != std::string::npos) names.push_back(name);
  }
  return find_columns(names, summary, {}, spec.place, "figure.by");
}

/// Words stand as they are, numbers and booleans with their key.
std::string label_of(const std::vector<Column>& by, const std::vector<std::string>& row) {
  std::string label;
  for (const Column& column : by) {
    const std::string& value = row[*column.at];
    if (value.empty()) continue;
    const bool word = !read_number(value) && value != "true" && value != "false";
    label += (label.empty() ? "" : ", ") + (word ? value : column.title + " = " + value);
  }
  return label;
}

/// gnuplot's SVG with a title and a comment that say what it shows.
std::string with_stamp(std::string svg, const Study& study, const FigureSpec& spec) {
  const std::string_view place_holder = "<title>Gnuplot</title>";
  const std::size_t title = svg.find(place_holder);
  if (title != std::string::npos) {
    svg.replace(title, place_holder.size(),
                "<title>" + xml_text(study.name + ": " + spec.name) + "</title>");
  }
  const std::size_t header = svg.find("?>");
  if (header == std::string::npos) throw std::runtime_error("gnuplot wrote no SVG");
  return svg.insert(header + 2, "\n<!-- " + stamp(study.name, "figure", spec.name) + " -->");
}

using Row = std::vector<std::string>;
using TraceOf = std::function<Csv(const std::string& id)>;

/// The cells that a figure shows, with what it says of those that it does not.
struct Selected {
  std::vector<Row> rows;
  std::vector<std::string> labels;  ///< by style
  std::vector<std::size_t> styles;  ///< a row each
  std::vector<std::string> notes;
};

Selected selected_cells(const FigureSpec& spec, const Csv& summary, bool name_lines,
                        std::size_t most) {
  const auto by = name_lines ? line_names(spec, summary) : std::vector<Column>();
  const auto status = summary.column("status");
  if (!summary.column("id") || !status) {
    throw std::runtime_error("summary.csv: expected columns id and status");
  }
  Selected shown;
  std::map<std::string, std::size_t> missing;  // by status without its reason
  const auto selected = selected_rows(spec.place, spec.only, summary);
  for (const Row* row : selected) {
    const std::string& text = (*row)[*status];
    if (text == "done") {
      shown.rows.push_back(*row);
    } else {
      ++missing[text.substr(0, text.find(':'))];
    }
  }
  std::string note;
  for (const auto& [what, count] : missing) {
    note += fmt::format("{}{} {}", note.empty() ? "not drawn: " : ", ", count, what);
  }
  if (!note.empty()) shown.notes.push_back(fmt::format("{} of {} cells", note, selected.size()));
  if (shown.rows.size() > most) {
    shown.notes.push_back(fmt::format("only the first {} of {} cells", most, shown.rows.size()));
    shown.rows.resize(most);
  }
  for (const Row& row : shown.rows) {
    const std::string label = label_of(by, row);
    const auto at = std::find(shown.labels.begin(), shown.labels.end(), label);
    shown.styles.push_back(static_cast<std::size_t>(at - shown.labels.begin()));
    if (at == shown.labels.end()) shown.labels.push_back(label);
  }
  if (shown.labels.size() > line_styles) {
    shown.notes.push_back(fmt::format("line styles repeat after {}", line_styles));
  }
  return shown;
}

/// Buckets of a line among so many: keeps files small.
std::size_t buckets_of(std::size_t lines) {
  return std::clamp<std::size_t>(2400 / std::max<std::size_t>(lines, 1), 60, 300);
}

std::string with_spaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// Columns of traces over steps: a line for each and each cell.
Drawing trace_drawing(const FigureSpec& spec, const std::vector<std::string>& columns,
                      Selected shown, const std::vector<std::string>& ids, const TraceOf& trace) {
  Plot plot;
  plot.title = spec.caption;
  plot.quantity = columns.size() == 1 ? with_spaces(columns.front()) : "";
  for (const std::string& label : shown.labels) {
    for (const std::string& column : columns) {
      plot.labels.push_back(columns.size() == 1 ? label
                            : label.empty()     ? with_spaces(column)
                                                : label + ", " + with_spaces(column));
    }
  }
  const std::size_t buckets = buckets_of(ids.size() * columns.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Csv rows = trace(ids[i]);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      plot.lines.push_back({shown.styles[i] * columns.size() + k,
                            make_curve(rows, columns[k], buckets, ids[i] + "/trace.csv")});
    }
  }
  if (std::any_of(plot.lines.begin(), plot.lines.end(),
                  [](const Line& line) { return line.curve.thinned; })) {
    shown.notes.emplace_back("line: median of nearby steps, shade: range");
  }
  plot.notes = std::move(shown.notes);
  return drawing_of(plot);
}

Drawing panels_drawing(const FigureSpec& spec, Selected shown, const Csv& summary,
                       const std::vector<std::string>& ids, const TraceOf& trace) {
  SharpnessPlot plot{spec.caption, std::move(shown.labels), std::move(shown.notes),
                     spec.y_scale, buckets_of(ids.size()),  {}};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto event = [&](Mark mark, std::string_view metric) {
      const auto at = summary.column(metric);
      return std::pair(mark, at ? shown.rows[i][*at] : std::string());
    };
    plot.cells.push_back({shown.styles[i],
                          trace(ids[i]),
                          ids[i] + "/trace.csv",
                          {event(Mark::floor, "floor_step"), event(Mark::crossing, "crossing"),
                           event(Mark::predicted, "growth_onset"), event(Mark::onset, "onset")}});
  }
  return drawing_of(std::move(plot));
}

Drawing surface_drawing(const FigureSpec& spec, Selected shown, const SurfaceInfo& surface,
                        const std::vector<std::string>& ids, const TraceOf& trace) {
  PathPlot plot{spec.caption,
                std::move(shown.labels),
                std::move(shown.notes),
                std::string(surface.formula),
                surface.x_min,
                surface.x_max,
                surface.y_min,
                surface.y_max,
                {surface.minimisers.begin(), surface.minimisers.begin() + surface.minimiser_count},
                {}};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    plot.paths.push_back({shown.styles[i], read_path(trace(ids[i]), ids[i] + "/trace.csv")});
  }
  zoom_in(plot, spec.zoom);
  return drawing_of(plot);
}

Drawing cell_drawing(const FigureSpec& spec, const Csv& summary, const Csv& timings,
                     Drawing drawing) {
  const Records records(summary, timings);
  const bool lines = !spec.by.empty();
  Selected shown = selected_cells(spec, summary, lines, std::numeric_limits<std::size_t>::max());
  const auto column = [&](const std::string& name, const std::string& key) {
    if (name.empty()) return Column{};
    return find_columns({name}, summary, timings, spec.place, "figure." + key).front();
  };
  const CellPlot plot{std::move(shown.rows),        std::move(shown.styles),
                      std::move(shown.labels),      column(spec.x, "x"),
                      column(spec.y, "y"),          column(spec.value, "value"),
                      column(spec.border, "border")};
  drawing.title = spec.caption;
  drawing.notes = std::move(shown.notes);
  if (spec.kind == "metric") {
    draw_metric(spec, records, plot, drawing);
  } else if (spec.kind == "heat-map") {
    draw_heat_map(spec, records, plot, drawing);
  } else {
    draw_distribution(spec, records, plot, drawing);
  }
  return drawing;
}

constexpr double page_width = 17.8;  // cm

}  // namespace

Drawing figure_drawing(const FigureSpec& spec, const Study& study, const Csv& summary,
                       const Csv& timings, const TraceOf& trace) {
  Drawing drawing;
  if (spec.width == "page") drawing.width = page_width;
  if (drawn_from_traces(spec.kind)) {
    Selected shown = selected_cells(spec, summary, true, most_lines);
    std::vector<std::string> ids;
    for (const Row& row : shown.rows) ids.push_back(row[*summary.column("id")]);
    const double width = drawing.width;
    if (spec.kind == "loss") {
      drawing = trace_drawing(spec, {"loss"}, std::move(shown), ids, trace);
    } else if (spec.kind == "trace") {
      drawing = trace_drawing(spec, spec.columns, std::move(shown), ids, trace);
    } else if (spec.kind == "sharpness") {
      drawing = panels_drawing(spec, std::move(shown), summary, ids, trace);
    } else {
      const std::string model =
          shown.rows.empty() ? "" : shown.rows.front()[*summary.column("model.kind")];
      const SurfaceInfo* surface = find_surface(model);
      if (!surface) {
        throw InputError(spec.place, "figure.kind",
                         "a path needs a surface; none of its cells is done");
      }
      drawing = surface_drawing(spec, std::move(shown), *surface, ids, trace);
    }
    drawing.width = width;
  } else {
    drawing = cell_drawing(spec, summary, timings, std::move(drawing));
  }
  if (spec.width == "page" && spec.kind != "heat-map") {
    drawing.plot_height *= 1.4;
    if (drawing.lower) drawing.lower->height *= 1.4;
  }
  drawing.comment = stamp(study.name, "figure", spec.name);
  return drawing;
}

FigureFiles figure_files(const FigureSpec& spec, const Study& study, const Drawing& drawing) {
  const TemporaryFolder temporary;
  const fs::path script = temporary.path() / "figure.gnuplot";
  const fs::path svg = temporary.path() / "figure.svg";
  const fs::path pdf = temporary.path() / "figure.pdf";
  write_file(script, gnuplot_text(drawing));
  run_gnuplot(script, {svg, pdf});
  std::string contours;
  if (drawing.contours) {
    const fs::path lines = temporary.path() / "contours";
    write_file(script, contours_script(drawing));
    run_gnuplot(script, {lines});
    contours = read_file(lines);
  }
  return {{".svg", with_stamp(read_file(svg), study, spec)},
          {".pdf", without_time(read_file(pdf))},
          {".tex", pgfplots_text(drawing, contours)}};
}

std::vector<Drawing> figures_of_results(const fs::path& folder, const Study& study) {
  const Csv summary = for_report(read_summary(folder), study), timings = read_timings(folder);
  const auto trace = [&](const std::string& id) {
    const fs::path cell = cell_folder(folder, id);
    const std::string file = (cell / "trace.csv").string();
    if (!read_done(cell)) {
      throw std::runtime_error(file +
                               ": not there; figures are drawn from the traces, "
                               "run the study to have them");
    }
    return parse_csv(read_cell_file(cell, "trace.csv"), file);
  };
  std::vector<Drawing> drawings;
  for (const FigureSpec& spec : study.figures) {
    drawings.push_back(figure_drawing(spec, study, summary, timings, trace));
  }
  return drawings;
}

std::vector<fs::path> write_figures(const fs::path& folder, const Study& study,
                                    const std::vector<Drawing>& drawings) {
  std::vector<fs::path> files;
  for (std::size_t i = 0; i < drawings.size(); ++i) {
    const FigureSpec& spec = study.figures[i];
    for (const auto& [ending, text] : figure_files(spec, study, drawings[i])) {
      files.push_back(folder / "figures" / (spec.name + ending));
      write_file(files.back(), text);
    }
  }
  return files;
}

}  // namespace ulpscope
