// SPDX-License-Identifier: BSL-1.0
// The metrics of a run, from loss series made by hand.
#include <limits>

#include "catch.hpp"
#include "cells.hpp"
#include "ulpscope/probe/metrics.hpp"
#include "ulpscope/probe/probe_list.hpp"
#include "ulpscope/study/column_peaks.hpp"
#include "ulpscope/study/sharpness_trigger.hpp"

namespace {

using namespace ulpscope;

using Series = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using Steps = std::vector<std::uint64_t>;

/// 0, every, 2 every, ...
Steps steps_of(std::size_t count, std::uint64_t every = 1) {
  Steps steps;
  for (std::size_t i = 0; i < count; ++i) steps.push_back(every * i);
  return steps;
}

/// A metric of losses at these steps, whose levels are 1 (converged) and 10 (onset).
std::string metric_at(const Steps& steps, const Series& losses, std::string_view name) {
  return measure(Losses<double>{losses, steps}, 1.0, 10.0)[metric_place(name)];
}

std::string metric(const Series& losses, std::string_view name) {
  return metric_at(steps_of(losses.size()), losses, name);
}

/// The metric as a number.
double number(const Series& losses, std::string_view name) {
  return std::stod(metric(losses, name));
}

/// Parts of a series: count values each.
Series join(std::initializer_list<std::pair<std::size_t, double>> parts) {
  Series all;
  for (const auto& [count, value] : parts) all.insert(all.end(), count, value);
  return all;
}

}  // namespace

TEST_CASE("the median of odd and even counts", "[metrics]") {
  CHECK(median(Series{3}) == 3);
  CHECK(median(Series{4, 1}) == 2.5);
  CHECK(median(Series{9, 1, 5}) == 5);
  CHECK(median(Series{8, 1, 9, 2}) == 5);
  CHECK(median(Series{2, 2, 2, 1, 7, 7}) == 2);
  CHECK(median(std::vector<Dec50>{Dec50(1), Dec50(2)}) == Dec50(1.5));
  // Rounded once: 226 is between 224 and 240; half a sum that would overflow; 1.5 times the
  // smallest number, a tie, where each half on its own would be rounded, too.
  CHECK(median(std::vector<E4m3>{E4m3(448), E4m3(4)}) == 224);
  CHECK(median(std::vector<E4m3>{E4m3(448), E4m3(416)}) == 448);
  CHECK(median(std::vector<E4m3>{E4m3(0x1p-9), E4m3(0x1p-8)}) == 0x1p-8);
}

TEST_CASE("recorded steps stand for all of them", "[metrics]") {
  // Every tenth step: low from step 50 on, so a hundred steps later at 150; a window of 25 steps
  // has three rows.
  const Series losses = join({{5, 50}, {20, 0.5}, {1, 0.25}, {2, 0.125}, {12, 20}});
  const Steps steps = steps_of(losses.size(), 10);
  CHECK(metric_at(steps, losses, "converged") == "150");
  CHECK(std::stod(metric_at(steps, losses, "floor")) == 0.125);
  CHECK(metric_at(steps, losses, "floor_step") == "270");
  CHECK(metric_at(steps, losses, "onset") == "280");
  CHECK(metric_at(steps, losses, "verdict_step") == "280");
}

TEST_CASE("converged is the hundredth step in a row below the level", "[metrics]") {
  CHECK(metric(join({{5, 50}, {99, 0.5}}), "converged").empty());
  CHECK(metric(join({{5, 50}, {100, 0.5}}), "converged") == "104");
  CHECK(metric(join({{5, 50}, {200, 0.5}}), "converged") == "104");
  CHECK(metric(join({{100, 0.5}}), "converged") == "99");
  CHECK(metric(join({{300, 1}}), "converged").empty());  // at the level is not below it
}

TEST_CASE("crossing and growth onset are those of the recorded sharpness", "[metrics]") {
  // Converged at 103, the floor 2^-4 from 160 on; gradient descent, whose loss grows by 4 a step.
  const Series losses = join({{4, 50}, {156, 0.5}, {100, 0.0625}});
  const Growths growths{{50, {3, {}}}, {150, {1, {}}}, {200, {3, {}}}, {259, {3, {}}}};
  const auto of = [&](const Growths& rows, std::string_view name) {
    return measure(Losses<double>{losses, steps_of(losses.size())}, 1.0, 10.0,
                   rows)[metric_place(name)];
  };
  CHECK(of(growths, "crossing") == "200");
  CHECK(of(growths, "growth_onset") == "204");  // 4^4 / 16 is above 10, 4^3 / 16 is not
  CHECK(of({}, "crossing").empty());
  CHECK(of({}, "growth_onset").empty());
  CHECK(of({{150, {1, {}}}, {200, {1.5, {}}}}, "crossing").empty());
}

