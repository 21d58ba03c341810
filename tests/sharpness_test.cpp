// SPDX-License-Identifier: BSL-1.0
// The largest eigenvalues of Hessians, and the probe that records them.
#include <cmath>
#include <random>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/model/models.hpp"
#include "ulpscope/probe/curvature.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/csv.hpp"
#include "ulpscope/study/run_cell.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;
using W = Dec50;

constexpr double u = 0x1p-53;

using Matrix = std::vector<std::vector<W>>;

/// The largest eigenvalue of a symmetric matrix by Jacobi's rotations in 50 digits.
double jacobi(Matrix a) {
  const std::size_t n = a.size();
  for (int sweep = 0; sweep < 12; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const W theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const W root = sqrt(W(theta * theta + 1));
        const W t = theta < 0 ? W(-1 / (root - theta)) : W(1 / (root + theta));
        const W c = 1 / sqrt(W(t * t + 1)), s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const W x = a[k][p], y = a[k][q];
          a[k][p] = c * x - s * y;
          a[k][q] = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const W x = a[p][k], y = a[q][k];
          a[p][k] = c * x - s * y;
          a[q][k] = s * x + c * y;
        }
      }
    }
  }
  W largest = a[0][0];
  for (std::size_t i = 1; i < n; ++i) largest = a[i][i] > largest ? a[i][i] : largest;
  return convert<double>(largest);
}

/// S H S of a model in 50 digits, from products with unit vectors.
Matrix scaled_hessian(Model<W>& model, const std::vector<double>& w,
                      const std::vector<double>& scale) {
  const std::size_t n = w.size();
  const std::vector<W> wide(w.begin(), w.end());
  Matrix a(n, std::vector<W>(n));
  for (std::size_t j = 0; j < n; ++j) {
    std::vector<W> unit(n, W(0));
    unit[j] = scale.empty() ? W(1) : W(scale[j]);
    model.hessian_vector(wide, unit, a[j]);
    for (std::size_t i = 0; i < n; ++i) a[j][i] = a[j][i] * (scale.empty() ? W(1) : W(scale[i]));
  }
  return a;
}

/// Numbers between -1 and 1.
std::vector<double> drawn(std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(std::ldexp(generator(), -31) - 1);
  return all;
}

/// Scales from 1e-3 to 1, the largest of them 1.
std::vector<double> scales(std::size_t count) {
  std::vector<double> all;
  for (const double x : drawn(count, 9)) all.push_back(std::pow(10, 1.5 * (x - 1)));
  all.back() = 1;
  return all;
}

template <class T>
Samples<T> samples_of(std::size_t count, std::size_t features, std::size_t classes = 0) {
  Samples<T> all{count, features, classes, {}, {}, {}};
  for (const double x : drawn(count * features, 3)) all.inputs.push_back(T(x));
  for (std::size_t i = 0; i < count; ++i) {
    all.targets.push_back(T(static_cast<double>(i % 3)));
    if (classes > 0) all.labels.push_back(static_cast<std::uint32_t>(i % classes));
  }
  return all;
}

struct Recorded {
  Csv trace;
  std::string final;
  Metrics metrics;
};

Recorded record(const std::string& text) {
  const Cell cell = cell_of(text);
  FileRecorder recorder(cell);
  std::atomic<bool> stop{false}, save{false};
  std::atomic<std::uint64_t> step{0};
  const auto run = run_cell(cell, recorder, {stop, save, step});
  CellFiles files = recorder.finish(run.value());
  return {parse_csv(files["trace.csv"], "trace.csv"), files["final.csv"], run->metrics};
}

std::vector<std::string> column(const Csv& csv, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& row : csv.rows) all.push_back(row[csv.column(name).value()]);
  return all;
}

const std::string small = "steps = 12\n[data]\nsamples = 6\nfeatures = 9\n";
const std::string probed = "[record]\nevery = 1\nprobes = [\"sharpness\"]\n";

}  // namespace

