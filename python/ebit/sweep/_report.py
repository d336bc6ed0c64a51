"""What a sweep has found: a line a row, a line a variant, a page."""
from __future__ import annotations

import csv
import datetime
import io
import json
import math
import os
import statistics
from collections.abc import Sequence
from html import escape
from typing import Any

from .. import Error, _core
from ._space import COLUMNS, nearest
from ._store import Store, optuna, shown

STATES = ("done", "failed", "lost", "waiting", "running")


def table(file: str | os.PathLike[str], *, name: str = "sweep") -> Any:
    """One line a row of the sweep, in the order of variants and seeds.

    Columns: row; the parameters; seed; state (done, failed, lost, waiting, running; lost: begun by a worker that died,
    not put back yet); value (nan where none); what else the objective returned; seconds; host, pid, started (UTC) of
    the worker; tries; error.

    Args:
        file, name: as in `create`.

    Returns:
        A pandas DataFrame, or a list of dicts where pandas is missing.

    Raises:
        ebit.Error: no such file or sweep, a damaged journal.
    """
    return _frame(_lines(Store(file, name)))


def summary(file: str | os.PathLike[str], *, name: str = "sweep", metric: str | None = None,
            by: Sequence[str] | None = None) -> Any:
    """One line a variant: mean, std, median, min and max over its n seeds that are done; rows left and failed.

    Args:
        file, name: as in `create`.
        metric: one of the numbers that the objective returned; the judged one if not given.
        by: the parameters that make a variant; all if not given.

    Returns:
        A pandas DataFrame, or a list of dicts where pandas is missing. std is nan for one seed.

    Raises:
        ebit.Error: an unknown metric or parameter, no such file or sweep.

    Example:
        >>> import ebit.sweep
        >>> ebit.sweep.create({"layers": [1, 2], "lr": [0.01, 0.1]}, seeds=2, file="width.journal")
        8
        >>> ebit.sweep.work("width.journal", lambda row, seed: row["layers"] + seed, progress=False)
        8
        >>> [int(n) for n in summary("width.journal", by=["layers"])["n"]]
        [4, 4]
    """
    lines = _lines(Store(file, name))
    return _frame([{**params, **numbers} for params, numbers, _ in _variants(lines, metric, by)])


def page(file: str | os.PathLike[str], html: str | os.PathLike[str], *, name: str = "sweep",
         metric: str | None = None) -> str:
    """Writes a page that needs no other file: states, wall time, a figure of medians and spread, both tables.

    Args:
        file, name: as in `create`.
        html: where to; replaced at once, so that a reader never sees half of it.
        metric: as in `summary`.

    Returns:
        The path of the page.

    Raises:
        ebit.Error: an unknown metric, no such file, sweep or folder.
    """
    store = Store(file, name)
    lines = _lines(store)
    variants = _variants(lines, metric, None)
    states = {s: sum(line["state"] == s for line in lines) for s in STATES}
    facts = [f"{n} {s}" for s, n in states.items() if n or s == "done"]
    text = _PAGE.format(
        title=_e(name), file=_e(shown(os.fspath(file))), states=", ".join(facts), times=_times(store, lines),
        judged=_e(metric or "value"), direction="less" if store.direction == "minimize" else "more",
        figure=_figure(variants), summary=_html_table([{**p, **n} for p, n, _ in variants]), rows=_html_table(lines))
    path = os.fspath(html)
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Error(f"{path}: there is no folder {folder}")
    _core.write_file(path, text)
    return path


def counts(store: Store) -> dict[str, int]:
    """How many rows are in each state."""
    states = [_state(t) for t in _best(store)]
    return {s: states.count(s) for s in STATES}


def as_text(lines: Any) -> str:
    """A table for the terminal."""
    rows = _plain(lines)
    if not rows:
        return "no rows"
    keys = [k for k in rows[0] if any(r[k] not in ("", None) for r in rows)]
    cells = [keys] + [[_cell(r[k]) for k in keys] for r in rows]
    widths = [max(len(c[i]) for c in cells) for i in range(len(keys))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells)


def as_csv(lines: Any) -> str:
    """A table as CSV with all digits."""
    rows = _plain(lines)
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows([{k: json.dumps(v) if isinstance(v, (list, dict)) else v for k, v in r.items()} for r in rows])
    return out.getvalue().rstrip("\n")


def _plain(lines: Any) -> list[dict[str, Any]]:
    return lines if isinstance(lines, list) else lines.to_dict("records")


