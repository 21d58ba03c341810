// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <thread>

#include "catch.hpp"
#include "program.hpp"
#include "ulpscope/store/claim.hpp"
#include "ulpscope/store/file.hpp"
#include "ulpscope/store/owner.hpp"

using namespace ulpscope;
using namespace ulpscope::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> claims_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What a process of these parts would call itself.
std::string owner(const Owner& like, const std::string& process, const std::string& start) {
  return like.host + "," + like.boot + "," + like.space + "," + process + "," + start;
}

}  // namespace

TEST_CASE("a process knows itself, and which others have ended", "[claim]") {
  const Owner self(this_process());
  CHECK(self.known());
  CHECK(self.process == std::to_string(::getpid()));
  CHECK_FALSE(has_ended(self));
  Process child({"/bin/sleep", "60"});
  const std::string name = owner(self, std::to_string(child.pid()), "1");
  CHECK(has_ended(Owner(name)));  // the number is that of another process by now
  ::kill(child.pid(), SIGKILL);
  child.wait();
  CHECK(has_ended(Owner(name)));
  Owner other = self;
  other.host = "elsewhere";
  other.process = "1";
  other.start = "0";
  CHECK_FALSE(has_ended(other));
  other.host = self.host;
  CHECK(has_ended(other));
  other.space = "1";  // a container's
  CHECK_FALSE(has_ended(other));
  other.boot = "before";
  CHECK(has_ended(other));
  CHECK_FALSE(has_ended(Owner("")));
  CHECK_FALSE(has_ended(Owner("a,b,c")));
  // One that has ended, though its parent has not asked how.
  Process zombie({"/bin/true"});
  std::this_thread::sleep_for(200ms);
  CHECK(has_ended(Owner(owner(self, std::to_string(zombie.pid()), "1"))));
  zombie.wait();
}

TEST_CASE("a folder is claimed by one owner, until it is released", "[claim]") {
  const TempFolder folder;
  const fs::path cell = folder / "cells/a";
  Claims one, two;
  CHECK(one.take(cell));
  CHECK_FALSE(one.take(cell));
  CHECK_FALSE(two.take(cell));
  CHECK(one.holds(cell));
  CHECK_FALSE(two.holds(cell));
  CHECK(claims_in(cell) == std::vector<std::string>{"claim.1"});
  const auto who = claim_owner(cell);
  REQUIRE(who);
  CHECK(who->process == std::to_string(::getpid()));
  two.release(cell);
  CHECK(one.holds(cell));
  one.release(cell);
  CHECK(claims_in(cell).empty());
  CHECK_FALSE(claim_owner(cell));
  CHECK(two.take(cell));
}

TEST_CASE("a claim whose owner has ended is taken over at once", "[claim]") {
  const TempFolder folder;
  spit(folder / "claim.7", owner(Owner(this_process()), "1", "0") + "\nclaim 1 since 0\n");
  CHECK_FALSE(claim_owner(folder.path()));
  Claims claims(1h);
  CHECK(claims.take(folder.path()));
  CHECK(claims_in(folder.path()) == std::vector<std::string>{"claim.8"});
}

/// Asks again and again for so long.
bool taken_within(Claims& claims, const fs::path& folder, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    if (claims.take(folder)) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

TEST_CASE("a claim that is not kept fresh is taken over after its lifetime, one that is is not",
          "[claim]") {
  const TempFolder folder;
  // Of another host, and one that names nobody.
  for (const std::string& content :
       {"elsewhere-" + owner(Owner(this_process()), "1", "0"), std::string()}) {
    spit(folder / "claim.1", content);
    Claims claims(600ms);
    CHECK_FALSE(taken_within(claims, folder.path(), 400ms));
    fs::last_write_time(folder / "claim.1", fs::file_time_type::clock::now() - 1h);
    // It has changed since, whatever its time says.
    CHECK_FALSE(taken_within(claims, folder.path(), 400ms));
    CHECK(taken_within(claims, folder.path(), 60s));
    CHECK(claims_in(folder.path()) == std::vector<std::string>{"claim.2"});
    claims.release(folder.path());
  }
}

TEST_CASE("an observer that was frozen itself does not count that time", "[claim]") {
  const TempFolder folder;
  spit(folder / "claim.1", "elsewhere-" + owner(Owner(this_process()), "1", "0"));
  Claims claims(200ms);
  CHECK_FALSE(claims.take(folder.path()));
  std::this_thread::sleep_for(400ms);
  CHECK_FALSE(claims.take(folder.path()));
}

TEST_CASE("an owner that was frozen finds its claim lost, and takes nothing from the next",
          "[claim]") {
  const TempFolder folder;
  Claims frozen(100ms), next(100ms);
  REQUIRE(frozen.take(folder.path()));
  REQUIRE(taken_within(next, folder.path(), 60s));
  CHECK_FALSE(frozen.holds(folder.path()));
  frozen.keep_fresh();
  frozen.release(folder.path());
  CHECK(next.holds(folder.path()));
  // Also where the next has ended, and a third begins the numbers again.
  Claims late(100ms), third(100ms);
  next.release(folder.path());
  REQUIRE(late.take(folder.path()));
  REQUIRE(taken_within(third, folder.path(), 60s));
  third.release(folder.path());
  Claims fourth(1h);
  REQUIRE(fourth.take(folder.path()));
  CHECK(claims_in(folder.path()) == std::vector<std::string>{"claim.1"});
  CHECK_FALSE(late.holds(folder.path()));
  late.release(folder.path());
  CHECK(fourth.holds(folder.path()));
}

TEST_CASE("a folder is the same with a slash behind it", "[claim]") {
  const TempFolder folder;
  Claims claims;
  const fs::path slashed = folder.path().string() + "/";
  REQUIRE(claims.take(slashed));
  CHECK(claims.holds(folder.path()));
  claims.release(slashed);
  CHECK(claims_in(folder.path()).empty());
}

TEST_CASE("of many that want a folder at once, one gets it", "[claim]") {
  const TempFolder folder;
  for (int round = 0; round < 20; ++round) {
    const fs::path cell = folder / std::to_string(round);
    if (round % 2 == 1) {
      spit(cell / "claim.3", owner(Owner(this_process()), "1", "0") + "\nclaim 1 since 0\n");
    }
    std::deque<Claims> claims(8);
    std::atomic<int> taken{0};
    {
      std::vector<std::jthread> threads;
      for (Claims& each : claims) {
        threads.emplace_back([&] { taken += each.take(cell) ? 1 : 0; });
      }
    }
    CHECK(taken == 1);
    CHECK(claims_in(cell).size() == 1);
  }
}

TEST_CASE("a file is created once", "[claim]") {
  const TempFolder folder;
  CHECK(create_file(folder / "a", "one"));
  CHECK_FALSE(create_file(folder / "a", "two"));
  CHECK(slurp(folder / "a") == "one");
  CHECK(claims_in(folder.path()).size() == 1);
}
