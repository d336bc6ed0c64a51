"""Tables of names: everything that options choose among."""
from . import _core
from ._core import Error


class Row(dict):
    """A row of a table; its fields are attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Table(list):
    """Rows of a table, printed as one."""

    def names(self):
        """The names of the rows."""
        return [row["name"] for row in self]

    def __repr__(self):
        wide = max((len(row["name"]) for row in self), default=0)
        return "\n".join(f"{row['name']:<{wide}}  {row.get('help', '')}" for row in self)

    def _repr_html_(self):
        import html
        columns = list(self[0]) if self else []
        head = "".join(f"<th>{html.escape(c)}</th>" for c in columns)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(str(row.get(c, '')))}</td>" for c in columns) + "</tr>" for row in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _table(rows):
    return Table(Row(row) for row in rows)


def gates():
    """The gates: name, help, wires, controls, angles, and the name in OpenQASM 3.

    >>> import ebit
    >>> ebit.gates().names()[:4]
    ['I', 'X', 'Y', 'Z']
    """
    return _table(_core.gates())


def encoders():
    """How an input enters a system register: rows of name, help, source."""
    return _table(_core.encoders())


def ansaetze():
    """The circuits that cells are made of: rows of name, help, source."""
    return _table(_core.ansaetze())


def hidden_updates():
    """What of the ancilla register survives a step: rows of name, help, source."""
    return _table(_core.hidden_updates())


def presets():
    """Published models that are a choice of rows: name, help, source."""
    return _table(_core.presets())


def entropies():
    """Entropies: rows of name and formula."""
    return _table(_core.entropies())


def scalers():
    """Scalers of series: rows of name and help."""
    return _table(_core.scalers())


def models():
    """Everything that can be trained: name, help, source, family, and whether it is a quantum cell.

    >>> import ebit
    >>> [m.name for m in ebit.models() if m.family == "gated"][:2]
    ['gated', 'qlstm-2020']
    """
    return _table(_core.models())


def options(model="register"):
    """The options of a model: name, type, default, help, choices.

    >>> import ebit
    >>> next(o for o in ebit.options("qrnn") if o.name == "qubits").default
    '8'
    """
    return _table(_core.options(model, "model"))


def train_options():
    """The options of a training, keywords of `fit`: name, type, default, help, choices."""
    return _table(_core.options("register", "train"))


def need_native(model):
    """Raises Error where `model` is a row of `models()` that is neither a cell nor solved at once."""
    if not any(row["name"] == model and row["solved"] for row in _core.models()):
        need_cell(model)


def need_cell(model):
    """Raises Error where `model` is a row of `models()` that is no quantum cell, which only the command line trains."""
    if any(row["name"] == model and not row["cell"] for row in _core.models()):
        cells = ", ".join(row["name"] for row in _core.models() if row["cell"])
        raise Error(f"model {model!r} is no quantum cell and is trained by the command line alone; take one of {cells}")