def _frame(lines: list[dict[str, Any]]) -> Any:
    try:
        import pandas
    except ImportError:
        return lines
    return pandas.DataFrame(lines)


def _state(trial: Any) -> str:
    state = trial.state.name
    if state == "FAIL":
        return "failed" if "error" in trial.user_attrs else "lost"
    return {"COMPLETE": "done", "RUNNING": "running", "WAITING": "waiting"}[state]


def _best(store: Store) -> list[Any]:
    """For each row the trial that tells most: done, else in work, else waiting, else the last one."""
    pruned = optuna().trial.TrialState.PRUNED
    order = ("done", "running", "waiting", "failed", "lost")
    best: dict[int, Any] = {}
    for t in store.trials():
        if t.state == pruned:
            continue
        old = best.get(t.user_attrs["row"])
        ended = _state(t) in ("failed", "lost")
        if old is None or order.index(_state(t)) < order.index(_state(old)) or (ended and old.state == t.state):
            best[t.user_attrs["row"]] = t
    return [best[i] for i in sorted(best)]


def _lines(store: Store) -> list[dict[str, Any]]:
    tries: dict[int, int] = {}
    for t in store.trials():
        if "worker" in t.user_attrs:
            tries[t.user_attrs["row"]] = tries.get(t.user_attrs["row"], 0) + 1
    trials = _best(store)
    names = list(dict.fromkeys(k for t in trials for k in t.user_attrs["params"]))
    metrics = list(dict.fromkeys(k for t in trials for k in t.user_attrs.get("metrics", {})))
    lines = []
    for t in trials:
        a = t.user_attrs
        worker = a.get("worker", {})
        line = {"row": a["row"], **{k: a["params"].get(k) for k in names}, "seed": a["seed"], "state": _state(t),
                "value": t.value if t.value is not None else math.nan}
        for m in metrics:
            if m != "value":
                # The objective may name a number as a parameter is named.
                line[f"metric_{m}" if m in COLUMNS or m in names else m] = a.get("metrics", {}).get(m, math.nan)
        line.update(seconds=a.get("seconds", math.nan), host=worker.get("host", ""), pid=worker.get("pid"),
                    started=worker.get("started", ""), tries=tries.get(a["row"], 0), error=a.get("error", ""))
        lines.append(line)
    return lines


def _variants(lines: list[dict[str, Any]], metric: str | None, by: Sequence[str] | None
              ) -> list[tuple[dict[str, Any], dict[str, Any], list[float]]]:
    """For each variant its parameters, numbers and values."""
    keys = list(lines[0]) if lines else []
    seed, seconds = (keys.index(k) if keys else 0 for k in ("seed", "seconds"))
    names, metrics = keys[1:seed], keys[seed + 2:seconds] or ["value"]
    chosen = metric if metric is not None else "value"
    if chosen not in metrics:
        raise Error(f"unknown metric '{chosen}'{nearest(chosen, metrics)}")
    for k in by or ():
        if k not in names:
            raise Error(f"unknown parameter '{k}'{nearest(k, names)}")
    names = list(by) if by is not None else names
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault(json.dumps([line[k] for k in names]), []).append(line)
    found = []
    for group in groups.values():
        done = [g for g in group if g["state"] == "done"]
        v = [g[chosen] for g in done if not math.isnan(g[chosen])]
        finite = all(map(math.isfinite, v))
        numbers = {"n": len(v), "mean": statistics.fmean(v) if v else math.nan,
                   "std": statistics.stdev(v) if len(v) > 1 and finite else math.nan,
                   "median": statistics.median(v) if v else math.nan,
                   "min": min(v, default=math.nan), "max": max(v, default=math.nan),
                   "left": sum(g["state"] in ("waiting", "running", "lost") for g in group),
                   "failed": sum(g["state"] == "failed" for g in group)}
        found.append(({k: group[0][k] for k in names}, numbers, v))
    return found


def _times(store: Store, lines: list[dict[str, Any]]) -> str:
    """From the first start to the last end, and the rows' own time."""
    trials = [t for t in store.trials() if t.datetime_start and t.datetime_complete]
    if not trials:
        return "nothing is finished"
    wall = max(t.datetime_complete for t in trials) - min(t.datetime_start for t in trials)
    spent = sum(s for s in (line["seconds"] for line in lines) if not math.isnan(s))
    workers = {(line["host"], line["pid"]) for line in lines if line["pid"] is not None}
    return (f"{_span(wall)} from the first start to the last end, {_span(datetime.timedelta(seconds=spent))} of work "
            f"by {len(workers)} process{'es' if len(workers) != 1 else ''}")


