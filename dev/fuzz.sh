#!/bin/sh
# Runs libFuzzer over what reads files, one target after another, under the address and undefined-behaviour sanitizers:
#   dev/fuzz.sh [SECONDS [TARGET...]]     default: 60 seconds each, every target
# It begins from fuzz/seeds/TARGET and what earlier calls learnt (build/fuzz/corpus/TARGET). What fails is written to
# fuzz/found/TARGET, where fuzz/replay.test.cc reads it from then on. EBIT_BUILD names a build folder whose layers are
# built (default: build/release). Ends with a table of executions and findings; status 1 where something was found.
set -eu
cd "$(dirname "$0")/.."
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
bad=0
table=build/fuzz/table.txt
printf '%-14s %10s %12s %9s %s\n' target seconds executions features found >"$table"
for target in $targets; do
  mkdir -p "build/fuzz/corpus/$target" "build/fuzz/found/$target"
  log=build/fuzz/$target.log
  # Beyond 4 KiB readers repeat themselves. Slow inputs are findings too: 20 seconds, 3 GiB.
  EBIT_FUZZ_TARGET=$target ASAN_OPTIONS=detect_odr_violation=0:allocator_may_return_null=1 \
    build/fuzz/ebit-fuzz -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=3072 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$target/" "build/fuzz/corpus/$target" "fuzz/seeds/$target" \
    >"$log" 2>&1 || bad=1
  found=$(find "build/fuzz/found/$target" -type f | wc -l)
  if [ "$found" -gt 0 ]; then
    mkdir -p "fuzz/found/$target"
    cp "build/fuzz/found/$target"/* "fuzz/found/$target/"
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  features=$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  printf '%-14s %10s %12s %9s %s\n' "$target" "$seconds" "${executions:-?}" "${features:-?}" "$found" | tee -a "$table"
done
exit $bad