TEST_CASE("Gram matrices have the largest eigenvalue of the whole Hessian", "[sharpness]") {
  using Sizes = std::pair<std::size_t, std::size_t>;
  for (const auto& [count, features] : {Sizes{3, 7}, {9, 4}, {18, 10}, {6, 17}, {1, 5}}) {
    CAPTURE(count, features);
    const auto data = samples_of<double>(count, features);
    for (const char* loss : {"sum-squared", "mean-squared"}) {
      Linear options;
      options.loss = loss;
      Linear::In<W> model(options, samples_of<W>(count, features));
      const auto w = drawn(features + 1, 4);
      const double c = options.loss == "sum-squared" ? 2 : 2.0 / static_cast<double>(count);
      LinearCurvature curvature(data.inputs, count, c);
      LanczosCurvature lanczos(std::make_unique<Linear::In<double>>(options, data));
      for (const auto& scale : {std::vector<double>(), scales(features + 1)}) {
        const double exact = jacobi(scaled_hessian(model, w, scale));
        // Each sum's error, and that of n steps of tridiagonalisation and of QR.
        const double close = static_cast<double>(features + 3 * count + 20) * u * exact;
        CHECK(std::abs(curvature.largest(w, scale) - exact) <= close);
        CHECK(std::abs(lanczos.largest(w, scale) - exact) <= close + 0x1p-48 * exact);
      }
    }
  }
}

TEST_CASE("Lanczos iteration finds the largest eigenvalue of every model's Hessian",
          "[sharpness]") {
  const auto check = [](Model<W>& wide, std::unique_ptr<Model<double>> model,
                        const std::vector<double>& w) {
    LanczosCurvature lanczos(std::move(model));
    for (const auto& scale : {std::vector<double>(), scales(w.size())}) {
      const Matrix hessian = scaled_hessian(wide, w, scale);
      const double exact = jacobi(hessian);
      W magnitude = 0;  // of the Hessian's entries
      for (const auto& row : hessian) {
        for (const W& x : row) magnitude += abs(x);
      }
      CHECK(std::abs(lanczos.largest(w, scale) - exact) <=
            (0x1p-48 + 64 * u) * convert<double>(magnitude));
      CHECK(lanczos.products() <= w.size());
    }
  };
  {
    Mlp options;
    options.width = 4;
    Mlp::In<W> wide(options, samples_of<W>(5, 3));
    check(wide, std::make_unique<Mlp::In<double>>(options, samples_of<double>(5, 3)),
          drawn(wide.parameters(), 5));
  }
  for (const std::size_t classes : {2U, 3U}) {
    Logistic::In<W> wide({}, samples_of<W>(7, 3, classes));
    check(wide,
          std::make_unique<Logistic::In<double>>(Logistic{}, samples_of<double>(7, 3, classes)),
          drawn(wide.parameters(), 6));
  }
  for (const bool rotation : {false, true}) {
    Quadratic options;
    options.size = 12;
    options.condition = "1e6";
    options.rotation = rotation;
    Quadratic::In<W> wide(options);
    check(wide, std::make_unique<Quadratic::In<double>>(options), drawn(12, 7));
  }
  const auto surface = [&]<class Surface>(const Surface& options) {
    typename Surface::template In<W> wide(options);
    for (const std::vector<double>& w : {std::vector{0.25, -1.5}, std::vector{3.0, 0.5}}) {
      check(wide, std::make_unique<typename Surface::template In<double>>(options), w);
    }
  };
  surface(Rosenbrock{});
  surface(Beale{});
  surface(Himmelblau{});
  surface(Booth{});
  surface(Saddle{});
  surface(Matyas{});
}

TEST_CASE("the largest eigenvalue may be negative, zero or beyond numbers", "[sharpness]") {
  const auto bowl = [](const char* spectrum, std::uint64_t size) {
    Quadratic options;
    options.spectrum = spectrum;
    options.size = size;
    return std::make_unique<Quadratic::In<double>>(options);
  };
  LanczosCurvature flat(bowl("0", 5));
  CHECK(flat.largest(std::vector<double>(5), {}) == 0);
  CHECK(flat.products() == 1);
  // Three different curvatures: three products span all there is.
  LanczosCurvature few(bowl("1, 3, 2", 60));
  CHECK(std::abs(few.largest(std::vector<double>(60), {}) - 3) <= 600 * u);
  CHECK(few.products() <= 5);
  LanczosCurvature lost(bowl("1, 2", 2));
  CHECK(std::isnan(lost.largest(std::vector<double>(2), std::vector{NAN, 1.0})));
  LanczosCurvature hill(std::make_unique<Himmelblau::In<double>>(Himmelblau{}));
  // Near the local maximum (-0.27, -0.92) both curvatures are negative.
  CHECK(hill.largest(std::vector{-0.270845, -0.923039}, {}) < 0);
}

