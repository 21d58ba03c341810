// SPDX-License-Identifier: BSL-1.0
// Philox against its published words, and that a run of them is the same however it is drawn.
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "levels.hpp"
#include "mpfr.hpp"
#include "ulpscope/format/philox.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

TEST_CASE("Philox 4x32-10 gives the known answers of Random123", "[philox]") {
  using Words = std::array<std::uint32_t, 4>;
  struct Row {
    Words counter;
    std::array<std::uint32_t, 2> key;
    Words words;
  };
  const std::uint32_t ones = 0xFFFFFFFF;
  const Row rows[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
      {{ones, ones, ones, ones}, {ones, ones}, {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
      {{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
       {0xA4093822, 0x299F31D0},
       {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}}};
  for (const Row& row : rows) CHECK(philox(row.counter, row.key) == row.words);
}

TEST_CASE("a site's word is one of its counter's four", "[philox]") {
  // Seed, step and stream that no other order of the counter and key would give.
  const std::uint64_t seed = 0x299F31D0A4093822;
  const std::uint32_t step = 0x85A308D3, stream = 0x13198A2E;
  for (const std::uint64_t block : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0xFFFFFFFF},
                                    std::uint64_t{0x1243F6A88}}) {
    const auto words =
        philox({static_cast<std::uint32_t>(block), step, stream, 0}, {0xA4093822, 0x299F31D0});
    for (std::uint64_t k = 0; k < 4; ++k) {
      CHECK(random_word(seed, {4 * block + k, step, stream}) == words[k]);
    }
  }
}

TEST_CASE("words of consecutive indices are those of each, at every level", "[philox]") {
  const std::uint64_t seed = 0x299F31D0A4093822;
  Mismatches mismatches;
  const std::uint64_t wrap = std::uint64_t{1} << 34U;  // where the counter's first word starts over
  for (const std::uint64_t start : {std::uint64_t{0}, std::uint64_t{12344}, wrap - 24}) {
    std::vector<std::uint32_t> expected(2200);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = random_word(seed, {start + i, 3, 5});
    }
    for (const Simd level : levels()) {
      for (std::size_t offset = 0; offset < 9; ++offset) {
        std::vector<std::size_t> lengths(80);
        std::iota(lengths.begin(), lengths.end(), std::size_t{0});
        lengths.insert(lengths.end(), {511, 512, 513, 2100});
        for (const std::size_t length : lengths) {
          const std::uint32_t guard = 0xABADCAFE;
          std::vector<std::uint32_t> words(length + 2, guard);
          random_words(std::span(words).subspan(1, length), seed, {start + offset, 3, 5}, level);
          const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(offset);
          const bool right = std::equal(words.begin() + 1, words.end() - 1, begin) &&
                             words.front() == guard && words.back() == guard;
          mismatches.expect(right, [&] {
            return std::to_string(length) + " words from " + std::to_string(start + offset) +
                   " on, level " + std::to_string(static_cast<int>(level));
          });
        }
      }
    }
  }
  CHECK_NONE(mismatches);
}
