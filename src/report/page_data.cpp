// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "ulpscope/report/cell_plot.hpp"
#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/final_states.hpp"
#include "ulpscope/report/page.hpp"
#include "ulpscope/report/scale.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/report/thinned.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/store/json.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/version.hpp"
#include "ulpscope/study/keys.hpp"
#include "ulpscope/study/plan.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

/// What the traces of all cells may take of a page, and stretches of one that are always kept, and
/// are enough.
constexpr double trace_bytes = 4e6;
constexpr std::size_t least_stretches = 12, most_stretches = 400;

/// The columns of a trace that the page shows.
const std::vector<std::string> shown_columns{"loss",       "sharpness",     "threshold",
                                             "root_v_min", "root_v_median", "root_v_max"};

Json number(double value) { return std::round(value * 1e4) / 1e4; }

Json points_json(const std::vector<TracePoint>& points) {
  Json steps = Json::array(), logs = Json::array();
  std::string texts;
  for (const TracePoint& point : points) {
    steps.push_back(static_cast<std::uint64_t>(point.step));
    logs.push_back(point.log ? number(*point.log) : Json());
    texts += (texts.empty() ? "" : " ") + point.text;
  }
  return {{"step", std::move(steps)}, {"log", std::move(logs)}, {"text", std::move(texts)}};
}

/// A cell's trace, in at most about so many bytes.
Json trace_json(const fs::path& folder, double bytes) {
  const std::string file = (folder / "trace.csv").string();
  const Csv trace = parse_csv(read_cell_file(folder, "trace.csv"), file);
  std::vector<std::string> columns;
  for (const std::string& column : shown_columns) {
    if (trace.column(column)) columns.push_back(column);
  }
  const auto loss = trace.column("loss");
  const std::size_t width = loss && !trace.rows.empty() ? trace.rows[0][*loss].size() : 0;
  // Two points a stretch, of a step, a logarithm and a text.
  const double stretch = 2.0 * (16.0 + static_cast<double>(width));
  const double room =
      bytes / (stretch * static_cast<double>(std::max<std::size_t>(columns.size(), 1)));
  const auto stretches =
      std::clamp(static_cast<std::size_t>(room), least_stretches, most_stretches);
  Json all = Json::object();
  for (const std::string& column : columns) {
    all[column] = points_json(thinned(trace, column, stretches, file));
  }
  return all;
}

Json final_json(const fs::path& folder) {
  const std::string file = (folder / "final.csv").string();
  const Csv final = parse_csv(read_cell_file(folder, "final.csv"), file);
  Json all = Json::array();
  for (const FinalState& state : final_states(final, file)) {
    Json values = Json::array();
    for (const std::string* text : {&state.low, &state.middle, &state.high}) {
      values.push_back({*text, decimal_of_literal(*text)});
    }
    all.push_back({{"role", state.role},
                   {"count", state.count},
                   {"zeros", state.zeros},
                   {"notFinite", state.not_finite},
                   {"values", std::move(values)}});
  }
  return all;
}

/// The summary's columns with those of timings, save for the id and the status.
std::vector<Column> page_columns(const Csv& summary, const Csv& timings) {
  std::vector<std::string> names = summary.header;
  if (!timings.header.empty()) names.insert(names.end(), {"seconds", "us_per_step"});
  std::erase_if(names, [](const std::string& name) { return name == "id" || name == "status"; });
  return find_columns(names, summary, timings, {"summary.csv", 0}, "columns");
}

std::vector<std::string> values_of(const Records& records, const Column& column) {
  std::vector<std::string> values;
  for (const auto& row : records.summary().rows) values.push_back(records.value(column, row));
  return values;
}

/// A key: its values in order, and of each cell which it has, -1 for none; `in_sweep` where the
/// sweep names it, not only a table.
Json key_json(const Column& column, const std::vector<std::string>& values, bool in_sweep) {
  const Scale scale(values, "words");
  std::unordered_map<std::string, std::size_t> places;
  for (const std::string& word : scale.words()) places.emplace(word, places.size());
  Json at = Json::array();
  for (const std::string& value : values) {
    const auto place = places.find(value);
    at.push_back(place == places.end() ? Json(-1) : Json(place->second));
  }
  // As in the figures: words are read from above, numbers rise.
  const bool rising = std::all_of(scale.words().begin(), scale.words().end(),
                                  [&](const auto& word) { return is_number(column, word); });
  return {{"name", column.name}, {"title", column.title},   {"inSweep", in_sweep},
          {"numbers", rising},   {"values", scale.words()}, {"at", std::move(at)}};
}

