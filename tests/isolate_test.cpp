// SPDX-License-Identifier: BSL-1.0
// [isolate]: one role coarse, all but one coarse, none and all, from one base cell.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/probe/metric_list.hpp"
#include "ulpscope/report/cells.hpp"
#include "ulpscope/report/share.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/keys.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Texts = std::vector<std::string>;

/// "way role format" of the cells, in their order.
Texts labels_of(const Plan& plan) {
  Texts texts;
  for (const Cell& cell : plan.cells) {
    texts.push_back(cell[isolate_label::way] + " " + cell[isolate_label::role] + " " +
                    cell[isolate_label::format]);
  }
  return texts;
}

const Cell& cell_at(const Plan& plan, const std::string& only) {
  return *select_cells(plan, only).at(0);
}

/// The id of the cell that has this [precision].
std::string id(const std::string& precision, const std::string& rest = "") {
  return cell_of(rest + "[precision]\n" + precision).id;
}

/// Lines of [precision] that have these roles in a format.
std::string in_format(const std::string& value, const std::string& but = "",
                      const std::string& only = "") {
  std::string text;
  for (const RoleInfo& role : role_list) {
    const std::string name(role.name);
    if (name != but && (only.empty() || name == only)) text += name + " = " + value + "\n";
  }
  return text;
}

const std::string two_cells =
    "[isolate]\nroles = [\"second_moment\", \"update\"]\nformats = [\"binary32\", \"p11\"]\n";

}  // namespace

TEST_CASE("isolate makes each role coarse alone and exact alone", "[isolate]") {
  const Plan plan = plan_of(two_cells);
  CHECK(plan.swept == Texts{"isolate.way", "isolate.role", "isolate.format"});
  CHECK(labels_of(plan) == Texts{"exact none dec50", "all all binary32",
                                 "only second_moment binary32", "all-but second_moment binary32",
                                 "only update binary32", "all-but update binary32", "all all p11",
                                 "only second_moment p11", "all-but second_moment p11",
                                 "only update p11", "all-but update p11"});
  // All roles of Adam on a linear model, if none are named.
  CHECK(plan_of("[isolate]\nformats = \"p11\"\n").cells.size() == 2 + 2 * role_count);
  // Plain descent keeps no moments; a surface has neither data nor activations.
  CHECK(plan_of("[rule]\nkind = \"sgd\"\n[isolate]\nformats = \"p11\"\n").cells.size() ==
        2 + 2 * (role_count - 2));
  CHECK(plan_of("[model]\nkind = \"beale\"\n[isolate]\nformats = \"p11\"\n").cells.size() ==
        2 + 2 * (role_count - 2));
}

TEST_CASE("a cell of isolate is the one that is written by hand", "[isolate]") {
  const std::string every = "{ format = \"p11\", rounding = \"every\" }";
  const Plan plan = plan_of(two_cells);
  CHECK(cell_at(plan, "isolate.way=exact").id == id("arithmetic = \"dec50\"\n"));
  CHECK(cell_at(plan, "isolate.way=all,isolate.format=p11").id ==
        id("arithmetic = \"dec50\"\n" + in_format(every)));
  CHECK(cell_at(plan, "isolate.way=only,isolate.role=update,isolate.format=p11").id ==
        id("arithmetic = \"dec50\"\n" + in_format(every, "", "update")));
  CHECK(cell_at(plan, "isolate.way=all-but,isolate.role=update,isolate.format=p11").id ==
        id("arithmetic = \"dec50\"\n" + in_format(every, "update")));
  // Labels are no part of its description.
  const std::string text = cell_toml(cell_at(plan, "isolate.way=all,isolate.format=p11"));
  CHECK(text.find("isolate") == std::string::npos);

  const Plan stored = plan_of(
      "[isolate]\nexact = \"quad\"\nrounding = \"store\"\nroles = \"gradient\"\nformats = [{ "
      "format = \"bfloat16\", mode = \"stochastic\", seed = 3 }, { p = 9, rounding = \"every\" "
      "}]\n");
  const std::string draws = "{ format = \"bfloat16\", mode = \"stochastic\", seed = 3 }";
  CHECK(labels_of(stored)[2] == "only gradient bfloat16 stochastic seed=3");
  CHECK(labels_of(stored)[5] == "only gradient p=9 every");
  CHECK(stored.cells[2].id == id("arithmetic = \"quad\"\ngradient = " + draws + "\n"));
  CHECK(stored.cells[5].id ==
        id("arithmetic = \"quad\"\ngradient = { p = 9, rounding = \"every\" }\n"));
  // Hyper-parameters are rounded once for all and draw nothing.
  CHECK(stored.cells[1].id == id("arithmetic = \"quad\"\n" + in_format(draws, "hyperparameters") +
                                 "hyperparameters = \"bfloat16\"\n"));
}

