// SPDX-License-Identifier: BSL-1.0
// What stands around a rule in a run: schedules, transforms, mini-batches, early stopping, data.
#include "catch.hpp"
#include "cells.hpp"
#include "sanitized.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// What a run recorded.
struct Trace final : Recorder {
  std::vector<std::uint64_t> steps;
  std::vector<std::vector<std::string>> rows;
  std::string end;
  Metrics metrics;

  void trace(std::uint64_t step, const std::vector<std::string>& fields) override {
    steps.push_back(step);
    rows.push_back(fields);
  }
  void final_value(std::string_view, std::size_t, const std::string& value) override {
    end += value + "\n";
  }
};

Trace trace_of(const std::string& text) {
  Trace trace;
  std::atomic<bool> stop{false}, save{false};
  std::atomic<std::uint64_t> step{0};
  const auto run = run_cell(cell_of(text), trace, {stop, save, step});
  REQUIRE(run);
  trace.metrics = run->metrics;
  return trace;
}

// Lines that continue [study].
const std::string small_study =
    "steps = 40\n[data]\nsamples = 8\nfeatures = 3\n[rule]\nlr = 0.125\n[record]\nevery = 1\n";

}  // namespace

TEST_CASE("a schedule sets the rate of each update", "[training]") {
  const Trace trace = trace_of(small_study +
                               "probes = [\"rate\"]\n[schedule]\nkind = \"step\"\nstep_size = 10\n"
                               "gamma = 0.5\nwarmup = 2\nwarmup_factor = 0.5\n");
  CHECK(trace.rows[0][1].empty());
  const auto rate = [&](std::size_t t) { return std::stod(trace.rows[t][1]); };
  CHECK(rate(1) == 0.0625);
  CHECK(rate(2) == 0.09375);
  CHECK(rate(3) == 0.125);
  CHECK(rate(12) == 0.125);
  CHECK(rate(13) == 0.0625);
  CHECK(rate(23) == 0.03125);
  CHECK(trace_of(small_study + "[schedule]\nkind = \"exponential\"\ngamma = 1\n").end ==
        trace_of(small_study).end);
}

TEST_CASE("a rule in another arithmetic than the model has a schedule and a loss", "[training]") {
  const Trace trace =
      trace_of(small_study +
               "probes = [\"rate\"]\n[schedule]\nkind = \"plateau\"\npatience = 0\n"
               "threshold = 1e9\nthreshold_mode = \"abs\"\nfactor = 0.5\n"
               "[precision]\narithmetic = \"binary32\"\nrule_arithmetic = \"dec50\"\n");
  // No loss is lower by 1e9 than the first: each update halves the rate.
  CHECK(std::stod(trace.rows[1][1]) == 0.125);
  CHECK(std::stod(trace.rows[2][1]) == 0.0625);
  CHECK(std::stod(trace.rows[3][1]) == 0.03125);
}

TEST_CASE("the mean of equal gradients is the gradient", "[training]") {
  const std::string plain = trace_of(small_study).end;
  CHECK(trace_of(small_study + "[[transform]]\nkind = \"accumulate\"\nsteps = 4\naverage = true\n")
            .end == plain);
  CHECK(trace_of(small_study + "[[transform]]\nkind = \"accumulate\"\nsteps = 4\n").end != plain);
  CHECK(trace_of(small_study + "[[transform]]\nkind = \"clip-value\"\nlower = -1e6\nupper = 1e6\n")
            .end == plain);
  CHECK(trace_of(small_study + "[[transform]]\nkind = \"clip-norm\"\nmax_norm = 1e-3\n").end !=
        plain);
}

TEST_CASE("transforms act in their order", "[training]") {
  const std::string clip = "[[transform]]\nkind = \"clip-norm\"\nmax_norm = 1\n";
  const std::string noise = "[[transform]]\nkind = \"noise\"\nstd = 0.5\nseed = 3\n";
  CHECK(trace_of(small_study + clip + noise).end != trace_of(small_study + noise + clip).end);
  CHECK(trace_of(small_study + noise).end == trace_of(small_study + noise).end);
}

