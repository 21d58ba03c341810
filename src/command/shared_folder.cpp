// SPDX-License-Identifier: BSL-1.0
#include "shared_folder.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "say.hpp"
#include "ulpscope/store/checkpoint.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/results.hpp"
#include "ulpscope/study/keys.hpp"

namespace ulpscope {

/// Keeps a cell's state in its folder, as long as the claim on it holds.
class FolderKeeper final : public Keeper {
 public:
  FolderKeeper(SharedFolder& shared, const Cell& cell) : shared_(shared), cell_(cell) {}

  std::optional<RunState> load() override {
    std::string why;
    auto state = read_state(shared_.place_of(cell_), std::stoull(cell_[key::steps]), why);
    if (!why.empty()) say("{}: begins at step {}\n", why, state ? state->step : 0);
    // The state of a done cell, which is compared, does not say how long it took.
    if (!state || state->seconds > 0) return state;
    std::call_once(shared_.timings_read_, [&] { shared_.earlier_ = all_timings(shared_.folder_); });
    const auto at = shared_.earlier_.find(cell_.id);
    if (at != shared_.earlier_.end() && at->second.steps == state->step) {
      state->seconds = at->second.seconds;
    }
    return state;
  }

  void save(const RunState& state) override {
    const auto place = shared_.place_of(cell_);
    if (!shared_.claims_.holds(place)) return;
    try {
      write_checkpoint(place, state);
    } catch (const std::exception& error) {
      if (!shared_.told_.exchange(true)) say("{}; cells go on without\n", error.what());
    }
    // Frozen in between, it may have written into a cell that another process has done.
    if (!shared_.claims_.holds(place)) remove_checkpoint(place, state);
  }

 private:
  SharedFolder& shared_;
  const Cell& cell_;
};

namespace {

/// How many steps a done cell has run; empty where it is not done, or its description is damaged,
/// so that it is run again.
std::string done_steps(const std::filesystem::path& place) {
  if (!read_done(place)) return {};
  try {
    return steps_of_study(place / "cell.toml");
  } catch (const InputError&) {
    return {};
  }
}

}  // namespace

CellPlace::Turn SharedFolder::take(const Cell& cell) {
  const auto place = place_of(cell);
  std::string damaged;
  const auto finished = [&] {
    return finished_cell(folder_, cell, Check::all, damaged).has_value();
  };
  if (finished()) return {Turn::Kind::done};
  // Old ones are removed before cells are run: another process has just failed.
  if (const auto reason = read_failure(place)) return {Turn::Kind::failed, *reason};
  if (!claims_.take(place)) return {Turn::Kind::elsewhere};
  remove_other_parts(place);
  remove_folders_in_place_of_files(place);
  // Its owner may have done it between looking and claiming.
  if (finished()) {
    claims_.release(place);
    return {Turn::Kind::done};
  }
  const std::string steps = done_steps(place);
  if (!steps.empty() && std::stoull(steps) > std::stoull(cell[key::steps])) {
    claims_.release(place);
    return {Turn::Kind::failed, "the folder has a run of " + steps + " steps by now"};
  }
  return {Turn::Kind::here};
}

std::unique_ptr<Keeper> SharedFolder::keeper(const Cell& cell) {
  return std::make_unique<FolderKeeper>(*this, cell);
}

bool SharedFolder::finish(const Cell& cell, const CellFiles& files, const Run& run) {
  const auto place = place_of(cell);
  if (!claims_.holds(place)) return false;
  try {
    note_timing(folder_, cell.id, {run.steps, run.seconds});
    if (run.end) {
      write_end_state(place, *run.end, files);
    } else {
      remove_end_state(place);
    }
    write_cell(place, files);
  } catch (...) {
    // A process that has taken the cell over clears away what is half written.
    if (!claims_.holds(place)) return false;
    throw;
  }
  remove_checkpoint(place);
  remove_failure(place);
  return true;
}

void SharedFolder::fail(const Cell& cell, const std::string& reason) {
  try {
    // Without the claim the cell is another process's to judge.
    if (claims_.holds(place_of(cell))) write_failure(place_of(cell), reason);
  } catch (const std::exception&) {
    // On a full disk: the message and summary.csv have the reason.
  }
}

bool SharedFolder::alone(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  bool said = false;
  while (!claims_.take(folder_)) {
    if (stop_requested) return false;
    const auto owner = claim_owner(folder_);
    if (!said && owner && std::chrono::steady_clock::now() - start > std::chrono::seconds(1)) {
      said = true;
      say("waiting for process {} on {}, which writes summary, tables and figures\n",
          owner->process, owner->host);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  // Figures of many cells take their time.
  std::mutex mutex;
  std::condition_variable_any ended;
  std::jthread heart([&](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      ended.wait_for(lock, stop, claims_.lifetime() / 6, [] { return false; });
      claims_.keep_fresh();
    }
  });
  try {
    f();
  } catch (...) {
    claims_.release(folder_);
    throw;
  }
  claims_.release(folder_);
  return true;
}

void SharedFolder::clear(const std::unordered_set<std::string>& done) {
  if (!left_journals(folder_)) return;
  for (const std::string& id : done) {
    const auto place = cell_folder(folder_, id);
    remove_left_claims(place);
    remove_stale_parts(place);
    if (!claim_owner(place)) remove_checkpoint(place);
  }
}

void SharedFolder::tick() {
  const auto now = std::chrono::steady_clock::now();
  if (now - freshened_ < claims_.lifetime() / 6) return;
  freshened_ = now;
  claims_.keep_fresh();
}

}  // namespace ulpscope
