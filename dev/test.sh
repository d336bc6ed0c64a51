#!/bin/sh
# Builds and runs all tests: the release build, the Python package with Debian's torch, then the layers from base to
# settings under the address and undefined-behaviour sanitizers, and what uses threads under the thread sanitizer. Ends
# with one line "N passed, N failed, N skipped" over all runs, and fails if any test failed. CI=true turns warnings into
# errors. Arguments go to ctest, and leave Python and threads out, for example: dev/test.sh -R sim/
set -eu
cd "$(dirname "$0")/.."
werror=OFF
[ "${CI:-}" = true ] && werror=ON
jobs=$(nproc 2>/dev/null || echo 2)
results=""
mkdir -p build
dev/venv.sh build/venv dev/requirements.txt

for preset in release asan; do
  echo "test: building $preset"
  set_python=""
  [ $preset = release ] && set_python="-DEBIT_PYTHON=ON -DEBIT_PROGRAM=ON -DEBIT_TORCH=ON -DEBIT_TESTS=ON
    -DPython_ROOT_DIR=$PWD/build/venv -DPython_FIND_VIRTUALENV=ONLY"
  # shellcheck disable=SC2086
  cmake --preset $preset -DEBIT_WERROR=$werror $set_python >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
  cmake --build --preset $preset
  echo "test: running $preset"
  rm -f build/$preset/ctest.xml
  # A failing test must not keep the second run from happening: the counts tell in the end.
  ctest --test-dir build/$preset --output-on-failure -j "$jobs" --timeout 900 --no-tests=error \
    --output-junit ctest.xml "$@" || true
  results="$results build/$preset/ctest.xml"
  [ $preset = release ] && [ $# -eq 0 ] || continue
  # On one core, while the other one builds under the sanitizers.
  echo "test: running python"
  rm -f build/pytest.xml
  PYTHONPATH="$PWD/build/release/python" build/venv/bin/python -m pytest -rs --junitxml=build/pytest.xml python/tests \
    >build/pytest.log 2>&1 &
  python=$!
  results="$results build/pytest.xml"
done
if [ $# -eq 0 ]; then
  echo "test: threads"
  programs="test_base test_sim test_cell test_fit"
  for program in $programs; do
    rm -f "build/tsan/$program.xml"
    results="$results build/tsan/$program.xml"
  done
  # shellcheck disable=SC2086
  dev/test_sanitized.sh tsan $programs || true
fi
if [ -n "${python:-}" ]; then
  wait "$python" || true
  cat build/pytest.log
fi
exec python3 dev/count_tests.py $results
