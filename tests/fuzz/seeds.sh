#!/usr/bin/env bash
# Seeds of ulpscope_fuzz_results and ulpscope_fuzz_checkpoint, from the files of a small run:
# seeds.sh PROGRAM FOLDER makes FOLDER/results and FOLDER/checkpoint.
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail
program=$1 folder=$2
mkdir -p "$folder"/{results,checkpoint}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
out=$temp/out
"$program" run "$(dirname "${BASH_SOURCE[0]}")/results.toml" --out "$out"

number=0
# A file behind the letter by which the fuzzer knows its place.
seed() {
  number=$((number + 1))
  { printf '%s' "$1"; cat; } >"$folder/results/$1-$number"
}
for cell in "$out"/cells/*; do
  seed t <"$cell/trace.csv"
  seed m <"$cell/metrics.csv"
  seed f <"$cell/final.csv"
  seed c <"$cell/cell.toml"
  seed d <"$cell/done"
  # Without the release and the checksum, which the fuzzers add.
  sed '1d; $d' "$cell/state" >"$temp/state"
  seed e <"$temp/state"
  {
    cat "$temp/state"
    printf 'trace %d\n' $(($(wc -l <"$cell/trace.csv") - 1))
    sed 1d "$cell/trace.csv"
  } >"$folder/checkpoint/$number"
done
seed s <"$out/summary.csv"
seed i <"$out/timings.csv"
seed u <"$out/cells.sum"
sed '1d; s/,[^,]*$//' "$out/timings.csv" | seed j
printf 'not enough memory' | seed x
printf 'host-1234,abc,4026531836,17,1234\nclaim 1 since 1700000000\n' | seed k
