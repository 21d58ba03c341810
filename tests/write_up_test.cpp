// SPDX-License-Identifier: BSL-1.0
// What a write-up is made of: tables in blocks and over keys, figures of metrics, LaTeX that
// compiles, and both ad hoc.
#include <algorithm>

#include "catch.hpp"
#include "cells.hpp"
#include "golden_file.hpp"
#include "program.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/pdf.hpp"
#include "ulpscope/report/quartiles.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/study/report_keys.hpp"
#include "ulpscope/study/unit.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

namespace {

/// Two arithmetics, three rates, three seeds. One cell failed, one is not there, and floors range
/// from 1e-5000 to inf.
const Csv& seeds_summary() {
  static const Csv csv = parse_csv(
      "id,rule.lr,precision.arithmetic,data.seed,floor,onset,verdict,status\n"
      "a,1e-3,binary32,1,1.25e-11,3000,relapsed,done\n"
      "b,1e-3,binary32,2,2.5e-11,> 6000,stable,done\n"
      "c,1e-3,binary32,3,7.5e-12,3500,relapsed,done\n"
      "d,1e-2,binary32,1,1.5e-10,> 6000,stable,done\n"
      "e,1e-2,binary32,2,,,,failed: out of memory\n"
      "f,1e-2,binary32,3,inf,,diverged,done\n"
      "g,1e-1,binary32,1,0.0e+00,> 6000,stable,done\n"
      "h,1e-3,dec100,1,1e-5000,3100,relapsed,done\n"
      "i,1e-3,dec100,2,3e-5000,3200,relapsed,done\n"
      "j,1e-3,dec100,3,2e-5000,3300,relapsed,done\n"
      "k,1e-2,dec100,1,,,,pending\n",
      "summary.csv");
  return csv;
}

const Csv& seeds_timings() {
  static const Csv csv =
      parse_csv("id,steps,seconds,us_per_step\na,6000,0.1,11.25\n", "timings.csv");
  return csv;
}

Study seeds_study() {
  Study study;
  study.name = "seeds";
  study.title = "Seeds";
  return study;
}

TableSpec table(WrittenKeys keys) { return written_table(keys); }

std::string text(const TableSpec& spec, TableFormat format) {
  return table_text(spec, seeds_study(), seeds_summary(), seeds_timings(), format);
}

Drawing drawing(WrittenKeys keys) {
  return figure_drawing(written_figure(keys), seeds_study(), seeds_summary(), seeds_timings(),
                        [](const std::string&) { return Csv{}; });
}

const WrittenKeys pivot{{"rows", "rule.lr"},
                        {"columns", "floor,verdict,us_per_step"},
                        {"group", "precision.arithmetic"},
                        {"only", "data.seed=1"},
                        {"digits", "floor=2"},
                        {"titles", "us_per_step=time & more"},
                        {"units", "us_per_step=\\micro\\second"},
                        {"label", "tab:seeds_1"}};
const WrittenKeys medians{{"rows", "precision.arithmetic,rule.lr"},
                          {"columns", "floor,onset,verdict"},
                          {"over", "data.seed"},
                          {"caption", "Medians over 3 seeds & quartiles"}};
const WrittenKeys metric{{"kind", "metric"},    {"x", "rule.lr"},
                         {"y", "floor"},        {"by", "precision.arithmetic"},
                         {"over", "data.seed"}, {"caption", "100 % of floors"}};
const WrittenKeys heat_map{{"kind", "heat-map"},
                           {"x", "rule.lr"},
                           {"y", "precision.arithmetic"},
                           {"value", "onset"},
                           {"over", "data.seed"}};
const WrittenKeys verdicts{{"kind", "heat-map"},
                           {"x", "rule.lr"},
                           {"y", "precision.arithmetic"},
                           {"value", "verdict"},
                           {"over", "data.seed"}};
const WrittenKeys distribution{{"kind", "distribution"},
                               {"value", "onset"},
                               {"by", "precision.arithmetic"},
                               {"width", "page"}};

}  // namespace