def _span(t: datetime.timedelta) -> str:
    s = t.total_seconds()
    return f"{s:.1f} s" if s < 100 else f"{s / 60:.1f} min" if s < 6000 else f"{s / 3600:.1f} h"


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)


def _e(text: Any) -> str:
    return escape(str(text))


def _html_table(lines: list[dict[str, Any]]) -> str:
    if not lines:
        return "<p>none</p>"
    keys = [k for k in lines[0] if any(_cell(line[k]) for line in lines)]
    head = "".join(f"<th>{_e(k)}</th>" for k in keys)
    body = "\n".join("<tr>" + "".join(f"<td>{_e(_cell(line[k]))}</td>" for k in keys) + "</tr>" for line in lines)
    return f"<div class=wide><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"


def _figure(variants: list[tuple[dict[str, Any], dict[str, Any], list[float]]]) -> str:
    """A line a variant: a dot a seed, a bar from the lower to the upper quartile, a stroke at the median."""
    values = [x for _, _, v in variants for x in v if math.isfinite(x)]
    if not values:
        return "<p>No row is done yet.</p>"
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) * 0.5, high + (abs(high) or 1) * 0.5
    varied = [k for k in variants[0][0] if len({json.dumps(p[k]) for p, _, _ in variants}) > 1]
    labels = [", ".join(f"{k}={_cell(p[k])}" for k in varied) or "all" for p, _, _ in variants]
    left, width, step = 20 + 7 * max(map(len, labels)), 480, 22
    height = step * len(variants) + 34

    def x(value: float) -> str:
        return f"{left + width * (value - low) / (high - low):.1f}"

    marks = []
    for i, (label, (_, _, all_)) in enumerate(zip(labels, variants)):
        y = step * i + step / 2 + 4
        v = sorted(a for a in all_ if math.isfinite(a))
        marks.append(f'<text x="{left - 12}" y="{y + 4:g}" text-anchor="end">{_e(label)}</text>')
        if not v:
            continue
        if len(v) > 1:
            q1, _, q3 = statistics.quantiles(v, n=4, method="inclusive")
            marks.append(f'<line class="axis" x1="{x(v[0])}" x2="{x(v[-1])}" y1="{y:g}" y2="{y:g}"/>'
                         f'<rect x="{x(q1)}" y="{y - 5:g}" width="{float(x(q3)) - float(x(q1)):.1f}" height="10"/>')
        marks += [f'<circle cx="{x(a)}" cy="{y:g}" r="2.5"><title>{a:.6g}</title></circle>' for a in v]
        marks.append(f'<line class="median" x1="{x(statistics.median(v))}" x2="{x(statistics.median(v))}" '
                     f'y1="{y - 8:g}" y2="{y + 8:g}"/>')
    base = height - 24
    marks.append(f'<line class="axis" x1="{left}" x2="{left + width}" y1="{base}" y2="{base}"/>')
    for i in range(5):
        value = low + (high - low) * i / 4
        marks.append(f'<text x="{x(value)}" y="{base + 16}" text-anchor="middle">{value:.4g}</text>')
    inside = "\n".join(marks)
    return (f'<svg viewBox="0 0 {left + width + 40} {height}" width="{left + width + 40}" role="img" '
            f'aria-label="medians and spread">\n{inside}\n</svg>')


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --ink: #1d2430; --back: #fff; --soft: #8a93a3; --bar: #9dbcf0; --strong: #b3261e; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e2e6ee; --back: #14181f; --bar: #35558c;
  --strong: #ff8a80; }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }}
th, td {{ padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid #8a93a355; }}
.wide, figure {{ overflow-x: auto; margin: 0; }}
svg {{ max-width: none; font-size: 12px; fill: var(--ink); }}
svg rect {{ fill: var(--bar); }} svg circle {{ fill: var(--ink); fill-opacity: .55; }}
svg .axis {{ stroke: var(--soft); }} svg .median {{ stroke: var(--strong); stroke-width: 2.5; }}
</style></head><body>
<h1>{title}</h1>
<p>{file}: {states}; {times}.</p>
<h2>Variants: {judged}, {direction} is better</h2>
<figure>{figure}
<figcaption>A dot is a seed, the bar goes from the lower to the upper quartile, the stroke is the median.</figcaption>
</figure>
{summary}
<h2>Rows</h2>
{rows}
</body></html>
"""
