"""Sweeps: their rows, work on them, workers that die."""
import math
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from sweep_cases import (SPACE, a_plus_seed, file, folder, lines, numbers, start, states,  # noqa: F401
                         until)

import ebit
import numpy as np
from ebit import sweep
from ebit.sweep import _store, _worker
from ebit.sweep._space import rows_of


# Rows.


def test_rows_of_a_grid():
    rows = rows_of({"a": [1, 2], "b": ["x"], "c": 0.5}, 2)
    assert rows[1] == {"row": 1, "params": {"a": 1, "b": "x", "c": 0.5}, "seed": 1} and len(rows) == 4
    assert [r["params"]["a"] for r in rows_of({"a": range(3)}, [7])] == [0, 1, 2]
    assert rows_of({"a": np.array([1, 2])}, 1) == rows_of({"a": [np.int64(1), 2]}, 1)
    assert rows_of({"sizes": [[8], [8, 4]]}, 1)[1]["params"] == {"sizes": [8, 4]}
    assert [r["params"] for r in rows_of([{"a": 1}, {"b": 2}], 1)] == [{"a": 1}, {"b": 2}]


def test_draws_keep_to_their_ranges():
    space = {"lr": ("log", 1e-4, 1e-1), "n": (1, 4), "k": ("log", 1, 64), "x": (-1.0, 1.0), "how": ["a", "b"]}
    rows = [r["params"] for r in rows_of(space, 1, draws=400)]
    assert all(1e-4 <= r["lr"] <= 1e-1 and -1 <= r["x"] <= 1 and r["how"] in "ab" for r in rows)
    assert {r["n"] for r in rows} == {1, 2, 3, 4} and {r["k"] for r in rows} >= {1, 2, 64}
    assert 0.25 < sum(r["lr"] < 1e-3 for r in rows) / 400 < 0.42  # a third of the logarithm
    assert rows == [r["params"] for r in rows_of(space, 1, draws=400)]
    assert rows != [r["params"] for r in rows_of(space, 1, draws=400, draw_seed=1)]
    alone = [r["params"]["lr"] for r in rows_of({"lr": space["lr"]}, 1, draws=400)]
    assert alone == [r["lr"] for r in rows]  # the others do not matter
    assert len(rows_of({"n": (1, 3)}, 1, draws=100)) == 3


@pytest.mark.parametrize("space, seeds, options, message", [
    ({}, 1, {}, "space is empty"),
    ([], 1, {}, "space is empty"),
    ({"a": []}, 1, {}, "a: the list of values is empty"),
    ({"a": [1, 1]}, 1, {}, "variants 0 and 1 are the same"),
    ({"a": (0.0, 1.0)}, 1, {}, "needs draws=N"),
    ({"a": (1.0, 0.0)}, 1, {"draws": 3}, "below its end"),
    ({"a": ("log", 0, 1)}, 1, {"draws": 3}, "above 0"),
    ({"a": (1, 2, 3)}, 1, {"draws": 3}, "a range is"),
    ({"a": [1]}, 1, {"draws": 0}, "at least 1"),
    ([{"a": 1}], 1, {"draws": 2}, "taken as it is"),
    ({"a": [math.nan]}, 1, {}, "not finite"),
    ({"a": [object()]}, 1, {}, "a: "),
    ({"seed": [1]}, 1, {}, "must not be called 'seed'"),
    ({"layres": [1]}, 1, {"known": ["layers", "lr"]}, "unknown parameter 'layres'; did you mean 'layers'"),
    ({"a": [1]}, 0, {}, "at least 1"),
    ({"a": [1]}, [1, 1], {}, "twice"),
    ({"a": [1]}, "12", {}, "seeds must be"),
    ({"a": [1]}, [0.5], {}, "whole number"),
    ("a", 1, {}, "dict of lists"),
    ([1], 1, {}, "variant 0"),
    ({"a": [1]}, 1, {"direction": "up"}, "minimize or maximize"),
])
def test_bad_spaces(folder, space, seeds, options, message):
    with pytest.raises(ebit.Error, match=message) as e:
        sweep.create(space, seeds, "x.journal", **options)
    assert "\n" not in str(e.value) and not os.path.exists("x.journal")


