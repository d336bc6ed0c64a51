#!/bin/sh
# The search behind the preset ebit-1: dev/ebit1_search.sh [FOLDER]. One sweep a task, on one task of each series and
# horizon of Fellner's benchmark, then the settings by their mean rank over the validation parts.
set -eu
ebit=${EBIT:-build/release/ebit}
out=${1:-runs/ebit-1}
sweep() {  # name, then what `ebit train` is told of the task
  name=$1
  shift
  "$ebit" sweep configs/sweeps/ebit-1.toml "$@" -q -o "$out/$name" >"$out/$name.txt"
}
mkdir -p "$out"
henon="--generator henon --target x,y"
lorenz="lorenz-reservoirpy --target x,y,z"
mackey="--generator mackey-glass --set random=numpy --generator-seed 5555 --target x"
# shellcheck disable=SC2086
{
  sweep henon-h1-w4 $henon --window 4 --horizon 1
  sweep henon-h2-w8 $henon --window 8 --horizon 2
  sweep henon-h4-w16 $henon --window 16 --horizon 4
  sweep lorenz-h1-w4 $lorenz --window 4 --horizon 1
  sweep lorenz-h13-w8 $lorenz --window 8 --horizon 13
  sweep lorenz-h25-w16 $lorenz --window 16 --horizon 25
  sweep mackey-h1-w4 $mackey --window 4 --horizon 1
  sweep mackey-h70-w8 $mackey --window 8 --horizon 70
  sweep mackey-h140-w16 $mackey --window 16 --horizon 140
}
dev/sweep_ranks.py "$out"/*/sweep.json
