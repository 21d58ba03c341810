// SPDX-License-Identifier: BSL-1.0
// [intervention]: what is done in mid-run, against what is written by hand.
#include <algorithm>
#include <sstream>

#include "arithmetics.hpp"
#include "catch.hpp"
#include "cells.hpp"
#include "interrupted.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

using Texts = std::vector<std::string>;

/// Adam as in its paper, a parameter at a time, with the three interventions.
template <class T>
struct PlainAdam {
  std::vector<T> w, m, v;
  std::string kind = "none";
  std::uint64_t at = 0;
  T least{};

  void step(std::uint64_t t, std::span<const T> g) {
    using std::sqrt;
    using H = HyperArithmetic<T>;
    const bool acts = kind != "none" && t > at;
    if (kind == "reset" && t == at + 1) std::fill(v.begin(), v.end(), T(0));
    const std::uint64_t age = !acts ? t : kind == "freeze" ? at : kind == "reset" ? t - at : t;
    const H b1 = hyper<T>("0.9"), b2 = hyper<T>("0.999");
    H b1_power = 1, b2_power = 1;
    for (std::uint64_t i = 0; i < t; ++i) b1_power *= b1;
    for (std::uint64_t i = 0; i < age; ++i) b2_power *= b2;
    const T lr = convert<T>(hyper<T>("0.01")), eps = convert<T>(hyper<T>("1e-8"));
    const T root = sqrt(convert<T>(H(1 - b2_power)));
    const T scale = lr / convert<T>(H(1 - b1_power));
    const T c1 = convert<T>(H(1 - b1)), c2 = convert<T>(H(1 - b2));
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = T(convert<T>(b1) * m[i]) + T(c1 * g[i]);
      if (!acts || kind != "freeze") v[i] = T(convert<T>(b2) * v[i]) + T(T(c2 * g[i]) * g[i]);
      if (acts && kind == "hold" && v[i] < least) v[i] = least;
      const T d = T(T(sqrt(v[i])) / root) + eps;
      w[i] = w[i] - T(scale * T(m[i] / d));
    }
  }
};

template <class T>
std::vector<T> values_of(std::span<const T> values) {
  return {values.begin(), values.end()};
}

/// What a run leaves behind, with the losses of all steps.
struct Done {
  std::map<std::string, std::string> files;
  Texts losses;

  /// The values of a role in final.csv.
  Texts finals(const std::string& role) const {
    Texts values;
    for (const auto& row : parse_csv(files.at("final.csv"), "final.csv").rows) {
      if (row.at(0) == role) values.push_back(row.at(2));
    }
    return values;
  }
};

Done done(const std::string& text) {
  const TempFolder folder;
  Done all{named(run_from(cell_of(text), folder.path()).files.value()), {}};
  for (const auto& row : parse_csv(all.files.at("trace.csv"), "trace.csv").rows)
    all.losses.push_back(row.at(1));
  return all;
}

std::string study(int steps, const std::string& precision, const std::string& rest,
                  const std::string& rule = "lr = 0.01\n") {
  return "steps = " + std::to_string(steps) +
         "\n[data]\nsamples = 6\nfeatures = 5\nseed = 3\n[rule]\n" + rule + "[precision]\n" +
         precision + "[record]\nevery = 1\n" + rest;
}

std::string act(const std::string& kind, int at) {
  return "[intervention]\nkind = \"" + kind + "\"\nat = " + std::to_string(at) + "\n" +
         (kind == "hold" ? "least = 0.3\n" : "");
}

/// A run that its model's gradients drive through the rule by hand, as literals of the losses and
/// of w, m and v at the end. It begins after `from` updates, with this state.
template <class T>
Texts by_hand(const std::string& text, PlainAdam<T> rule, std::uint64_t from, std::uint64_t steps) {
  Training<T> training(cell_of(text));
  Texts all;
  const auto put = [&](const std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) training.parameters()[i] = values[i];
  };
  if (rule.w.empty()) rule.w = values_of<T>(training.parameters());
  rule.m.resize(rule.w.size(), T(0));
  rule.v.resize(rule.w.size(), T(0));
  put(rule.w);
  for (std::uint64_t t = from; t < steps; ++t) {
    all.push_back(decimal_text(training.loss(t)));
    rule.step(t + 1, training.gradient());
    put(rule.w);
  }
  for (const auto* values : {&rule.w, &rule.m, &rule.v}) {
    for (const T& value : *values) all.push_back(hex_literal(value));
  }
  return all;
}