TEST_CASE("quartiles are values that occur, of any size", "[report]") {
  const auto of = [](std::vector<std::string> values) {
    const auto found = quartiles(std::move(values));
    return found ? found->low + " " + found->middle + " " + found->high : "none";
  };
  CHECK(of({"5"}) == "5 5 5");
  CHECK(of({"2", "1"}) == "1 1 2");
  CHECK(of({"4", "3", "2", "1"}) == "1 2 3");
  CHECK(of({"5", "4", "3", "2", "1"}) == "2 3 4");
  CHECK(of({"1e-5000", "-2e-5000", "0", "inf", "-inf"}) == "-2e-5000 0 1e-5000");
  CHECK(of({"-1e5", "-1e4", "1e4", "9.9e4"}) == "-1e5 -1e4 1e4");
  CHECK(of({"nan", "", "1"}) == "1 1 1");
  CHECK(of({"nan", ""}) == "none");
  CHECK(of({"> 6000", "inf", "7000", "-1", "2"}) == "2 7000 > 6000");
  CHECK(of({"> 6000", "> 512", "> 1000"}) == "> 512 > 1000 > 6000");
  CHECK(counts({"b", "a", "", "b"}) == "2 b, 1 a");
}

TEST_CASE("units are siunitx's and shown to people", "[report]") {
  CHECK(shown_unit("\\micro\\second") == "µs");
  CHECK(shown_unit("\\mebi\\byte\\per\\second") == "MiB/s");
  CHECK(shown_unit("ms") == "ms");
  CHECK(unit_fault("\\milli \\second").empty());
  CHECK(unit_fault("\\mili\\second").find("did you mean \"\\milli\"?") != std::string::npos);
  CHECK(!unit_fault("µs").empty());
  CHECK(!unit_fault("").empty());
}

TEST_CASE("a group's values are blocks of a table", "[report]") {
  check_golden("pivot.md", text(table(pivot), TableFormat::markdown));
  check_golden("pivot.tex", text(table(pivot), TableFormat::latex));
  check_golden("pivot.csv", text(table(pivot), TableFormat::csv));
  check_golden("pivot.html", text(table(pivot), TableFormat::html));
}

TEST_CASE("cells that differ in a key alone are one row", "[report]") {
  check_golden("medians.md", text(table(medians), TableFormat::markdown));
  check_golden("medians.tex", text(table(medians), TableFormat::latex));
  check_golden("medians.csv", text(table(medians), TableFormat::csv));
  check_golden("medians.html", text(table(medians), TableFormat::html));
}

TEST_CASE("a settled cell without an onset may have one later", "[report]") {
  const Csv summary = parse_csv(
      "id,onset,verdict,stopped,status\n"
      "a,3000,relapsed,,done\nb,,stable,,done\nc,,stable,512,done\nd,,unconverged,,done\n"
      "e,,,,pending\n",
      "summary.csv");
  std::vector<std::string> onsets;
  for (const auto& row : for_report(summary, seeds_study()).rows) onsets.push_back(row[1]);
  CHECK(onsets == std::vector<std::string>{"3000", "> 6000", "> 512", "", ""});
}

TEST_CASE("figures of metrics say what they cannot show", "[report]") {
  check_golden("metric.gnuplot", gnuplot_text(drawing(metric)));
  check_golden("metric.tex", pgfplots_text(drawing(metric), ""));
  check_golden("heat-map.gnuplot", gnuplot_text(drawing(heat_map)));
  check_golden("heat-map.tex", pgfplots_text(drawing(heat_map), ""));
  check_golden("verdicts.tex", pgfplots_text(drawing(verdicts), ""));
  check_golden("distribution.gnuplot", gnuplot_text(drawing(distribution)));
  check_golden("distribution.tex", pgfplots_text(drawing(distribution), ""));
}

TEST_CASE("gnuplot draws every kind, the same bytes each time", "[report]") {
  for (const WrittenKeys& keys : {metric, heat_map, verdicts, distribution}) {
    const FigureSpec spec = written_figure(keys);
    const FigureFiles files = figure_files(spec, seeds_study(), drawing(keys));
    CHECK(files == figure_files(spec, seeds_study(), drawing(keys)));
    REQUIRE(files.size() == figure_endings.size());
    for (std::size_t i = 0; i < files.size(); ++i) CHECK(files[i].first == figure_endings[i]);
    CHECK(files[0].second.find("ulpscope 0.1.0: study seeds, figure adhoc") != std::string::npos);
    CHECK(files[2].second.find("ulpscope 0.1.0: study seeds, figure adhoc") != std::string::npos);
  }
}

TEST_CASE("a PDF is the same whenever it was drawn", "[report]") {
  const auto drawn = [](const std::string& time) {
    return "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
           "2 0 obj\n<< /Type /Pages /Kids [4 0 R] /Count 1 >>\nendobj\n"
           "3 0 obj\n<< /Producer (cairo) /CreationDate (D:" +
           time +
           ") >>\nendobj\n"
           "4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>\nendobj\n"
           "trailer\n<< /Root 1 0 R /Info 3 0 R /Size 5 >>\n%%EOF\n";
  };
  const std::string pdf = without_time(drawn("20261126211036+00'00"));
  CHECK(pdf == without_time(drawn("20270101000000+01'00")));
  CHECK(pdf.find("/Producer (cairo)") != std::string::npos);
  CHECK(without_time(pdf) == pdf);
  CHECK_THROWS_AS(without_time("no PDF"), std::runtime_error);
  CHECK_THROWS_AS(without_time(""), std::runtime_error);
}

