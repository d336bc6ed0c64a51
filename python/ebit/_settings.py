"""From Python keywords to the settings of the core."""
import functools
import json

from . import _core
from ._core import Error


def text_of(value, name):
    """`value` as the command line would write it. Raises Error for what is no number, text, truth value or list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return ",".join(text_of(v, name).replace("\\", "\\\\").replace(",", "\\,") for v in value)
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return text_of(value.item(), name)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise Error(f"{name} must be a number, a text, True or False, or a list of these, not {type(value).__name__}")


def as_texts(options):
    """Options with their values as text, sorted by name: what names a cell."""
    return tuple(sorted((name, text_of(value, name)) for name, value in options.items()))


@functools.lru_cache(maxsize=256)
def config(model, texts=(), train=(), problem="forecast"):
    """The core's settings of a model with options and training as texts; see as_texts()."""
    settings = [("model.name", str(model), "model")]
    settings += [(f"model.{name}", value, name) for name, value in texts]
    settings += [(f"train.{name}", value, name) for name, value in train]
    return _core.config(problem, settings)


@functools.lru_cache(maxsize=64)
def _of_models(model):
    """Options that count for models around this cell, and not for the cell itself."""
    return frozenset(row["name"] for row in _core.options(model, "model") if not row["cell"])


def own_options(model, options):
    """Those of a run's [model] settings that make the cell: its own, where they differ from the defaults."""
    defaults = {row["name"]: row["default"] for row in _core.options(model, "model") if row["cell"]}
    return {name: value for name, value in options.items()
            if name in defaults and value != defaults[name] and (name != "dropout" or options.get("ffn_hidden"))}


def cell_spec(model, options, inputs, every_step, entropy, entropy_stage):
    """The text that names a cell: canonical JSON of all that makes it. Raises Error for options that a cell has not."""
    for name in options:
        if name in _of_models(model) or (name == "dropout" and not options.get("ffn_hidden")):
            raise Error(f"{name} has no effect on a cell alone: it is an option of models, ebit.Model({model!r}, {name}=...)")
    return json.dumps({"model": model, "options": dict(as_texts(options)), "inputs": int(inputs), "every_step": bool(every_step),
                       "entropy": entropy or "", "entropy_stage": entropy_stage}, sort_keys=True, separators=(",", ":"))


@functools.lru_cache(maxsize=256)
def cell_of(spec, dtype):
    """The core's cell of such a text, in "float64" or "float32". Equal texts share one cell, which is locked while it works."""
    kinds = {"float64": _core.CellF64, "float32": _core.CellF32}
    if dtype not in kinds:
        raise Error(f"dtype must be float64 or float32, not {dtype}")
    s = json.loads(spec)
    return kinds[dtype](config(s["model"], tuple(sorted(s["options"].items()))), s["inputs"], s["every_step"], s["entropy"],
                        s["entropy_stage"])
