// SPDX-License-Identifier: BSL-1.0
// What tables and figures say, pinned by tests/golden.
#include <cmath>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "golden_file.hpp"
#include "sealed.hpp"
#include "ulpscope/report/curve.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/gnuplot.hpp"
#include "ulpscope/report/layout.hpp"
#include "ulpscope/report/number.hpp"
#include "ulpscope/report/scale.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/report/text.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/fmt.hpp"

using namespace ulpscope;
namespace fs = std::filesystem;

namespace {

using test::check_golden;

Study odd_study() {
  Study study;
  study.name = "odd & 'end' -- 1";
  study.tables.push_back({"overview",
                          "Floors of 100 % | <b>_{x}",
                          {"rule.kind", "rule.lr"},
                          {"floor", "floor_step", "onset", "crossing", "peak", "tail", "verdict",
                           "us_per_step", "data.seed"},
                          "",
                          {"odd.toml", 12}});
  study.figures.push_back({.name = "loss",
                           .caption = "The loss, `date` and $x_1$",
                           .by = {"rule.kind", "rule.lr"},
                           .place = {"odd.toml", 20}});
  return study;
}

const Csv& odd_summary() {
  static const Csv csv = parse_csv(
      "id,rule.kind,rule.lr,converged,floor,floor_step,onset,crossing,peak,tail,verdict,"
      "verdict_step,data.seed,status\n"
      "a,adam,1e-3,300,1.6949999e-11,317,3021,,inf,1.165e-03,relapsed,3021,1_000,done\n"
      "b,\"s|g_d, <1>\",1e-2,299,1.00500000000000000000000000000001e-5000,2429,,,,0.000e+00,"
      "stable,299,1_000,done\n"
      "c,'quote',1e-2,,,,,,,-9.995e+01,unconverged,3,1_000,done\n"
      "d,sgd,true,,,,,,,,,,1_000,\"failed: 3 & 4, out of \"\"memory\"\"\"\n"
      "e,sgd,1,,,,,,,,,,1_000,pending\n",
      "summary.csv");
  return csv;
}

const Csv& odd_timings() {
  static const Csv csv = parse_csv(
      "id,steps,seconds,us_per_step\nb,6000,0.0738,12.345\na,6000,7.4,1234.5\nc,4,1,0.00123\n",
      "timings.csv");
  return csv;
}

Csv odd_trace(const std::string& id) {
  std::string text = "step,loss\n";
  if (id == "a") text += "0,9.17e+01\n1,1e-3\n2,inf\n";
  if (id == "b") text += "0,9.17e+01\n1,1e-4000\n2,0\n3,1.5e-5000\n4,0.0\n5,2e-5000\n";
  if (id == "c") text += "0,nan\n";
  return parse_csv(text, id);
}

/// The message of the std::exception that f throws.
template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string shown(const std::string& text) { return scientific(read_number(text).value()); }
std::string shown_plain(const std::string& text) { return plain(read_number(text).value()); }

}  // namespace

TEST_CASE("a number for people has three digits, rounded from its decimal text") {
  CHECK(shown("1.69499e-11") == "1.69e-11");
  CHECK(shown("1.695e-11") == "1.70e-11");  // ties to even
  CHECK(shown("1.685e-11") == "1.68e-11");
  CHECK(shown("1.68500000000000000000000000000000000000001e-11") == "1.69e-11");
  CHECK(shown("9.995e-5000") == "1.00e-4999");
  CHECK(shown("-123456") == "-1.23e5");
  CHECK(shown("1e-300000") == "1.00e-300000");
  CHECK(shown("0.000e+00") == "0");
  CHECK(shown_plain("12.345") == "12.3");
  CHECK(shown_plain("9.996") == "10.0");
  CHECK(shown_plain("0.012345") == "0.0123");
  CHECK(shown_plain("1234.5") == "1234");
  CHECK(shown_plain("9999.6") == "10000");
  CHECK(shown_plain("1e2") == "100");
  for (const char* none :
       {"", "inf", "-inf", "nan", "e4m3", "1e", "1e+-3", "0x1p3", "1e99999999999999999999"}) {
    CHECK(!read_number(none));
  }
  CHECK(std::abs(log10_of(*read_number("2e-5000")) - (std::log10(2.0) - 5000)) < 1e-9);
}

TEST_CASE("CSV reads back what it wrote") {
  const Csv csv{{"a", "b,\"c\""}, {{"1\n2", ""}, {" x ", "\"\""}, {"\r", "y"}}};
  CHECK(parse_csv(csv.text(), "x").header == csv.header);
  CHECK(parse_csv(csv.text(), "x").rows == csv.rows);
  const Csv narrow{{"a"}, {{""}, {"b"}}};
  CHECK(parse_csv(narrow.text(), "x").rows == narrow.rows);
  CHECK(parse_csv("a,b\r\n1,2\r\n", "x").rows == std::vector<std::vector<std::string>>{{"1", "2"}});
  CHECK(parse_csv("a,b\n1,2", "x").rows.size() == 1);
  CHECK(csv.column("a") == 0U);
  CHECK(!csv.column("c"));
}

