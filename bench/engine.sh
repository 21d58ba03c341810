#!/usr/bin/env bash
# What the study engine costs besides the steps: the share of a worker's time that steps take, for
# cells of seconds, and how much faster two workers are than one. Medians of three rounds.
# Called as: bench/engine.sh [ULPSCOPE]
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail

ulpscope=$(realpath "${1:-build/ulpscope}")
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# Eight cells alike, so that two workers can share them evenly.
cat >"$temp/study.toml" <<'END'
[study]
name = "engine"
steps = 40000
[precision]
arithmetic = "binary64"
[sweep]
"data.seed" = { from = 1, to = 8, step = 1 }
END

# Seconds that cells take, of the run and of its steps; tables and figures are not a worker's.
seconds() { # jobs
  rm -rf "$temp/out"
  local start=$EPOCHREALTIME
  "$ulpscope" run "$temp/study.toml" --jobs "$1" --out "$temp/out" 2>"$temp/log"
  local end=$EPOCHREALTIME
  awk -v start="$start" -v end="$end" -F, 'NR > 1 { steps += $3 } END { print end - start, steps }' \
    "$temp/out/timings.csv"
}

median() { sort -g | sed -n 2p; }

for _ in 1 2 3; do
  read -r one in_steps < <(seconds 1)
  read -r two _ < <(seconds 2)
  awk -v one="$one" -v steps="$in_steps" -v two="$two" 'BEGIN { print steps / one, one / two, one / 8 }'
done >"$temp/ratios"
printf 'seconds a cell                        %.2f\n' "$(cut -d' ' -f3 "$temp/ratios" | median)"
printf 'share of the run that is steps        %.4f\n' "$(cut -d' ' -f1 "$temp/ratios" | median)"
printf 'one worker'"'"'s time / two workers'"'"'      %.3f\n' "$(cut -d' ' -f2 "$temp/ratios" | median)"