/// A metric: of each cell the value, its short form, and its place on the scale that it asks for.
Json metric_json(const Column& column, const std::vector<std::string>& values,
                 const std::map<std::string, std::string>& meanings) {
  const bool words = column.name == "verdict";
  const Scale scale(values, words ? "words" : "");
  Json texts = Json::array(), briefs = Json::array(), at = Json::array();
  for (const std::string& value : values) {
    const auto place = scale.place(value);
    texts.push_back(value);
    briefs.push_back(shown(column, value));
    at.push_back(place ? number(*place) : Json());
  }
  const auto meaning = meanings.find(column.name);
  return {{"name", column.name},
          {"title", column.title},
          {"meaning", meaning == meanings.end() ? "" : meaning->second},
          {"words", words},
          {"log", scale.is_log()},
          {"text", std::move(texts)},
          {"brief", std::move(briefs)},
          {"at", std::move(at)}};
}

/// The cells' descriptions where their folders do not have them; the plan is made once, if at all.
class Descriptions {
 public:
  Descriptions(const fs::path& folder, const Study& study) : folder_(folder), study_(study) {}

  std::string of(const std::string& id) {
    const fs::path files = cell_folder(folder_, id);
    if (read_done(files)) return read_cell_file(files, "cell.toml");
    if (!plan_) {
      plan_ = make_plan(study_);
      for (const Cell& cell : plan_->cells) cells_.emplace(cell.id, &cell);
    }
    const auto cell = cells_.find(id);
    return cell == cells_.end() ? "" : cell_toml(*cell->second);
  }

 private:
  const fs::path& folder_;
  const Study& study_;
  std::optional<Plan> plan_;
  std::unordered_map<std::string, const Cell*> cells_;
};

/// The colours of lines and boxes are those of the figures.
Json colours_json() {
  Json lines = Json::array(), ramp = Json::array(), verdicts = Json::object();
  for (std::size_t style = 0; style < line_styles; ++style) {
    lines.push_back(std::string(colour_of(style)));
  }
  for (int i = 0; i <= 16; ++i) ramp.push_back(heat_colour(i / 16.0));
  for (const char* name : {"stable", "relapsed", "unconverged", "diverged", "mixed", ""}) {
    verdicts[name] = category_colour(name);
  }
  return {{"lines", lines}, {"ramp", ramp}, {"verdicts", verdicts}};
}

std::string counted_cells(std::size_t number) {
  return std::to_string(number) + (number == 1 ? " cell" : " cells");
}

/// How many cells have each verdict, and each status that is not done.
std::string verdict_counts(const Csv& summary) {
  const auto verdict = summary.column("verdict"), status = summary.column("status");
  std::vector<std::pair<std::string, std::size_t>> tiles;
  for (const auto& row : summary.rows) {
    const std::string text = status && row[*status] != "done"
                                 ? row[*status].substr(0, row[*status].find(':'))
                             : verdict ? row[*verdict]
                                       : "";
    const auto tile = std::find_if(tiles.begin(), tiles.end(),
                                   [&](const auto& other) { return other.first == text; });
    if (tile == tiles.end()) {
      tiles.emplace_back(text, 1);
    } else {
      ++tile->second;
    }
  }
  std::stable_sort(tiles.begin(), tiles.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string html = "<ul class=\"tiles\">\n";
  html += fmt::format("<li><b>{}</b> {}</li>\n", summary.rows.size(),
                      summary.rows.size() == 1 ? "cell" : "cells");
  for (const auto& [text, count] : tiles) {
    html += fmt::format("<li><i style=\"background:{}\"></i><b>{}</b> {}</li>\n",
                        category_colour(text), count, xml_text(text));
  }
  return html + "</ul>\n";
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63U];
    }
  }
  return text;
}

