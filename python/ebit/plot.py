"""Pictures by matplotlib: losses, forecasts, circuits, the entropy of a memory, gates in the Weyl chamber.

Every function draws on `ax` (None: on a new figure) and returns the Axes; colours are those of Okabe and Ito, told apart by
colour-blind readers too. Missing matplotlib: pip install ebit[plot].

>>> import ebit, ebit.plot
>>> ebit.plot.circuit(ebit.Circuit(2).add("H", [0]).add("CNOT", [0, 1])).get_figure().savefig("bell.png")  # doctest: +SKIP
"""
import csv
import os

from . import _circuit_plot
from ._arrays import np
from ._core import Error
from ._needs import missing

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise missing("ebit.plot", "matplotlib", "plot") from None

__all__ = ["circuit", "entropy", "forecast", "losses", "weyl"]

#: Okabe and Ito's colours: blue, vermilion, green, purple, orange, light blue, black.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_GREY = "#5b6470"


def _axes(ax, size=(6.4, 3.6)):
    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(True, color="#e3e6ea", lw=0.7)
    ax.set_axisbelow(True)
    return ax


def _history(result):
    """The rows of a training: dicts with epoch, train and, where there was one, validation."""
    if hasattr(result, "history"):
        rows = result.history
    elif isinstance(result, (str, os.PathLike)) or hasattr(result, "path"):
        place = os.fspath(getattr(result, "path", result))
        folder = os.path.dirname(place) if os.path.isfile(place) else place
        path = place if place.endswith(".csv") else os.path.join(folder, "losses.csv")
        if not os.path.exists(path):
            raise Error(f"there are no losses in '{path}'")
        with open(path, encoding="utf-8") as file:
            rows = [{k: float(v) if v else float("nan") for k, v in row.items()} for row in csv.DictReader(file)]
    else:
        rows = list(result)
    if not rows:
        raise Error("the training has no epochs: there is nothing to draw")
    return rows


def _curve(rows, key):
    """(epochs, values) of a column, None where it has no number."""
    values = np.array([float(row.get(key) if row.get(key) is not None else "nan") for row in rows])
    epochs = np.array([float(row.get("epoch", i + 1)) for i, row in enumerate(rows)])
    return (epochs, values) if np.isfinite(values).any() else None


def losses(result, *, log=None, ax=None):
    """The losses of a training by epoch, in the units that the model sees (of scaled series: without a unit).

    result: an `ebit.FitResult`, an `ebit.Run` or a run's folder, or rows with epoch, train and validation: training and
    validation loss are drawn. A dict {name: result} compares models by the validation loss (the training loss where one has no
    other); a list in it holds several seeds, drawn as mean and range. log: a logarithmic axis; None: where the losses span a
    factor of 20. Raises Error where there is nothing to draw.

    >>> import ebit.plot
    >>> rows = [{"epoch": 1, "train": 1.0, "validation": 1.2}, {"epoch": 2, "train": 0.5, "validation": 0.9}]
    >>> ebit.plot.losses(rows).get_xlabel()
    'epoch'
    """
    ax, drawn = _axes(ax), []
    if isinstance(result, dict):
        groups = {n: [_history(r) for r in (g if _is_group(g) else [g])] for n, g in result.items()}
        key = "validation" if all(_curve(rows, "validation") for g in groups.values() for rows in g) else "train"
        for colour, (name, group) in zip(_cycle(), groups.items()):
            curves = [_curve(rows, key) for rows in group]
            steps = min(len(c[0]) for c in curves)
            values = np.stack([c[1][:steps] for c in curves])
            epochs = curves[0][0][:steps]
            if len(curves) > 1:
                ax.fill_between(epochs, values.min(0), values.max(0), color=colour, alpha=0.18, lw=0)
                name = f"{name} (mean, range of {len(curves)} seeds)"
            ax.plot(epochs, values.mean(0), color=colour, lw=1.8, label=name)
            drawn.append(values)
        ax.set_ylabel(f"{'validation' if key == 'validation' else 'training'} loss")
    else:
        rows = _history(result)
        for colour, key, name in ((COLOURS[0], "train", "training"), (COLOURS[1], "validation", "validation")):
            curve = _curve(rows, key)
            if curve:
                ax.plot(*curve, color=colour, lw=1.8, label=name)
                drawn.append(curve[1])
        curve = _curve(rows, "validation")
        if curve:
            best = int(np.nanargmin(curve[1]))
            ax.plot(curve[0][best], curve[1][best], "o", ms=6, color=COLOURS[1], label=f"best: epoch {curve[0][best]:.0f}")
        ax.set_ylabel("loss")
    if not drawn:
        raise Error("the training has neither training nor validation losses")
    every = np.concatenate([d.ravel() for d in drawn])
    every = every[np.isfinite(every)]
    if log or (log is None and every.min() > 0 and every.max() > 20 * every.min()):
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(frameon=False)
    return ax


