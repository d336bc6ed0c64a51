"""Making a sweep, working on it, and bringing back what dead workers had begun."""
from __future__ import annotations

import contextlib
import copy
import datetime
import importlib
import math
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .. import Error
from ._space import digest, nearest, rows_of
from ._store import Store, ended, optuna, shown
from ._worker import Pulse, is_here, lives

Objective = Callable[[dict[str, Any], int], float | Mapping[str, float]]
File = str | os.PathLike[str]


def create(space: Mapping[str, Any] | Sequence[Mapping[str, Any]], seeds: int | Iterable[int], file: File, *,
           name: str = "sweep", direction: str = "minimize", draws: int | None = None, draw_seed: int = 0,
           known: Iterable[str] | None = None) -> int:
    """Writes every variant x seed into a file or database as rows that wait for workers.

    Args:
        space: a dict of lists (all combinations; a single value stands for itself), or a list of dicts (each a
            variant). With `draws`, a dict whose values are lists (one is chosen), (low, high), or ("log", low, high):
            even on the logarithm. Two whole numbers give whole numbers, both ends included. Values are numbers, texts,
            truth values, None and lists of them.
        seeds: how many, from 0; or a list.
        file: FILE.journal, on a folder that all workers share; or the URL of a database, such as sqlite:///sweep.db or
            postgresql://user@host/base.
        name: several sweeps may live in one file.
        direction: "minimize" or "maximize".
        draws: how many variants are drawn; equal ones are kept once.
        draw_seed: decides the draws.
        known: the names that a parameter may have; others are refused.

    Returns:
        How many rows were added: 0 if the file holds the same sweep already, fewer than all if it was cut off.

    Raises:
        ebit.Error: an empty space, an unknown parameter, a file that holds a sweep of other contents.

    Example:
        >>> create({"layers": [1, 2], "lr": [0.01, 0.1]}, seeds=5, file="depth.journal")
        20
        >>> create({"lr": ("log", 1e-3, 1e-1)}, seeds=3, file="lr.journal", draws=10)
        30
    """
    if direction not in ("minimize", "maximize"):
        raise Error(f"direction must be minimize or maximize, not '{direction}'")
    rows = rows_of(space, seeds, draws=draws, draw_seed=draw_seed, known=known)
    print_ = digest(rows, direction)
    store = Store(file, name, direction=direction)
    about = store.about()
    if not about:
        if store.foreign():
            raise Error(f"{shown(os.fspath(file))} holds a study '{name}' that is not ebit's: take another name")
        store.describe(digest=print_, rows=len(rows))
    elif about["digest"] != print_:
        raise Error(f"{shown(os.fspath(file))} holds a sweep '{name}' of other contents ({about['rows']} rows, "
                    f"{store.direction}; asked for {len(rows)} rows, {direction}): take another file or name")
    there = {t.user_attrs["row"] for t in store.trials()}
    missing = [r for r in rows if r["row"] not in there]
    distributions = _distributions(rows)
    # The first seed of every variant comes first: an early look sees them all.
    of_seed = {s: i for i, s in enumerate(dict.fromkeys(r["seed"] for r in rows))}
    for row in sorted(missing, key=lambda r: of_seed[r["seed"]]):
        values = {**row["params"], "seed": row["seed"]}
        ds = {k: d for k, d in distributions.items() if k in values}
        store.add(row, {k: values[k] for k in ds}, ds)
    return len(missing)