TEST_CASE("a scale that is asked for is taken", "[report]") {
  const auto with = [](const std::string& key, const std::string& scale) {
    WrittenKeys keys = metric;
    keys.emplace_back(key, scale);
    keys.emplace_back("only", "precision.arithmetic=binary32");
    return drawing(keys);
  };
  CHECK(with("x_scale", "log").x.powers);
  CHECK(!with("x_scale", "linear").x.powers);
  CHECK(with("y_scale", "log").y.powers);
  CHECK(!with("y_scale", "linear").y.powers);
}

TEST_CASE("a figure of a metric counts the cells that its x axis cannot show", "[report]") {
  const Csv summary =
      parse_csv("id,rule.eps,floor,status\na,0,1e-3,done\nb,1e-8,1e-4,done\nc,1e-2,1e-5,done\n",
                "summary.csv");
  const WrittenKeys keys{{"kind", "metric"}, {"x", "rule.eps"}, {"y", "floor"}};
  const Drawing all = figure_drawing(written_figure(keys), seeds_study(), summary, {},
                                     [](const std::string&) { return Csv{}; });
  CHECK(all.notes ==
        std::vector<std::string>{"not shown: 1 of 3 cells, whose eps has no place on a "
                                 "logarithmic axis"});
}

TEST_CASE("LaTeX compiles as it is", "[report]") {
  const TempFolder folder;
  if (run({"/usr/bin/env", "pdflatex", "--version"}).code != 0) {
    WARN("skipped: there is no pdflatex in PATH");
    return;
  }
  std::string body;
  for (const char* name :
       {"table", "pivot", "medians", "figure", "metric", "heat-map", "verdicts", "distribution"}) {
    spit(folder / (std::string(name) + ".tex"),
         slurp(fs::path(ULPSCOPE_TEST_DIR) / "golden" / (std::string(name) + ".tex")));
    body += "\\input{" + std::string(name) + "}\n\n";
  }
  const std::string contours = "0 0 1\n1 1 1\n\n0 1 2\n1 0 2\n";
  Drawing path = drawing(metric);
  path.contours = Contours{"x + y"};
  spit(folder / "path.tex", pgfplots_text(path, contours));
  spit(folder / "all.tex",
       "\\documentclass{article}\n\\usepackage{booktabs,siunitx,pgfplots}\n"
       "\\pgfplotsset{compat=1.16}\n\\begin{document}\n" +
           body + "\\input{path}\n\\end{document}\n");
  spit(folder / "alone.tex",
       "\\documentclass{standalone}\n\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n"
       "\\begin{document}\\input{metric}\\end{document}\n");
  for (const char* name : {"all", "alone"}) {
    const Result result = run({"/usr/bin/env", "-C", folder.path().string(), "pdflatex",
                               "-interaction=nonstopmode", "-halt-on-error", name});
    INFO(result.out);
    CHECK(result.code == 0);
    CHECK(fs::exists(folder / (std::string(name) + ".pdf")));
  }
}

TEST_CASE("keys of tables and figures read back as they were written", "[study]") {
  const std::string text =
      "[sweep]\n\"rule.lr\" = [1e-3, 1e-4]\n\"data.seed\" = [1, 2]\n"
      "[[table]]\nname = \"a\"\ncaption = \"\"\nrows = [\"rule.kind\"]\ncolumns = [\"floor\", "
      "\"us_per_step\"]\nonly = \"rule.lr=1e-*\"\ngroup = \"rule.lr\"\nover = [\"data.seed\"]\n"
      "digits = { floor = 2, \"rule.kind\" = 4 }\nunits = { us_per_step = \"\\\\micro\\\\second\" "
      "}\ntitles = { floor = \"a \\\"b\\\"\" }\nlabel = \"tab:x\"\n"
      "\n[[table]]\nname = \"b\"\ncaption = \"\"\nrows = [\"rule.lr\", \"data.seed\"]\ncolumns = "
      "[\"floor\"]\ndigits = 5\n"
      "\n[[figure]]\nname = \"m\"\ncaption = \"\"\nkind = \"metric\"\nby = [\"data.seed\"]\nx = "
      "\"rule.lr\"\ny = \"floor\"\nx_scale = \"linear\"\ny_scale = \"log\"\nwidth = \"page\"\n"
      "\n[[figure]]\nname = \"h\"\ncaption = \"\"\nkind = \"heat-map\"\nx = \"rule.lr\"\ny = "
      "\"rule.kind\"\nvalue = \"verdict\"\nover = [\"data.seed\"]\n"
      "\n[[figure]]\nname = \"d\"\ncaption = \"\"\nkind = \"distribution\"\nvalue = \"onset\"\n";
  const Study study = study_of(text);
  const std::string written = study_toml(study, make_plan(study));
  const std::size_t from = written.find("[[table]]");
  REQUIRE(from != std::string::npos);
  CHECK(written.substr(from) == text.substr(text.find("[[table]]")));
}