TEST_CASE("mini-batches of all epochs accumulate to the whole", "[training]") {
  // Two batches of four, summed, hold every sample once: the full gradient, but for its order.
  const Trace whole = trace_of(small_study);
  const Trace halves = trace_of(
      small_study + "[batch]\nsize = 4\n[[transform]]\nkind = \"accumulate\"\nsteps = 2\n");
  REQUIRE(halves.rows.size() == whole.rows.size());
  CHECK(halves.rows[0] == whole.rows[0]);
  const double first = std::stod(whole.rows[1][0]);
  // At most 8 additions of 8 terms in another order, by Adam's first step hardly seen.
  CHECK(std::abs(std::stod(halves.rows[1][0]) - first) <= 64 * 0x1p-53 * first);
  const Trace seeded = trace_of(small_study + "[batch]\nsize = 4\nseed = 2\n");
  CHECK(seeded.end != trace_of(small_study + "[batch]\nsize = 4\n").end);
}

TEST_CASE("with mini-batches the loss is that of all samples", "[training]") {
  const Trace trace = trace_of(small_study + "[batch]\nsize = 1\n");
  CHECK(trace.rows[0] == trace_of(small_study).rows[0]);
  CHECK(trace.steps.back() == 39);
}

TEST_CASE("a run stops when its loss does not get better", "[training]") {
  const Trace trace = trace_of(small_study + "[stop]\npatience = 5\ntolerance = 1e9\n");
  CHECK(trace.steps.back() == 5);
  CHECK(trace.metrics[metric_place("verdict_step")] == "5");
  CHECK(trace.metrics[metric_place("stopped")] == "5");
  CHECK(trace_of(small_study).metrics[metric_place("stopped")].empty());
  CHECK(trace_of(small_study).steps.back() == 39);
}

// Of outputs that start near 0 every class has about the same share; Adam learns 12 samples by
// heart.
TEST_CASE("networks train on labels", "[training]") {
  const std::string labels =
      "steps = 400\n[data]\nkind = \"teacher\"\nsamples = 12\nfeatures = 5\nclasses = 3\n"
      "[rule]\nkind = \"adam\"\nlr = 0.05\n";
  for (const std::string model :
       {"kind = \"logistic\"\n", "kind = \"mlp\"\nloss = \"mean-cross-entropy\"\n",
        "kind = \"mlp\"\nloss = \"mean-cross-entropy\"\nactivation = \"gelu\"\ndepth = 2\n"}) {
    INFO(model);
    const bool small = sanitized && model.find("mlp") != std::string::npos;
    const Trace trace = trace_of(labels + "[model]\n" + model + (small ? "width = 8\n" : ""));
    const double first = std::stod(trace.rows.front()[0]);
    CHECK(first > 0.5);
    CHECK(first < 3);
    CHECK(std::stod(trace.rows.back()[0]) < first / 10);
  }
}

TEST_CASE("what a teacher is drawn with counts as memory", "[training]") {
  const std::string teacher = "[data]\nkind = \"teacher\"\nsamples = 8\nfeatures = 100\nhidden = ";
  const auto memory = [&](const char* hidden) {
    return footprint(cell_of(teacher + hidden + "\n")).memory();
  };
  CHECK(memory("1000000000") > 4e11);
  CHECK(memory("1010") - memory("10") == 1000 * (100 + 1) * 4);
}

TEST_CASE("gradient descent on a quadratic is stable up to 2 by the largest curvature",
          "[training]") {
  const std::string bowl =
      "steps = 200\n[model]\nkind = \"quadratic\"\nlargest = 4\nrotation = true\n[rule]\n"
      "kind = \"sgd\"\nlr = ";
  const Trace below = trace_of(bowl + "0.49\n"), above = trace_of(bowl + "0.51\n");
  CHECK(std::stod(below.rows.back()[0]) < std::stod(below.rows.front()[0]));
  CHECK(std::stod(above.rows.back()[0]) > std::stod(above.rows.front()[0]));
}

