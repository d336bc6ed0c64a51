#!/bin/sh
# dev/venv.sh FOLDER REQUIREMENTS [OPTION...]: a virtual environment with what the file lists, made or brought up to date.
# By default it sees the system's packages (Debian's torch and numpy); --alone: it does not. $PYTHON: which python.
set -eu
cd "$(dirname "$0")/.."
folder=$1 requirements=$2
see=--system-site-packages
[ "${3:-}" = --alone ] && see=""
python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
if [ ! -x "$folder/bin/python" ]; then
  # shellcheck disable=SC2086
  "$python" -m venv $see "$folder"
fi
if ! cmp -s "$requirements" "$folder/requirements.txt"; then
  echo "venv: installing $(grep -vc '^#' "$requirements") packages into $folder"
  "$folder/bin/pip" install -q --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$folder/requirements.txt"
fi