def test_create_continues_the_same_and_refuses_another(file):
    assert sweep.create({"a": [1, 2]}, 2, file) == 4
    assert sweep.create({"a": [1, 2]}, 2, file) == 0
    for space, seeds, direction in (({"a": [1, 3]}, 2, "minimize"), ({"a": [1, 2]}, 3, "minimize"),
                                    ({"a": [1, 2]}, 2, "maximize")):
        with pytest.raises(ebit.Error, match="of other contents"):
            sweep.create(space, seeds, file, direction=direction)
    assert sweep.create({"a": [1, 3]}, 2, file, name="other") == 4
    assert len(lines(file)) == len(lines(file, name="other")) == 4


def test_create_that_was_cut_off_is_completed(file, monkeypatch):
    add, left = _store.Store.add, iter(range(3))

    def breaks(*a):
        next(left)
        add(*a)

    with monkeypatch.context() as m:
        m.setattr(_store.Store, "add", breaks)
        with pytest.raises(StopIteration):
            sweep.create({"a": [1, 2, 3]}, 2, file)
    assert len(lines(file)) == 3
    assert sweep.create({"a": [1, 2, 3]}, 2, file) == 3 and sweep.create({"a": [1, 2, 3]}, 2, file) == 0
    assert sweep.work(file, a_plus_seed, progress=False) == 6 and numbers(file, "row") == [[i] for i in range(6)]


# Work.


def test_one_process(file):
    from objectives import ridge
    sweep.create(SPACE, 3, file)
    assert sweep.work(file, ridge, max_rows=5, progress=False) == 5
    assert sweep.work(file, ridge, progress=False) == 7
    assert sweep.work(file, ridge, progress=False) == 0
    for line in lines(file):
        r = ridge({"lags": line["lags"], "penalty": line["penalty"]}, line["seed"])
        assert (line["value"], line["mse"], line["largest"]) == (r["mse"], r["mse"], r["largest"])
        assert line["state"] == "done" and line["pid"] == os.getpid() and line["seconds"] > 0 and line["host"]
        assert line["started"].endswith("+00:00") and line["tries"] == 1 and line["error"] == ""


def test_first_seed_of_all_variants_comes_first(folder):
    sweep.create({"a": [0, 10]}, 2, "x.journal")
    order = []
    sweep.work("x.journal", lambda row, seed: order.append((row["a"], seed)) or 0.0, progress=False)
    assert order == [(0, 0), (10, 0), (0, 1), (10, 1)]


def test_a_killed_worker_is_replaced(file):
    """Two workers, one killed midway, resume: every row once, and the numbers of one process."""
    sweep.create(SPACE, 3, file)
    workers = [start(file, "ridge", SLOW="0.4") for _ in range(2)]
    until(lambda: states(file).count("done") >= 2)

    def row():
        """The row that the first worker is at."""
        return next((line["row"] for line in lines(file)
                     if line["state"] == "running" and line["pid"] == workers[0].pid), None)

    before = row()
    until(lambda: row() not in (None, before))  # it has just begun another
    time.sleep(0.1)  # not while it writes: others would wait 30 seconds for its lock
    workers[0].send_signal(signal.SIGKILL)
    assert workers[0].wait() == -signal.SIGKILL and workers[1].wait() == 0
    assert sorted(set(states(file))) == ["done", "running"] and states(file).count("running") == 1
    assert sweep.resume(file) == 1 and sweep.resume(file) == 0
    assert states(file).count("waiting") == 1
    assert start(file, "ridge").wait() == 0
    assert states(file) == ["done"] * 12 and sweep.resume(file) == 0
    assert sum(line["tries"] for line in lines(file)) == 13

    from objectives import ridge
    sweep.create(SPACE, 3, "alone.journal")
    sweep.work("alone.journal", ridge, progress=False)
    columns = ("row", "lags", "penalty", "seed", "value", "largest")
    assert numbers(file, *columns) == numbers("alone.journal", *columns)
    done = [t for t in _store.Store(file, "sweep").trials() if t.state.name == "COMPLETE"]
    assert sorted(t.user_attrs["row"] for t in done) == list(range(12))