TEST_CASE("isolate multiplies with a sweep, whose parts of a role it keeps", "[isolate]") {
  CHECK(message(two_cells + "[sweep]\n\"rule.kind\" = [\"adam\", \"sgd\"]\n")
            .find("a cell with rule.kind = \"sgd\" has no precision.second_moment") !=
        std::string::npos);
  const Plan plan = plan_of(two_cells +
                            "rounding = \"store\"\n[precision]\nparameters = { compensation = "
                            "\"kahan\" }\n[sweep]\n\"data.seed\" = [1, 2]\n"
                            "\"precision.second_moment.use\" = [\"stored\", \"fresh\"]\n");
  CHECK(plan.cells.size() == 4 * 11);
  CHECK(plan.swept == Texts{"data.seed", "precision.second_moment.use", "isolate.way",
                            "isolate.role", "isolate.format"});
  CHECK(cell_at(plan,
                "data.seed=2,precision.second_moment.use=fresh,isolate.format=p11,"
                "isolate.way=only,isolate.role=second_moment")
            .id == id("arithmetic = \"dec50\"\nparameters = { compensation = \"kahan\" }\n"
                      "second_moment = { format = \"p11\", use = \"fresh\" }\n",
                      "[data]\nseed = 2\n"));
  const auto header = summary_header(plan);
  CHECK(Texts(header.begin() + 1, header.begin() + 6) == plan.swept);
  const auto row = summary_row(header, plan.cells[13], Texts(metric_list.size()), "done");
  CHECK(Texts(row.begin() + 1, row.begin() + 6) ==
        Texts{"1", "fresh", "only", "second_moment", "binary32"});
}

TEST_CASE("a study with isolate reads back as the same plan", "[isolate]") {
  const TempFolder folder;
  for (const std::string& text :
       {two_cells,
        two_cells +
            "exact = \"quad\"\n[precision]\nparameters = { compensation = \"kahan\" }\n[sweep]\n"
            "\"data.seed\" = [1, 2]\n[[table]]\nrows = [\"isolate.role\", \"isolate.way\", "
            "\"data.seed\"]\ngroup = \"isolate.format\"\ncolumns = \"floor\"\nonly = "
            "\"isolate.way=o*\"\n",
        std::string("[isolate]\nrounding = \"store\"\nformats = { p = 9, emax = 8, emin = -7, mode "
                    "= \"up\" }\n")}) {
    const Study study = study_of(text);
    const Plan plan = make_plan(study);
    const std::string written = study_toml(study, plan);
    spit(folder / "again.toml", written);
    const Study again = read_study((folder / "again.toml").string());
    const Plan replanned = make_plan(again);
    CHECK(labels_of(replanned) == labels_of(plan));
    REQUIRE(replanned.cells.size() == plan.cells.size());
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      CHECK(replanned.cells[i].id == plan.cells[i].id);
    }
    CHECK(study_toml(again, replanned) == written);
  }
}

TEST_CASE("set changes isolate", "[isolate]") {
  CHECK(plan_of(two_cells, {"isolate.exact=quad"}).cells[0].id == id("arithmetic = \"quad\"\n"));
  CHECK(plan_of(two_cells, {"isolate.formats=[\"p7\"]", "isolate.roles=loss"}).cells.size() == 4);
  CHECK(labels_of(plan_of("", {"isolate.formats=p7"})).size() == 2 + 2 * role_count);
}

