#!/bin/sh
# Runs libFuzzer over what reads files, a target after another, under the address and undefined-behaviour sanitizers:
#   dev/fuzz.sh [SECONDS [TARGET...]]     default: 60 seconds each, every target
# JOBS=4 runs four targets at a time. It begins from fuzz/seeds/TARGET and what earlier calls learnt
# (build/fuzz/corpus/TARGET). What fails is written to fuzz/found/TARGET, where fuzz/replay.test.cc reads it from then on.
# EBIT_BUILD names a build folder whose layers are built (default: build/release). Ends with a table: wall and processor
# time, executions, findings; status 1 where something was found.
set -eu
cd "$(dirname "$0")/.."

# One target: a line of the table in build/fuzz/TARGET.row.
if [ "${1:-}" = --one ]; then
  seconds=$2 target=$3
  rm -rf "build/fuzz/found/$target"  # what earlier calls found lies in fuzz/found
  mkdir -p "build/fuzz/corpus/$target" "build/fuzz/found/$target"
  log=build/fuzz/$target.log
  start=$(date +%s)
  # Beyond 4 KiB readers repeat themselves. Slow inputs are findings too: 20 seconds, 3 GiB.
  EBIT_FUZZ_TARGET=$target ASAN_OPTIONS=detect_odr_violation=0:allocator_may_return_null=1 \
    build/fuzz/ebit-fuzz -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=3072 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$target/" "build/fuzz/corpus/$target" "fuzz/seeds/$target" \
    >"$log" 2>&1 || true
  wall=$(($(date +%s) - start))  # less than was asked for where something was found
  times >"build/fuzz/$target.times"  # its second line: user and system time of what was called
  processor=$(awk 'NR == 2 { split($0, t, /[ms ]+/); printf "%.0f", t[1] * 60 + t[2] + t[3] * 60 + t[4] }' "build/fuzz/$target.times")
  found=$(find "build/fuzz/found/$target" -type f | wc -l)
  if [ "$found" -gt 0 ]; then
    mkdir -p "fuzz/found/$target"
    cp "build/fuzz/found/$target"/* "fuzz/found/$target/"
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  features=$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  printf '%-14s %10s %10s %12s %9s %s\n' "$target" "$wall" "$processor" "${executions:-?}" "${features:-?}" "$found" |
    tee "build/fuzz/$target.row"
  exit 0
fi

seconds=${1:-60}
[ $# -gt 0 ] && shift
build=${EBIT_BUILD:-build/release}
case $build in /*) ;; *) build=$PWD/$build ;; esac
command -v clang++ >/dev/null || { echo "fuzz: clang++ is missing: apt-get install clang" >&2; exit 2; }
mkdir -p build/fuzz
cmake -S fuzz -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DEBIT_BUILD="$build" >build/fuzz/configure.log 2>&1 ||
  { cat build/fuzz/configure.log; exit 2; }
cmake --build build/fuzz
targets=${*:-$(ls fuzz/seeds)}
for target in $targets; do
  [ -d "fuzz/seeds/$target" ] || { echo "fuzz: there is no target '$target' (fuzz/seeds names them)" >&2; exit 2; }
  rm -f "build/fuzz/$target.row"
done
printf '%-14s %10s %10s %12s %9s %s\n' target seconds processor executions features found
for target in $targets; do echo "$target"; done | xargs -P "${JOBS:-1}" -I{} sh dev/fuzz.sh --one "$seconds" {}
for target in $targets; do cat "build/fuzz/$target.row"; done >build/fuzz/table.txt
awk '$6 > 0 || $4 == "?" { bad = 1 } END { exit bad }' build/fuzz/table.txt
