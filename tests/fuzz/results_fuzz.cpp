// SPDX-License-Identifier: BSL-1.0
// Any bytes in place of any file of a results folder: what reads it says what is wrong, or has
// results. The first byte says which file, of `parts`; a cell's files are given to their readers
// with the checksums that belong to them, too.
#include <array>
#include <atomic>
#include <stdexcept>

#include "scratch_file.hpp"
#include "ulpscope/format/sha256.hpp"
#include "ulpscope/report/column.hpp"
#include "ulpscope/report/figure.hpp"
#include "ulpscope/report/page.hpp"
#include "ulpscope/report/table.hpp"
#include "ulpscope/store/cell_files.hpp"
#include "ulpscope/store/checkpoint.hpp"
#include "ulpscope/store/claim.hpp"
#include "ulpscope/store/compare.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/timings.hpp"
#include "ulpscope/store/version.hpp"
#include "ulpscope/study/run_cell.hpp"

using namespace ulpscope;

namespace {

struct Part {
  char letter;
  const char* name;
  bool of_cell;  ///< of the first cell's folder
};
/// By the letters that name them.
constexpr std::array parts{Part{'t', "trace.csv", true},    Part{'m', "metrics.csv", true},
                           Part{'f', "final.csv", true},    Part{'c', "cell.toml", true},
                           Part{'d', "done", true},         Part{'e', "state", true},
                           Part{'x', "failed", true},       Part{'k', "claim.1", true},
                           Part{'s', "summary.csv", false}, Part{'i', "timings.csv", false},
                           Part{'u', "cells.sum", false},   Part{'j', "timings.x.journal", false}};

/// A folder of results as a run leaves it, but for tables and figures.
class Results {
 public:
  Results() {
    study = read_study(ULPSCOPE_TEST_DIR "/fuzz/results.toml");
    plan = make_plan(study);
    Timings timings;
    for (const Cell& cell : plan.cells) {
      FileRecorder recorder(cell);
      std::atomic<bool> stop{false}, save{false};
      std::atomic<std::uint64_t> step{0};
      const auto run = run_cell(cell, recorder, {stop, save, step, nullptr});
      const CellFiles files = recorder.finish(*run);
      write_end_state(cell_folder(path(), cell.id), *run->end, files);
      write_cell(cell_folder(path(), cell.id), files);
      timings[cell.id] = {run->steps, 0.25};
    }
    folder_.put("study.toml", study_toml(study, plan));
    const Summary summary = summarize(path(), plan, Check::all);
    write_summary(path(), plan, summary);
    // Without its checksum, or every other summary.csv would be refused before it is read.
    const std::string sums = *content_of("cells.sum");
    folder_.put("cells.sum", sums.substr(sums.find('\n') + 1));
    folder_.put("timings.csv", merged_timings(path(), plan, timings).text());
    first = cell_folder(path(), plan.cells.front().id);
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  std::string name_of(const Part& part) const {
    const std::string name = part.name;
    return part.of_cell ? "cells/" + plan.cells.front().id + "/" + name : name;
  }
  std::optional<std::string> content_of(const std::string& name) const {
    return folder_.content_of(name);
  }
  void put(const std::string& name, const std::string& content) const {
    folder_.put(name, content);
  }
  void remove(const std::string& name) const { folder_.remove(name); }
  /// Makes `done` describe the files as they are.
  void seal() const {
    CellFiles files;
    for (auto& file : files.files) {
      file.content = content_of(name_of({'_', file.name.data(), true})).value();
    }
    put(name_of({'d', "done", true}), files.done());
  }

  Study study;
  Plan plan;
  std::filesystem::path first;  ///< the first cell's

 private:
  test::ScratchFolder folder_;
};

/// What is bad input or damage may be refused, by these alone.
template <class F>
void refusable(F&& f) {
  try {
    f();
  } catch (const std::runtime_error&) {
  }
}

/// What reads the part. Nothing may keep a summary or a status from being given.
void read_part(const Results& results, char letter) {
  const auto& folder = results.path();
  const auto among = [&](std::string_view letters) {
    return letters.find(letter) != std::string_view::npos;
  };
  const Summary summary = summarize(folder, results.plan, Check::all);
  if (summary.csv.rows.size() != results.plan.cells.size()) std::abort();
  summarize(folder, results.plan, Check::changed);
  all_timings(folder);
  left_journals(folder);
  claim_owner(results.first);
  results_at_risk(folder, results.plan);
  std::string why;
  if (among("tfmde")) read_state(results.first, 100, why);

  for (const TableSpec& spec : results.study.tables) {
    if (!among("si")) break;
    refusable([&] {
      const Csv named = for_report(read_summary(folder), results.study);
      const Csv timings = read_timings(folder);
      for (const TableFormat format : table_formats) {
        table_text(spec, results.study, named, timings, format);
      }
    });
  }
  for (const FigureSpec& spec : results.study.figures) {
    if (!among("ts")) break;
    refusable([&] {
      Study study = results.study;
      study.figures = {spec};
      const Drawing drawing = figures_of_results(folder, study).front();
      gnuplot_text(drawing);
      pgfplots_text(drawing, "");
    });
  }
  if (among("tfcdsi")) refusable([&] { make_page(folder, results.study, {}); });
  if (among("tfcmdsu")) {
    refusable([&] {
      Study study = results.study;
      study.tables.clear();  // to check these takes its time
      study.figures.clear();
      const ComparedFolder compared = compared_folder(folder, study);
      compare_results(compared, compared);
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Results results;
  if (size == 0) return 0;
  const Part* part = nullptr;
  for (const Part& other : parts) {
    if (other.letter == static_cast<char>(data[0])) part = &other;
  }
  if (!part) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string name = results.name_of(*part), done = results.name_of({'d', "done", true});
  const auto before = results.content_of(name), done_before = results.content_of(done);
  if (part->letter == 'e') {
    bytes = "ulpscope " + std::string(release) + "\n" + bytes + "\n";
    bytes += sha256(bytes) + "\n";
  }
  results.put(name, bytes);
  const bool described = std::string("tmfc").find(part->letter) != std::string::npos;
  if (described) {
    // Never used: what it holds is not what `done` says.
    std::string damaged;
    const bool same = bytes == before;
    const bool finished =
        finished_cell(results.path(), results.plan.cells.front(), Check::all, damaged).has_value();
    if (finished != same || damaged.empty() != same) std::abort();
    results.seal();
  }
  read_part(results, part->letter);
  if (before) {
    results.put(name, *before);
  } else {
    results.remove(name);
  }
  results.put(done, *done_before);
  return 0;
}
