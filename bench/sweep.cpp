// SPDX-License-Identifier: BSL-1.0
// What studies cost from start to end, by the program itself: plan, cells with their files,
// summary, tables. Items are cells.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// 200 cells of 100 steps.
constexpr const char* small_cells = R"([study]
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

/// Eight cells of 200 steps over inputs of 16 MB.
constexpr const char* large_inputs = R"([study]
name = "large"
steps = 200
[data]
samples = 4000
features = 1000
[precision]
arithmetic = "binary32"
[record]
every = 100
[sweep]
"rule.lr" = [1e-5, 2e-5, 3e-5, 4e-5, 5e-5, 6e-5, 7e-5, 8e-5]
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

void run(benchmark::State& state, const char* study, std::int64_t cells, const char* option) {
  const Folder folder;
  const fs::path file = folder.path / "sweep.toml", out = folder.path / "out";
  std::ofstream(file) << study;
  const std::string command = "\"" ULPSCOPE_PROGRAM "\" run \"" + file.string() + "\" " + option +
                              " " + std::to_string(state.range(0)) + " --out \"" + out.string() +
                              "\" 2>/dev/null";
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) state.SkipWithError("the study did not run");
    state.PauseTiming();
    fs::remove_all(out);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * cells);
}

void sweep(benchmark::State& state) { run(state, small_cells, 200, "--jobs"); }
void together(benchmark::State& state) { run(state, large_inputs, 8, "--jobs 1 --together"); }

BENCHMARK(sweep)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(together)->Arg(1)->Arg(8)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
