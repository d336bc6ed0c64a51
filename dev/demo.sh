#!/bin/sh
# Trains the quantum LSTM of Daskin (arXiv:2505.06774) on the included temperatures of Seattle, with the baselines
# beside it, and says where the page is. The program: $EBIT, by default the release build's.
set -eu
cd "$(dirname "$0")/.."
ebit=${EBIT:-build/release/ebit}
set -- train seattle-weather --preset daskin-collapse --epochs 100 --seed 1 -o runs/demo --overwrite
echo "$ ebit $*"
exec "$ebit" "$@"