def _is_group(value):
    return isinstance(value, (list, tuple)) and bool(value) and not isinstance(value[0], dict)


def _cycle():
    while True:
        yield from COLOURS


def _columns(frame):
    """A frame of pandas, polars or pyarrow, or a dict of columns, as a dict of arrays."""
    names = list(frame) if isinstance(frame, dict) else list(getattr(frame, "column_names", None) or frame.columns)
    return {n: np.asarray(frame[n]) for n in names}


def _times(values):
    kind = values.dtype.kind
    return values if kind in "iufM" else np.array([np.datetime64(v, "us") if hasattr(v, "year") else v for v in values])


def forecast(frame, history=None, *, model=None, unique_id=None, last=None, unit="", ax=None):
    """One series' forecast with its intervals, and what came before it.

    frame: columns ds, a forecast such as `ebit`, its bounds `ebit-lo-95`, `ebit-hi-95` and so on, unique_id of several series;
    with y (truth) and cutoff too where it is a cross-validation, of which every window is drawn. history: the same with y.
    Frames are of pandas, polars or pyarrow, or dicts of columns. model: the forecast's column; None: the first. unique_id: None:
    the first. last: rows of the history that are shown; None: four times the forecast, at least 40. unit: of y, for the axis.
    Raises Error for columns or series that are not there.

    >>> import ebit.plot
    >>> f = {"ds": [3, 4], "ebit": [1.0, 2.0], "ebit-lo-95": [0.5, 1.0], "ebit-hi-95": [1.5, 3.0]}
    >>> ax = ebit.plot.forecast(f, {"ds": [1, 2], "y": [0.0, 1.0]}, unit="mm")
    >>> ax.get_ylabel()
    'y (mm)'
    """
    table = _columns(frame)
    others = [n for n in table if n not in ("unique_id", "ds", "y", "cutoff") and "-lo-" not in n and "-hi-" not in n]
    if "ds" not in table or not others:
        raise Error(f"a forecast has a column ds and one of a model, not {', '.join(table)}")
    model = model or others[0]
    if model not in table:
        raise Error(f"the frame has no forecast {model}; it has {', '.join(others)}")
    if "unique_id" in table:
        ids = list(dict.fromkeys(table["unique_id"].tolist()))
        unique_id = ids[0] if unique_id is None else unique_id
        if unique_id not in ids:
            raise Error(f"the frame has no series {unique_id!r}; it has {', '.join(map(str, ids[:8]))}")
        table = {n: v[table["unique_id"] == unique_id] for n, v in table.items()}
    ax = _axes(ax, (7.6, 3.6))
    ds = _times(table["ds"])
    past = None
    if history is not None:
        past = _columns(history)
        if "unique_id" in past and unique_id is not None:
            past = {n: v[past["unique_id"] == unique_id] for n, v in past.items()}
        when, y = _times(past["ds"]), past["y"].astype("float64")
        order = np.argsort(when)
        shown = order[-(last or max(40, 4 * len(ds))):]
        ax.plot(when[shown], y[shown], color=_GREY, lw=1.3, label="y")
    cuts = table.get("cutoff", np.zeros(len(ds)))
    windows = [np.flatnonzero(cuts == c) for c in np.unique(cuts)]
    levels = sorted((int(float(n.rsplit("-lo-", 1)[1])) for n in table if n.startswith(f"{model}-lo-")), reverse=True)
    for number, rows in enumerate(windows):
        rows = rows[np.argsort(ds[rows])]
        few = len(rows) == 1
        for i, level in enumerate(levels):
            low, high = (_bound(table, model, side, level)[rows].astype("float64") for side in ("lo", "hi"))
            label = f"{level} % interval" if number == 0 else None
            if few:
                ax.vlines(ds[rows], low, high, color=COLOURS[0], alpha=0.3, lw=3 + 3 * i, label=label)
            else:
                ax.fill_between(ds[rows], low, high, color=COLOURS[0], alpha=0.14 + 0.14 * i, lw=0, label=label)
        ax.plot(ds[rows], table[model][rows].astype("float64"), color=COLOURS[0], lw=2, marker="o" if len(rows) < 30 else None,
                ms=3.5, label=model if number == 0 else None)
        if "y" in table:
            ax.plot(ds[rows], table["y"][rows].astype("float64"), ls="none", marker="o", ms=4, mfc="white", mec=COLOURS[1],
                    mew=1.3, label="truth" if number == 0 else None)
        if len(windows) > 1:
            ax.axvline(ds[rows][0], color=_GREY, lw=0.7, ls=":")
    if unique_id is not None:
        ax.set_title(str(unique_id), loc="left", fontsize=11)
    ax.set_xlabel("time" if ds.dtype.kind == "M" else "ds")
    ax.set_ylabel(f"y ({unit})" if unit else "y")
    ax.legend(frameon=False, ncols=2 if len(levels) > 1 else 1, fontsize=9)
    return ax