TEST_CASE("ringing starts the count of low steps again", "[metrics]") {
  const Series ringing = join({{1, 50}, {99, 0.5}, {1, 2}, {99, 0.5}, {1, 1}});
  CHECK(metric(ringing, "converged").empty());
  Series settled = ringing;
  settled.insert(settled.end(), 100, 0.5);
  CHECK(metric(settled, "converged") == "300");
}

TEST_CASE("the onset is the first step after converged above the level", "[metrics]") {
  const Series before = join({{1, 50}, {99, 0.5}, {1, 20}});  // not converged yet
  CHECK(metric(before, "onset").empty());
  const Series at_level = join({{1, 50}, {100, 0.5}, {3, 10}});
  CHECK(metric(at_level, "onset").empty());
  const Series above = join({{1, 50}, {100, 0.5}, {3, 5}, {1, 11}, {4, 30}, {4, 20}});
  CHECK(metric(above, "onset") == "104");
  CHECK(number(above, "peak") == 30);
  CHECK(metric(at_level, "peak").empty());
}

TEST_CASE("the floor is the smallest trailing 25-step median before the onset", "[metrics]") {
  CHECK(metric(Series(24, 3), "floor").empty());
  CHECK(metric(Series(24, 3), "floor_step").empty());
  CHECK(number(Series(25, 3), "floor") == 3);
  CHECK(metric(Series(25, 3), "floor_step") == "24");
  // Twelve low values are no median of 25, the thirteenth is; equal medians do not move the step.
  const Series steps = join({{30, 8}, {12, 2}, {1, 2}, {30, 2}});
  CHECK(number(steps, "floor") == 2);
  CHECK(metric(steps, "floor_step") == "42");
  CHECK(number(join({{30, 8}, {12, 2}, {30, 8}}), "floor") == 8);
  // A trailing window forgets: values leave it after 25 steps.
  const Series passing = join({{25, 8}, {12, 2}, {25, 4}, {20, 6}});
  CHECK(number(passing, "floor") == 4);
  CHECK(metric(passing, "floor_step") == "37");  // twelve 2 and one 4 are the lower 13
  // Thirteen steps lower than all before, from the onset on, count no more.
  const Series relapsed = join({{1, 50}, {120, 0.5}, {1, 11}, {40, 0.25}});
  CHECK(number(relapsed, "floor") == 0.5);
  CHECK(metric(relapsed, "floor_step") == "24");
}

TEST_CASE("the floor agrees with medians computed one by one", "[metrics]") {
  Series losses;
  for (unsigned t = 0, state = 1; t < 400; ++t) {
    state = state * 1103515245U + 12345U;
    losses.push_back(2 + static_cast<double>(state >> 16U & 15U));  // many equal values
  }
  double floor = inf;
  std::size_t step = 0;
  for (std::size_t t = 24; t < losses.size(); ++t) {
    const auto end = losses.begin() + static_cast<std::ptrdiff_t>(t) + 1;
    const double middle = median(Series(end - 25, end));
    if (middle < floor) {
      floor = middle;
      step = t;
    }
  }
  CHECK(number(losses, "floor") == floor);
  CHECK(metric(losses, "floor_step") == std::to_string(step));
}

TEST_CASE("the tail is the median of the last tenth", "[metrics]") {
  CHECK(number({7}, "tail") == 7);
  CHECK(number({1, 2, 3, 4}, "tail") == 4);  // at least one step
  CHECK(number(join({{27, 100}, {1, 3}, {1, 1}, {1, 2}}), "tail") == 2);
  CHECK(number(join({{36, 100}, {1, 1}, {1, 8}, {1, 2}, {1, 4}}), "tail") == 3);
  CHECK(number(join({{37, 100}, {1, 7}, {1, 8}, {1, 9}}), "tail") == 8.5);  // a tenth is 4 steps
  CHECK(number(join({{80, 100}, {1, 50}, {4, 1}, {1, 3}, {4, 5}}), "tail") == 3);  // 9 of 90
}

