#!/bin/sh
# The search behind the preset ebit-1: dev/ebit1_search.sh [FOLDER]. One sweep a task, on one task of each series and
# horizon of Fellner's benchmark, then the settings by their mean rank over the validation parts.
set -eu
ebit=${EBIT:-build/release/ebit}
out=${1:-runs/ebit-1}
sweep() {  # name, then what `ebit train` is told of the task
  name=$1
  shift
  "$ebit" sweep "$file" "$@" -q -o "$out/$name" >"$out/$name.txt"
}
mkdir -p "$out"
file=configs/sweeps/ebit-1.toml
sed 's/^\[settings\]$/&\ndata.file = "lorenz-reservoirpy"/' $file >"$out/lorenz.toml"
henon="--generator henon --target x,y"
lorenz="--target x,y,z"
mackey="--generator mackey-glass --set random=numpy --generator-seed 5555 --target x"
# shellcheck disable=SC2086
{
  sweep henon-h1-w4 $henon --window 4 --horizon 1
  sweep henon-h2-w8 $henon --window 8 --horizon 2
  sweep henon-h4-w16 $henon --window 16 --horizon 4
  file="$out/lorenz.toml"
  sweep lorenz-h1-w4 $lorenz --window 4 --horizon 1
  sweep lorenz-h13-w8 $lorenz --window 8 --horizon 13
  sweep lorenz-h25-w16 $lorenz --window 16 --horizon 25
  file=configs/sweeps/ebit-1.toml
  sweep mackey-h1-w4 $mackey --window 4 --horizon 1
  sweep mackey-h70-w8 $mackey --window 8 --horizon 70
  sweep mackey-h140-w16 $mackey --window 16 --horizon 140
}
# As many trained numbers as the LSTM of 8 units has at most: two, three, one column.
dev/sweep_ranks.py --most 402,402,402,443,443,443,361,361,361 "$out"/*/sweep.json