TEST_CASE("bad tables and figures are refused before anything runs", "[study]") {
  const std::string sweep = "[sweep]\n\"rule.lr\" = [1, 2]\n\"data.seed\" = [1, 2]\n";
  CHECK(
      message(sweep + "[[table]]\ngruop = \"rule.lr\"\n")
          .starts_with(
              "7: table.gruop: unknown key; expected one of name, caption, rows, columns, only, "
              "group, "
              "over, digits, units, titles, label; did you mean \"group\"?; for example columns"));
  CHECK(message(sweep + "[[table]]\nrows = \"rule.lr\"\ncolumns = \"floor\"\n") ==
        "6: table.rows: does not tell all cells apart; add \"data.seed\", for example "
        "[\"data.seed\", \"rule.lr\"]");
  CHECK(message(sweep + "[[table]]\nrows = \"rule.lr\"\nover = \"data.sed\"\n") ==
        "6: table.over: \"data.sed\": expected a key; did you mean \"data.seed\"?; for example "
        "\"precision.arithmetic\"");
  CHECK(message(sweep + "[[table]]\nrows = \"rule.lr\"\nover = \"rule.lr\"\n") ==
        "6: table.over: \"rule.lr\" names rows, columns or lines here, too; expected another key, "
        "for example \"data.seed\"");
  CHECK(message(sweep + "[[table]]\nrows = \"rule.lr\"\ngroup = \"data.seed\"\n") ==
        "6: table.columns: is missing; expected metrics, timings or keys, for example columns = "
        "[\"floor\", \"onset\"]");
  const std::string table = sweep + "[[table]]\nrows = \"rule.lr\"\nover = \"data.seed\"\n";
  CHECK(message(table + "columns = \"floor\"\ndigits = 0\n") ==
        "10: table.digits: \"0\": not a whole number from 1 to 100; expected a number of digits "
        "from 1 to 100, for all columns or by column, for example digits = { floor = 2 }");
  CHECK(message(table + "columns = \"floor\"\nunits = { flor = \"ms\" }\n") ==
        "6: table.units: \"flor\": expected one of this table's rows and columns, \"rule.lr\" or "
        "\"floor\"; did you mean \"floor\"?; for example units = { us_per_step = "
        "'\\micro\\second' }");
  CHECK(message(table + "titles = 3\n") ==
        "9: table.titles: expected titles by column, for example titles = { floor = \"lowest "
        "loss\" }");
  CHECK(message(table + "label = \"tab:a b\"\n") ==
        "9: table.label: \"tab:a b\": not letters, digits and .:-_/ alone; expected a label of "
        "LaTeX, for example label = \"tab:floors\"");
  const std::string figure = sweep + "[[figure]]\nkind = \"metric\"\nover = \"data.seed\"\n";
  CHECK(message(figure + "y = \"floor\"\n") ==
        "6: figure.x: is missing; a figure of kind = \"metric\" needs it, the key along the axis; "
        "for example x = \"rule.lr\"");
  CHECK(message(figure + "x = \"rule.lr\"\ny = \"verdict\"\n")
            .starts_with("6: figure.y: \"verdict\": expected a number, one of \"converged\""));
  CHECK(message(figure + "x = \"rule.lr\"\ny = \"floor\"\nx_scale = \"lg\"\n") ==
        "11: figure.x_scale: \"lg\": expected \"log\" or \"linear\"; did you mean \"log\"?; for "
        "example x_scale = \"log\"");
  CHECK(
      message(sweep + "[[figure]]\nkind = \"heatmap\"\n") ==
      "7: figure.kind: \"heatmap\": expected \"loss\", \"trace\", \"path\", \"metric\", "
      "\"heat-map\", "
      "\"distribution\" or \"sharpness\"; did you mean \"heat-map\"?; for example kind = \"loss\"");
  CHECK(message(sweep + "[[figure]]\nby = [\"rule.lr\", \"data.seed\"]\nx = \"rule.lr\"\n") ==
        "6: figure.x: belongs to figures of kind = \"metric\" or \"heat-map\"; for example kind = "
        "\"metric\"");
}

