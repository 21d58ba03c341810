// SPDX-License-Identifier: BSL-1.0
// Mini-batches: each epoch a permutation, each permutation as likely as any other.
#include <map>

#include "catch.hpp"
#include "mpfr.hpp"
#include "ulpscope/data/batches.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

namespace {

std::vector<std::uint32_t> batch(Batches& batches, std::uint64_t n) {
  const auto samples = batches.at(n);
  return {samples.begin(), samples.end()};
}

std::vector<std::uint32_t> epoch(Batches& batches, std::uint64_t number) {
  std::vector<std::uint32_t> all;
  for (std::uint64_t n = 0; n < batches.per_epoch(); ++n) {
    for (const std::uint32_t i : batches.at(number * batches.per_epoch() + n)) all.push_back(i);
  }
  return all;
}

/// The chi-square statistic of counts that are expected to be equal, as standard deviations above
/// its mean, in the normal approximation.
double excess(const std::vector<std::size_t>& counts) {
  double total = 0;
  for (const std::size_t count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(counts.size());
  double chi = 0;
  for (const std::size_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    chi += difference * difference / expected;
  }
  const auto freedom = static_cast<double>(counts.size() - 1);
  return (chi - freedom) / std::sqrt(2 * freedom);
}

}  // namespace

TEST_CASE("an epoch has every sample once", "[batches]") {
  for (const std::size_t samples : {1U, 2U, 7U, 64U, 1000U}) {
    for (const std::size_t size : {1U, 3U, 64U, 1000U}) {
      if (size > samples) continue;
      INFO(samples << " by " << size);
      Batches batches(samples, size, 5);
      CHECK(batches.per_epoch() == (samples + size - 1) / size);
      for (const std::uint64_t number : {0U, 1U, 9U}) {
        auto all = epoch(batches, number);
        std::sort(all.begin(), all.end());
        std::vector<std::uint32_t> expected(samples);
        std::iota(expected.begin(), expected.end(), std::uint32_t{0});
        CHECK(all == expected);
      }
      const std::size_t left = samples % size;
      CHECK(batches.at(0).size() == size);
      CHECK(batches.at(batches.per_epoch() - 1).size() == (left == 0 ? size : left));
    }
  }
}

TEST_CASE("a batch is a function of its number", "[batches]") {
  Batches forward(100, 7, 3);
  std::map<std::uint64_t, std::vector<std::uint32_t>> seen;
  for (std::uint64_t n = 0; n < 60; ++n) seen[n] = batch(forward, n);
  Batches jumping(100, 7, 3);
  for (std::uint64_t k = 0; k < 60; ++k) {
    const std::uint64_t n = k * 37 % 60;
    CHECK(batch(jumping, n) == seen[n]);
  }
  Batches other(100, 7, 4), upper(100, 7, 3 + (std::uint64_t{1} << 32U));
  CHECK(batch(other, 0) != seen[0]);
  CHECK(batch(upper, 0) != seen[0]);
  Batches late(100, 100, 3);
  CHECK(batch(late, 5) != batch(late, 5 + (std::uint64_t{1} << 32U)));
  CHECK(epoch(forward, 0) != epoch(forward, 1));
}

TEST_CASE("all samples at once have no order", "[batches]") {
  Batches batches(100, 0, 3);
  CHECK(batches.per_epoch() == 1);
  CHECK(batches.at(0).empty());
  CHECK(batches.at(7).empty());
  CHECK_THROWS_AS(Batches(100, 101, 3), std::invalid_argument);
}

TEST_CASE("without a seed batches come in the order of the data", "[batches]") {
  Batches batches(100, 30, std::nullopt);
  for (const std::uint64_t number : {0U, 3U}) {
    std::vector<std::uint32_t> expected(100);
    std::iota(expected.begin(), expected.end(), std::uint32_t{0});
    CHECK(epoch(batches, number) == expected);
  }
}

TEST_CASE("permutations are equally likely", "[batches]") {
  // Those of 5 samples over 60000 epochs, and where each of 20 goes.
  Batches five(5, 5, 1);
  std::map<std::vector<std::uint32_t>, std::size_t> orders;
  for (std::uint64_t n = 0; n < 60000; ++n) ++orders[batch(five, n)];
  REQUIRE(orders.size() == 120);
  std::vector<std::size_t> counts;
  for (const auto& [order, count] : orders) counts.push_back(count);
  CHECK(std::abs(excess(counts)) < 4);

  Batches twenty(20, 20, 2);
  std::vector<std::size_t> places(400);
  for (std::uint64_t n = 0; n < 20000; ++n) {
    const auto order = twenty.at(n);
    for (std::size_t k = 0; k < 20; ++k) ++places[20 * k + order[k]];
  }
  CHECK(std::abs(excess(places)) < 4);
}

TEST_CASE("bounded numbers have no bias", "[batches]") {
  // Of 3 * 2^30 the words above the last whole multiple would favour every third number by a
  // third if they were kept.
  const std::uint32_t bound = 3U << 30U;
  ShuffleNumbers numbers(9, 0);
  std::vector<std::size_t> thirds(3);
  Mismatches mismatches;
  for (int i = 0; i < 300000; ++i) {
    const std::uint32_t x = numbers.below(bound);
    mismatches.expect(x < bound, [&] { return std::to_string(x); });
    ++thirds[x % 3];
  }
  CHECK_NONE(mismatches);
  CHECK(std::abs(excess(thirds)) < 4);
  CHECK(numbers.below(1) == 0);
}