TEST_CASE("Lanczos iteration needs few products where the largest eigenvalue stands apart",
          "[sharpness]") {
  Quadratic options;
  options.size = 2000;
  options.condition = "1e12";
  LanczosCurvature lanczos(std::make_unique<Quadratic::In<double>>(options));
  const std::vector<double> w(2000);
  const double found = lanczos.largest(w, {});
  CHECK(std::abs(found - 1) <= 0x1p-30);
  CHECK(lanczos.products() <= LanczosCurvature::most_products);
  CHECK(lanczos.largest(w, {}) == found);
}

TEST_CASE("a run records sharpness and threshold after each update", "[sharpness]") {
  const auto run = record(small + "[rule]\nkind = \"sgd\"\nlr = 1e-3\nmomentum = 0.5\n" + probed);
  const auto sharpness = column(run.trace, "sharpness"), threshold = column(run.trace, "threshold");
  CHECK(sharpness[0].empty());
  CHECK(threshold[0].empty());
  CHECK(std::stod(sharpness[1]) > 0);
  CHECK(sharpness[11] == sharpness[1]);  // of a parabola without a preconditioner
  CHECK(std::stod(threshold[1]) == Approx(3000).epsilon(8 * u));
  const auto lion = record(small + "[rule]\nkind = \"lion\"\n" + probed);
  CHECK(column(lion.trace, "sharpness") == std::vector<std::string>(12));
  CHECK(column(lion.trace, "threshold") == std::vector<std::string>(12));
  const auto decays = record(small + "[rule]\nkind = \"adam\"\nweight_decay = 0.1\n" + probed);
  CHECK_FALSE(column(decays.trace, "sharpness")[1].empty());
  CHECK(column(decays.trace, "threshold")[1].empty());
}

TEST_CASE("the threshold follows the schedule, the sharpness the model and its arithmetic",
          "[sharpness]") {
  const auto run = record(small + "[rule]\nkind = \"sgd\"\nlr = 1e-2\n[schedule]\n" +
                          "kind = \"exponential\"\ngamma = 0.5\n" + probed);
  const auto threshold = column(run.trace, "threshold");
  CHECK(std::stod(threshold[1]) == Approx(200).epsilon(8 * u));
  CHECK(std::stod(threshold[3]) == Approx(800).epsilon(8 * u));
  const auto of = [](const std::string& precision) {
    return std::stod(column(record(small + "[rule]\nkind = \"adam\"\n" + probed + precision).trace,
                            "sharpness")[5]);
  };
  const double exact = of("[precision]\narithmetic = \"dec50\"\n");
  // Gradients of 9 features and 6 samples, 5 updates, 16 parameters in a Gram matrix.
  CHECK(of("[precision]\narithmetic = \"binary64\"\n") == Approx(exact).epsilon(1e4 * u));
  CHECK(of("[precision]\narithmetic = \"binary32\"\n") == Approx(exact).epsilon(1e4 * 0x1p-24));
  CHECK(of("[precision]\narithmetic = \"binary32\"\nrule_arithmetic = \"dec50\"\n") ==
        Approx(exact).epsilon(1e4 * 0x1p-24));
}

TEST_CASE("the probe changes no other number of a run", "[sharpness]") {
  for (const std::string& more :
       {std::string("[model]\nkind = \"mlp\"\n"), std::string("[batch]\nsize = 2\n"),
        std::string("[precision]\narithmetic = \"binary16\"\n"), std::string()}) {
    CAPTURE(more);
    const auto plain = record(small + more + "[record]\nevery = 1\n");
    const auto run = record(small + more + probed);
    CHECK(column(run.trace, "loss") == column(plain.trace, "loss"));
    CHECK(run.final == plain.final);
  }
}

TEST_CASE("in the founding case the sharpness crosses the threshold before the loss rises",
          "[sharpness]") {
  const auto run = record(
      "steps = 3200\n[data]\nsamples = 64\nfeatures = 1000\nseed = 545345\n"
      "[rule]\nkind = \"adam\"\nlr = 1e-3\n[record]\nevery = 20\nprobes = [\"sharpness\"]\n");
  const auto metric = [&](std::string_view name) {
    return std::stoull(run.metrics[metric_place(name)]);
  };
  CHECK(metric("onset") == 3118);
  CHECK(metric("crossing") > metric("converged"));
  CHECK(metric("crossing") < metric("onset"));
  CHECK(metric("growth_onset") > metric("crossing"));
}
