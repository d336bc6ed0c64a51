"""A sweep of a small quantum model: two memories, three learning rates, four seeds, on two worker processes.

    python examples/sweep.py [--workers 2] [--file sweep.journal]

Run it again after a kill: it goes on where it was. More workers may join from anywhere that sees the file:

    cd examples; python -m ebit.sweep work ../sweep.journal sweep:loss
"""
import argparse
import os
import sys

import numpy as np

import ebit
import ebit.sweep

SPACE = {"model": ["daskin-collapse", "daskin-probabilities"], "lr": [0.003, 0.01, 0.03]}


def loss(row, seed):
    """Trains one model on a noisy sine and says how far off it is on the part that it has not seen."""
    rng = np.random.default_rng(0)  # all rows see the same data; the seed decides starting angles and order
    s = 0.4 * np.sin(np.arange(160) / 4) + 0.02 * rng.normal(size=160)
    x = np.lib.stride_tricks.sliding_window_view(s[:-1], 8)[..., None].copy()
    y = s[8:, None].copy()
    model = ebit.Model(row["model"], head="linear", seed=seed)
    result = model.fit(x[:100], y[:100], epochs=20, lr=row["lr"])
    rmse = float(np.sqrt(np.mean((model.predict(x[100:]) - y[100:]) ** 2)))
    return {"rmse": rmse, "train": result.history[-1]["train"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", default="sweep.journal", help="journal or URL of a database (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    given = parser.parse_args()
    # Workers import this file as a module.
    folder = os.path.dirname(os.path.abspath(__file__))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    sys.path.insert(0, folder)
    print("rows added:", ebit.sweep.create(SPACE, seeds=4, file=given.file))
    print("rows put back:", ebit.sweep.resume(given.file))
    print(ebit.sweep.launch(given.file, "sweep:loss", workers=given.workers))
    lines = ebit.sweep.summary(given.file)
    print(*(lines if isinstance(lines, list) else [lines]), sep="\n")
    print(ebit.sweep.page(given.file, "sweep.html"))


if __name__ == "__main__":
    main()
