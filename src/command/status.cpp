// SPDX-License-Identifier: BSL-1.0
#include <ctime>
#include <filesystem>

#include "commands.hpp"
#include "open_study.hpp"
#include "say.hpp"
#include "ulpscope/store/claim.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/store/timings.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

std::string time_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::localtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// What a cell's steps took in others of its arithmetic, else in any; nothing where none is done.
class Pace {
 public:
  void add(const Cell& cell, const Timing& timing) {
    for (Mean* mean : {&all_, &by_arithmetic_[cell[key::arithmetic]]}) {
      mean->seconds += timing.seconds;
      mean->steps += static_cast<double>(timing.steps);
    }
  }

  std::optional<double> seconds(const Cell& cell) const {
    const auto at = by_arithmetic_.find(cell[key::arithmetic]);
    const Mean& mean = at == by_arithmetic_.end() ? all_ : at->second;
    if (mean.steps == 0) return std::nullopt;
    return mean.seconds / mean.steps * std::stod(cell[key::steps]);
  }

 private:
  struct Mean {
    double seconds = 0, steps = 0;
  };
  Mean all_;
  std::map<std::string, Mean> by_arithmetic_;
};

}  // namespace

int status_command(const std::string& folder) {
  const Study study = read_results(folder);
  const Plan plan = make_plan(study);
  const Summary summary = summarize(folder, plan, Check::changed);
  say_damaged(folder, summary, "`ulpscope run --check` makes it again");
  Pace pace;
  const Timings timings = all_timings(folder);
  std::size_t done = 0, running = 0, failed = 0;
  double left_seconds = 0;
  bool known = true;
  std::string lines;
  for (const Cell& cell : plan.cells) {
    const auto timing = timings.find(cell.id);
    if (timing != timings.end()) pace.add(cell, timing->second);
  }
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& cell = plan.cells[i];
    const std::string& status = summary.csv.rows[i].back();
    if (status == "done") {
      ++done;
      continue;
    }
    const std::string name = label_of(cell, plan.swept);
    if (status.starts_with("failed")) {
      ++failed;
      lines += fmt::format("{} {}: {}\n", cell.id, name, status);
      continue;
    }
    const auto seconds = pace.seconds(cell);
    known = known && seconds;
    double ran = 0;
    if (const auto owner = claim_owner(cell_folder(folder, cell.id))) {
      ++running;
      ran = static_cast<double>(std::time(nullptr) - owner->since);
      lines += fmt::format("{} {}: running on {}, process {}, since {} ({})", cell.id, name,
                           owner->host, owner->process, time_text(owner->since), clock_text(ran));
      if (owner->silent > 30) {
        lines += fmt::format(", without a sign of life for {}", clock_text(owner->silent));
      }
      lines += '\n';
    }
    left_seconds += std::max(0.0, seconds.value_or(0) - ran);
  }
  const std::size_t left = plan.cells.size() - done - running - failed;
  fmt::print("{}: {}, {} done, {} running, {} failed, {} left", study.name,
             counted(plan.cells.size(), "cell"), done, running, failed, left);
  if (running + left > 0) {
    const double at_a_time = std::max<double>(1, static_cast<double>(running));
    fmt::print("; {}", known ? fmt::format("about {} to go with {} at a time",
                                           clock_text(left_seconds / at_a_time), at_a_time)
                             : "how long is known once a cell is done");
  }
  fmt::print("\n{}", lines);
  return exit_code::done;
}

}  // namespace ulpscope
