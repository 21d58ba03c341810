// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "ulpscope/format/rounding.hpp"
#include "ulpscope/format/simd.hpp"

namespace ulpscope {

/// Philox 4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1,
/// 2, 3", SC 2011, doi 10.1145/2063384.2063405. Four random words, a function of counter and key.
[[gnu::always_inline]] inline std::array<std::uint32_t, 4> philox(
    const std::array<std::uint32_t, 4>& counter, const std::array<std::uint32_t, 2>& key) {
  // Words in the lower halves of lanes that the products need whole; the upper halves are noise,
  // taken away where they would matter: half as many instructions as for words on their own.
  constexpr std::uint64_t low = 0xFFFFFFFFU;
  std::uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  std::uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = (c0 & low) * 0xD2511F53U;
    const std::uint64_t b = (c2 & low) * 0xCD9E8D57U;
    c0 = (b >> 32U) ^ c1 ^ k0;
    c2 = (a >> 32U) ^ c3 ^ k1;
    c1 = b;
    c3 = a;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {static_cast<std::uint32_t>(c0), static_cast<std::uint32_t>(c1),
          static_cast<std::uint32_t>(c2), static_cast<std::uint32_t>(c3)};
}

/// The key is the seed, its low word first; the counter index div 4, step, stream, 0.
[[gnu::always_inline]] inline std::array<std::uint32_t, 4> philox_words(std::uint64_t seed,
                                                                        std::uint64_t block,
                                                                        const Site& site) {
  return philox({static_cast<std::uint32_t>(block), site.step, site.stream, 0},
                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
}

/// The word of a site: number index mod 4 of its counter's.
inline std::uint32_t random_word(std::uint64_t seed, const Site& site) {
  return philox_words(seed, site.index / 4, site)[site.index % 4];
}

/// Words of consecutive indices, aligned: words[i] is that of index 4 * first_block + i. Their
/// number is a multiple of 4.
inline void random_words(std::span<std::uint32_t> words, std::uint64_t seed,
                         std::uint64_t first_block, const Site& site, Simd simd) {
  run(
      simd, [&]() __attribute__((always_inline)) {
        std::uint32_t* const out = words.data();
        const std::size_t blocks = words.size() / 4;
        const Site at = site;
        for (std::size_t k = 0; k < blocks; ++k) {
          const auto four = philox_words(seed, first_block + k, at);
          for (std::size_t i = 0; i < 4; ++i) out[4 * k + i] = four[i];
        }
      });
}

/// Words of consecutive indices, from any on: words[i] is that of first.index + i.
inline void random_words(std::span<std::uint32_t> words, std::uint64_t seed, Site first,
                         Simd simd = best_simd()) {
  std::size_t begin = 0;
  const auto single = [&] { words[begin++] = random_word(seed, first), ++first.index; };
  while (begin < words.size() && first.index % 4 != 0) single();
  const std::size_t whole = (words.size() - begin) / 4 * 4;
  random_words(words.subspan(begin, whole), seed, first.index / 4, first, simd);
  begin += whole;
  first.index += whole;
  while (begin < words.size()) single();
}

}  // namespace ulpscope
