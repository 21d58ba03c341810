// SPDX-License-Identifier: BSL-1.0
// What rounding an array costs, for each carrier, format, mode and instruction set, beside copying
// it. The arrays lie in the second-level cache; items are values.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <random>
#include <string>
#include <vector>

#include "ulpscope/format/native_rounder.hpp"

namespace {

using namespace ulpscope;

constexpr std::size_t count = 32768;
constexpr Format p10e8_format{10, -126, 127};

/// In [-1, 1), evenly spread: most are normal numbers of every format here.
template <class T>
std::vector<T> values() {
  std::mt19937 generator(1);
  std::vector<T> all(count);
  for (T& x : all) x = static_cast<T>(generator()) * static_cast<T>(0x1p-31) - 1;
  return all;
}

template <class T>
void copy(benchmark::State& state) {
  const std::vector<T> from = values<T>();
  std::vector<T> to(count);
  for (auto _ : state) {
    std::copy(from.begin(), from.end(), to.begin());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{count});
}

/// Copies, then rounds in place: what is rounded once would be a fixed point from then on.
template <class T>
void round(benchmark::State& state, const Rounding& rounding, Simd simd) {
  const std::vector<T> from = values<T>();
  std::vector<T> to(count);
  const Rounder<T> rounder(rounding);
  for (auto _ : state) {
    std::copy(from.begin(), from.end(), to.begin());
    rounder(to, {}, simd);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{count});
}

void words(benchmark::State& state, Simd simd) {
  std::vector<std::uint32_t> to(count);
  for (auto _ : state) {
    random_words(to, 1, {}, simd);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{count});
}

/// The instruction sets that this processor has, the best first.
std::vector<std::pair<std::string, Simd>> levels() {
  std::vector<std::pair<std::string, Simd>> all;
  if (best_simd() == Simd::avx512) all.emplace_back("avx512", Simd::avx512);
  if (best_simd() != Simd::baseline) all.emplace_back("avx2", Simd::avx2);
  all.emplace_back("baseline", Simd::baseline);
  return all;
}

template <class T>
void add(const std::string& carrier) {
  // A copy stands beside every format's figures: the machine may have changed its pace.
  std::vector<NamedFormat> all = formats();
  all.push_back({"p11", {11, Grid<T>::carrier.emin, Grid<T>::carrier.emax}});
  all.push_back({"p10e8", p10e8_format});
  for (const NamedFormat& row : all) {
    if (row.format == Grid<T>::carrier || !holds(Grid<T>::carrier, row.format)) continue;
    benchmark::RegisterBenchmark(("copy/" + carrier + "/" + row.name).c_str(), copy<T>);
    for (const auto& [mode_name, mode] : modes) {
      for (const auto& [level_name, level] : levels()) {
        const std::string name =
            "round/" + carrier + "/" + row.name + "/" + std::string(mode_name) + "/" + level_name;
        const Rounding rounding{row.format, mode, 1};
        const Simd simd = level;
        benchmark::RegisterBenchmark(
            name.c_str(), [=](benchmark::State& state) { round<T>(state, rounding, simd); });
      }
    }
  }
}

const bool registered = [] {
  add<double>("double");
  add<float>("float");
  for (const auto& [name, level] : levels()) {
    const Simd simd = level;
    benchmark::RegisterBenchmark(("random_words/" + name).c_str(),
                                 [=](benchmark::State& state) { words(state, simd); });
  }
  return true;
}();

}  // namespace
