#!/bin/sh
# Builds and runs all tests: the release build, then the torch-free layers under the address and undefined-behaviour
# sanitizers. Ends with one line "N passed, N failed, N skipped" over both runs, and fails if any test failed.
# CI=true turns warnings into errors. Arguments go to ctest, for example: dev/test.sh -R sim/
set -eu
cd "$(dirname "$0")/.."
werror=OFF
[ "${CI:-}" = true ] && werror=ON
jobs=$(nproc 2>/dev/null || echo 2)
results=""
mkdir -p build

for preset in release asan; do
  echo "test: building $preset"
  cmake --preset $preset -DEBIT_WERROR=$werror >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
  cmake --build --preset $preset
  echo "test: running $preset"
  rm -f build/$preset/ctest.xml
  # A failing test must not keep the second run from happening: the counts tell in the end.
  ctest --test-dir build/$preset --output-on-failure -j "$jobs" --timeout 900 --no-tests=error \
    --output-junit ctest.xml "$@" || true
  results="$results build/$preset/ctest.xml"
done
exec python3 dev/count_tests.py $results
