"""The file or database of a sweep: everything that ebit.sweep asks of Optuna.

Each row is one trial or, where workers died, several: the user attributes `row`, `params` and `seed` say which. A trial
that failed without an `error` was lost with its worker or put back by it. A row is done when a trial of it is complete.
"""
from __future__ import annotations

import collections
import contextlib
import datetime
import functools
import json
import os
import re
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from .. import Error
from .._needs import missing
from ._space import nearest

BEAT = 5  # seconds between two signs of life

# Optuna's level of talk and Python's filters of warnings belong to the whole process.
_quiet = threading.RLock()


def optuna() -> Any:
    """The module optuna."""
    try:
        import optuna as module
        import optuna.storages.journal  # noqa: F401  (since 4.0)
    except ImportError:
        raise missing("ebit.sweep", "optuna", "sweep") from None
    return module


def ended() -> type[Exception]:
    """What Optuna raises where a trial has ended already."""
    return getattr(optuna().exceptions, "UpdateFinishedTrialError", RuntimeError)  # the former is a kind of it


def shown(file: str) -> str:
    """The file's name without a password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", file)


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """Calls Optuna silently; what a broken file or database raises becomes one line."""
    @functools.wraps(method)
    def call(self: Store, *args: Any, **kwargs: Any) -> Any:
        module = optuna()
        _quiet.acquire()
        level = module.logging.get_verbosity()
        module.logging.set_verbosity(module.logging.ERROR)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", module.exceptions.ExperimentalWarning)
                return method(self, *args, **kwargs)
        except (Error, ended()):
            raise
        except Exception as e:
            message = self.trouble(e)
            if message is None:
                raise
            raise Error(message) from e
        finally:
            module.logging.set_verbosity(level)
            _quiet.release()
    return call


class Store:
    """A sweep in its file or database."""

    def __init__(self, file: str | os.PathLike[str], name: str, *, direction: str | None = None,
                 stale_after: float = 120.0) -> None:
        """Opens the sweep; with a direction, makes it where there is none."""
        optuna()
        self.file, self.name, self.stale_after = os.fspath(file), name, stale_after
        self.journal = "://" not in self.file
        self.lock: Any = contextlib.nullcontext()
        self.queue: collections.deque[Any] = collections.deque()
        self.twice: set[int] = set()  # rows of the queue with more than one trial
        self._open(direction)

    @_guarded
    def _open(self, direction: str | None) -> None:
        module = optuna()
        if self.journal:
            self._check_path(self.file, make=direction is not None, ending=True)
            lock = module.storages.journal.JournalFileOpenLock(self.file) if os.name == "nt" else None
            backend = module.storages.journal.JournalFileBackend(self.file, lock_obj=lock)
            self.storage = module.storages.JournalStorage(backend)
            trouble = _journal_trouble(self.file)  # a broken last line is passed over in silence otherwise
            if trouble:
                raise Error(trouble)
        else:
            options = {}
            if self.file.startswith("sqlite"):
                path = self.file.partition("://")[2][1:].partition("?")[0]
                if path in ("", ":memory:"):
                    raise Error(f"{self.file} is in one process's memory: give a file, such as sqlite:///sweep.db")
                self._check_path(path, make=direction is not None, ending=False)
                options = {"connect_args": {"timeout": 60}}
                # SQLite knows no SELECT FOR UPDATE: without a lock two workers may take one row.
                self.lock = _Lock(module.storages.journal.JournalFileOpenLock(path))
            self.storage = module.storages.RDBStorage(self.file, engine_kwargs=options, heartbeat_interval=BEAT,
                                                      grace_period=max(1, round(self.stale_after)))
        load = functools.partial(module.load_study, study_name=self.name, storage=self.storage,
                                 sampler=module.samplers.RandomSampler())
        try:
            self.study = load()
        except KeyError:
            if direction is None:
                names = [s.study_name for s in self.storage.get_all_studies()]
                raise Error(f"{shown(self.file)} holds no sweep '{self.name}'{nearest(self.name, names)}") from None
            with contextlib.suppress(module.exceptions.DuplicatedStudyError):
                module.create_study(study_name=self.name, storage=self.storage, direction=direction)
            self.study = load()
        self.direction = self.study.direction.name.lower()
        self.study_id = self.storage.get_study_id_from_name(self.name)

    def _check_path(self, path: str, *, make: bool, ending: bool) -> None:
        if ending and not path.endswith(".journal"):
            raise Error(f"the file of a sweep ends in .journal or is the URL of a database (sqlite:///sweep.db), not "
                        f"'{path}'")
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            raise Error(f"{path}: there is no folder {folder}")
        if not make and not os.path.exists(path):
            raise Error(f"there is no {path}: make it with ebit.sweep.create")

    def trouble(self, e: Exception) -> str | None:
        """One line for an error of the storage; None where it is none."""
        if self.journal:
            if isinstance(e, OSError):
                return f"{self.file}: {e.strerror or e}"
            return _journal_trouble(self.file)
        module = type(e).__module__
        if isinstance(e, ImportError):
            return f"{shown(self.file)}: {str(e.__cause__ or e).splitlines()[0]}: install the database's driver"
        if module.startswith("sqlalchemy") or type(e).__name__ == "StorageInternalError":
            return f"{shown(self.file)}: {shown(str(e.__cause__ or e).splitlines()[0])}"
        return None

    # The contents.

    @_guarded
    def about(self) -> dict[str, Any]:
        """What `create` said of the whole: digest and number of rows; empty for a study of another origin."""
        return dict(self.study.user_attrs.get("ebit", {}))

    @_guarded
    def describe(self, **about: Any) -> None:
        self.study.set_user_attr("ebit", about)

    @_guarded
    def trials(self) -> list[Any]:
        """Trials that are rows, in order of number."""
        return [t for t in self.study.get_trials(deepcopy=False) if "row" in t.user_attrs]

    @_guarded
    def foreign(self) -> bool:
        """Whether the study holds trials that are no rows."""
        return any("row" not in t.user_attrs for t in self.study.get_trials(deepcopy=False))

    @_guarded
    def add(self, row: dict[str, Any], params: dict[str, Any], distributions: dict[str, Any]) -> None:
        """Puts a row into the queue; params are what Optuna's own plots see of it."""
        module = optuna()
        self.study.add_trial(module.trial.create_trial(
            state=module.trial.TrialState.WAITING, params=params, distributions=distributions, user_attrs=row))

    def add_again(self, trial: Any) -> None:
        """Puts the row of a finished trial into the queue once more."""
        row = {k: trial.user_attrs[k] for k in ("row", "params", "seed")}
        self.add(row, dict(trial.params), dict(trial.distributions))

    # Workers.

    @_guarded
    def take(self, worker: dict[str, Any]) -> Any:
        """Takes a waiting row for this worker: its trial, or None where nothing waits.

        Not by Study.ask, which invents a trial where others have emptied the queue meanwhile, and reads all that wait.
        """
        module = optuna()
        state = module.trial.TrialState
        while True:
            if not self.queue:
                self._read_queue()
            if not self.queue:
                return None
            trial = self.queue.popleft()
            with self.lock, contextlib.suppress(ended()):
                if self._claim(trial.number, worker):
                    if self._is_first(trial):
                        return trial
                    self.finish(trial.number, "PRUNED")

    def _claim(self, number: int, worker: dict[str, Any]) -> bool:
        """Marks a row as this worker's, unless somebody else was first."""
        state, trial = optuna().trial.TrialState, self._id(number)
        if not isinstance(self.lock, _Lock):
            claimed = bool(self.storage.set_trial_state_values(trial, state.RUNNING))
            if claimed:
                self.note(number, worker=worker)
            return claimed
        if self.storage.get_trial(trial).state != state.WAITING:
            return False
        self.note(number, worker=worker)  # first, under the lock: a row that runs always says whose it is
        return bool(self.storage.set_trial_state_values(trial, state.RUNNING))

    def _read_queue(self) -> None:
        """What waits now. The others empty the same queue: each trial is asked for when its turn comes."""
        state = optuna().trial.TrialState
        rows: dict[int, int] = {}
        for t in self.trials():
            if not t.state.is_finished() or t.state == state.COMPLETE:
                rows[t.user_attrs["row"]] = rows.get(t.user_attrs["row"], 0) + 1
            if t.state == state.WAITING:
                self.queue.append(t)
        self.twice = {row for row, n in rows.items() if n > 1}

    def _is_first(self, trial: Any) -> bool:
        """Whether no other trial has the row: two processes may have put it back at the same time."""
        row = trial.user_attrs["row"]
        if row not in self.twice:
            return True
        state = optuna().trial.TrialState
        others = [t for t in self.trials() if t.user_attrs["row"] == row and t.number != trial.number]
        return not any(t.state == state.COMPLETE or (not t.state.is_finished() and t.number < trial.number)
                       for t in others)

    @_guarded
    def note(self, number: int, **attributes: Any) -> None:
        """Writes attributes of a trial."""
        for key, value in attributes.items():
            self.storage.set_trial_user_attr(self._id(number), key, value)

    @_guarded
    def finish(self, number: int, state: str, value: float | None = None) -> bool:
        """Ends a trial; False where somebody else has ended it."""
        module = optuna()
        try:
            with self.lock:
                self.storage.set_trial_state_values(self._id(number), module.trial.TrialState[state],
                                                    None if value is None else [value])
        except ended():
            return False
        return True

    def _id(self, number: int) -> int:
        return int(self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number))

    # Signs of life: a file beside the journal (entries would make it grow), the heartbeat table of a database.

    def alive_file(self, token: str) -> str:
        return os.path.join(self.file + ".alive", token)

    @_guarded
    def beat(self, token: str, number: int | None) -> None:
        """Says that the worker lives."""
        if self.journal:
            _touch(self.alive_file(token))
        elif number is not None:
            self.storage.record_heartbeat(self._id(number))

    def end_beat(self, token: str) -> None:
        """Takes the worker's file away."""
        with contextlib.suppress(OSError):
            os.unlink(self.alive_file(token))
            os.rmdir(self.file + ".alive")

    @_guarded
    def silent(self, trials: list[Any]) -> list[Any]:
        """Those of the running trials whose worker gave no sign of life for stale_after seconds."""
        started = datetime.datetime.now() - datetime.timedelta(seconds=self.stale_after)
        known = [t for t in trials if "worker" in t.user_attrs]
        # Killed before it could say who it is.
        found = [t for t in trials if "worker" not in t.user_attrs and t.datetime_start < started]
        if not self.journal:
            ids = set(self.storage._get_stale_trial_ids(self.study_id))
            return found + [t for t in known if self._id(t.number) in ids]
        if known:
            # The clock of the file server is compared with itself.
            probe = self.alive_file("now-" + uuid.uuid4().hex)
            now = _touch(probe)
            self.end_beat(os.path.basename(probe))
            found += [t for t in known if now - _mtime(self.alive_file(t.user_attrs["worker"]["token"]))
                      > self.stale_after]
        return found


