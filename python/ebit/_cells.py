"""Cells on numpy arrays: forward and backward over batches of sequences."""
import functools
from collections import namedtuple

from . import _core
from ._arrays import address, floats, integers, np
from ._core import Error
from ._settings import cell_of, cell_spec


class Output(namedtuple("Output", "y state entropy tape")):
    """What a forward pass gives.

    y: readouts [B, T, K] of every step, zero past the end of a sequence; [B, K] where only the last step is read.
    state: [B, S] behind each sequence's last step. entropy: [B, T] of the memory, in bits; None where the cell gives none.
    tape: for backward(); None where it was not kept.
    """

    __slots__ = ()


class Gradient(namedtuple("Gradient", "parameters x state")):
    """What a backward pass gives: of the parameters [P], of x [B, T, F], of the state [B, S] that the sequences started from."""

    __slots__ = ()


Tape = namedtuple("Tape", "parameters x lengths state memory call")  # what a forward pass keeps for its backward pass


class Cell:
    """A quantum recurrent cell of float64 or float32 numbers, without torch.

    model: a row of `ebit.models()` with `cell` true: a family or a published preset.
    inputs: F, numbers a step. every_step: outputs after every step, or after the last alone.
    entropy: a row of `ebit.entropies()` to be given with the outputs. options: see `ebit.options(model)`.

    Raises Error for options that are unknown, out of range or without effect. A cell may be used from several threads.

    >>> import ebit, numpy as np
    >>> cell = ebit.Cell("daskin-collapse")
    >>> theta = cell.initialise(seed=1)
    >>> out = cell.forward(theta, np.zeros((3, 5, 1)))
    >>> out.y.shape, out.state.shape
    ((3, 5, 1), (3, 8))
    >>> cell.backward(out.tape, d_y=np.ones_like(out.y)).parameters.shape == theta.shape
    True
    """

    family = None  # of a subclass

    def __init__(self, model=None, *, inputs=1, every_step=True, dtype="float64", entropy=None,
                 entropy_stage="disentangled", **options):
        model = model or (model_of_family(self.family) if self.family else "register")
        self.dtype = str(np.dtype(dtype))
        self._spec = cell_spec(model, options, inputs, every_step, entropy, entropy_stage)
        self._cell = cell_of(self._spec, self.dtype)
        self.model, self.options, self._entropy = model, dict(options), bool(entropy)
        if self.family and self._cell.family != self.family:
            raise Error(f"{model} is of the family {self._cell.family}, not {self.family}: take ebit.Cell")

    inputs = property(lambda self: self._cell.inputs, doc="F, numbers a step")
    outputs = property(lambda self: self._cell.outputs, doc="K, numbers that are read")
    state_numbers = property(lambda self: self._cell.state_numbers, doc="S, numbers of a sample's state")
    parameters = property(lambda self: self._cell.parameters, doc="P, numbers of all segments")
    counts = property(lambda self: self._cell.counts, doc="numbers by what they are: trained `quantum` and `classical` ones, `frozen` ones")
    every_step = property(lambda self: self._cell.every_step, doc="whether every step is read")
    segments = property(lambda self: self._cell.segments, doc="the blocks of numbers: name, shape, offset, size, low, high, kind, frozen")
    capabilities = property(lambda self: self._cell.capabilities, doc="what the cell can do: entropy, draws, training, ...")
    summary = property(lambda self: self._cell.summary, doc="sizes and choices in a few words")

    def __repr__(self):
        return (f"{type(self).__name__}(inputs={self.inputs}, outputs={self.outputs}, state={self.state_numbers}, "
                f"parameters={self.parameters} ({', '.join(f'{n} {kind}' for kind, n in self.counts.items() if n)}), {self.dtype})")

    def __reduce__(self):
        import json
        s = json.loads(self._spec)
        return _make, (type(self), s["model"], s["inputs"], s["every_step"], self.dtype, s["entropy"] or None,
                       s["entropy_stage"], self.options)

    def circuits(self):
        """The circuits of a step by name (register: `u_en`, `u_dis`; qrnn: `circuit`), as `ebit.Circuit`."""
        from ._circuit import Circuit
        return {name: Circuit._of(part) for name, part in self._cell.parts().items() if isinstance(part, _core.Circuit)}

    def initialise(self, seed=1):
        """Starting values of all parameters, [P]: those that the command line draws with this seed."""
        return self._cell.initialise(seed)

    def start_from_data(self, parameters, x, *, lengths=None, seed=1):
        """The parameters [P] with those moved that start from training data, such as reference vectors of a kernel cell.

        x: sequences [B, T, F] of the training data; lengths: [B]. A training does it by itself.
        Raises Error for a cell of which nothing starts from data (`references_from='data'` of kernel cells does).
        """
        p, x = floats(parameters, "parameters", 1, self.dtype).copy(), floats(x, "x", 3, self.dtype)
        if x.shape[2] != self.inputs:
            raise Error(f"x must be [batch, steps, {self.inputs}], not {x.shape}")
        if p.size != self.parameters:
            raise Error(f"the cell has {self.parameters} parameters, and {p.size} are given")
        if lengths is not None:
            lengths = integers(lengths, "lengths", 1)
            if lengths.shape != x.shape[:1]:
                raise Error(f"lengths must be one number a sequence, ({x.shape[0]},), not {lengths.shape}")
        self._cell.start_from_data(*x.shape[:2], *map(address, (p, x, lengths)), seed)
        return p

    def named(self, parameters):
        """The parameters [P] as arrays by segment name."""
        flat = floats(parameters, "parameters", 1, self.dtype)
        return {s["name"]: flat[s["offset"]:s["offset"] + s["size"]].reshape(s["shape"]) for s in self.segments}

    def forward(self, parameters, x, *, lengths=None, state=None, training=False, seed=0, draw=0, keep=True):
        """Runs the sequences x [B, T, F] and gives an Output.

        parameters: [P]. lengths: [B] whole numbers from 0 to T. state: [B, S] to go on from; None: the cell's own start.
        seed, draw: name the random numbers of cells that draw. keep: whether a backward pass may follow.
        Raises Error for wrong shapes and dtypes, and for inputs that the cell does not take (sample, step and feature are named).
        """
        p = floats(parameters, "parameters", 1, self.dtype)
        x = floats(x, "x", 3, self.dtype)
        b, t, f = x.shape
        if f != self.inputs:
            raise Error(f"x must be [batch, steps, {self.inputs}], not {x.shape}")
        if p.size != self.parameters:
            raise Error(f"the cell has {self.parameters} parameters, and {p.size} are given")
        if lengths is not None:
            lengths = integers(lengths, "lengths", 1)
            if lengths.shape != (b,):
                raise Error(f"lengths must be one number a sequence, ({b},), not {lengths.shape}")
        if state is not None:
            state = floats(state, "state", 2, self.dtype)
            if state.shape != (b, self.state_numbers):
                raise Error(f"state must be [{b}, {self.state_numbers}], not {state.shape}: is it of another cell?")
        y = np.empty((b, t, self.outputs) if self.every_step else (b, self.outputs), self.dtype)
        last = np.empty((b, self.state_numbers), self.dtype)
        entropy = np.empty((b, t), self.dtype) if self._entropy else None
        tape = np.empty(self._cell.tape_bytes(b, t), "uint8") if keep else None
        call = (bool(training), seed, draw)
        self._cell.forward(b, t, *map(address, (p, x, lengths, state, y, last, entropy, tape)), *call)
        return Output(y, last, entropy, Tape(p, x, lengths, state, tape, call) if keep else None)

    def backward(self, tape, *, d_y=None, d_state=None, d_entropy=None):
        """The vector-Jacobian product of the forward pass that gave `tape`, as a Gradient; a cotangent of None is zero."""
        if tape is None:
            raise Error("there is no tape: forward() must be called with keep=True")
        b, t, _ = tape.x.shape
        wanted = {"d_y": ((b, t, self.outputs) if self.every_step else (b, self.outputs), d_y),
                  "d_state": ((b, self.state_numbers), d_state), "d_entropy": ((b, t), d_entropy)}
        given = []
        for name, (shape, value) in wanted.items():
            if value is not None:
                value = floats(value, name, len(shape), self.dtype)
                if value.shape != shape:
                    raise Error(f"{name} must be of shape {shape}, not {value.shape}")
            given.append(value)
        if d_entropy is not None and not self._entropy:
            raise Error("this cell gives no entropy: make it with entropy='von-neumann'")
        d_p, d_x, d_h = np.empty_like(tape.parameters), np.empty_like(tape.x), np.empty((b, self.state_numbers), self.dtype)
        arrays = (tape.parameters, tape.x, tape.lengths, tape.state, tape.memory, *given, d_p, d_x, d_h)
        self._cell.backward(b, t, *map(address, arrays), *tape.call)
        return Gradient(d_p, d_x, d_h)