def test_a_worker_killed_before_it_begins_is_replaced(file):
    """A row that is taken says whose it is, though nothing was done for it yet."""
    sweep.create({"a": [1]}, 1, file)
    code = """
import os, signal, sys
from ebit.sweep import _store, _worker
store = _store.Store(sys.argv[1], "sweep")
store.take(_worker.Pulse(store).identity)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code, file], check=False).returncode == -signal.SIGKILL
    assert states(file) == ["running"] and sweep.resume(file) == 1 and states(file) == ["waiting"]


def test_two_workers_never_take_one_row(file):
    sweep.create({"a": list(range(20))}, 2, file)
    workers = [start(file, "wait") for _ in range(2)]
    assert [w.wait() for w in workers] == [0, 0]
    with open("taken") as f:
        taken = f.read().split("\n")[:-1]
    assert len(taken) == len(set(taken)) == 40 and states(file) == ["done"] * 40


def test_threads_never_take_one_row(file):
    sweep.create({"a": list(range(6))}, 2, file)
    taken = []

    def objective(row, seed):
        taken.append((row["a"], seed))
        time.sleep(0.01)
        return 0.0

    threads = [threading.Thread(target=lambda: sweep.work(file, objective, progress=False)) for _ in range(3)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert len(taken) == len(set(taken)) == 12 and states(file) == ["done"] * 12


def test_a_row_in_the_queue_twice_is_run_once(file):
    sweep.create({"a": [1, 2]}, 1, file)
    store = _store.Store(file, "sweep")
    store.add_again(store.trials()[0])
    assert sweep.work(file, a_plus_seed, progress=False) == 2
    assert states(file) == ["done", "done"] and sum(t.state.name == "COMPLETE" for t in store.trials()) == 2


def test_a_queue_that_others_emptied(file):
    sweep.create({"a": [1, 2, 3]}, 1, file)
    store = _store.Store(file, "sweep")
    assert store.take({}).user_attrs["row"] == 0
    sweep.work(file, a_plus_seed, max_rows=1, progress=False)
    other = _store.Store(file, "sweep")
    assert other.take({}).user_attrs["row"] == 2
    assert store.take({}) is None and other.take({}) is None
    assert states(file) == ["running", "done", "running"] and len(store.study.trials) == 3  # none was invented


def test_a_failing_row(file):
    sweep.create({"a": [1, 2, 3]}, 1, file)

    def objective(row, seed):
        if row["a"] == 2:
            raise ValueError("a must not\n  be two")
        return {"loss": row["a"], "count": 3, "row": math.nan}

    assert sweep.work(file, objective, progress=False) == 3
    assert states(file) == ["done", "failed", "done"]
    assert [line["error"] for line in lines(file)] == ["", "ValueError: a must not be two", ""]
    assert math.isnan(lines(file)[0]["metric_row"]) and lines(file)[0]["count"] == 3.0
    assert sweep.resume(file) == 0 and sweep.resume(file, failed=True) == 1
    assert sweep.work(file, a_plus_seed, progress=False) == 1 and states(file) == ["done"] * 3


@pytest.mark.parametrize("result, message", [
    (math.nan, "nan as value"), (None, "None as value, not a number"), ({}, "an empty dict"),
    ({"loss": "low"}, "'low' as loss"), ([1, 2], "not a number")])
def test_bad_results(folder, result, message):
    sweep.create({"a": [1]}, 1, "x.journal")
    sweep.work("x.journal", lambda row, seed: result, progress=False)
    assert message in lines("x.journal")[0]["error"]


def test_an_infinite_loss_is_a_result(file):
    sweep.create({"a": [1]}, 2, file, direction="maximize")
    sweep.work(file, lambda row, seed: [math.inf, 1.0][seed], progress=False)
    assert [line["value"] for line in lines(file)] == [math.inf, 1.0]
    sweep.summary(file), sweep.page(file, "x.html")


def test_interrupted_rows_go_back(file):
    sweep.create({"a": [1, 2]}, 1, file)

    def objective(row, seed):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.work(file, objective, progress=False)
    assert states(file) == ["waiting", "waiting"] and not os.path.exists("x.journal.alive")
    worker = start(file, "forever")
    until(lambda: any(n.startswith("begun") for n in os.listdir(".")))
    worker.terminate()  # as a scheduler does
    assert worker.wait() == 143 and states(file) == ["waiting", "waiting"]
    assert sweep.resume(file) == 0 and sweep.work(file, a_plus_seed, progress=False) == 2


# Workers of other machines.


def elsewhere(file, monkeypatch):
    """A row in work by a process of a machine of which only signs of life are known."""
    sweep.create({"a": [1, 2]}, 1, file)
    worker = start(file, "forever")
    until(lambda: any(n.startswith("begun") for n in os.listdir(".")))
    import ebit.sweep._run as run
    monkeypatch.setattr(run, "is_here", lambda worker: False)
    return worker


def test_signs_of_life(file, monkeypatch):
    worker = elsewhere(file, monkeypatch)
    assert sweep.resume(file) == 0 and states(file) == ["running", "waiting"]
    worker.kill(), worker.wait()
    assert sweep.resume(file) == 0  # not known yet
    time.sleep(3)
    assert sweep.resume(file, stale_after=1) == 1 and states(file) == ["waiting", "waiting"]
    assert sweep.work(file, a_plus_seed, progress=False) == 2


def test_signs_of_life_are_repeated(file, monkeypatch):
    monkeypatch.setattr(_worker, "BEAT", 0.2)
    sweep.create({"a": [1]}, 1, file)
    import ebit.sweep._run as run
    monkeypatch.setattr(run, "is_here", lambda worker: False)

    def objective(row, seed):
        time.sleep(3.5)
        return float(sweep.resume(file, stale_after=2))

    sweep.work(file, objective, progress=False)
    assert lines(file)[0]["value"] == 0 and states(file) == ["done"]


def test_a_row_taken_away_counts_once(file):
    """A worker that was taken for dead comes back late: its result is dropped."""
    sweep.create({"a": [1]}, 1, file)

    def late(row, seed):
        store = _store.Store(file, "sweep")
        store.finish(store.trials()[0].number, "FAIL")
        assert sweep.resume(file) == 1
        return -1.0

    assert sweep.work(file, late, max_rows=1, progress=False) == 1 and states(file) == ["waiting"]
    store = _store.Store(file, "sweep")
    assert store.trials()[0].user_attrs.get("error") is None
    assert sweep.work(file, a_plus_seed, progress=False) == 1
    assert numbers(file, "state", "value") == [["done", 1.0]]


def test_processes_are_known_by_their_start():
    me = _worker.start_of(os.getpid())
    assert me is not None and _worker.lives({"pid": os.getpid(), "began": me})
    if os.path.exists("/proc/self/stat"):
        assert not _worker.lives({"pid": os.getpid(), "began": "1"})  # another process had the number
    child = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: _worker.start_of(child.pid) is None or os.name != "posix")  # a zombie counts as ended
    child.wait()
    assert _worker.is_here({"machine": _worker.machine()}) or os.name != "posix"
    assert not _worker.is_here({"machine": "another"}) and not _worker.is_here({})
