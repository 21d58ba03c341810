// SPDX-License-Identifier: BSL-1.0
// Catch2 3 brings its main with a library; version 2 compiles it here.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