def _bound(table, model, side, level):
    for name in table:
        if name.startswith(f"{model}-{side}-") and int(float(name.rsplit("-", 1)[1])) == level:
            return table[name]
    raise Error(f"the frame has an interval of {level} % with one bound alone: {model}-{side}-{level} is missing")


def circuit(circuit, *, columns=16, wire_names=(), ax=None):
    """A circuit: fixed gates grey, gates with trained (shared) angles blue, with a sample's angles orange; dots are controls.

    columns: about so many gates wide before it is wrapped, 0: never. wire_names: one a wire; None: their numbers.

    >>> import ebit, ebit.plot
    >>> ax = ebit.plot.circuit(ebit.Circuit.ansatz("hardware-efficient", 3))
    """
    if ax is None:
        _, ax = plt.subplots(figsize=_circuit_plot.size_of(circuit, columns), layout="constrained")
    return _circuit_plot.draw(circuit, ax, columns, wire_names)


_NOT_THE_CELLS = ("model", "inputs", "outputs", "answer", "steps", "seed", "dtype", "head", "pool", "attention", "dropout",
                  "stateful", "entropy_weight", "entropy_target", "entropy_kind", "entropy_stage", "input_map", "embedding")


def _memory(subject, parameters, entropy):
    """(cell that gives its entropy, its parameters) of a cell, a model or a torch module."""
    import json
    from ._cells import Cell
    from ._model import Model
    if isinstance(subject, Cell):
        if parameters is None:
            raise Error("an ebit.Cell has no parameters of its own: give parameters=, for example cell.initialise()")
        spec, dtype = json.loads(subject._spec), subject.dtype
    elif isinstance(subject, Model):
        given = subject._arguments
        if given is None or subject.spec["input"]["map"] or subject.spec["input"]["vocabulary"]:
            raise Error("this model's input goes through a trained layer: give its cell, the cell's parameters and what goes in")
        options = {k: v for k, v in given.items() if k not in _NOT_THE_CELLS}
        cell = Cell(given["model"], inputs=given["inputs"], dtype=given["dtype"], entropy=entropy, **options)
        weights = subject.state_dict()
        return cell, np.concatenate([weights[f"core.{s['name']}"].ravel() for s in cell.segments]).astype(cell.dtype)
    elif hasattr(subject, "spec") and hasattr(subject, "_segments"):
        spec, dtype = json.loads(subject.spec), "float64"
        own = dict(subject.named_parameters())
        flat = [own[s[0]].detach().cpu().double().numpy().ravel() for s in subject._segments]
        parameters = np.concatenate(flat) if parameters is None else parameters
    else:
        raise Error(f"a {type(subject).__name__} has no one memory: give a cell, an ebit.Model or a QuantumRNN (of a Recurrent, "
                    ".cells[0].cell) and what goes into it")
    cell = Cell(spec["model"], inputs=spec["inputs"], every_step=spec["every_step"], dtype=dtype, entropy=entropy,
                entropy_stage=spec["entropy_stage"], **spec["options"])
    return cell, np.asarray(parameters, dtype)


