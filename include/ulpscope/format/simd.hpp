// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace ulpscope {

/// Instruction sets that loops are compiled for beside the build's own. Every one gives the same
/// bits: they differ in speed alone.
enum class Simd { baseline, avx2, avx512 };

#if defined(__x86_64__) && defined(__GNUC__)
#define ULPSCOPE_X86 1
#else
#define ULPSCOPE_X86 0
#endif

/// The best that this processor has.
inline Simd best_simd() {
#if ULPSCOPE_X86
  static const Simd best = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
      return Simd::avx512;
    }
    return __builtin_cpu_supports("avx2") ? Simd::avx2 : Simd::baseline;
  }();
  return best;
#else
  return Simd::baseline;
#endif
}

namespace detail {

#if ULPSCOPE_X86
template <class Loop>
[[gnu::target("avx512f,avx512dq,avx512vl,avx512bw"), gnu::noinline]] void run_avx512(
    const Loop& loop) {
  loop();
}
template <class Loop>
[[gnu::target("avx2"), gnu::noinline]] void run_avx2(const Loop& loop) {
  loop();
}
#endif

}  // namespace detail

/// Runs a loop compiled for the instruction set: a function object whose call is always inlined.
template <class Loop>
void run([[maybe_unused]] Simd simd, const Loop& loop) {
#if ULPSCOPE_X86
  if (simd == Simd::avx512) return detail::run_avx512(loop);
  if (simd == Simd::avx2) return detail::run_avx2(loop);
#endif
  loop();
}

namespace detail {

template <std::size_t bytes, class Loop>
struct OfWidth {
  const Loop& loop;
  [[gnu::always_inline]] void operator()() const { loop.template operator()<bytes>(); }
};

}  // namespace detail

/// The same for a loop over vectors, whose call has a template argument: how many bytes a register
/// of the instruction set has.
template <class Loop>
void run_by_width([[maybe_unused]] Simd simd, const Loop& loop) {
#if ULPSCOPE_X86
  if (simd == Simd::avx512) return detail::run_avx512(detail::OfWidth<64, Loop>{loop});
  if (simd == Simd::avx2) return detail::run_avx2(detail::OfWidth<32, Loop>{loop});
#endif
  detail::OfWidth<16, Loop>{loop}();
}

}  // namespace ulpscope