Texts joined(const Done& run, std::size_t from) {
  Texts all(run.losses.begin() + static_cast<std::ptrdiff_t>(from), run.losses.end());
  for (const char* role : {"parameters", "first_moment", "second_moment"}) {
    const Texts values = run.finals(role);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("an intervention is the one that is written by hand", "[intervention]", float,
                   double, Dec50) {
  using T = TestType;
  const std::string arithmetic =
      "arithmetic = \"" + std::string(ArithmeticTraits<T>::name) + "\"\n";
  Texts ends;
  for (const char* kind : {"none", "freeze", "reset", "hold"}) {
    CAPTURE(kind);
    PlainAdam<T> rule{{}, {}, {}, kind, 9, convert<T>(hyper<T>("0.3"))};
    const std::string given = rule.kind == "none" ? "" : act(kind, 9);
    const Texts run = joined(done(study(30, arithmetic, given)), 0);
    CHECK(run == by_hand<T>(study(30, arithmetic, ""), rule, 0, 30));
    CHECK(run.at(8) == by_hand<T>(study(30, arithmetic, ""), {}, 0, 30).at(8));
    CHECK(std::find(ends.begin(), ends.end(), run.at(29)) == ends.end());  // each does something
    ends.push_back(run.at(29));
  }
}

TEST_CASE("a switch hands the states over and goes on in the other arithmetic", "[intervention]") {
  const std::string narrow = "arithmetic = \"binary32\"\n", wide = "arithmetic = \"dec50\"\n";
  const auto state_of = [](const std::string& precision, int steps) {
    const Done run = done(study(steps, precision, ""));
    return std::array{run.finals("parameters"), run.finals("first_moment"),
                      run.finals("second_moment")};
  };
  // Exactly, where the other is wider.
  PlainAdam<Dec50> rule;
  const auto exact = state_of(narrow, 9);
  for (const std::string& x : exact[0]) rule.w.emplace_back(std::strtof(x.c_str(), nullptr));
  for (const std::string& x : exact[1]) rule.m.emplace_back(std::strtof(x.c_str(), nullptr));
  for (const std::string& x : exact[2]) rule.v.emplace_back(std::strtof(x.c_str(), nullptr));
  const std::string widened = "[switch]\n" + wide;
  const Done up = done(study(30, narrow, act("switch", 9) + widened));
  CHECK(joined(up, 9) == by_hand<Dec50>(study(30, wide, ""), rule, 9, 30));
  CHECK(Texts(up.losses.begin(), up.losses.begin() + 9) == done(study(9, narrow, "")).losses);
  // Rounded once to nearest even where it is narrower, as the C library reads a literal.
  PlainAdam<float> coarse;
  const auto quad = state_of("arithmetic = \"quad\"\n", 9);
  for (const std::string& x : quad[0]) coarse.w.push_back(std::strtof(x.c_str(), nullptr));
  for (const std::string& x : quad[1]) coarse.m.push_back(std::strtof(x.c_str(), nullptr));
  for (const std::string& x : quad[2]) coarse.v.push_back(std::strtof(x.c_str(), nullptr));
  const Done down =
      done(study(30, "arithmetic = \"quad\"\n", act("switch", 9) + "[switch]\n" + narrow));
  CHECK(joined(down, 9) == by_hand<float>(study(30, narrow, ""), coarse, 9, 30));
}

TEST_CASE("a switch to the same precision is none", "[intervention]") {
  for (const std::string& precision :
       {std::string("arithmetic = \"binary32\"\n"), std::string("arithmetic = \"dec100\"\n"),
        std::string("arithmetic = \"bfloat16\"\nsecond_moment = { format = \"p5\", mode = "
                    "\"stochastic\", seed = 2 }\nparameters = { compensation = \"kahan\" }\n"),
        std::string("arithmetic = \"binary32\"\nrule_arithmetic = \"quad\"\n")}) {
    CAPTURE(precision);
    const std::string rest =
        "probes = [\"moments\", \"rate\"]\n[schedule]\nkind = \"plateau\"\npatience = 3\n"
        "[stop]\npatience = 28\ntolerance = 1\n";
    auto none = done(study(30, precision, rest));
    for (const std::string& same : {std::string(), "[switch]\n" + precision}) {
      auto run = done(study(30, precision, rest + act("switch", 9) + same));
      CHECK(run.files.at("cell.toml") != none.files.at("cell.toml"));
      run.files["cell.toml"] = none.files.at("cell.toml");
      CHECK(run.files == none.files);
    }
  }
}

TEST_CASE("a switch changes the roles that it names", "[intervention]") {
  const std::string before = "arithmetic = \"binary32\"\nsecond_moment = \"p5\"\nupdate = \"p7\"\n";
  const auto after = [&](const std::string& text) {
    return precision_of(after_switch(cell_of(study(30, before, act("switch", 9) + text))));
  };
  const auto as = [](const std::string& text) {
    return precision_of(cell_of(study(30, text, "")));
  };
  CHECK(after("") == as(before));
  CHECK(after("[switch]\narithmetic = \"dec50\"\n") ==
        as("arithmetic = \"dec50\"\nsecond_moment = \"p5\"\nupdate = \"p7\"\n"));
  CHECK(after("[switch]\nsecond_moment = \"arithmetic\"\n") ==
        as("arithmetic = \"binary32\"\nupdate = \"p7\"\n"));
  CHECK(
      after("[switch]\nsecond_moment = { mode = \"up\", rounding = \"every\" }\n") ==
      as("arithmetic = \"binary32\"\nsecond_moment = { format = \"p5\", mode = \"up\", rounding = "
         "\"every\" }\nupdate = \"p7\"\n"));
  CHECK(after("[switch]\nfirst_moment = \"p9\"\neps_policy = \"max\"\n") ==
        as(before + "first_moment = \"p9\"\neps_policy = \"max\"\n"));
  // A part that a sweep adds at its default stands in the way of nothing.
  const Plan plan =
      plan_of(study(30, before,
                    act("switch", 9) + "[switch]\nupdate = \"p8\"\n[[sweep.cell]]\n"
                                       "\"precision.update.mode\" = \"up\"\n[[sweep.cell]]\n"
                                       "\"precision.loss.mode\" = \"up\"\n"));
  CHECK(precision_of(after_switch(plan.cells[0])) ==
        as("arithmetic = \"binary32\"\nsecond_moment = \"p5\"\nupdate = \"p8\"\n"));
}

TEST_CASE("losses on both sides of a switch are measured exactly", "[intervention]") {
  // In e4m3 the losses before the switch would be others.
  const Done run = done(study(140, "arithmetic = \"dec50\"\n",
                              "converged_level = 0.5\nonset_level = 0.6\n" + act("switch", 130) +
                                  "[switch]\narithmetic = \"e4m3\"\n",
                              "lr = 0.1\n"));
  const Done before = done(study(131, "arithmetic = \"dec50\"\n",
                                 "converged_level = 0.5\nonset_level = 0.6\n", "lr = 0.1\n"));
  const auto metric = [](const Done& of, const std::string& name) {
    const Csv csv = parse_csv(of.files.at("metrics.csv"), "metrics.csv");
    return csv.rows.at(0).at(*csv.column(name));
  };
  CHECK(metric(run, "converged") == metric(before, "converged"));
  CHECK_FALSE(metric(run, "converged").empty());
}

TEST_CASE("every rule's second moment freezes, begins anew and is held", "[intervention]") {
  for (const Section& section : sections()) {
    if (section.name != "rule") continue;
    for (const Kind& rule : section.kinds) {
      const auto moments =
          rule.moments([&](std::string_view name) { return rule.find(name)->default_text; });
      if (std::find(moments.begin(), moments.end(), Role::second_moment) == moments.end()) continue;
      for (const std::string& model :
           {std::string(), std::string("[model]\nkind = \"mlp\"\nwidth = 3\n")}) {
        if (!model.empty() && rule.name != "adafactor") continue;
        const bool adam = rule.name == "adam";
        const std::string text =
            "kind = \"" + rule.name + "\"\n" + (adam ? "amsgrad = true\n" : "");
        CAPTURE(text, model);
        const auto run = [&](int steps, const std::string& given) {
          return done(
              study(steps, "second_moment = { format = \"p9\", mode = \"stochastic\", seed = 1 }\n",
                    model + given, text));
        };
        const Done before = run(9, ""), plain = run(20, ""), frozen = run(20, act("freeze", 9)),
                   held = run(20, act("hold", 9)), fresh = run(20, act("reset", 9));
        for (const char* state :
             {"second_moment", "second_moment_max", "row_average", "column_average"}) {
          const Texts values = before.finals(state);
          CHECK(frozen.finals(state) == values);
          if (values.empty()) continue;
          CHECK(plain.finals(state) != values);
          CHECK(fresh.finals(state) != plain.finals(state));
          for (const std::string& value : held.finals(state)) {
            CHECK(std::strtod(value.c_str(), nullptr) >= 0.299);  // 0.3 in p9, as it draws
          }
        }
        CHECK(frozen.losses.back() != plain.losses.back());
        CHECK(fresh.losses.back() != plain.losses.back());
        CHECK(std::equal(before.losses.begin(), before.losses.end(), fresh.losses.begin()));
      }
    }
  }
}

TEST_CASE("a reset is the rule before its first step", "[intervention]") {
  const Roles<double> roles;
  const std::vector<double> g{0.5, -3.0, 1e-3};
  const auto check = [&](auto make, const char* state) {
    auto run = make(), fresh = make();
    run->intervene({Intervention::Kind::reset, 5});
    std::vector<double> w{1, 2, 3}, other = w;
    for (std::uint64_t t = 1; t <= 8; ++t) run->step(t, w, g);
    for (std::uint64_t t = 1; t <= 3; ++t) fresh->step(t, other, g);
    for (const auto& mine : run->states()) {
      for (const auto& its : fresh->states()) {
        if (mine.name != state || its.name != state) continue;
        CHECK(values_of<double>(mine.values) == values_of<double>(its.values));
      }
    }
    return std::pair(run->preconditioner(), fresh->preconditioner());
  };
  const Layout layout(3);
  const auto [run, fresh] = check(
      [&] { return std::make_unique<Adam::In<double>>(Adam{}, layout, roles); }, "second_moment");
  CHECK(run->root == fresh->root);
  CHECK(run->factor != fresh->factor);  // the first moment goes on
  check([&] { return std::make_unique<Yogi::In<double>>(Yogi{}, layout, roles); }, "second_moment");
  check([&] { return std::make_unique<Adafactor::In<double>>(Adafactor{}, layout, roles); },
        "second_moment");
}

TEST_CASE("a frozen second moment is not rounded anew, and divides also where it was fresh",
          "[intervention]") {
  for (const char* role :
       {"{ format = \"p4\", use = \"fresh\" }", "{ encoding = \"block8\" }",
        "{ format = \"p4\", mode = \"stochastic\", seed = 9, rounding = \"every\" }"}) {
    const std::string precision = std::string("second_moment = ") + role + "\n";
    CAPTURE(precision);
    const Done run = done(study(20, precision, act("freeze", 9)));
    const Done before = done(study(9, precision, ""));
    CHECK(run.finals("second_moment") == before.finals("second_moment"));
    PlainAdam<double> rule{{}, {}, {}, "freeze", 9, 0};
    const auto take = [&](const char* state, std::vector<double>& values) {
      for (const std::string& x : before.finals(state))
        values.push_back(std::strtod(x.c_str(), {}));
    };
    take("parameters", rule.w);
    take("first_moment", rule.m);
    take("second_moment", rule.v);
    CHECK(joined(run, 9) == by_hand<double>(study(20, "", ""), rule, 9, 20));
  }
}

TEST_CASE("an interrupted run with an intervention goes on to the same bits", "[intervention]") {
  const std::string probes = "probes = [\"moments\", \"rate\", \"shadow\"]\n";
  for (const std::string& given :
       {act("freeze", 6), act("reset", 6), act("hold", 6),
        act("switch", 6) + "[switch]\narithmetic = \"dec50\"\n",
        act("switch", 6) + "[switch]\narithmetic = \"bfloat16\"\nrule_arithmetic = \"binary32\"\n",
        act("switch", 6) + "[switch]\nparameters = { format = \"p9\", compensation = \"kahan\" }\n"
                           "second_moment = \"p4\"\n",
        "[batch]\nsize = 4\n[stop]\npatience = 9\ntolerance = 1\n" + act("switch", 6) +
            "[switch]\narithmetic = \"binary32\"\n"}) {
    CAPTURE(given);
    const Cell cell = cell_of(study(12, "", probes + given));
    const TempFolder whole, often;
    const auto expected = named(run_from(cell, whole.path()).files.value());
    for (std::uint64_t last = 0; last < 12; ++last) {
      const TempFolder parts;
      run_from(cell, parts.path(), last);
      CHECK(named(run_from(cell, parts.path()).files.value()) == expected);
      if (last < 11) run_from(cell, often.path(), last);
    }
    CHECK(named(run_from(cell, often.path()).files.value()) == expected);
  }
}

TEST_CASE("with raised steps a cell with an intervention goes on to the same bits",
          "[intervention]") {
  for (const char* kind : {"freeze", "reset", "hold", "switch"}) {
    CAPTURE(kind);
    const auto cell = [&](int steps) {
      const std::string to =
          kind == std::string("switch") ? "[switch]\narithmetic = \"quad\"\n" : "";
      return cell_of(study(steps, "", act(kind, 6) + to));
    };
    const TempFolder whole, parts;
    const auto expected = named(run_from(cell(25), whole.path()).files.value());
    for (const int steps : {7, 16}) {
      const Ended end = run_from(cell(steps), parts.path());
      write_end_state(parts.path(), end.run.value().end.value(), *end.files);
      write_cell(parts.path(), *end.files);
    }
    const Ended end = run_from(cell(25), parts.path());
    CHECK(end.began == 16);
    CHECK(named(end.files.value()) == expected);
  }
}

TEST_CASE("an intervention by the sharpness is one at the step that it is seen at",
          "[intervention]") {
  const std::string rows = "probes = [\"sharpness\", \"shadow\"]\n";
  const auto recorded = [&](int steps, int every, const std::string& at, const std::string& kind) {
    return "steps = " + std::to_string(steps) +
           "\n[data]\nsamples = 6\nfeatures = 5\nseed = 3\n[rule]\nlr = 0.01\nbeta2 = "
           "0.9\n[record]\n"
           "every = " +
           std::to_string(every) + "\n" + rows + "[intervention]\nkind = \"" + kind +
           "\"\nat = " + at + "\n" + (kind == "hold" ? "least = 0.3\n" : "");
  };
  // A freeze that comes at the end shows where the ratio first rises.
  const Done plain = done(recorded(60, 4, "59", "freeze"));
  const Csv trace = parse_csv(plain.files.at("trace.csv"), "trace.csv");
  const auto at = [&](const char* name) { return *trace.column(name); };
  const auto ratio = [&](std::size_t row) {
    return std::stod(trace.rows[row][at("sharpness")]) /
           std::stod(trace.rows[row][at("threshold")]);
  };
  const double wanted = ratio(8);
  std::size_t first = 1;
  bool below = false;
  for (;; ++first) {
    if (below && ratio(first) >= wanted) break;
    below = below || ratio(first) < wanted;
  }
  const std::string step = trace.rows[first][0];
  const std::string text = "\"sharpness " + decimal_text(wanted) + "\"";
  CAPTURE(step, text);
  for (const char* kind : {"freeze", "reset", "hold"}) {
    CAPTURE(kind);
    auto seen = done(recorded(60, 4, text, kind)).files,
         given = done(recorded(60, 4, step, kind)).files;
    CHECK(seen.at("cell.toml") != given.at("cell.toml"));
    seen.erase("cell.toml");
    given.erase("cell.toml");
    seen.erase("done");
    given.erase("done");
    CHECK(seen == given);

    const Cell cell = cell_of(recorded(60, 4, text, kind));
    const TempFolder whole, often;
    const auto expected = named(run_from(cell, whole.path()).files.value());
    for (std::uint64_t last = 0; last < 60; last += 3) {
      const TempFolder parts;
      run_from(cell, parts.path(), last);
      CHECK(named(run_from(cell, parts.path()).files.value()) == expected);
      if (last < 57) run_from(cell, often.path(), last);
    }
    CHECK(named(run_from(cell, often.path()).files.value()) == expected);
    for (const int steps : {static_cast<int>(std::stoi(step)), 43}) {
      const TempFolder raised;
      const Ended end = run_from(cell_of(recorded(steps, 4, text, kind)), raised.path());
      write_end_state(raised.path(), end.run.value().end.value(), *end.files);
      write_cell(raised.path(), *end.files);
      CHECK(named(run_from(cell, raised.path()).files.value()) == expected);
    }
  }
}
