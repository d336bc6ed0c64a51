"""Circuits drawn by matplotlib."""
from . import _core
from ._core import Error

INK, GATE, TRAINED, INPUT = "#22262b", "#e9edf2", "#cfe3f3", "#fbe3c8"  # fills: fixed gates, shared angles, per-sample angles
_HALF = 0.34  # half of a box' height; a column is 1 wide, wires are 1 apart
_INCHES = 0.62


def _number(x):
    return f"{x:.2f}".rstrip("0").rstrip(".").replace("-", "−")


def _angle(circuit, angle):
    kind, index, scale, value = angle
    if kind == 0:
        return _number(value)
    name = (circuit.per_sample if kind == 2 else circuit.shared)[index]
    text = name if scale == 1 else f"−{name}" if scale == -1 else f"{_number(scale)} {name}"
    return text if value == 0 else f"{text}{'+' if value > 0 else ''}{_number(value)}"


def columns_of(circuit):
    """The column of each operation: as early as no gate on or between its wires is passed."""
    free, out = [0] * circuit.wires, []
    for op in circuit.operations:
        span = range(min(op["wires"]), max(op["wires"]) + 1)
        column = max(free[w] for w in span)
        out.append(column)
        for w in span:
            free[w] = column + 1
    return out


def draw(circuit, ax, columns=0, wire_names=()):
    """Draws on `ax`, made by the caller; see `ebit.plot.circuit`."""
    names = list(wire_names) or [str(w) for w in range(circuit.wires)]
    if len(names) != circuit.wires:
        raise Error(f"the circuit has {circuit.wires} wires, and {len(names)} names are given")
    table = {row["name"]: row for row in _core.gates()}
    at = columns_of(circuit)
    widths = _widths(circuit, at)
    rows, x, left = 0, 0.0, []  # of each column: its row and its centre
    for w in widths:
        if columns and x and x + w > columns:
            rows, x = rows + 1, 0.0
        left.append((rows, x + w / 2))
        x += w
    rows += 1
    length = max([c + w / 2 for (_, c), w in zip(left, widths)], default=1.0)
    height = circuit.wires + 0.6
    for row in range(rows):
        for w in range(circuit.wires):
            y = -row * height - w
            ax.plot([-0.2, length + 0.2], [y, y], color=INK, lw=0.9, zorder=1)
            ax.text(-0.35, y, names[w] if row == 0 else f"… {names[w]}", ha="right", va="center", fontsize=9, color=INK)
    for op, column in zip(circuit.operations, at):
        row, x = left[column]
        _gate(ax, circuit, op, table, x, -row * height, widths[column])
    ax.set_xlim(-0.9 if rows == 1 else -1.2, length + 0.35)
    ax.set_ylim(-(rows - 1) * height - circuit.wires + 0.35, 0.65)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def size_of(circuit, columns=0):
    """(width, height) in inches that make the text fit."""
    widths = _widths(circuit, columns_of(circuit))
    rows, x, most = 1, 0.0, 1.0
    for w in widths:
        if columns and x and x + w > columns:
            rows, x = rows + 1, 0.0
        x += w
        most = max(most, x)
    return _INCHES * (most + 1.6), _INCHES * (rows * (circuit.wires + 0.6) + 0.4)


def _widths(circuit, at):
    out = [0.95] * (max(at, default=-1) + 1)
    for op, column in zip(circuit.operations, at):
        longest = max(map(len, _lines(circuit, op)), default=0)
        out[column] = max(out[column], 0.55 + 0.115 * longest)
    return out


def _lines(circuit, op):
    return [] if "matrix" in op or not op["angles"] else [", ".join(_angle(circuit, a) for a in op["angles"])]


def _gate(ax, circuit, op, table, x, top, width):
    wires, row = op["wires"], table.get(op["gate"])
    controls = row["controls"] if row else 0
    targets = wires[controls:]
    ys = [top - w for w in wires]
    kinds = {a[0] for a in op["angles"]}
    fill = INPUT if 2 in kinds else TRAINED if 1 in kinds else GATE
    boxed = len(targets) == 2 and abs(targets[0] - targets[1]) == 1 and op["gate"] != "SWAP"
    if len(wires) > 1 and not (boxed and controls == 0):
        ax.plot([x, x], [min(ys), max(ys)], color=INK, lw=0.9, zorder=1.5)
    for w in wires[:controls]:
        ax.plot([x], [top - w], "o", color=INK, ms=5, zorder=3)
    if op["gate"] == "CZ":
        ax.plot([x], [top - targets[0]], "o", color=INK, ms=5, zorder=3)
        return
    if op["gate"] in ("CNOT", "Toffoli"):
        y, r = top - targets[0], 0.2
        ax.add_patch(_patch("Circle", (x, y), r, fc="white", ec=INK, lw=0.9, zorder=3))
        ax.plot([x, x], [y - r, y + r], color=INK, lw=0.9, zorder=4)
        ax.plot([x - r, x + r], [y, y], color=INK, lw=0.9, zorder=4)
        return
    if op["gate"] == "SWAP":
        for w in targets:
            ax.plot([x], [top - w], "x", color=INK, ms=8, mew=1.4, zorder=3)
        return
    name = "U" if "matrix" in op else op["gate"][1:] if controls else op["gate"]
    half = width / 2 - 0.1
    boxes = [(min(top - t for t in targets), max(top - t for t in targets))] if boxed else [(top - t, top - t) for t in targets]
    for low, high in boxes:
        ax.add_patch(_patch("FancyBboxPatch", (x - half, low - _HALF), 2 * half, high - low + 2 * _HALF,
                            boxstyle="round,pad=0,rounding_size=0.07", fc=fill, ec=INK, lw=0.9, zorder=3))
        _label(ax, x, (low + high) / 2, name, _lines(circuit, op))


def _label(ax, x, y, name, lines):
    if lines:
        ax.text(x, y - 0.14, lines[0], ha="center", va="center", fontsize=7, color=INK, zorder=5)
    ax.text(x, y + 0.12 * len(lines), name, ha="center", va="center", fontsize=8.5, color=INK, zorder=5)


def _patch(kind, *arguments, **options):
    from matplotlib import patches
    return getattr(patches, kind)(*arguments, **options)
