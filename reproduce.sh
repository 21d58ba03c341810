#!/usr/bin/env bash
# Builds ulpscope, runs the founding study and prints its table. What is already there is not
# done again. Arguments go to `ulpscope run`.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

results=results/founding
previous=
for argument in "$@"; do
  if [[ $previous == --out ]]; then results=$argument; fi
  if [[ $argument == --out=* ]]; then results=${argument#--out=}; fi
  previous=$argument
done

bash setup.sh build
cmake --preset release
cmake --build --preset release
build/ulpscope run studies/founding.toml "$@"

printf '\n'
build/ulpscope table "$results"
printf '\nFiles, in %s (figures in figures/, numbers in summary.csv):\n' "$PWD"
find "$results" -name cells -prune -o -type f -print | sort | sed 's/^/  /'
