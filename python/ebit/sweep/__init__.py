"""Many trainings on any number of processes and machines: variants x seeds in one file or database.

A sweep is a list of rows, each with parameters and a seed. `create` writes all of them into a journal on a shared
folder or into a database, as an Optuna study. Workers, started by hand, by `launch` or by a cluster's scheduler, take
rows until none waits. `resume` puts back what a dead worker had begun; `table`, `summary` and `page` tell the results.

Example:
    >>> import ebit.sweep
    >>> def loss(row, seed):
    ...     return (row["a"] - 1) ** 2 + seed / 100
    >>> ebit.sweep.create({"a": [0, 1]}, seeds=3, file="toy.journal")
    6
    >>> ebit.sweep.work("toy.journal", loss, progress=False)
    6
    >>> ebit.sweep.summary("toy.journal")["median"].tolist()
    [1.01, 0.01]

Needs optuna 4 or newer: pip install ebit[sweep].
"""
from ._report import page, summary, table
from ._run import create, launch, resume, work
from ._suite import suite, unit

__all__ = ["create", "launch", "page", "resume", "suite", "summary", "table", "unit", "work"]
