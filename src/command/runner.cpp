// SPDX-License-Identifier: BSL-1.0
#include "runner.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "say.hpp"
#include "ulpscope/model/shared_rows.hpp"
#include "ulpscope/store/fmt.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {

std::atomic<bool> stop_requested{false};

void catch_signals() {
  static_assert(std::atomic<bool>::is_always_lock_free);
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested = true; };
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // as nohup has it
  }
  // A pipe that nobody reads makes writing fail, no more.
  std::signal(SIGPIPE, SIG_IGN);
}

namespace {

/// The state that workers and the supervising thread share.
class Pool {
 public:
  Pool(const std::vector<const Cell*>& cells, const std::vector<std::string>& swept,
       const Running& running, CellPlace& place)
      : swept_(swept), running_as_(running), place_(place), total_(cells.size()) {
    Estimate estimate;
    Sorts sorts;
    const bool alike = std::all_of(cells.begin(), cells.end(), [&](const Cell* cell) {
      return sorts.of(*cell) == sorts.of(*cells.front());
    });
    for (const Group& group : groups_of(cells, running.jobs, running.together)) {
      if (stop_requested) break;
      Tasks tasks;
      for (const Cell* cell : group) {
        Task& task = tasks_.emplace_back();
        task.cell = cell;
        task.steps = std::stoull((*cell)[key::steps]);
        task.seconds = alike ? 0 : expected(estimate, *cell);
        tasks.push_back(&task);
      }
      waiting_.push_back(std::move(tasks));
    }
    // Longest first, so that none is left over when the others are done.
    std::stable_sort(waiting_.begin(), waiting_.end(), [](const Tasks& a, const Tasks& b) {
      return a.front()->seconds > b.front()->seconds;
    });
  }

