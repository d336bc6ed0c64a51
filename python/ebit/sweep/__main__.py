"""The command line: python -m ebit.sweep work|launch|resume|table|page."""
from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from .. import Error
from . import launch, page, resume, summary, table, work
from ._report import as_csv, as_text


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its status: 2 for a mistake of the caller."""
    parser = argparse.ArgumentParser(prog="python -m ebit.sweep",
                                     description="Works on a sweep that ebit.sweep.create made.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        p = commands.add_parser(name, help=text, description=text)
        p.add_argument("file", metavar="FILE", help="FILE.journal, or the URL of a database")
        p.add_argument("--name", default="sweep", help="the sweep's name in that file (%(default)s)")
        return p

    p = command("work", "Takes rows until none waits.")
    p.add_argument("objective", metavar="MODULE:FUNCTION")
    p.add_argument("--max-rows", type=int, metavar="N", help="stop after N rows")
    p.add_argument("-q", "--quiet", action="store_true", help="no bar, no last line")
    p = command("launch", "Starts workers on this machine and waits for them.")
    p.add_argument("objective", metavar="MODULE:FUNCTION")
    p.add_argument("--workers", type=int, default=2, metavar="N", help="how many (%(default)s)")
    p.add_argument("--threads", type=int, default=1, metavar="N", help="threads of each (%(default)s)")
    p.add_argument("-q", "--quiet", action="store_true", help="no bar")
    p = command("resume", "Puts back the rows whose worker is gone.")
    p.add_argument("--failed", action="store_true", help="and those that failed")
    p.add_argument("--stale-after", type=float, default=120.0, metavar="S",
                   help="seconds without a sign of life after which a worker on another machine is gone (%(default)g)")
    p = command("table", "Prints one line a row.")
    p.add_argument("--summary", action="store_true", help="one line a variant, over its seeds")
    p.add_argument("--metric", help="with --summary: of this metric instead of the judged value")
    p.add_argument("--csv", action="store_true", help="as CSV")
    p = command("page", "Writes a page that needs no other file.")
    p.add_argument("html", metavar="HTML", help="where to")
    p.add_argument("--metric", help="of this metric instead of the judged value")
    given = parser.parse_args(arguments)
    try:
        return _run(given)
    except Error as e:
        print(f"ebit.sweep: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(given: Any) -> int:
    if given.command == "work":
        # Schedulers end jobs so: the row in work goes back.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        n = work(given.file, given.objective, name=given.name, max_rows=given.max_rows, progress=not given.quiet)
        if not given.quiet:
            print(f"worked on {n} rows")
    elif given.command == "launch":
        counts = launch(given.file, given.objective, given.workers, name=given.name, threads=given.threads,
                        progress=not given.quiet)
        print(", ".join(f"{n} {state}" for state, n in counts.items() if n or state == "done"))
        return 0 if counts["done"] == sum(counts.values()) else 1
    elif given.command == "resume":
        n = resume(given.file, name=given.name, failed=given.failed, stale_after=given.stale_after)
        print(f"{n} rows wait again")
    elif given.command == "table":
        lines = (summary(given.file, name=given.name, metric=given.metric) if given.summary
                 else table(given.file, name=given.name))
        print((as_csv if given.csv else as_text)(lines))
    else:
        print(page(given.file, given.html, name=given.name, metric=given.metric))
    return 0


if __name__ == "__main__":
    sys.exit(main())
