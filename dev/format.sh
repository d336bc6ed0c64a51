#!/bin/sh
# Formats every C++ file of the project; with --check changes nothing and fails where a file is not formatted.
# Always clang-format 14, Debian 12's: other versions format some lines differently.
set -eu
cd "$(dirname "$0")/.."
tool=clang-format-14
command -v $tool >/dev/null || { echo "dev/format.sh: $tool is not there; run 'make deps'" >&2; exit 2; }
case "${1:-}" in
  --check) dev/sources.sh | xargs $tool --dry-run -Werror ;;
  "") dev/sources.sh | xargs $tool -i ;;
  *) echo "usage: dev/format.sh [--check]" >&2; exit 2 ;;
esac