def _distributions(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What Optuna's own plots are to know of the parameters that are numbers, texts or truth values throughout."""
    d = optuna().distributions
    values: dict[str, list[Any]] = {}
    for row in rows:
        for key, value in {**row["params"], "seed": row["seed"]}.items():
            values.setdefault(key, []).append(value)
    found: dict[str, Any] = {}
    for key, all_ in values.items():
        kinds = {type(v) for v in all_}
        if kinds == {int} and max(map(abs, all_)) < 2**53:
            found[key] = d.IntDistribution(min(all_), max(all_))
        elif kinds <= {int, float} and kinds != {int}:
            found[key] = d.FloatDistribution(min(all_), max(all_))
        elif kinds in ({str}, {bool}) and len(set(all_)) <= 50:
            found[key] = d.CategoricalDistribution(sorted(set(all_)))
    return found


def work(file: File, objective: Objective | str, *, name: str = "sweep", max_rows: int | None = None,
         progress: bool = True) -> int:
    """Takes rows of a sweep, one after the other, until none waits.

    Any number of workers may do so at the same time; none takes another's row. A row in which the objective raises is
    marked as failed, with the message, and the next one is taken. Ctrl-C puts the row in work back.

    Args:
        file, name: as in `create`.
        objective: called as objective(row, seed), `row` a dict of the parameters; or "module:function". Returns a
            float, or a dict of floats of which the first is judged and all are kept.
        max_rows: stops after so many.
        progress: a bar on a terminal.

    Returns:
        How many rows this call worked on, failed ones included.

    Raises:
        ebit.Error: no such file or sweep, a damaged journal.

    Example:
        >>> work("depth.journal", lambda row, seed: row["lr"] * row["layers"] + seed)
        20
    """
    call = load(objective) if isinstance(objective, str) else objective
    if not callable(call):
        raise Error(f"the objective must be a function or 'module:function', not {objective!r}")
    store = Store(file, name)
    taken = 0
    with Pulse(store) as pulse, bar(store, progress) as show:
        while max_rows is None or taken < max_rows:
            started = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
            trial = store.take({**pulse.identity, "started": started})
            if trial is None:
                break
            taken += 1
            _one(store, pulse, trial, call)
            show()
    return taken


def _one(store: Store, pulse: Pulse, trial: Any, objective: Objective) -> None:
    number = trial.number
    clock = time.perf_counter()
    try:
        pulse.on(number)
        try:
            metrics = _numbers(objective(copy.deepcopy(trial.user_attrs["params"]), trial.user_attrs["seed"]))
        except Exception as e:
            text = " ".join(str(e).split())
            store.note(number, error=f"{type(e).__name__}: {text}"[:500], seconds=time.perf_counter() - clock)
            store.finish(number, "FAIL")
        else:
            store.note(number, metrics=metrics, seconds=time.perf_counter() - clock)
            store.finish(number, "COMPLETE", next(iter(metrics.values())))
    except ended():
        pass  # taken for dead, and the row given to another worker: its result counts
    except BaseException:
        with contextlib.suppress(Exception):
            if store.finish(number, "FAIL"):
                store.add_again(trial)
        raise
    finally:
        pulse.number = None


def _numbers(result: Any) -> dict[str, float]:
    """The result as named floats, the first of them the one that is judged."""
    named = dict(result) if isinstance(result, Mapping) else {"value": result}
    if not named:
        raise ValueError("the objective returned an empty dict")
    for key, value in named.items():
        try:
            named[key] = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"the objective returned {value!r} as {key}, not a number") from None
    first = next(iter(named))
    if math.isnan(named[first]):
        raise ValueError(f"the objective returned nan as {first}")
    return {str(k): v for k, v in named.items()}


def resume(file: File, *, name: str = "sweep", failed: bool = False, stale_after: float = 120.0) -> int:
    """Puts back the rows whose worker is gone, for the next worker to take.

    A worker of this machine is gone if its process is: at once. One of another machine is gone if it gave no sign of
    life for `stale_after` seconds; workers give one every 5 seconds. Should it live after all, its result is dropped.

    Args:
        file, name: as in `create`.
        failed: puts rows back that raised, too.
        stale_after: seconds; more where an objective keeps Python's lock for longer than that.

    Returns:
        How many rows wait again.

    Raises:
        ebit.Error: no such file or sweep, a damaged journal.

    Example:
        >>> resume("depth.journal")     # nobody was lost
        0
    """
    store = Store(file, name, stale_after=stale_after)
    state = optuna().trial.TrialState
    running = [t for t in store.trials() if t.state == state.RUNNING]
    here = [t for t in running if is_here(t.user_attrs.get("worker", {}))]
    gone = [t for t in here if not lives(t.user_attrs["worker"])]
    gone += store.silent([t for t in running if t not in here])
    for trial in gone:
        store.finish(trial.number, "FAIL")
    rows: dict[int, list[Any]] = {}
    for trial in store.trials():
        if trial.state != state.PRUNED:
            rows.setdefault(trial.user_attrs["row"], []).append(trial)
    back = [trials[-1] for trials in rows.values() if all(t.state == state.FAIL for t in trials)
            and (failed or "error" not in trials[-1].user_attrs)]
    for trial in back:
        store.add_again(trial)
    return len(back)