TEST_CASE("surfaces need no data and have none", "[training]") {
  const Cell cell = cell_of("[model]\nkind = \"booth\"\n");
  CHECK(cell["data.kind"] == "none");
  CHECK(cell.find("batch.size") == nullptr);
  CHECK(message("[data]\nkind = \"gaussian\"\n[model]\nkind = \"booth\"\n") ==
        "4: data.kind: changes nothing in any cell of this study; expected it where it does; for "
        "example beside kind = \"linear\" under [model]");
  CHECK(message("[data]\nkind = \"none\"\n").find("needs samples") != std::string::npos);
  CHECK(message("[model]\nkind = \"booth\"\n[batch]\nsize = 4\n").find("belongs to \"linear\"") !=
        std::string::npos);
  const Trace trace = trace_of(
      "steps = 4\n[model]\nkind = \"matyas\"\n[rule]\nkind = \"sgd\"\nlr = 0.5\n[record]\n"
      "every = 1\nprobes = [\"path\"]\n");
  CHECK(std::stod(trace.rows[0][1]) == 8);
  CHECK(std::stod(trace.rows[0][2]) == -4);
}

TEST_CASE("a key without effect makes no other cell", "[training]") {
  struct Row {
    std::string beside, key, value, cure;
  };
  const Row rows[] = {
      {"[model]\nkind = \"quadratic\"\n", "model.seed", "2", "rotation = true"},
      {"", "batch.seed", "2", "size = 16"},
      {"", "batch.order", "\"sequential\"", "size = 16"},
      {"[batch]\nsize = 8\norder = \"sequential\"\n", "batch.seed", "2", "order = \"shuffled\""},
      {"[data]\nkind = \"stream\"\n", "data.late_rows", "2", "late = 1"},
      {"", "schedule.warmup_factor", "0.5", "warmup = 100"},
      {"", "stop.tolerance", "0.5", "patience = 100"},
      {"", "record.shadow", "\"first_moment\"", "probes = [\"shadow\"]"},
      {"[model]\nkind = \"booth\"\n", "precision.data", "\"p4\"", "kind = \"linear\""},
      {"[model]\nkind = \"booth\"\n", "precision.activations.format", "\"p4\"",
       "kind = \"linear\""},
      {"[model]\nkind = \"booth\"\n", "data.kind", "\"teacher\"", "kind = \"linear\""}};
  for (const Row& row : rows) {
    CAPTURE(row.key);
    const std::string base = message(row.beside, {row.key + "=" + row.value});
    CHECK(base.find(row.key + ": changes nothing in any cell of this study") != std::string::npos);
    CHECK(base.find("for example beside " + row.cure) != std::string::npos);
    const std::string swept =
        message(row.beside + "[sweep]\n\"" + row.key + "\" = [" + row.value + "]\n");
    CHECK(swept.find(row.key + ": changes nothing in a cell that has it") != std::string::npos);
  }
  // At their defaults keys may stand anywhere, as in a study that was written.
  for (const char* written : {"[batch]\nsize = \"all\"\nseed = 1\n", "[stop]\ntolerance = 0\n",
                              "[model]\nkind = \"booth\"\n[precision]\ndata = \"arithmetic\"\n"}) {
    CHECK(message(written) == "no error");
  }
  // Where some cell has an effect of it, the others are as if it were not given.
  const Plan sizes = plan_of("[batch]\nseed = 5\n[sweep]\n\"batch.size\" = [\"all\", 8]\n");
  CHECK(sizes.cells[0].id == cell_of("").id);
  CHECK(sizes.cells[0]["batch.seed"] == "1");
  CHECK(sizes.cells[1]["batch.seed"] == "5");
  const Plan models =
      plan_of("[data]\nkind = \"teacher\"\n[sweep]\n\"model.kind\" = [\"linear\", \"booth\"]\n");
  CHECK(models.cells[0]["data.kind"] == "teacher");
  CHECK(models.cells[1]["data.kind"] == "none");
}

