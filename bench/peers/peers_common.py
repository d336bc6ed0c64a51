"""What the peers' scripts share: options, circuits as lists, timing, and the lines that `ebit bench --peers` reads.

A script is called with [--quick] [--threads N] and prints one JSON object a line on standard output:

  {"workload": "C", "peer": "jax", "versions": {"jax": "0.4.38"}, "size": "n=8", "dtype": "float64",
   "unit": "sample", "seconds": [1.2e-4, ...], "note": "..."}
  {"peer": "jax", "skipped": "no module named 'jax'"}

Every package is optional: a missing one is told by the second kind of line, and the script ends with status 0.
"""

import argparse
import importlib
import importlib.metadata
import json
import math
import os
import random
import sys
import time

LAYERS = 3
BATCH = 32
SIZES = (8, 10, 12, 14)
QUICK_SIZES = (8,)


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="smallest size only, few repetitions")
    parser.add_argument("--threads", type=int, default=1, help="threads that the packages may use")
    result = parser.parse_args()
    # Read by the packages' native parts when they are loaded, so it must be set before the imports.
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(result.threads)
    if result.threads == 1:
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    result.sizes = QUICK_SIZES if result.quick else SIZES
    result.repeat = 2 if result.quick else 5
    result.min_seconds = 0.05 if result.quick else 0.3
    return result


def emit(line):
    print(json.dumps(line), flush=True)


def load(peer, *modules):
    """The modules, or None with a line that says which is missing."""
    loaded = []
    for name in modules:
        try:
            loaded.append(importlib.import_module(name))
        except Exception as error:  # a package may fail in more ways than not being there
            emit({"peer": peer, "skipped": f"cannot import {name}: {str(error).splitlines()[0] if str(error) else type(error).__name__}"})
            return None
    return loaded


def versions(*packages):
    found = {"python": sys.version.split()[0]}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            module = sys.modules.get(name)
            found[name] = str(getattr(module, "__version__", "unknown"))
    return found


def seconds_of(work, repeat, min_seconds):
    """Seconds a call, one value a repetition, after a call to warm up."""
    work()
    start = time.perf_counter()
    work()
    times = max(1, math.ceil(min_seconds / max(time.perf_counter() - start, 1e-9)))
    result = []
    for _ in range(repeat):
        start = time.perf_counter()
        for _ in range(times):
            work()
        result.append((time.perf_counter() - start) / times)
    return result


def guarded(peer, work):
    """Runs work(); what a package throws becomes a line, so that the other measurements go on."""
    try:
        work()
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else ""
        emit({"peer": peer, "skipped": f"{type(error).__name__}: {reason}"})


def angles(wires, batch=1):
    """[batch][layers][wires][3] angles of workload C, the same every time."""
    source = random.Random(1)
    return [[[[source.uniform(-3, 3) for _ in range(3)] for _ in range(wires)] for _ in range(LAYERS)] for _ in range(batch)]


def ring(wires):
    return [(q, (q + 1) % wires) for q in range(wires)]
