// SPDX-License-Identifier: BSL-1.0
#include "ulpscope/format/environment.hpp"

#include <cfenv>

#include "catch.hpp"
#ifdef __SSE__
#include <xmmintrin.h>
#endif

using ulpscope::environment_fault;

TEST_CASE("the default environment has no fault") { CHECK_FALSE(environment_fault()); }

TEST_CASE("every other rounding mode is a fault") {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
    const auto fault = environment_fault();
    std::fesetround(FE_TONEAREST);
    CHECK(fault.value_or("") == "the rounding mode is not round to nearest even");
  }
}

#ifdef __SSE__
TEST_CASE("flushing subnormals is a fault, on the way out and on the way in") {
  constexpr unsigned flush_to_zero = 0x8000;
  constexpr unsigned denormals_are_zero = 0x0040;
  for (const unsigned bit : {flush_to_zero, denormals_are_zero}) {
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | bit);
    const auto fault = environment_fault();
    _mm_setcsr(before);
    CHECK(fault.value_or("") == "subnormal numbers are flushed to zero");
  }
}

TEST_CASE("a rounding mode of the vector unit alone is a fault") {
  const unsigned before = _mm_getcsr();
  _mm_setcsr((before & ~0x6000U) | 0x4000U);  // up
  const auto fault = environment_fault();
  _mm_setcsr(before);
  CHECK(fault.value_or("") == "the rounding mode is not round to nearest even");
}
#endif

#if defined(__x86_64__) || defined(__i386__)
TEST_CASE("a shortened x87 significand is a fault") {
  unsigned short before = 0;
  asm volatile("fnstcw %0" : "=m"(before));
  const auto shortened = static_cast<unsigned short>((before & ~0x0300U) | 0x0200U);  // 53 bits
  asm volatile("fldcw %0" : : "m"(shortened));
  const auto fault = environment_fault();
  asm volatile("fldcw %0" : : "m"(before));
  CHECK(fault.value_or("") == "long double has less than its full precision");
}
#endif