class _Lock:
    """Optuna's lock of a file as a context, which may be entered again inside."""

    def __init__(self, lock: Any) -> None:
        self.lock, self.depth = lock, 0  # one thread at a time is in a guarded method

    def __enter__(self) -> None:
        if self.depth == 0:
            self.lock.acquire()
        self.depth += 1

    def __exit__(self, *_: Any) -> None:
        self.depth -= 1
        if self.depth == 0:
            with contextlib.suppress(RuntimeError):
                self.lock.release()


def _touch(path: str) -> float:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a"):
        os.utime(path)
    return _mtime(path)


def _mtime(path: str) -> float:
    """When the file was touched last; 0 where there is none. Opened: network folders keep old answers of stat."""
    try:
        with open(path) as f:
            return os.fstat(f.fileno()).st_mtime
    except FileNotFoundError:
        return 0.0


def _journal_trouble(path: str) -> str | None:
    """The first line of a journal that is none, in words."""
    for number, line, last in _lines(path):
        try:
            entry = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            entry = None
        if isinstance(entry, dict) and "op_code" in entry:
            continue
        if last and _settled(path, number):
            continue
        if number == 1:
            return f"{path} is not the journal of a sweep: its first line is no entry"
        return f"{path} is damaged: line {number} is no journal entry; take it out, and ebit.sweep.resume goes on"
    return None


def _settled(path: str, number: int) -> bool:
    """Whether a half-written last line was one that somebody was just writing."""
    for _ in range(10):
        time.sleep(0.05)
        for n, line, _last in _lines(path):
            if n == number:
                with contextlib.suppress(ValueError):
                    return line.endswith(b"\n") and "op_code" in json.loads(line)
    return False


def _lines(path: str) -> Iterator[tuple[int, bytes, bool]]:
    with contextlib.suppress(OSError), open(path, "rb") as f:
        before = None
        for number, line in enumerate(f, 1):
            if before is not None:
                yield number - 1, before, False
            before = line
        if before is not None:
            yield number, before, True
