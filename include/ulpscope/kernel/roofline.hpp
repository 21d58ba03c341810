// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ulpscope/format/simd.hpp"

/// The least that a step over inputs could cost in the machine's own arithmetics.
namespace ulpscope::kernel {

/// So many bytes, from the start of a cache line on, that are read and nothing else: by vectors of
/// 64 bytes, or what the processor has. Those behind the last whole 256 are left out.
class ReadBytes {
 public:
  explicit ReadBytes(std::size_t bytes) : room_(bytes + line), bytes_(bytes) {}

  void operator()() const {
    const auto at = reinterpret_cast<std::uintptr_t>(room_.data());
    std::uint64_t any = 0;
    run(best_simd(), Loop{room_.data() + (line - at % line), bytes_, &any});
    asm volatile("" : : "r"(any) : "memory");  // the result counts as used
  }

 private:
  static constexpr std::size_t line = 64;

  struct Loop {
    const char* from;
    std::size_t count;
    std::uint64_t* result;

    [[gnu::always_inline]] void operator()() const {
      using V __attribute__((vector_size(64))) = std::uint64_t;
      using Unaligned __attribute__((vector_size(64), aligned(8), may_alias)) = std::uint64_t;
      V all[4] = {};
      const char* at = from;
      for (std::size_t k = count / sizeof all; k > 0; --k, at += sizeof all) {
        for (int i = 0; i < 4; ++i) all[i] |= reinterpret_cast<const Unaligned*>(at)[i];
      }
      const V any = (all[0] | all[1]) | (all[2] | all[3]);
      *result = any[0] | any[7];
    }
  };

  std::vector<char> room_;
  std::size_t bytes_;
};

/// So many multiplications and additions of x87 numbers in registers, in five chains that do not
/// wait for each other: what the processor can do where no value is read.
inline void multiply_add_x87([[maybe_unused]] std::size_t count) {
#if ULPSCOPE_X86
  std::size_t rounds = count / 5 + 1;
  asm volatile(
      "fldz\n fldz\n fldz\n fldz\n fldz\n fld1\n fld1\n"
      "1:\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(3)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(4)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(5)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(6)\n"
      "fld %%st(1)\n fmul %%st(1), %%st\n faddp %%st, %%st(7)\n"
      "dec %0\n"
      "jnz 1b\n"
      "fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n fstp %%st\n"
      : "+r"(rounds)
      :
      : "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
#endif
}

}  // namespace ulpscope::kernel
