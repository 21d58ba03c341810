// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/store/claim.hpp"

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
  for (const auto& entry : fs::directory_iterator(folder, error)) {
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
  fs::create_directories(folder);
  const std::uint64_t counts = highest_in(folder);
  if (counts > 0) {
    const fs::path claim = claim_file(folder, counts);
    if (held_.count(claim)) return false;
    if (!stale(claim, first_line(content_of(claim)))) return false;
  }
  const fs::path own = claim_file(folder, counts + 1);
  // The number makes it another text than that of an earlier claim, which may have been lost.
  static std::atomic<std::uint64_t> taken{0};
  const std::string content = this_process() + "\nclaim " + std::to_string(++taken) + " since " +
                              std::to_string(std::time(nullptr)) + "\n";
  if (!create_file(own, content)) return false;
  // Between looking and creating, others may have come and gone, and come again.
  if (highest_in(folder) > counts + 1) {
    fs::remove(own);
    return false;
  }
  held_.emplace(own, content);
  for (const std::uint64_t number : numbers_in(folder)) {
    if (number <= counts) fs::remove(claim_file(folder, number));
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
    if (claim.first.parent_path() != folder) return false;
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

bool Claims::stale(const fs::path& claim, const std::string& owner) {
  if (has_ended(Owner(owner))) return true;
  std::error_code error;
  const auto time = fs::last_write_time(claim, error);
  if (error) return false;  // just removed: to be asked again
  const auto [at, is_new] = seen_.try_emplace(claim, Seen{time, Clock::now()});
  if (!is_new && at->second.time != time) at->second = {time, Clock::now()};
  return Clock::now() - at->second.since > lifetime_;
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
  std::istringstream content(content_of(claim_file(folder, number)));
  std::string process, word;
  std::uint64_t claim = 0;
  std::int64_t since = 0;
  content >> process >> word >> claim >> word >> since;
  const Owner owner(process);
  if (!content || has_ended(owner)) return std::nullopt;
  return ClaimOwner{owner.host, owner.process, since};
}

}  // namespace ulpscope
