// SPDX-License-Identifier: BSL-1.0
// The probes moments and shadow, each field against its definition.
#include "ulpscope/probe/probe_list.hpp"

#include <algorithm>

#include "catch.hpp"
#include "cells.hpp"
#include "mpfr.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/study/trained.hpp"

namespace {

using namespace ulpscope;
using namespace ulpscope::test;

/// A field of a probe's row, by its column.
double field(const ProbeInfo& probe, const std::vector<std::string>& row, std::string_view column) {
  const auto columns = probe.columns();
  const auto at = std::find(columns.begin(), columns.end(), column);
  REQUIRE(at != columns.end());
  // The norm of the gradient, the first, is the model's to give.
  const auto skipped = static_cast<std::ptrdiff_t>(columns.size() - row.size());
  const std::string& text = row.at(static_cast<std::size_t>(at - columns.begin() - skipped));
  return text.empty() ? NAN : std::stod(text);
}

const ProbeInfo& moments = probe_list[0];
const ProbeInfo& shadow = probe_list[1];

}  // namespace

TEST_CASE("moments say what stands still, vanishes or is dominated", "[probe]") {
  // v = v/2 + g^2/2 in binary16 from 0; eps 1/8. Gradients: 0; one whose square is subnormal; one
  // below eps; one far above; one so small that its square is 0.
  const Adam options{.lr = "0.25", .beta1 = "0", .beta2 = "0.5", .eps = "0.125"};
  RoleFormats formats;
  formats[Role::second_moment] = RoleFormat{{binary16_format}};
  formats[Role::parameters] = RoleFormat{{binary16_format}};
  Adam::In<double> rule(options, 5, Roles<double>(formats));
  std::vector<double> w{1, 1, 1, 1, 1};
  const std::vector<double> g{0, 0x1p-9, 0x1p-5, 2, -0x1p-13};
  Moments<double> probe;
  probe.before(rule, w, g);
  const std::vector<double> before = w;
  rule.step(1, w, g);
  const auto row = probe.after(rule, w);
  const auto get = [&](const char* column) { return field(moments, row, column); };
  CHECK(get("v_zero") == 0.4);       // 0, and 2^-27 below half of 2^-24
  CHECK(get("v_subnormal") == 0.2);  // 2^-19 is below 2^-14
  CHECK(get("eps_dominated") == 0.8);
  CHECK(get("v_stalled") == 0.2);  // the last one's square was lost; 0 is no loss
  // Steps: 1/4 g / (|g| + 1/8): 0, 0.0038, 0.05, 0.235, -0.00024; the last is lost in 1.
  CHECK(get("unchanged") == 0.4);
  CHECK(get("root_v_min") == 0);
  CHECK(get("root_v_median") == std::sqrt(0x1p-19));
  CHECK(get("root_v_max") == std::sqrt(2));
  // lr / (|g| + eps), as sqrt(v / (1 - beta2)) is |g| where v kept its square.
  CHECK(get("step_size_min") == Approx(0.25 / 2.125).epsilon(1e-15));
  CHECK(get("step_size_max") == 2);
  double squares = 0, product = 0, slope = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    squares += (w[i] - before[i]) * (w[i] - before[i]);
    product -= (w[i] - before[i]) * g[i];
    slope += g[i] * g[i];
  }
  CHECK(get("update_norm") == Approx(std::sqrt(squares)).epsilon(1e-15));
  CHECK(get("cosine") == Approx(product / std::sqrt(squares * slope)).epsilon(1e-15));
  // The same once more: v goes on to 3/4 of g^2, but where it is subnormal's last bit or 0.
  probe.before(rule, w, g);
  rule.step(2, w, g);
  CHECK(field(moments, probe.after(rule, w), "v_stalled") == 0.2);
}

TEST_CASE("a NaN is no subnormal number, and no quantile hides it", "[probe]") {
  // The second square is beyond e4m3's largest number, 448, which gives NaN.
  RoleFormats formats;
  formats[Role::second_moment] = RoleFormat{{e4m3_format}};
  Adam::In<float> rule(Adam{.beta2 = "0"}, 3, Roles<float>(formats));
  std::vector<float> w{1, 1, 1};
  const std::vector<float> g{1, 30, 0x1p-4F};
  Moments<float> probe;
  probe.before(rule, w, g);
  rule.step(1, w, g);
  const auto row = probe.after(rule, w);
  CHECK(field(moments, row, "v_zero") == 0);
  CHECK(field(moments, row, "v_subnormal") == Approx(1 / 3.0).epsilon(1e-15));  // 2^-8
  for (const char* column : {"root_v_min", "root_v_median", "root_v_max", "step_size_max"}) {
    CHECK(std::isnan(field(moments, row, column)));
  }
}

