#!/usr/bin/env bash
# What the study engine costs besides the steps, for cells of a second and more: the share of a
# worker's time that steps take, and how much faster two workers are than one. What is done once a
# study, plan, summary, tables and figures, is taken off: it is the time of the same command with no
# cell left to run. Medians of three rounds.
# Called as: bench/engine.sh [ULPSCOPE]
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail

ulpscope=$(realpath "${1:-build/ulpscope}")
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# Sixteen cells alike, so that two workers can share them evenly.
cat >"$temp/study.toml" <<'END'
[study]
name = "engine"
steps = 3000
[precision]
arithmetic = "quad"
[sweep]
"data.seed" = { from = 1, to = 16, step = 1 }
END

timed() { # jobs
  local start=$EPOCHREALTIME
  "$ulpscope" run "$temp/study.toml" --jobs "$1" --out "$temp/out" 2>"$temp/log"
  awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { print end - start }'
}

# Seconds of the workers, and of the steps in them.
workers() { # jobs
  rm -rf "$temp/out"
  local all once
  all=$(timed "$1")
  once=$(timed "$1")
  awk -v all="$all" -v once="$once" -F, 'NR > 1 { steps += $3 } END { print all - once, steps }' \
    "$temp/out/timings.csv"
}

median() { sort -g | sed -n 2p; }

for _ in 1 2 3; do
  read -r one in_one < <(workers 1)
  read -r two in_two < <(workers 2)
  awk -v one="$one" -v in_one="$in_one" -v two="$two" -v in_two="$in_two" \
    'BEGIN { print in_one / 16, in_one / one, in_two / (2 * two), one / two, in_two / in_one }'
done >"$temp/ratios"
names=("seconds of steps a cell" "one worker: share of its time in steps"
  "two workers: share of their time in steps" "one worker's time by that of two"
  "the same steps beside each other, by alone")
for i in 0 1 2 3 4; do
  printf '%-44s %.3f\n' "${names[i]}" "$(cut -d' ' -f$((i + 1)) "$temp/ratios" | median)"
done
