// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/claim.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <sstream>
#include <vector>

#include "ulpscope/store/file.hpp"
#include "ulpscope/store/owner.hpp"

namespace ulpscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view prefix = "claim.";

fs::path claim_file(const fs::path& folder, std::uint64_t number) {
  return folder / (std::string(prefix) + std::to_string(number));
}

/// The numbers of a folder's claims, in no order.
std::vector<std::uint64_t> numbers_in(const fs::path& folder) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    throw std::runtime_error("cannot read " + folder.string() + ": " + error.message());
  }
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, wrong] = std::from_chars(name.data() + prefix.size(), end, number);
    if (wrong == std::errc() && rest == end) numbers.push_back(number);
  }
  return numbers;
}

std::uint64_t highest_in(const fs::path& folder) {
  std::uint64_t highest = 0;
  for (const std::uint64_t number : numbers_in(folder)) highest = std::max(highest, number);
  return highest;
}

/// A claim's content; empty where it is not there any more.
std::string content_of(const fs::path& claim) {
  try {
    return read_file(claim);
  } catch (const std::runtime_error&) {
    return {};
  }
}

std::string first_line(const std::string& content) { return content.substr(0, content.find('\n')); }

}  // namespace

bool Claims::take(const fs::path& folder) {
  const std::scoped_lock lock(mutex_);
  // Before anything is read: what takes long then makes others seem younger, not older.
  const auto now = Clock::now();
  fs::create_directories(folder);
  const std::uint64_t counts = highest_in(folder);
  std::string other;
  if (counts > 0) {
    const fs::path claim = claim_file(folder, counts);
    if (held_.count(claim)) return false;
    other = content_of(claim);
    if (!stale(claim, first_line(other), now)) return false;
  }
  const fs::path own = claim_file(folder, counts + 1);
  // The number makes it another text than that of an earlier claim, which may have been lost.
  static std::atomic<std::uint64_t> taken{0};
  const std::string content = this_process() + "\nclaim " + std::to_string(++taken) + " since " +
                              std::to_string(std::time(nullptr)) + "\n";
  if (!create_file(own, content)) return false;
  // Between looking and creating, others may have come and gone, and come again.
  const bool first = highest_in(folder) == counts + 1 &&
                     (counts == 0 || content_of(claim_file(folder, counts)) == other);
  std::error_code gone;
  if (!first) {
    fs::remove(own, gone);
    return false;
  }
  held_.emplace(own, content);
  for (const std::uint64_t number : numbers_in(folder)) {
    if (number <= counts) fs::remove(claim_file(folder, number), gone);
  }
  return true;
}

bool Claims::holds(const fs::path& folder) {
  const std::scoped_lock lock(mutex_);
  const fs::path claim = claim_file(folder, highest_in(folder));
  const auto at = held_.find(claim);
  return at != held_.end() && content_of(claim) == at->second;
}

void Claims::release(const fs::path& folder) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(held_, [&](const auto& claim) {
    if (claim.first.parent_path() != claim_file(folder, 0).parent_path()) return false;
    std::error_code ignored;
    if (content_of(claim.first) == claim.second) fs::remove(claim.first, ignored);
    return true;
  });
}

void Claims::release_all() {
  std::vector<fs::path> folders;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [claim, content] : held_) folders.push_back(claim.parent_path());
  }
  for (const fs::path& folder : folders) release(folder);
}

void Claims::keep_fresh() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [claim, content] : held_) {
    std::error_code ignored;  // one that was lost is not there
    if (content_of(claim) == content) {
      fs::last_write_time(claim, fs::file_time_type::clock::now(), ignored);
    }
  }
}

bool Claims::stale(const fs::path& claim, const std::string& owner, Clock::time_point now) {
  if (has_ended(Owner(owner))) return true;
  std::error_code error;
  const auto time = fs::last_write_time(claim, error);
  if (error) return false;  // just removed: to be asked again
  const auto [at, is_new] = seen_.try_emplace(claim, Seen{time, now, {}});
  Seen& seen = at->second;
  if (seen.time != time) seen = {time, now, {}};
  // Where this process, or the file system, was frozen between two looks, so may the owner have
  // been: a look adds no more than the owner's own pace.
  seen.age += std::min<Clock::duration>(now - seen.looked, lifetime_ / 6);
  seen.looked = now;
  return seen.age > lifetime_;
}

void remove_left_claims(const fs::path& folder) {
  for (const std::uint64_t number : numbers_in(folder)) {
    const fs::path claim = claim_file(folder, number);
    std::error_code gone;
    if (has_ended(Owner(first_line(content_of(claim))))) fs::remove(claim, gone);
  }
}

std::optional<ClaimOwner> claim_owner(const fs::path& folder) {
  const std::uint64_t number = highest_in(folder);
  if (number == 0) return std::nullopt;
  const fs::path file = claim_file(folder, number);
  std::error_code gone;
  const auto fresh = fs::last_write_time(file, gone);
  std::istringstream content(content_of(file));
  std::string process, word;
  std::uint64_t claim = 0;
  std::int64_t since = 0;
  content >> process >> word >> claim >> word >> since;
  const Owner owner(process);
  if (!content || has_ended(owner)) return std::nullopt;
  const std::chrono::duration<double> silent = fs::file_time_type::clock::now() - fresh;
  // People know a machine by its name alone.
  const std::string host = owner.host.substr(0, owner.host.rfind('-'));
  return ClaimOwner{host, owner.process, since, gone ? 0 : silent.count()};
}

}  // namespace ulpscope
