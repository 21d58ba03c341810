// SPDX-License-Identifier: BSL-1.0
// Catch2 3 brings its main with a library. Version 2 compiles it here; a selection without any test
// is a success to it unless it is told otherwise.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

int main(int argc, char** argv) {
  Catch::Session session;
  session.configData().warnings = Catch::WarnAbout::NoTests;
  return session.run(argc, argv);
}
#endif