TEST_CASE("a wrong isolate is refused with line, key, expectation and example", "[isolate]") {
  CHECK(message("[isolate]\n") ==
        "3: isolate.formats: is missing; expected the coarse ones, for example formats = "
        "[\"binary32\", \"p11\"]");
  CHECK(message("isolate = 5\n").find("unknown key") != std::string::npos);  // of [study]
  CHECK(message("[isolate]\nformat = \"p11\"\n") ==
        "4: isolate.format: unknown key; expected \"exact\", \"roles\", \"formats\" or "
        "\"rounding\"; did you mean \"formats\"?; for example formats = [\"binary32\", { format = "
        "\"p11\", mode = \"toward-zero\" }]");
  CHECK(
      message("[isolate]\nexact = \"dec5\"\n").rfind("4: isolate.exact: \"dec5\": expected ", 0) ==
      0);
  CHECK(message("[isolate]\nroles = [\"loss\",\n\"second-moment\"]\n")
            .find("\"second-moment\": expected a list of \"data\"") != std::string::npos);
  CHECK(message("[isolate]\nroles = [\"loss\",\n\"second-moment\"]\n")
            .find("did you mean \"second_moment\"?") != std::string::npos);
  CHECK(message("[isolate]\nformats = [\"bfloat61\"]\n").find("did you mean \"bfloat16\"?") !=
        std::string::npos);
  CHECK(message("[isolate]\nformats = [{ fromat = \"p11\" }]\n")
            .rfind("4: isolate.formats: \"fromat\" is no part of a format; expected \"format\"",
                   0) == 0);
  CHECK(message("[isolate]\nformats = [{ format = \"p11\", mode = \"dwn\" }]\n")
            .rfind("4: isolate.formats.mode: \"dwn\": expected", 0) == 0);
  CHECK(message("[isolate]\nformats = [5]\n") ==
        "4: isolate.formats: expected formats, each a text or a table; for example formats = "
        "[\"binary32\", { format = \"p11\", mode = \"toward-zero\" }]");
  CHECK(message("[isolate]\nformats = [\"p11\",\n\"p11\"]\n")
            .rfind("5: isolate.formats: \"p11\" is there twice", 0) == 0);
  CHECK(message("[isolate]\nrounding = \"never\"\nformats = \"p11\"\n")
            .rfind("4: isolate.rounding: \"never\": expected", 0) == 0);
  // What isolate sets is set nowhere else.
  const std::string alone = "is what [isolate] sets in each of its cells; expected it there alone";
  for (const char* key :
       {"arithmetic = \"dec100\"", "arithmetic = \"binary64\"", "rule_arithmetic = \"dec100\"",
        "loss = \"p8\"", "update = { mode = \"up\" }"}) {
    CHECK(message(two_cells + "[precision]\n" + key + "\n").find(alone) != std::string::npos);
  }
  CHECK(message(two_cells + "[sweep]\n\"precision.arithmetic\" = [\"quad\"]\n").find(alone) !=
        std::string::npos);
  CHECK(message(two_cells + "[sweep]\n\"precision.loss.mode\" = [\"up\"]\n").find(alone) !=
        std::string::npos);
  // A format that the exact arithmetic lacks, at the format's line.
  CHECK(message("[isolate]\nexact = \"binary32\"\nformats = \"binary64\"\n")
            .find("does not fit binary32") != std::string::npos);
  // The same cell by two labels.
  CHECK(message("[isolate]\nroles = \"loss\"\nformats = [\"p11\", { format = \"p11\", mode = "
                "\"nearest-even\" }]\n")
            .find("are the same run") != std::string::npos);
  CHECK(message("[[table]]\nrows = \"isolate.role\"\ncolumns = \"floor\"\n")
            .find("is there in a study with [isolate] alone") != std::string::npos);
  CHECK(message("[sweep]\n\"isolate.role\" = [\"loss\"]\n").find("unknown key") !=
        std::string::npos);
}