TEST_CASE("norms neither overflow nor vanish", "[probe]") {
  CHECK(norm<double>({3e300, 4e300}) == Approx(5e300).epsilon(1e-15));
  CHECK(norm<double>({3e-320, 4e-320}) == Approx(5e-320).epsilon(1e-3));
  CHECK(norm<double>({0, 0}) == 0);
  CHECK(std::isnan(norm<double>({1, NAN})));
}

TEST_CASE("a rule without a second moment has norms and what is unchanged", "[probe]") {
  Sgd::In<float> rule(Sgd{.lr = "0.5"}, 2);
  std::vector<float> w{1, 1};
  const std::vector<float> g{0.25F, 0x1p-30F};
  Moments<float> probe;
  probe.before(rule, w, g);
  rule.step(1, w, g);
  const auto row = probe.after(rule, w);
  CHECK(field(moments, row, "update_norm") == 0.125);
  CHECK(field(moments, row, "unchanged") == 0.5);
  CHECK(field(moments, row, "cosine") == Approx(1).epsilon(1e-15));
  CHECK(std::isnan(field(moments, row, "v_zero")));
}

TEST_CASE("fields of v begin with the first step that divides by it", "[probe]") {
  Radam::In<double> rule(Radam{.beta2 = "0.9"}, 2);
  Shadow<double> follower(
      Role::second_moment,
      std::make_unique<Radam::In<Dec50>>(Radam{.beta2 = "0.9"}, 2,
                                         Roles<Dec50>(shadow_roles<double>(RoleFormats{}))));
  std::vector<double> w{1, 1};
  const std::vector<double> g{0.25, 0.5};
  Moments<double> probe;
  int rectified = 0;
  for (std::uint64_t t = 1; t <= 12; ++t) {
    probe.before(rule, w, g);
    follower.step(t, w, g);
    rule.step(t, w, g);
    const auto row = probe.after(rule, w);
    const auto shadowed = follower.row(rule);
    const bool divides = rule.preconditioner().has_value();
    rectified += divides ? 1 : 0;
    CHECK(std::isnan(field(moments, row, "v_zero")) == !divides);
    CHECK(std::isnan(field(moments, row, "v_stalled")) == (rectified < 2));
    CHECK(std::isnan(field(shadow, shadowed, "shadow_update_max")) == !divides);
    CHECK(field(shadow, shadowed, "shadow_max") < 1e-14);
  }
  CHECK(rectified > 2);
  CHECK(rectified < 12);
}

TEMPLATE_TEST_CASE("a shadow is the recurrence in wide arithmetic", "[probe]", float, double,
                   Binary16, Quad) {
  using T = TestType;
  using W = ShadowArithmetic<T>;
  const Adam options{.lr = "0.01", .beta2 = "0.97", .eps = "0.001"};
  RoleFormats formats;
  const Format kept = std::is_same_v<T, Binary16> ? binary16_format : bfloat16_format;
  formats[Role::second_moment] = RoleFormat{{kept}};
  constexpr std::size_t count = 9;
  Adam::In<T> rule(options, count, Roles<T>(formats));
  Shadow<T> probe(Role::second_moment, std::make_unique<Adam::In<W>>(
                                           options, count, Roles<W>(shadow_roles<T>(formats))));
  // The reference: 600 bits, the run's own rounded hyper-parameters.
  const Mpfr b2 = exact(convert<T>(hyper<T>("0.97")));
  const Mpfr c2 = exact(convert<T>(HyperArithmetic<T>(1 - hyper<T>("0.97"))));
  const Mpfr zero = parse("0", 600);
  std::vector<Mpfr> reference(count, zero);
  std::vector<T> w(count, T(1)), g(count);
  std::mt19937 generator(8);
  for (std::uint64_t t = 1; t <= 60; ++t) {
    for (std::size_t i = 0; i < count; ++i) {
      g[i] = T(static_cast<float>(uniform(generator) + 0.5));
      const Mpfr slope = zero + exact(g[i]);
      reference[i] = b2 * reference[i] + c2 * slope * slope;
    }
    probe.step(t, w, g);
    rule.step(t, w, g);
  }
  std::vector<double> errors, ulps;
  for (std::size_t i = 0; i < count; ++i) {
    const Mpfr difference = abs(exact(rule.states()[1].values[i]) - reference[i]);
    errors.push_back(mpfr_get_d(difference / reference[i], MPFR_RNDN));
    Mpfr ulp(60);
    mpfr_set_ui_2exp(ulp, 1, mpfr_get_exp(reference[i]) - kept.p, MPFR_RNDN);
    ulps.push_back(mpfr_get_d(difference / ulp, MPFR_RNDN));
  }
  const auto row = probe.row(rule);
  CHECK(errors[0] > 0);
  CHECK(field(shadow, row, "shadow_median") == Approx(median(errors)).epsilon(1e-14));
  CHECK(field(shadow, row, "shadow_max") ==
        Approx(*std::max_element(errors.begin(), errors.end())).epsilon(1e-14));
  // Of 121 operations to nearest in T, and of 60 roundings to where v is stored.
  Mpfr bound = parse("1", 600);
  const auto grow = [&](int p, int times) {
    for (int i = 0; i < times; ++i) bound = bound * (parse("1", 600) + exact(std::ldexp(1.0, -p)));
  };
  grow(significand_bits<T>, 121);
  if (!std::is_same_v<T, Binary16>) grow(kept.p, 60);
  CHECK(field(shadow, row, "shadow_bound") ==
        Approx(mpfr_get_d(bound - parse("1", 600), MPFR_RNDN)).epsilon(1e-13));
  CHECK(field(shadow, row, "shadow_max") <= field(shadow, row, "shadow_bound"));
  CHECK(field(shadow, row, "shadow_ulps_max") ==
        Approx(*std::max_element(ulps.begin(), ulps.end())).epsilon(1e-14));
  // To first order the update has half the error of v, where eps is small beside the root.
  const double update = field(shadow, row, "shadow_update_max");
  const double half = *std::max_element(errors.begin(), errors.end()) / 2;
  CHECK(update > 0.9 * half);
  CHECK(update < 1.1 * half);
}

