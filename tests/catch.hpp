// SPDX-License-Identifier: BSL-1.0
#pragma once

// Catch2 2 (Debian 12) and 3 (newer ones) have different headers.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