TEST_CASE("CSV errors name file and line") {
  CHECK_THROWS_WITH(parse_csv("a,b\n\"1\n2\",3\n4\n", "t.csv"),
                    "t.csv:4: 1 fields, where the header has 2");
  CHECK_THROWS_WITH(parse_csv("a,b\n1,\"2\n", "t.csv"), "t.csv:2: a quote is not closed");
  CHECK_THROWS_WITH(parse_csv("a,b\n1,\"2\"3\n", "t.csv"), "t.csv:2: text after a closing quote");
  CHECK_THROWS_WITH(parse_csv("a,b\n1,2\"\n", "t.csv"),
                    "t.csv:2: a quote inside an unquoted field");
  CHECK_THROWS_WITH(parse_csv("", "t.csv"), "t.csv:1: empty; expected a header row");
}

TEST_CASE("tables say the same in each format") {
  const Study study = odd_study();
  const TableSpec& spec = study.tables[0];
  const auto text = [&](TableFormat format) {
    return table_text(spec, study, odd_summary(), odd_timings(), format);
  };
  check_golden("table.md", text(TableFormat::markdown));
  check_golden("table.tex", text(TableFormat::latex));
  check_golden("table.csv", text(TableFormat::csv));
  check_golden("table.html", text(TableFormat::html));
}

TEST_CASE("a table without timings leaves their column empty") {
  const Study study = odd_study();
  const TableSpec spec{"t", "", {"rule.kind"}, {"us_per_step"}, "", {}};
  const Csv csv = parse_csv(table_text(spec, study, odd_summary(), {}, TableFormat::csv), "t");
  for (const auto& row : csv.rows) CHECK(row[1].empty());
}

TEST_CASE("keys that end alike are titled in full") {
  const Study study = odd_study();
  const Csv summary = parse_csv("id,rule.lr,schedule.lr,status\na,1,2,done\n", "summary.csv");
  const TableSpec spec{"t", "", {"rule.lr", "schedule.lr"}, {}, "", {}};
  const std::string text = table_text(spec, study, summary, {}, TableFormat::markdown);
  CHECK(text.find("| rule.lr | schedule.lr |") != std::string::npos);
}

TEST_CASE("a column that is none is an input error, found without any row") {
  const Study study = odd_study();
  Csv summary = odd_summary();
  summary.rows.clear();
  const TableSpec table{"t", "", {"rule.kind"}, {"flor"}, "", {"odd.toml", 12}};
  CHECK_THROWS_AS(table_text(table, study, summary, {}, TableFormat::csv), InputError);
  CHECK(contains(message_of([&] { table_text(table, study, summary, {}, TableFormat::csv); }),
                 "odd.toml:12: table.columns: \"flor\": expected"));
  const FigureSpec figure{.name = "f", .by = {"rule.knd"}, .place = {"odd.toml", 20}};
  CHECK(contains(message_of([&] { figure_drawing(figure, study, summary, {}, odd_trace); }),
                 "odd.toml:20: figure.by: \"rule.knd\": expected"));
}

TEST_CASE("a figure's script marks what its axis cannot show") {
  const Study study = odd_study();
  const Drawing drawing = figure_drawing(study.figures[0], study, odd_summary(), {}, odd_trace);
  check_golden("figure.gnuplot", gnuplot_text(drawing));
  check_golden("figure.tex", pgfplots_text(drawing, ""));
}

TEST_CASE("thinning loses no extreme, neither end and no gap") {
  std::string text = "step,loss\n";
  for (int t = 0; t < 6000; ++t) {
    const bool spike = t == 1234;
    const bool dip = t == 4321;
    text += std::to_string(t) + (spike ? ",1e+5" : dip ? ",1e-400" : t == 3000 ? ",0" : ",1e-3");
    text += "\n";
  }
  const Curve curve = make_curve(parse_csv(text, "trace.csv"), "loss", 300, "trace.csv");
  REQUIRE(curve.pieces.size() == 2);
  CHECK(curve.pieces[0].front().step == 0);
  CHECK(curve.pieces[0].back().step < 3000);
  CHECK(curve.pieces[1].front().step > 3000);
  CHECK(curve.pieces[1].back().step == 5999);
  CHECK(curve.pieces[0].size() + curve.pieces[1].size() < 310);
  CHECK(curve.zeros == std::vector<double>{3000});
  CHECK(!curve.negative);
  double low = 0;
  double high = 0;
  for (const auto& piece : curve.pieces) {
    for (const Bucket& bucket : piece) {
      CHECK(bucket.middle == -3);
      low = std::min(low, bucket.low);
      high = std::max(high, bucket.high);
    }
  }
  CHECK(make_curve(parse_csv("step,loss\n0,1\n1,2\n", "t"), "loss", 300, "t").pieces[0].size() ==
        2);
  CHECK(low == -400);
  CHECK(high == 5);
}