def _make(kind, model, inputs, every_step, dtype, entropy, stage, options):
    return kind(model, inputs=inputs, every_step=every_step, dtype=dtype, entropy=entropy, entropy_stage=stage, **options)


def class_name(family):
    """How the classes of a family of cells begin: "Register", "Controlled", "QkLstm"."""
    return {"qrnn": "Controlled"}.get(family, "".join(word.title() for word in family.split("-")))


def _cell_class(row):
    name = f"{class_name(row['name'])}Cell"
    doc = f"{row['help'][0].upper()}{row['help'][1:]} ({row['source']}).\n\nTakes what `ebit.Cell` takes; without a model it is the family's first in `ebit.models()`."
    return name, type(name, (Cell,), {"__doc__": doc, "family": row["name"], "__module__": "ebit"})


def model_of_family(family):
    """The model that stands for a family of cells where none is named: its first row in `ebit.models()`."""
    return _models_of_families()[family]


@functools.lru_cache(maxsize=None)
def _models_of_families():
    first = {}
    for row in _core.models():
        if row["cell"]:
            first.setdefault(row["family"], row["name"])
    return first


#: numbers that a step of a family's cells has at least, where that is more than one
_LEAST_INPUTS = {"rvqe": 2, "measured": 5}


def least_inputs(family):
    """Numbers that a step of the family's cells has at least."""
    return _LEAST_INPUTS.get(family, 1)


cell_classes = dict(_cell_class(row) for row in _core.cell_families())