def launch(file: File, objective: str, workers: int = 2, *, name: str = "sweep", threads: int = 1,
           progress: bool = True, executor: Any = None) -> dict[str, int]:
    """Starts worker processes on this machine, or jobs by an executor, and waits for them.

    Args:
        file, name: as in `create`.
        objective: "module:function"; the module is looked for in the working folder too.
        workers: how many.
        threads: how many threads each of them uses (OMP_NUM_THREADS); not for an executor.
        progress: a bar on a terminal.
        executor: a submitit.AutoExecutor, or anything else whose submit(function, ...) gives jobs that have a result().

    Returns:
        How many rows are done, failed, lost, waiting and running afterwards.

    Raises:
        ebit.Error: no such file, sweep or function.

    Example:
        >>> launch("depth.journal", "depth:loss", workers=2)  # doctest: +SKIP
        {'done': 20, 'failed': 0, 'lost': 0, 'waiting': 0, 'running': 0}
    """
    from ._report import counts
    if not isinstance(workers, int) or workers < 1:
        raise Error(f"workers must be at least 1, not {workers!r}")
    load(objective)
    store = Store(file, name)
    if executor is not None:
        if "://" not in os.fspath(file):
            file = os.path.abspath(file)
        with executor.batch() if hasattr(executor, "batch") else contextlib.nullcontext():
            jobs = [executor.submit(work, file, objective, name=name, progress=False) for _ in range(workers)]
        for job in jobs:
            job.result()
        return counts(store)
    command = [sys.executable, "-m", "ebit.sweep", "work", os.fspath(file), objective, "--name", name, "--quiet"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    processes = [subprocess.Popen(command, env=environment) for _ in range(workers)]
    try:
        with bar(store, progress) as show:
            while any(p.poll() is None for p in processes):
                time.sleep(0.2)
                show()
    finally:
        for p in processes:
            if p.poll() is None:
                p.terminate()
        for p in processes:
            p.wait()
    early = [p.returncode for p in processes if p.returncode]
    if early:
        warnings.warn(f"{len(early)} of {workers} workers ended early (status {', '.join(map(str, early))}): "
                      f"ebit.sweep.resume puts back what they had begun", stacklevel=2)
    return counts(store)


def load(objective: str) -> Objective:
    """The function that "module:function" names."""
    module, colon, function = objective.partition(":")
    if not colon or not module or not function:
        raise Error(f"the objective must be 'module:function', not '{objective}'")
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as e:
        if e.name and (module == e.name or module.startswith(e.name + ".")):
            raise Error(f"there is no module '{module}' for the objective '{objective}'") from None
        raise
    for part in function.split("."):
        if not hasattr(found, part):
            raise Error(f"module '{module}' has no function '{function}'{nearest(function, _functions(found))}")
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _functions(module: Any) -> list[str]:
    return [k for k, v in vars(module).items() if callable(v) and not k.startswith("_")]


@contextlib.contextmanager
def bar(store: Store, progress: bool) -> Iterator[Callable[[], None]]:
    """A bar of all rows of the sweep, whoever worked on them; where tqdm is missing, a line."""
    from ._report import counts
    if not progress or not sys.stderr.isatty():
        yield lambda: None
        return
    last = [0.0]

    def now() -> tuple[int, int]:
        c = counts(store)
        return c["done"] + c["failed"], sum(c.values())

    def seldom(show: Callable[[], None]) -> Callable[[], None]:
        def call() -> None:
            if time.monotonic() - last[0] > 1:
                show()
                last[0] = time.monotonic()
        return call

    done, total = now()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        def line() -> None:
            print("\r{}: {} of {} rows".format(store.name, *now()), end="", file=sys.stderr, flush=True)
        yield seldom(line)
        line()
        print(file=sys.stderr)
        return
    with tqdm(total=total, initial=done, desc=store.name, unit="row") as t:
        def move() -> None:
            t.update(now()[0] - t.n)
        yield seldom(move)
        move()