  std::map<std::string, Outcome> run() {
    std::vector<std::jthread> threads;
    workers_ = std::min<std::size_t>(running_as_.jobs, waiting_.size());
    for (std::size_t i = workers_; i > 0; --i) threads.emplace_back([this] { work(); });
    auto saved = Clock::now();
    std::unique_lock lock(mutex_);
    while (
        !changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return workers_ == 0; })) {
      const bool save = Clock::now() - saved >= running_as_.save_every;
      if (save) saved = Clock::now();
      for (Task* task : running_) {
        if (stopping()) task->stop = true;
        if (save) task->save = true;
      }
      if (terminal_) draw();
      lock.unlock();
      place_.tick();
      lock.lock();
    }
    if (terminal_) clear();
    lock.unlock();
    threads.clear();  // joins
    return std::move(outcomes_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// A cell that cannot be estimated will fail when it is run, and say why.
  static double expected(Estimate& estimate, const Cell& cell) {
    try {
      return estimate.seconds(cell);
    } catch (const std::exception&) {
      return 0;
    }
  }

  struct Task {
    const Cell* cell = nullptr;
    std::uint64_t steps = 0;
    double seconds = 0;  ///< expected; 0 where all tasks are alike, and need no order
    Clock::time_point start;
    std::atomic<bool> stop{false}, save{false};
    std::atomic<std::uint64_t> step{0};
  };
  using Tasks = std::vector<Task*>;  ///< of a group

  bool stopping() const { return stop_requested || (failed_ && running_as_.fail_fast); }

  void work() {
    std::unique_lock lock(mutex_);
    for (Tasks tasks = next(lock); !tasks.empty(); tasks = next(lock)) {
      lock.unlock();
      work_on(tasks);
      lock.lock();
    }
    --workers_;
    changed_.notify_all();
  }

  void work_on(const Tasks& tasks) {
    SharedRows rows;
    Tasks later;
    later.reserve(tasks.size());
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < tasks.size(); ++i) {
        try {
          threads.emplace_back([this, task = tasks[i], &rows] { work_on(*task, &rows); });
        } catch (const std::exception&) {  // there are no more threads to be had
          later.push_back(tasks[i]);
        }
      }
      work_on(*tasks.front(), tasks.size() > 1 ? &rows : nullptr);
    }
    for (Task* task : later) work_on(*task, nullptr);
  }

  void work_on(Task& task, SharedRows* shared) {
    std::unique_lock lock(mutex_);
    running_.push_back(&task);
    task.start = Clock::now();
    task.stop = stopping();
    lock.unlock();
    std::optional<Outcome> outcome = attempt(task, shared);
    lock.lock();
    running_.erase(std::find(running_.begin(), running_.end(), &task));
    if (!outcome) {
      elsewhere_.push_back(&task);
      return;
    }
    failed_ = failed_ || outcome->kind == Outcome::Kind::failed;
    if (outcome->kind == Outcome::Kind::stopped) return;
    const auto at = outcomes_.insert_or_assign(task.cell->id, std::move(*outcome)).first;
    if (!at->second.news.empty()) tell(task, at->second.news);
  }

  /// The next cells to try, if there are any; waits while all that are left are run elsewhere.
  Tasks next(std::unique_lock<std::mutex>& lock) {
    while (!stopping()) {
      if (waiting_.empty() && !elsewhere_.empty()) {
        changed_.wait_for(lock, std::chrono::milliseconds(500), [&] { return stopping(); });
        if (waiting_.empty()) {  // or another worker has done so
          for (Task* task : elsewhere_) waiting_.push_back({task});
          elsewhere_.clear();
        }
      }
      if (!waiting_.empty() && !stopping()) {
        Tasks tasks = std::move(waiting_.front());
        waiting_.pop_front();
        return tasks;
      }
      if (elsewhere_.empty()) break;
    }
    return {};
  }

  /// Nothing where another process runs the cell.
  std::optional<Outcome> attempt(Task& task, SharedRows* shared) {
    try {
      const CellPlace::Turn turn = place_.take(*task.cell);
      switch (turn.kind) {
        case CellPlace::Turn::Kind::elsewhere: return std::nullopt;
        case CellPlace::Turn::Kind::done: return Outcome{Outcome::Kind::done};
        case CellPlace::Turn::Kind::failed: return Outcome{Outcome::Kind::failed, turn.reason};
        case CellPlace::Turn::Kind::here: break;
      }
    } catch (const std::exception& error) {
      Outcome outcome = failure(task, error.what());
      place_.release(*task.cell);
      return outcome;
    }
    std::optional<Outcome> outcome = run(task, shared);
    place_.release(*task.cell);
    return outcome;
  }

  std::optional<Outcome> run(Task& task, SharedRows* shared) {
    try {
      FileRecorder recorder(*task.cell);
      const auto keeper = place_.keeper(*task.cell);
      const auto run =
          run_cell(*task.cell, recorder, {task.stop, task.save, task.step, keeper.get(), shared});
      if (!run) return Outcome{Outcome::Kind::stopped};
      if (!place_.finish(*task.cell, recorder.finish(*run), *run)) return std::nullopt;
      const auto metric = [&](std::string_view name) { return run->metrics[metric_place(name)]; };
      return Outcome{Outcome::Kind::done, "",
                     metric("verdict") + " at step " + metric("verdict_step")};
    } catch (const std::bad_alloc&) {
      return failure(task, "not enough memory");
    } catch (const std::exception& error) {
      return failure(task, error.what());
    }
  }

  Outcome failure(const Task& task, const std::string& reason) {
    place_.fail(*task.cell, reason);
    return {Outcome::Kind::failed, reason, "failed: " + reason};
  }

  static double elapsed(const Task& task) {
    return std::chrono::duration<double>(Clock::now() - task.start).count();
  }

  /// Seconds that the task still needs: from its own pace once it has one.
  static double remaining(const Task& task) {
    const auto done = static_cast<double>(task.step);
    const auto steps = static_cast<double>(task.steps);
    return done > 0 ? elapsed(task) * (steps - done) / done : task.seconds;
  }

  void clear() const { std::fputs("\r\033[K", stderr); }

  void draw() {
    double left = 0;
    double longest = 0;
    double whole = 0;
    std::string shown;
    for (const Task* task : running_) {
      const double rest = remaining(*task);
      left += rest;
      whole += elapsed(*task) + rest;
      longest = std::max(longest, rest);
      shown +=
          fmt::format(" | {} {} %", label_of(*task->cell, swept_), 100 * task->step / task->steps);
    }
    const double alike = running_.empty() ? 0 : whole / static_cast<double>(running_.size());
    for (const Tasks& tasks : waiting_) {
      for (const Task* task : tasks) left += task->seconds > 0 ? task->seconds : alike;
    }
    const auto at_a_time = std::max<std::size_t>(running_as_.jobs, running_.size());
    const double eta = std::max(longest, left / static_cast<double>(at_a_time));
    const std::string others =
        elsewhere_.empty() ? ""
                           : fmt::format(" | {} elsewhere", counted(elsewhere_.size(), "cell"));
    const std::string line = fmt::format("{} of {}, {} left{}{}", outcomes_.size(),
                                         counted(total_, "cell"), clock_text(eta), shown, others);
    clear();
    std::fputs(line.substr(0, 118).c_str(), stderr);
  }

  void tell(const Task& task, const std::string& text) {
    if (terminal_) clear();
    const std::string name = label_of(*task.cell, swept_);
    say("[{}/{}] {}{}{}: {} ({:.1f} s)\n", outcomes_.size(), total_, task.cell->id,
        name.empty() ? "" : " ", name, text, elapsed(task));
  }

  const std::vector<std::string>& swept_;
  const Running running_as_;
  CellPlace& place_;
  std::size_t total_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::deque<Task> tasks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t workers_ = 0;
  bool failed_ = false;
  std::deque<Tasks> waiting_;
  Tasks elsewhere_;
  std::vector<Task*> running_;
  std::map<std::string, Outcome> outcomes_;
};

}  // namespace

std::map<std::string, Outcome> run_cells(const std::vector<const Cell*>& cells,
                                         const std::vector<std::string>& swept,
                                         const Running& running, CellPlace& place) {
  return Pool(cells, swept, running, place).run();
}

}  // namespace ulpscope