TEST_CASE("a figure of traces has a line for each column and cell", "[report]") {
  const std::string text =
      "steps = 100\n[record]\nprobes = [\"shadow\"]\n[sweep]\n\"rule.lr\" = [1e-3, 1e-2]\n"
      "[[figure]]\nname = \"f\"\nkind = \"trace\"\nby = \"rule.lr\"\n";
  const std::string columns = "columns = [\"shadow_max\", \"shadow_bound\"]\n";
  const Study study = study_of(text + columns);
  Csv summary{{"id", "rule.lr", "status"}, {}};
  for (const Cell& cell : make_plan(study).cells) {
    summary.rows.push_back({cell.id, cell["rule.lr"], "done"});
  }
  const auto trace = [](const std::string&) {
    return parse_csv("step,loss,shadow_max,shadow_bound\n0,1,,\n1,1,0,1e-7\n2,1,1e-9,2e-7\n", "t");
  };
  const Drawing drawing = figure_drawing(study.figures.front(), study, summary, {}, trace);
  std::vector<std::string> titles;
  for (const Entry& entry : drawing.key) titles.push_back(entry.title);
  CHECK(titles == std::vector<std::string>{"lr = 1e-3, shadow max", "lr = 1e-3, shadow bound",
                                           "lr = 0.01, shadow max", "lr = 0.01, shadow bound",
                                           "value exactly 0"});
  CHECK(drawing.y.title.empty());
  const auto lines =
      std::count_if(drawing.elements.begin(), drawing.elements.end(),
                    [](const Element& element) { return element.kind == Element::Kind::line; });
  CHECK(lines == 4);
  CHECK(message(text) ==
        "8: figure.columns: is missing; a figure of kind = \"trace\" needs it, columns of "
        "trace.csv, a line each; for example columns = [\"shadow_max\", \"shadow_bound\"]");
  CHECK(message(text + "columns = \"shadow_mx\"\n").find("did you mean \"shadow_max\"?") !=
        std::string::npos);
  CHECK(
      message(text + "columns = \"sharpness\"\n") ==
      "8: figure.columns: \"sharpness\" is measured by the probe \"sharpness\", which a cell does "
      "not record; for example probes = [\"sharpness\"] under [record]");
}

TEST_CASE("a table or figure ad hoc leaves the folder as it is", "[command]") {
  const TempFolder folder;
  spit(folder / "s.toml",
       "[study]\nname = \"s\"\nsteps = 20\n[model]\nkind = \"matyas\"\n[sweep]\n"
       "\"rule.lr\" = [1e-2, 1e-1]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n");
  const std::string out = (folder / "out").string();
  REQUIRE(program({"run", (folder / "s.toml").string(), "--out", out}).code == 0);
  const auto before = compared_files(folder / "out");
  const Result table =
      program({"table", out, "--adhoc", "--rows", "rule.kind", "--columns", "verdict", "--group",
               "rule.lr", "--only", "rule.kind=adam", "--format", "csv"});
  INFO(table.err);
  CHECK(table.code == 0);
  CHECK(table.out ==
        "rule.kind,lr = 1e-2:verdict,lr = 1e-2:status,lr = 1e-1:verdict,lr = 1e-1:status\n"
        "adam,unconverged,done,unconverged,done\n");
  for (const char* ending : {".svg", ".pdf", ".tex"}) {
    const fs::path file = folder / ("x" + std::string(ending));
    const Result figure = program({"figure", out, "--adhoc", "--kind", "metric", "--x", "rule.lr",
                                   "--y", "tail", "--by", "rule.kind", "--out", file.string()});
    INFO(figure.err);
    CHECK(figure.code == 0);
    CHECK(!slurp(file).empty());
  }
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    const Result result = program(std::move(arguments));
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find(part) != std::string::npos);
  };
  refused({"figure", out, "--adhoc", "--kind", "metric", "--x", "rule.lr", "--y", "flor", "--by",
           "rule.kind", "--out", (folder / "y.svg").string()},
          "did you mean \"floor\"?");
  refused({"figure", out, "--adhoc", "--out", (folder / "y.png").string()}, "--out figure.svg");
  refused({"table", out, "--rows", "rule.kind"}, "--rows requires --adhoc");
  CHECK(compared_files(folder / "out") == before);
  CHECK(!fs::exists(folder / "y.svg"));
}