TEST_CASE("verdicts", "[metrics]") {
  const auto verdict = [](const Series& losses) {
    return metric(losses, "verdict") + " " + metric(losses, "verdict_step");
  };
  CHECK(verdict(join({{1, 50}, {150, 0.5}})) == "stable 100");
  CHECK(verdict(join({{1, 50}, {150, 0.5}, {2, 11}, {50, 0.5}})) == "relapsed 151");
  CHECK(verdict(join({{1, 50}, {150, 5}})) == "unconverged 150");
  CHECK(verdict({50}) == "unconverged 0");
  CHECK(verdict({50, 20, 5}) == "unconverged 2");
  CHECK(verdict({inf}) == "diverged 0");
  CHECK(verdict({not_a_number}) == "diverged 0");
  CHECK(verdict({50, 60, not_a_number}) == "diverged 2");
  CHECK(verdict(join({{1, 50}, {150, 0.5}, {5, 100}, {1, inf}})) == "diverged 156");
  // A tail above ten times the first loss, although every loss is finite.
  CHECK(verdict(join({{1, 50}, {9, 500}})) == "unconverged 9");
  CHECK(verdict(join({{1, 50}, {9, 501}})) == "diverged 9");
  CHECK(verdict(join({{1, 50}, {150, 0.5}, {50, 501}})) == "diverged 200");
}

TEST_CASE("a run that ends without a finite loss has the metrics of what came before",
          "[metrics]") {
  const Series late = join({{1, 50}, {150, 0.5}, {5, 100}, {1, inf}});
  CHECK(metric(late, "converged") == "100");
  CHECK(metric(late, "onset") == "151");
  CHECK(metric(late, "peak") == "inf");
  CHECK(number(late, "floor") == 0.5);
  CHECK(number(late, "tail") == 0.5);  // of 156 finite losses the last 15: five of 100
  const Series sudden = join({{1, 50}, {150, 0.5}, {1, not_a_number}});
  CHECK(metric(sudden, "onset") == "151");
  CHECK(metric(sudden, "peak") == "nan");
  for (const double end : {inf, not_a_number}) {
    for (const char* name : {"converged", "floor", "floor_step", "onset", "peak", "tail"}) {
      INFO(name);
      CHECK(metric({end}, name).empty());
    }
  }
}

TEST_CASE("metrics of a wide arithmetic keep its digits", "[metrics]") {
  const std::vector<Dec50> losses(30, Dec50("1e-400"));
  const Metrics metrics =
      measure(Losses<Dec50>{losses, steps_of(losses.size())}, Dec50("1e-500"), Dec50(1));
  const std::string floor = metrics[1];
  CHECK(floor == decimal_text(Dec50("1e-400")));
  CHECK(Dec50(floor) == losses.front());
}

TEST_CASE("a column's peak is NaN only where it has nothing else", "[metrics]") {
  const Cell cell = test::cell_of("[record]\nprobes = [\"shadow\"]\n");
  std::size_t columns = 1;
  for (const ProbeInfo& probe : probe_list) {
    if (has_probe(cell, probe.name)) columns += probe.columns().size();
  }
  ColumnPeaks peaks(cell);
  const auto peak_with = [&](const std::string& text) {
    peaks.add(std::vector<std::string>(columns, text));
    Metrics metrics;
    peaks.write_to(metrics);
    return metrics[metric_place("shadow_peak")];
  };
  CHECK(peak_with("") == "");
  CHECK(peak_with("nan") == "nan");
  CHECK(peak_with("1e-3") == "1e-3");
  CHECK(peak_with("nan") == "1e-3");
  CHECK(peak_with("inf") == "inf");
}

TEST_CASE("a sharpness that is NaN is neither below the threshold nor above it", "[metrics]") {
  SharpnessTrigger trigger(1, "1");
  std::uint64_t t = 0;
  const auto pulled = [&](double scaled) {
    return trigger.pulled_by(++t, {scaled, {}});  // the threshold is 2
  };
  CHECK_FALSE(pulled(not_a_number));
  CHECK_FALSE(pulled(3));
  CHECK_FALSE(pulled(1));
  CHECK_FALSE(pulled(not_a_number));
  CHECK(pulled(2));
}