/// A table longer than this is folded.
constexpr std::size_t long_table = 30;

std::string tables_html(const Study& study, const Csv& summary, const Csv& timings) {
  std::string html;
  for (const TableSpec& spec : study.tables) {
    const Table table = collect(spec, summary, timings);
    html += fmt::format(
        "<details class=\"report\"{}>\n<summary>Table {}</summary>\n<div class=\"scroll\" "
        "tabindex=\"0\">\n{}</div>\n</details>\n",
        table.lines.size() > long_table ? "" : " open", xml_text(spec.name),
        html_element(table, spec.caption));
  }
  return html;
}

/// The figures as images: in one, nothing of an SVG runs, and its ids are its own.
std::string figures_html(const fs::path& folder, const Study& study) {
  std::string html;
  for (const FigureSpec& spec : study.figures) {
    const auto svg = read_if_there(folder / "figures" / (spec.name + ".svg"));
    html += fmt::format("<details class=\"report\" open>\n<summary>Figure {}</summary>\n",
                        xml_text(spec.name));
    if (svg) {
      html += "<figure><img alt=\"\" src=\"data:image/svg+xml;base64," + base64(*svg) +
              "\"><figcaption>" + xml_text(spec.caption) + "</figcaption></figure>\n";
    } else {
      html += "<p class=\"note\">Not drawn: figures/" + xml_text(spec.name) +
              ".svg is not there. “ulpscope figure” draws it from the traces.</p>\n";
    }
    html += "</details>\n";
  }
  return html;
}

}  // namespace

std::string script_json(const std::string& ascii_json) {
  // It stands in texts alone; as it is, it could end the element or begin a comment in it.
  std::string text;
  for (const char c : ascii_json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

Page make_page(const fs::path& folder, const Study& study,
               const std::map<std::string, std::string>& meanings) {
  const Csv recorded = read_summary(folder);
  const Csv summary = for_report(recorded, study);
  const Csv timings = read_timings(folder);
  const auto id_at = summary.column("id"), status_at = summary.column("status");
  if (!id_at || !status_at) {
    throw std::runtime_error((folder / "summary.csv").string() +
                             ": expected columns id and status");
  }
  const Records records(summary, timings);
  Json data;
  data["release"] = std::string(release);
  data["study"] = study.name;
  data["colours"] = colours_json();
  data["keys"] = Json::array();
  data["metrics"] = Json::array();
  for (const Column& column : page_columns(summary, timings)) {
    const auto values = values_of(records, column);
    if (column.kind == Column::Kind::key) {
      data["keys"].push_back(key_json(column, values, recorded.column(column.name).has_value()));
    } else {
      data["metrics"].push_back(metric_json(column, values, meanings));
    }
  }

  Page page;
  page.cells = summary.rows.size();
  std::size_t done = 0;
  Descriptions descriptions(folder, study);
  data["cells"] = Json::array();
  const double share = trace_bytes / static_cast<double>(std::max<std::size_t>(page.cells, 1));
  for (const auto& row : summary.rows) {
    const std::string& id = row[*id_at];
    Json cell{{"id", id}, {"status", row[*status_at]}, {"toml", descriptions.of(id)}};
    if (row[*status_at] == "done") {
      ++done;
      const fs::path files = cell_folder(folder, id);
      if (read_done(files)) {
        ++page.traces;
        cell["trace"] = trace_json(files, share);
        cell["final"] = final_json(files);
      }
    }
    data["cells"].push_back(std::move(cell));
  }
  page.data = script_json(data.dump(-1, ' ', true, Json::error_handler_t::replace));

  page.front = verdict_counts(summary);
  if (page.traces < done) {
    page.front += fmt::format(
        "<p class=\"note\">The traces of {} are not at hand: a copy of the results without "
        "cells/, such as a fresh clone, has only their metrics. Running the study again writes "
        "them.</p>\n",
        page.traces == 0 ? counted_cells(done)
                         : fmt::format("{} of {}", done - page.traces, counted_cells(done)));
  }
  page.reports = tables_html(study, summary, timings) + figures_html(folder, study);
  return page;
}

}  // namespace ulpscope