TEST_CASE("a shadow's ulp does not shrink below the smallest subnormal", "[probe]") {
  const Adam options{.lr = "0.01", .beta2 = "0.5"};
  RoleFormats formats;
  formats[Role::second_moment] = RoleFormat{{binary16_format}};
  Adam::In<float> rule(options, 1, Roles<float>(formats));
  Shadow<float> probe(Role::second_moment,
                      std::make_unique<Adam::In<Dec50>>(
                          options, 1, Roles<Dec50>(shadow_roles<float>(RoleFormats{}))));
  std::vector<float> w{1};
  const std::vector<float> g{0x1.4p-11F};  // v = g^2 / 2 is 3.125 subnormals of binary16
  probe.step(1, w, g);
  rule.step(1, w, g);
  CHECK(rule.states()[1].values[0] == 3 * 0x1p-24F);
  CHECK(field(shadow, probe.row(rule), "shadow_ulps_max") == 0.125);
}

TEST_CASE("a run that diverges between recorded steps has a last row without moments", "[probe]") {
  const TempFolder folder;
  const Cell cell = cell_of(
      "steps = 25\n[data]\nsamples = 5\nfeatures = 4\n[rule]\nkind = \"sgd\"\nlr = 1e30\n"
      "[precision]\narithmetic = \"binary32\"\n[record]\nevery = 10\nprobes = [\"moments\"]\n");
  FileRecorder recorder(cell);
  std::atomic<bool> stop{false}, save{false};
  std::atomic<std::uint64_t> step{0};
  const auto run = run_cell(cell, recorder, {stop, save, step});
  REQUIRE(run);
  CHECK(run->steps < 10);
  CHECK(run->metrics[metric_place("verdict")] == "diverged");
  const std::string last = recorder.rows().back();
  CHECK(last.ends_with(std::string(13, ',')));
}

TEST_CASE("a run records its probes beside the loss", "[probe]") {
  struct Rows final : Recorder {
    std::vector<std::vector<std::string>> rows;
    void trace(std::uint64_t step, const std::vector<std::string>& fields) override {
      rows.push_back(fields);
      rows.back().insert(rows.back().begin(), std::to_string(step));
    }
    void final_value(std::string_view, std::size_t, const std::string&) override {}
  };
  const Cell cell = cell_of(
      "steps = 25\n[data]\nsamples = 5\nfeatures = 4\n[precision]\narithmetic = \"binary32\"\n"
      "second_moment = \"bfloat16\"\n[record]\nprobes = [\"shadow\", \"moments\"]\n");
  std::atomic<bool> stop{false}, save{false};
  std::atomic<std::uint64_t> step{0};
  Rows recorder;
  REQUIRE(run_cell(cell, recorder, {stop, save, step}));
  REQUIRE(recorder.rows.size() == 4);  // 0, 10, 20, 24
  const std::size_t width = 2 + moments.columns().size() + shadow.columns().size();
  for (const auto& row : recorder.rows) CHECK(row.size() == width);
  // Nothing has been updated at 0, but there is a gradient; later all is there.
  const auto& first = recorder.rows.front();
  CHECK(std::count(first.begin(), first.end(), "") == static_cast<std::ptrdiff_t>(width - 3));
  const auto& last = recorder.rows.back();
  CHECK(last[0] == "24");
  CHECK(std::count(last.begin(), last.end(), "") == 0);
}
