#!/bin/sh
# Writes docs/cli.md from the help of the program: dev/cli_reference.sh PROGRAM
# With --check in front, changes nothing and fails where docs/cli.md is not what the program says.
set -eu
check=no
if [ "${1:-}" = --check ]; then check=yes; shift; fi
[ $# -eq 1 ] || { echo "usage: dev/cli_reference.sh [--check] PROGRAM" >&2; exit 2; }
program=$1
page="$(cd "$(dirname "$0")/.." && pwd)/docs/cli.md"
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
"$program" help-all >"$fresh"
if [ $check = yes ]; then
  diff -u "$page" "$fresh" || { echo "docs/cli.md is not fresh: run 'make cli' and commit it" >&2; exit 1; }
else
  mkdir -p "$(dirname "$page")"
  cat "$fresh" >"$page"
  echo "wrote docs/cli.md"
fi