TEST_CASE("what does not fit a run is refused before it", "[training]") {
  CHECK(message("[batch]\nsize = 65\n").find("at most the 64 samples") != std::string::npos);
  CHECK(message("[record]\nprobes = [\"path\"]\n").find("of a surface") != std::string::npos);
  CHECK(message("[schedule]\nkind = \"cyclic\"\nmax_lr = 1e-4\n").find("max_lr") !=
        std::string::npos);
  CHECK(message("[rule]\nbeta2 = 1\n").find("beta2") != std::string::npos);
  CHECK(message("[rule]\nlr = -1\n").find("lr") != std::string::npos);
  CHECK(message("[[transform]]\nkind = \"clip-norm\"\n").find("max_norm") != std::string::npos);
  std::string five;
  for (int i = 0; i < 5; ++i) five += "[[transform]]\nkind = \"noise\"\nstd = 1\n";
  CHECK(message("[[transform]]\nkind = \"clip-nrom\"\n").find("for example kind = ") !=
        std::string::npos);
  CHECK(message(five).find("at most 4 transforms") != std::string::npos);
  CHECK(message("[model]\nkind = \"logistic\"\n").find("needs labels") != std::string::npos);
  CHECK(message("[model]\nkind = \"linear\"\nloss = \"mean-squared\"\n[precision]\narithmetic = "
                "\"binary16\"\n[data]\nsamples = 70000\nfeatures = 1\n")
            .find("no room for; expected fewer samples") != std::string::npos);
  const std::string bowl = "[model]\nkind = \"quadratic\"\n";
  CHECK(message(bowl + "spectrum = \"1, x\"\n").find("numbers >= 0") != std::string::npos);
  CHECK(message(bowl + "size = 1\nspectrum = \"1, 2\"\n").find("size = 2") != std::string::npos);
  CHECK(message(bowl + "spectrum = \"1, 2\"\ncondition = 3\n").find("neither key") !=
        std::string::npos);
  CHECK(message(bowl + "rotation = true\nsize = 3000\n").find("at most 2000") != std::string::npos);
  CHECK(message("[data]\nkind = \"csv\"\nfile = \"nowhere.csv\"\ntarget = \"y\"\n")
            .find("nowhere.csv") != std::string::npos);
}

TEST_CASE("a file is known by what it holds", "[training]") {
  const TempFolder folder;
  const auto id = [&](const std::string& name, const std::string& text) {
    spit(folder / name, text);
    return cell_of("[data]\nkind = \"csv\"\ntarget = \"y\"\nfile = \"" + (folder / name).string() +
                   "\"\n")
        .id;
  };
  const std::string first = id("a.csv", "x,y\n1,2\n3,4\n");
  CHECK(id("b.csv", "x,y\n1,2\n3,4\n") == first);
  CHECK(id("a.csv", "x,y\n1,2\n3,5\n") != first);
}

TEST_CASE("the sharpness is that of the loss that steps go by", "[sharpness]") {
  // A linear model's Hessian is the same at every step; gradients of batches are shares of it.
  const auto sharpness = [](const std::string& more) {
    const Trace trace = trace_of(
        "steps = 3\n[data]\nsamples = 64\nfeatures = 5\n[rule]\nkind = \"sgd\"\nlr = 1e-6\n"
        "[record]\nevery = 1\nprobes = [\"sharpness\"]\n" +
        more);
    return std::stod(trace.rows.at(2).at(1));
  };
  const double all = sharpness("");
  CHECK(sharpness("[batch]\nsize = 16\n") == all / 4);
  CHECK(sharpness("[[transform]]\nkind = \"accumulate\"\nsteps = 4\n") == 4 * all);
  CHECK(sharpness("[[transform]]\nkind = \"accumulate\"\nsteps = 4\naverage = true\n") == all);
  const std::string mean = "[model]\nloss = \"mean-squared\"\n";
  CHECK(sharpness(mean + "[batch]\nsize = 16\n") == sharpness(mean));
}
