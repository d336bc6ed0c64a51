#!/bin/sh
# Installs the Debian packages that are missing: dev/deps.sh [CLASS...], by default those of build and test.
# The list and its classes are in dev/packages.txt. Nothing happens where all are there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- build test

wanted=""
for class in "$@"; do
  found=$(awk -v class="$class" '!/^#/ && $2 == class { print $1 }' "$here/packages.txt")
  [ -n "$found" ] || { echo "dev/deps.sh: no class '$class' in dev/packages.txt" >&2; exit 2; }
  wanted="$wanted $found"
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "dev/deps.sh: this system has no apt. Install what corresponds to these Debian packages by hand, then" >&2
  echo "run 'make build' or dev/test.sh:" $wanted >&2
  exit 1
fi

missing=""
for package in $wanted; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "deps: all packages of" "$@" "are installed"
  exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "dev/deps.sh: run as root (there is no sudo): apt-get install$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# sudo drops the environment, so the front end is named again.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
echo "deps: done"
