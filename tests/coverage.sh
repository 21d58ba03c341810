#!/usr/bin/env bash
# Which lines of include/ and src/ the tests run, by clang's source-based coverage: a line counts
# as run where any instantiation, in the tests or in a program that they start, runs it. Prints a
# table of files and leaves the sources, line by line, in build/coverage/html. Exit code 1 below
# 90 percent of all lines. Needs clang and llvm (./setup.sh all).
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
least=90

cmake --preset coverage "$@" >&2
cmake --build --preset coverage >&2
profiles=build/coverage/profiles
rm -rf "$profiles"
# Processes of one program add to one of four files; those that are killed leave nothing.
export LLVM_PROFILE_FILE="$PWD/$profiles/%4m.profraw"
ctest --preset coverage >&2
llvm-profdata merge -o build/coverage/all.profdata "$profiles"/*.profraw

report=(-instr-profile build/coverage/all.profdata build/coverage/tests/ulpscope_tests
  -object build/coverage/ulpscope -ignore-filename-regex '/(tests|build/boost|usr)/')
llvm-cov show "${report[@]}" -format html -output-dir build/coverage/html
llvm-cov export "${report[@]}" -summary-only |
  python3 -c '
import json, os, sys
files = json.load(sys.stdin)["data"][0]["files"]
rows = [(os.path.relpath(one["filename"]), one["summary"]["lines"]) for one in files]
rows = [(name, lines) for name, lines in rows if name.startswith(("include/", "src/"))]
for name, lines in sorted(rows, key=lambda row: (row[1]["percent"], row[0])):
    print("%6.1f %%  %5d of %5d  %s" % (lines["percent"], lines["covered"], lines["count"], name))
covered, count = (sum(lines[key] for _, lines in rows) for key in ("covered", "count"))
print("%6.1f %%  %5d of %5d  all lines of include/ and src/" % (100 * covered / count, covered, count))
sys.exit(100 * covered < '$least' * count)
'
