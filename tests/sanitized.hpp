// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace ulpscope::test {

/// Sanitized builds do a share of the trials, in an arithmetic of each kind: they are there for
/// memory and threads, not for numbers.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

constexpr int trials(int count) { return sanitized ? (count + 39) / 40 : count; }

}  // namespace ulpscope::test
