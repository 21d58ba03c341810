// SPDX-License-Identifier: BSL-1.0
#include "../src/command/memory.hpp"

#include <limits>

#include "catch.hpp"
#include "program.hpp"
#include "sanitized.hpp"

using namespace ulpscope;
using namespace ulpscope::test;

TEST_CASE("memory is what control groups leave of it") {
  const TempFolder mounted;
  const double none = std::numeric_limits<double>::infinity();
  CHECK(group_memory("", mounted.path()) == none);
  CHECK(group_memory("0::/job/step\n", mounted.path()) == none);
  CHECK(usable_memory() > 0);
  CHECK(usable_memory() < 1e15);

  // Version 2: the least of a group and of those that it is in.
  spit(mounted / "job/step/memory.max", "max\n");
  spit(mounted / "job/memory.max", "3000000000\n");
  CHECK(group_memory("0::/job/step\n", mounted.path()) == 3e9);
  CHECK(group_memory("0::/job/step:2\n", mounted.path()) == 3e9);
  CHECK(group_memory("0::/other\n", mounted.path()) == none);
  spit(mounted / "memory.max", "2000000000\n");  // a container's own
  CHECK(group_memory("0::/job/step\n", mounted.path()) == 2e9);
  CHECK(group_memory("0::/\n", mounted.path()) == 2e9);
  CHECK(group_memory("0::/../job\n", mounted.path()) == none);  // of another container
  spit(mounted / "unified/hybrid/memory.max", "1500000000\n");
  CHECK(group_memory("0::/hybrid\n", mounted.path()) == 1.5e9);

  // Version 1: among other hierarchies.
  spit(mounted / "memory/batch/memory.limit_in_bytes", "1000000000\n");
  const std::string others = "9:name=systemd:/batch\n8:pids:/batch\n";
  CHECK(group_memory(others, mounted.path()) == none);
  CHECK(group_memory(others + "4:cpu,memory:/batch\n0::/\n", mounted.path()) == 1e9);
}

TEST_CASE("a study that the limit of addresses cannot hold is refused before it runs") {
  if (sanitized) return;  // their programs take terabytes of addresses
  const TempFolder folder;
  const std::string study = (folder / "s.toml").string(), out = (folder / "out").string();
  spit(study, "[study]\nname = \"large\"\nsteps = 2\n[data]\nsamples = 200_000\nfeatures = 1000\n");
  spit(folder / "sbatch", "#!/bin/sh\necho 7\n");
  fs::permissions(folder / "sbatch", fs::perms::owner_all);
  const auto limited = [&](std::vector<std::string> arguments) {
    std::vector<std::string> all{"/bin/sh",
                                 "-c",
                                 "ulimit -v 500000; PATH=\"$1:$PATH\"; shift; exec \"$@\"",
                                 "sh",
                                 folder.path().string(),
                                 ULPSCOPE_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(std::move(all));
  };
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"run", study, "--jobs", "1", "--out", out}, {"plan", study, "--jobs", "1"}}) {
    const Result result = limited(arguments);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, "expected at most the 0.5 GiB that a process may have here"));
    CHECK_FALSE(fs::exists(out));
  }
  // Its tasks run elsewhere.
  const Result result = limited({"submit", study, "--slurm", "--out", out});
  INFO(result.err);
  CHECK(result.code == 0);
}
