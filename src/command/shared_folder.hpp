// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>

#include "runner.hpp"
#include "ulpscope/store/claim.hpp"
#include "ulpscope/store/timings.hpp"

namespace ulpscope {

/// A study's folder, on which any number of processes may work: cells are claimed while they run,
/// their states saved, and written there when they are done.
class SharedFolder final : public CellPlace {
 public:
  SharedFolder(std::filesystem::path folder, std::chrono::milliseconds claim_lifetime)
      : folder_(std::move(folder)), claims_(claim_lifetime) {}

  Turn take(const Cell& cell) override;
  std::unique_ptr<Keeper> keeper(const Cell& cell) override;
  bool finish(const Cell& cell, const CellFiles& files, const Run& run) override;
  void fail(const Cell& cell, const std::string& reason) override;
  void release(const Cell& cell) override { claims_.release(place_of(cell)); }
  void tick() override;

  /// Removes what processes that were killed left of these done cells.
  void clear(const std::unordered_set<std::string>& done);

  /// Calls f while no other process writes what stands beside the cells, and waits for that, which
  /// it says; false where it was told to stop meanwhile.
  bool alone(const std::function<void()>& f);

  std::filesystem::path place_of(const Cell& cell) const { return cell_folder(folder_, cell.id); }

 private:
  friend class FolderKeeper;

  std::filesystem::path folder_;
  Claims claims_;
  std::once_flag timings_read_;
  Timings earlier_;  ///< of cells that a longer run goes on with, once they are read
  std::chrono::steady_clock::time_point freshened_{};
  std::atomic<bool> told_{false};  ///< that states cannot be saved
};

}  // namespace ulpscope
