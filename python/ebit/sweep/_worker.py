"""Who works on a row: processes, whether they live, and their signs of life."""
from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import uuid
from typing import Any

from ._store import BEAT, Store


def machine() -> str:
    """Names what process numbers belong to: the host since its last start, and the container."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError), open("/proc/sys/kernel/random/boot_id") as f:
        parts.append(f.read().strip())
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def start_of(pid: int) -> str | None:
    """When a process of this machine began, in the system's own words; None for one that has ended, '' if not told.

    A number may be another process's by now: the start tells them apart.
    """
    if os.name != "posix":
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]  # a zombie has ended
    except (OSError, IndexError):
        pass
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=10,
                              check=False).stdout.strip()
    return ""


def is_here(worker: dict[str, Any]) -> bool:
    """Whether the worker's process can be asked after on this machine."""
    return os.name == "posix" and worker.get("machine") == machine()


def lives(worker: dict[str, Any]) -> bool:
    """Whether the process of a worker of this machine still runs."""
    start = start_of(int(worker["pid"]))
    return start is not None and (not start or not worker["began"] or start == worker["began"])


class Pulse:
    """Gives a sign of life every few seconds, from a thread, as long as the context lasts."""

    def __init__(self, store: Store) -> None:
        self.store, self.token, self.number = store, uuid.uuid4().hex, None
        self.identity: dict[str, Any] = {
            "host": socket.gethostname(), "pid": os.getpid(), "began": start_of(os.getpid()) or "",
            "machine": machine(), "token": self.token}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ebit.sweep", daemon=True)

    number: int | None

    def __enter__(self) -> Pulse:
        self.store.beat(self.token, None)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()
        self.store.end_beat(self.token)

    def on(self, number: int | None) -> None:
        """Says at once that this row is worked on."""
        self.number = number
        self.store.beat(self.token, number)

    def _run(self) -> None:
        while not self._stop.wait(BEAT):
            with contextlib.suppress(Exception):  # a folder or network away for a while: the next one may arrive
                self.store.beat(self.token, self.number)
