// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace ulpscope {

/// Who a claim says it belongs to.
struct ClaimOwner {
  std::string host, process;
  std::int64_t since = 0;  ///< seconds since 1970 by its own clock
  double silent = 0;       ///< seconds since it was kept fresh, where the clocks agree
};

/// A process's claims on folders that many processes work on, on this or other hosts that share
/// the file system.
///
/// A claim is a file claim.<N> that is created exclusively and names its owner; the one with the
/// highest number counts. Its owner keeps it fresh by giving it the present time. A claim is stale
/// where its owner has ended on this host, at once, and anywhere where its time has not changed for
/// the lifetime, by the observer's own clock. Whoever finds a stale claim.<N> may create
/// claim.<N + 1>: so an owner that was only frozen can tell that its claim is lost.
class Claims {
 public:
  explicit Claims(std::chrono::milliseconds lifetime = std::chrono::seconds(60))
      : lifetime_(lifetime) {}
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;
  ~Claims() { release_all(); }

  /// Claims a folder, which is created; false where another owner holds it. Stale is only what has
  /// been looked at before, so a caller that waits asks again. Throws std::runtime_error.
  bool take(const std::filesystem::path& folder);
  /// Whether this process's claim on the folder is still the one that counts.
  bool holds(const std::filesystem::path& folder);
  /// Removes the claim, if it is still there.
  void release(const std::filesystem::path& folder);
  void release_all();
  /// Gives all claims the present time; to be called several times a lifetime.
  void keep_fresh();
  std::chrono::milliseconds lifetime() const { return lifetime_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    std::filesystem::file_time_type time;
    Clock::time_point looked;
    Clock::duration age;  ///< how long it has been seen unchanged
  };

  bool stale(const std::filesystem::path& claim, const std::string& owner, Clock::time_point now);

  std::chrono::milliseconds lifetime_;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::string> held_;  ///< claim files with their content
  std::map<std::filesystem::path, Seen> seen_;         ///< claims of others
};

/// Removes the claims whose owners have ended on this host.
void remove_left_claims(const std::filesystem::path& folder);

/// The owner of the claim that counts, if the folder has one, it can be read, and its owner is not
/// known to have ended.
std::optional<ClaimOwner> claim_owner(const std::filesystem::path& folder);

}  // namespace ulpscope
