#!/bin/sh
# The Python tests with PyPI's current torch, JAX, scikit-learn, darts, sktime, Optuna, Qiskit and PennyLane, in
# build/venv-torch2. $PYTHON: which python, from 3.10. Prints the versions, then pytest's own closing lines.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
dev/venv.sh build/venv-torch2 dev/requirements-torch2.txt --alone
cmake -S . -B build/torch2 -G Ninja -DEBIT_PYTHON=ON -DEBIT_TOGETHER=ON -DCMAKE_BUILD_TYPE=Release -DPython_ROOT_DIR="$PWD/build/venv-torch2" \
  -DPython_FIND_VIRTUALENV=ONLY >build/configure-torch2.log 2>&1 || { cat build/configure-torch2.log; exit 1; }
cmake --build build/torch2
build/venv-torch2/bin/pip list 2>/dev/null |
  grep -iE '^(numpy|torch|jax|scikit-learn|pandas|polars|darts|sktime|neuralforecast|optuna|qiskit|pennylane|lightning) '
PYTHONPATH="$PWD/build/torch2/python" exec build/venv-torch2/bin/python -m pytest -rs "$@" python/tests
