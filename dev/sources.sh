#!/bin/sh
# Prints the C++ files of the project, one a line, from its root.
set -eu
cd "$(dirname "$0")/.."
find ebit fuzz tests bench examples cmake python -type d -name build -prune -o \
  -type f \( -name '*.h' -o -name '*.cc' \) -print 2>/dev/null | LC_ALL=C sort