def entropy(memory, x, *, parameters=None, lengths=None, kind="von-neumann", spread=(0.1, 0.9), label=None, colour=None, ax=None):
    """The entropy of the memory after each step: the mean over sequences, in a band between two quantiles.

    memory: an `ebit.Cell` with `parameters` [P], an `ebit.Model`, or an `ebit.torch.QuantumRNN`. x: [B, T, F] as the cell takes
    it. lengths: [B]. kind: a row of `ebit.entropies()`; von-neumann is in bits. spread: the quantiles. Call it again with the
    same `ax` and another `label` to compare. Raises Error for memories that have no entropy.

    >>> import ebit, ebit.plot, numpy as np
    >>> cell = ebit.Cell("daskin-collapse")
    >>> ax = ebit.plot.entropy(cell, np.zeros((4, 6, 1)), parameters=cell.initialise())
    >>> ax.get_ylabel()
    'entropy of the memory (bits)'
    """
    x = x.detach().cpu().double().numpy() if hasattr(x, "detach") else np.asarray(x)
    cell, p = _memory(memory, parameters, kind)
    s = cell.forward(p, x.astype(cell.dtype), lengths=lengths, keep=False).entropy.astype("float64")
    if lengths is not None:
        s = np.where(np.arange(s.shape[1])[None] < np.asarray(lengths)[:, None], s, np.nan)
    ax = _axes(ax)
    colour = colour or COLOURS[len([line for line in ax.get_lines() if line.get_gid() == "entropy"]) % len(COLOURS)]
    steps = np.arange(1, s.shape[1] + 1)
    low, high = np.nanquantile(s, spread[0], axis=0), np.nanquantile(s, spread[1], axis=0)
    said = f"{spread[0]:.0%} to {spread[1]:.0%} of {len(s)} sequences"
    ax.fill_between(steps, low, high, color=colour, alpha=0.18, lw=0)
    name = f"{label}: mean, {said}" if label else f"mean, {said}"
    marker = "o" if len(steps) < 30 else None
    ax.plot(steps, np.nanmean(s, axis=0), color=colour, lw=2, marker=marker, ms=3.5, gid="entropy", label=name)
    ax.set_xlabel("step")
    ax.set_ylabel("entropy of the memory (bits)" if kind == "von-neumann" else f"{kind} entropy of the memory")
    ax.autoscale(axis="y")
    ax.set_ylim(0, max(ax.get_ylim()[1], 0.1))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(frameon=False, fontsize=9)
    return ax


_CORNERS = {"1": (0, 0, 0), "CNOT": (0.5, 0, 0), "iSWAP": (0.5, 0.5, 0), "SWAP": (0.5, 0.5, 0.5), "√SWAP": (0.25, 0.25, 0.25)}


def weyl(points, *, labels=(), ax=None):
    """Two-qubit gates in the Weyl chamber: what they are up to gates on single qubits, in units of π.

    points: [N, 3] as `ebit.info.weyl_coordinates` gives them, or a list of gates (matrices, two-wire circuits, names). labels:
    one a point. The edges of the perfect entanglers, which make an ebit of some product state, are dashed (Zhang, Vala, Sastry,
    Whaley 2003, quant-ph/0209120). ax: with projection "3d".

    >>> import ebit.plot
    >>> ax = ebit.plot.weyl(["cnot", "swap", "rzz(0.4)"])
    """
    from . import info
    if not (hasattr(points, "shape") and points.ndim == 2 and points.shape[1] == 3):
        points = np.stack([g if np.shape(g) == (3,) else info.weyl_coordinates(g) for g in points])
    points = np.asarray(points, "float64") / np.pi
    if ax is None:
        ax = plt.figure(figsize=(6.8, 4.6)).add_axes((-0.04, 0.03, 1.0, 1.05), projection="3d")
    o, a, i, s = (0, 0, 0), (1, 0, 0), (0.5, 0.5, 0), (0.5, 0.5, 0.5)
    for p, q in ((o, a), (o, i), (o, s), (a, i), (a, s), (i, s)):
        ax.plot(*zip(p, q), color=_GREY, lw=0.9)
    c, l, m, n, r = (0.5, 0, 0), (0.25, 0.25, 0), (0.75, 0.25, 0), (0.25, 0.25, 0.25), (0.75, 0.25, 0.25)
    for p, q in ((c, l), (c, m), (c, n), (c, r), (l, n), (m, r), (l, i), (m, i), (n, r), (n, i), (r, i)):
        ax.plot(*zip(p, q), color=COLOURS[2], lw=0.9, ls="--")
    for name, at in _CORNERS.items():
        if not (len(labels) and np.abs(points[:len(labels)] - at).max(1).min() < 0.03):  # else a point's own label is there
            ax.text(*at, f"  {name}", fontsize=8, color=_GREY, va="bottom")
    ax.scatter(*points.T, color=COLOURS[1], s=26, depthshade=False)
    for name, at in zip(labels, points):
        ax.text(*at, f"  {name}", fontsize=9, color=COLOURS[1], va="top")
    for axis, name in zip("xyz", ("c₁", "c₂", "c₃")):
        getattr(ax, f"set_{axis}label")(f"{name} (π)")
        getattr(ax, f"set_{axis}ticks")([0, 0.5, 1] if axis == "x" else [0, 0.25, 0.5])
        getattr(ax, f"{axis}axis").pane.set_visible(False)
    ax.set_box_aspect((2, 1, 1), zoom=1.12)
    ax.grid(False)
    ax.view_init(22, -64)
    return ax