TEST_CASE("a trace without losses is an error") {
  CHECK_THROWS_WITH(make_curve(parse_csv("step,los\n0,1\n", "t"), "loss", 300, "t"),
                    "t: expected columns step and loss");
  CHECK_THROWS_WITH(make_curve(parse_csv("step,loss\n0,one\n", "t"), "loss", 300, "t"),
                    "t: no loss: \"one\"");
  CHECK_THROWS_WITH(make_curve(parse_csv("step,loss\n-1,1\n", "t"), "loss", 300, "t"),
                    "t: no step: \"-1\"");
}

TEST_CASE("labels that leave no room for a plot make its figure wider") {
  Drawing drawing;
  CHECK(layout_of(drawing).width == drawing.width);
  drawing.y_label_width = 200;
  const FigureLayout layout = layout_of(drawing);
  CHECK(layout.right - layout.left > 2);
  CHECK(layout.width > layout.right);
  CHECK(contains(gnuplot_text(drawing), fmt::format("size {:.6g}cm", layout.width)));
}

TEST_CASE("a scale has places for numbers beyond double where its logarithms have them") {
  const Scale logs({"1e400", "2e400"}, "");
  CHECK(logs.is_log());
  CHECK(logs.place("2e400").value() > 400);
  CHECK_FALSE(logs.place("0"));
  CHECK_FALSE(logs.above("0"));

  const Scale far({"1.7e308", "-1.7e308", "1"}, "");
  const PlotAxis finite = far.axis("x", true);
  CHECK(std::isfinite(finite.high - finite.low));
  CHECK_FALSE(read_number("1e1000000000000000000"));
  CHECK_FALSE(read_number("1234e9223372036854775807"));
  CHECK(read_number("1e-1000000000000"));

  const Scale linear({"1", "2e400", "-2e400"}, "");
  CHECK_FALSE(linear.is_log());
  CHECK(linear.place("1") == 1);
  CHECK_FALSE(linear.place("2e400"));
  CHECK_FALSE(linear.place("-2e400"));
  CHECK(linear.above("2e400"));
  CHECK(linear.above("> 6000"));
  CHECK_FALSE(linear.above("-2e400"));
  const PlotAxis axis = linear.axis("x", true);
  CHECK(axis.low < 1);
  CHECK(axis.high > 1);
}

TEST_CASE("texts wrap at spaces, and a comment holds no end of a comment") {
  CHECK(wrapped("one two  three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("", 7).empty());
  CHECK(stamp("a--->", "table", "b\nc") == "ulpscope 0.1.0: study a- - ->, table b c");
  CHECK(gnuplot_string("a'b\n`c`") == "'a' . \"'\" . 'b `c`'");
}

TEST_CASE("gnuplot's message is part of the exception, and nothing stays behind") {
  fs::path left;
  {
    const TemporaryFolder folder;
    left = folder.path();
    write_file(left / "bad", "plot nothing_there\n");
    CHECK(contains(message_of([&] { run_gnuplot(left / "bad", {}); }),
                   "undefined variable: nothing_there"));
  }
  CHECK(!fs::exists(left));
}

TEST_CASE("figures come out the same in any folder") {
  const Study study = odd_study();
  const TemporaryFolder folder;
  std::string svg;
  for (const char* name : {"one", "two 'and' $HOME"}) {
    const fs::path results = folder.path() / name;
    write_file(results / "summary.csv", odd_summary().text());
    for (const char* id : {"a", "b", "c"}) {
      write_file(results / "cells" / id / "trace.csv", odd_trace(id).text());
      test::seal_cell(results / "cells" / id);
    }
    const auto files = write_figures(results, study, figures_of_results(results, study));
    REQUIRE(files.size() == 3);
    const std::string text = read_file(files[0]);
    CHECK(text.find("<!-- ulpscope 0.1.0: study odd & 'end' - - 1, figure loss -->") !=
          std::string::npos);
    CHECK((svg.empty() || text == svg));
    svg = text;
    CHECK(read_file(files[1]).starts_with("%PDF"));
    fs::remove(results / "cells" / "b" / "trace.csv");
    CHECK(contains(message_of([&] { figures_of_results(results, study); }), "trace.csv"));
  }
}
