#!/bin/sh
# Builds test programs under a sanitizer and runs them: dev/test_sanitized.sh PRESET PROGRAM..., with a preset of
# CMakePresets.json (tsan, asan-torch) and programs such as test_base. Under tsan, only tests whose names speak of
# threads, loops in parallel and locks (EBIT_TESTS_OF): the others run on one. Leaves build/PRESET/PROGRAM.xml.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
mkdir -p build
cmake --preset "$preset" >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
names=$(sed -n 's/^EBIT_TESTS_OF:STRING=//p' "build/$preset/CMakeCache.txt")
filter=$(printf '%s' "$names" | sed 's/[^|]*/*&*/g; s/|/:/g')
# shellcheck disable=SC2068
cmake --build --preset "$preset" --target $@
# libtorch is not instrumented: what it keeps till the end is no leak of ours, and its containers may be larger than
# what the sanitizer was told.
export ASAN_OPTIONS=detect_leaks=0:detect_container_overflow=0:detect_odr_violation=0
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
bad=0
for program in "$@"; do
  path=$(find "build/$preset" -name "$program" -type f -perm -u+x | head -1)
  "$path" --gtest_filter="${filter:-*}" --gtest_brief=1 --gtest_output="xml:build/$preset/$program.xml" || bad=1
done
exit $bad
