#!/bin/sh
# Runs clang-tidy (settings in .clang-tidy) on the torch-free layers: dev/tidy.sh [FILE...], by default all of them.
set -eu
cd "$(dirname "$0")/.."
tool=clang-tidy-14
command -v $tool >/dev/null || { echo "dev/tidy.sh: $tool is not there; run 'dev/deps.sh tidy'" >&2; exit 2; }
cmake -S . -B build/tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DEBIT_TORCH=OFF -DEBIT_TESTS=OFF >/dev/null
if [ $# -eq 0 ]; then
  set -- $(dev/sources.sh | grep -E '^ebit/(base|sim|grad|info|cell|data|report|cmd)/[^/]*\.cc$' |
           grep -vE '\.(test|perf)\.cc$')
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 $tool -p build/tidy --quiet