namespace {

/// A summary of two seeds, by way, role, format, floor and onset.
Csv summary() {
  Csv csv;
  csv.header = {"id",
                "data.seed",
                isolate_label::way,
                isolate_label::role,
                isolate_label::format,
                "converged",
                "floor",
                "floor_step",
                "onset",
                "status"};
  std::size_t id = 0;
  const auto add = [&](const char* seed, const char* way, const char* role, const char* format,
                       const char* floor, const char* onset, const char* status = "done") {
    csv.rows.push_back(
        {std::to_string(++id), seed, way, role, format, "", floor, "", onset, status});
  };
  add("1", "exact", "none", "dec50", "1e-20", "> 6000");
  add("1", "all", "all", "p11", "1e-12", "1000");
  add("1", "only", "update", "p11", "1e-18", "2000");
  add("1", "all-but", "update", "p11", "1.000000e-4000", "100");
  add("2", "exact", "none", "dec50", "1e-10", "10000");
  add("2", "all", "all", "p11", "1e-8", "100");
  add("2", "only", "update", "p11", "1e-9", "1000");
  add("2", "all-but", "update", "p11", "0", "> 6000");
  add("2", "all", "all", "p8", "1e-10", "> 6000");
  add("2", "only", "update", "p8", "1e-10", "10000");
  add("2", "all-but", "update", "p8", "inf", "10000", "failed: why");
  return csv;
}

}  // namespace

TEST_CASE("a share says how much of a change a cell's coarse roles make", "[isolate]") {
  const auto shares = [](const std::string& name) {
    const Csv csv = with_share(summary(), name);
    Texts texts;
    for (const auto& row : csv.rows) texts.push_back(row.at(*csv.column(name)));
    return texts;
  };
  CHECK(shares("floor_explained") ==
        Texts{"", "1", "0.25", "-497.5", "", "1", "0.5", "zero", "no change", "no change", ""});
  CHECK(shares("onset_explained") == Texts{"", "censored", "censored", "censored", "", "1", "0.5",
                                           "censored", "censored", "censored", ""});
}

TEST_CASE("a share of a summary without what it is computed from is named", "[isolate]") {
  for (const std::string lacking : {"isolate.format", "floor", "status", "converged"}) {
    Csv csv = summary();
    csv.header.at(*csv.column(lacking)) = "other";
    CHECK_THROWS_WITH(with_share(csv, "floor_explained"),
                      "summary.csv: expected a column " + lacking);
  }
}

TEST_CASE("medians of shares pass over those that there are not", "[isolate]") {
  TableSpec spec;
  spec.rows = {isolate_label::way, isolate_label::role};
  spec.columns = {"floor_explained", "onset_explained"};
  spec.over = {"data.seed"};
  spec.only = "isolate.format=p11";
  const Csv csv = with_share(with_share(summary(), "floor_explained"), "onset_explained");
  const std::string text = table_text(spec, study_of(two_cells), csv, {}, TableFormat::csv);
  CHECK(text ==
        "isolate.way,isolate.role,floor_explained,floor_explained_q1,floor_explained_q3,"
        "floor_explained_n,onset_explained,onset_explained_q1,onset_explained_q3,"
        "onset_explained_n,cells,status\n"
        "all,all,1,1,1,2,1,1,1,1,2,done\n"
        "only,update,0.25,0.25,0.5,2,0.5,0.5,0.5,1,2,done\n"
        "all-but,update,-497.5,-497.5,-497.5,1,2 censored,,,2,2,done\n");
  const std::string shown = table_text(spec, study_of(two_cells), csv, {}, TableFormat::markdown);
  CAPTURE(shown);
  CHECK(shown.find("0.250 \\[0.250, 0.500]") != std::string::npos);
  CHECK(shown.find("0.500 \\[0.500, 0.500] (1 of 2)") != std::string::npos);
  CHECK(message("[[table]]\ncolumns = \"floor_explained\"\n")
            .find("is there in a study with [isolate] alone") != std::string::npos);
  CHECK(plan_of(two_cells + "[[figure]]\nkind = \"heat-map\"\nx = \"isolate.format\"\ny = "
                            "\"isolate.role\"\nvalue = \"floor_explained\"\nonly = "
                            "\"isolate.way=only\"\n")
            .cells.size() == 11);
}
