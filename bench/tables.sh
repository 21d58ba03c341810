#!/usr/bin/env bash
# Runs the benchmarks and prints their medians as Markdown tables, each with its ratio to the first
# column; what is compared is run in turns.
# Called as: bench/tables.sh [wide] [rounding] [rules] [sweep], all where none is named
# ULPSCOPE_BENCH: the folder of the programs (build/bench); ULPSCOPE_REPETITIONS: of each, at least 2
# (5).
# SPDX-License-Identifier: BSL-1.0
set -euo pipefail

folder=${ULPSCOPE_BENCH:-build/bench}
repetitions=${ULPSCOPE_REPETITIONS:-5}
if ! [[ $repetitions =~ ^[0-9]+$ ]] || ((repetitions < 2)); then
  echo "tables.sh: ULPSCOPE_REPETITIONS=$repetitions: expected at least 2, for example 5" >&2
  exit 2
fi
known=(wide rounding rules sweep)
chosen=("$@")
[[ $# -gt 0 ]] || chosen=("${known[@]}")
for name in "${chosen[@]}"; do
  if [[ " ${known[*]} " != *" $name "* ]]; then
    echo "tables.sh: \"$name\": expected some of ${known[*]}; for example bench/tables.sh wide" >&2
    exit 2
  fi
done

# "name items-per-second" of each benchmark that the filter selects, the medians, in the order in
# which they are listed.
medians() { # program filter seconds
  local options=(--benchmark_filter="$2" --benchmark_min_time="$3" --benchmark_format=csv
    --benchmark_repetitions="$repetitions" --benchmark_report_aggregates_only=true
    --benchmark_enable_random_interleaving=true)
  awk -F, '{ gsub(/"/, "") }
           NR == FNR { order[++count] = $1; next }
           $1 ~ /_median$/ && $7 > 0 { sub(/_median$/, "", $1); rate[$1] = $7 }
           END { for (i = 1; i <= count; ++i) if (order[i] in rate) print order[i], rate[order[i]] }' \
    <("$folder/$1" --benchmark_list_tests=true --benchmark_filter="$2") \
    <("$folder/$1" "${options[@]}" 2>/dev/null)
}

# Lines "row column nanoseconds", words with slashes for spaces: a table with those columns that
# occur, each value with its ratio to the first of them, "faster" or "slower".
pivot() { # faster|slower title column...
  awk -v way="$1" -v title="$2" -v columns="${*:3}" '
    !($1 in seen) { seen[$1] = 1; rows[++count] = $1 }
    { value[$1, $2] = $3; occurs[$2] = 1 }
    END {
      n = split(columns, all, " ")
      head = "| " title; rule = "|---"
      for (i = 1; i <= n; ++i) if (all[i] in occurs) { head = head " | " all[i]; rule = rule "|---:" }
      print head " |"; print rule "|"
      for (r = 1; r <= count; ++r) {
        line = rows[r]; gsub("/", " ", line); line = "| " line
        for (i = 1; i <= n; ++i) {
          if (!(all[i] in occurs)) continue
          if (!((rows[r], all[i]) in value)) { line = line " | –"; continue }
          x = value[rows[r], all[i]]; base = value[rows[r], all[1]]
          line = line " | " sprintf("%.3g", x)
          if (i > 1 && base > 0) line = line sprintf(" (%.2gx)", way == "faster" ? base / x : x / base)
        }
        print line " |"
      }
      print ""
    }'
}

# "prefix/row/.../column rate" as "row/.../column": the last part is the column.
last_is_column() {
  awk '{ n = split($1, part, "/"); row = part[2]
         for (i = 3; i < n; ++i) row = row "/" part[i]
         print row, part[n], 1e9 / $2 }'
}

wide() {
  echo "Weighted sums in wide arithmetic: ns a multiply-add (times as fast as a plain Boost loop)"
  echo
  medians ulpscope_bench '^row_sum/' 0.2 | last_is_column |
    pivot faster sum plain limbs ifma mpfr float128
  echo "Single operations: ns (times as fast as Boost's)"
  echo
  medians ulpscope_bench '^each/' 0.2 | last_is_column |
    pivot faster operation plain limbs eight mpfr float128
}

rounding() {
  echo "Rounding 32768 values: ns a value (times as long as a copy, which it begins with)"
  echo
  medians ulpscope_bench '^(copy|round)/' 0.05 |
    awk '{ n = split($1, part, "/"); key = part[2] "/" part[3] }
         part[1] == "copy" { copy[key] = 1e9 / $2; next }
         { lines[++count] = key "/" part[4] " " part[5] " " 1e9 / $2; of[count] = key
           row[count] = key "/" part[4] }
         END { for (i = 1; i <= count; ++i) {
                 if (!(row[i] in told)) print row[i], "copy", copy[of[i]]
                 told[row[i]] = 1
                 print lines[i] } }' |
    pivot slower "carrier, format, mode" copy avx512 avx2 baseline
}

rules() {
  echo "Rules: ns a parameter; late, second moments are subnormal (times as long as early)"
  echo
  {
    medians ulpscope_native_bench '^update/' 0.1
    # In software 10^7 take long.
    medians ulpscope_bench '^update/.*/(1000|100000)$' 0.01
  } |
    awk '{ split($1, part, "/"); print part[2] "/" part[3] "/" part[5], part[4], 1e9 / $2 }' |
    pivot slower "arithmetic, rule, parameters" early late
}

sweep() {
  echo "A study of 200 small cells from start to end: cells a second"
  echo
  echo "| --jobs | cells a second |"
  echo "|---:|---:|"
  medians ulpscope_sweep_bench '^sweep/' 1 |
    awk '{ split($1, part, "/"); printf "| %s | %.0f |\n", part[2], $2 }'
  echo
  echo "Eight cells of 200 steps over inputs of 16 MB, --jobs 1: seconds a cell (times as fast)"
  echo
  medians ulpscope_sweep_bench '^together/' 1 |
    awk '{ split($1, part, "/"); print "cell", part[2], 1 / $2 }' | pivot faster "--together" 1 8
  echo
}

for name in "${chosen[@]}"; do "$name"; done
