#!/bin/sh
# Builds the API reference from the headers: dev/docs.sh [FOLDER], by default build/docs. Any warning is an error:
# something public without a docstring, a parameter that is not there, a broken reference.
set -eu
cd "$(dirname "$0")/.."
command -v doxygen >/dev/null || { echo "dev/docs.sh: doxygen is not there; run 'make deps'" >&2; exit 2; }
folder=${1:-build/docs}
mkdir -p "$folder"
version=$(sed -n 's/^project(ebit VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
# All warnings first, then the verdict: doxygen's own WARN_AS_ERROR stops at the first.
(cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = $folder"; echo "PROJECT_NUMBER = $version") |
  doxygen - 2>"$folder/warnings.txt" >/dev/null || { cat "$folder/warnings.txt" >&2; exit 1; }
if [ -s "$folder/warnings.txt" ]; then
  sed "s|^$PWD/||" "$folder/warnings.txt"
  echo "dev/docs.sh: $(grep -c 'warning:' "$folder/warnings.txt") warnings" >&2
  exit 1
fi
echo "docs: $folder/html/index.html"
