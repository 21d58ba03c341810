// SPDX-License-Identifier: BSL-1.0
// What a small study costs from start to end, by the program itself: plan, 200 cells of 100 steps
// with their files, summary, tables. Items are cells; the argument is --jobs.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t cells = 200;
constexpr const char* study = R"([study]
name = "sweep"
steps = 100
[data]
samples = 8
features = 12
[sweep]
"data.seed" = { from = 1, to = 25, step = 1 }
"rule.kind" = ["adam", "sgd"]
"precision.arithmetic" = ["binary32", "binary64", "quad", "bfloat16"]
[[table]]
rows = ["rule.kind", "precision.arithmetic"]
columns = ["tail", "verdict"]
over = "data.seed"
)";

/// A folder that is gone in the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("ulpscope-sweep-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

void sweep(benchmark::State& state) {
  const Folder folder;
  const fs::path file = folder.path / "sweep.toml", out = folder.path / "out";
  std::ofstream(file) << study;
  const std::string command = "\"" ULPSCOPE_PROGRAM "\" run \"" + file.string() + "\" --jobs " +
                              std::to_string(state.range(0)) + " --out \"" + out.string() +
                              "\" 2>/dev/null";
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) state.SkipWithError("the study did not run");
    state.PauseTiming();
    fs::remove_all(out);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * cells);
}

BENCHMARK(sweep)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
