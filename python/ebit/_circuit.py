"""Circuits with named angles: built, drawn, run in batches, differentiated."""
import json
from collections import namedtuple

from . import _core
from ._arrays import complexes, floats, np
from ._core import Error


class Angle(namedtuple("Angle", "name scale value per_sample", defaults=(1.0, 0.0, False))):
    """An angle that is `value + scale * parameter`, in radians.

    name: of the parameter. per_sample: every sample of a batch has its own; else all share one.
    """

    __slots__ = ()


class Circuit:
    """A list of gates on `wires` wires; wire 0 is the most significant bit of a basis state.

    >>> import ebit
    >>> bell = ebit.Circuit(2).add("H", [0]).add("CNOT", [0, 1])
    >>> ebit.run(bell).round(3)[0]
    array([0.707+0.j, 0.   +0.j, 0.   +0.j, 0.707+0.j])
    >>> print(bell)
       ┌───┐
    0 ─┤ H ├──●──
       └───┘  │
    1 ────────⊕──
    """

    def __init__(self, wires):
        self._circuit = _core.Circuit(wires)
        self._names = {False: [], True: []}  # of shared and of per-sample parameters

    @classmethod
    def _of(cls, core, names=None):
        circuit = cls.__new__(cls)
        circuit._circuit = core
        circuit._names = names or {False: [f"θ{i}" for i in range(core.shared_parameters)],
                                   True: [f"x{i}" for i in range(core.per_sample_parameters)]}
        return circuit

    @classmethod
    def ansatz(cls, name, wires, layers=1):
        """A row of `ebit.ansaetze()`, or a gate list in a TOML or JSON file, as a circuit with shared angles θ0, θ1, ..."""
        if str(name).endswith((".toml", ".json")):
            with open(name, encoding="utf-8") as file:
                return cls._of(_core.ansatz_from_text(file.read(), str(name), wires, layers))
        return cls._of(_core.ansatz(name, wires, layers))

    wires = property(lambda self: self._circuit.wires, doc="number of wires")
    depth = property(lambda self: self._circuit.depth, doc="layers of gates that run one after the other")
    operations = property(lambda self: self._circuit.operations,
                          doc="the gates in order: gate, wires, angles, matrix. Raises Error where the circuit has channels")
    items = property(lambda self: self._circuit.items, doc="gates and channels in order: channel, wires, parameters")
    shared = property(lambda self: tuple(self._names[False]), doc="names of the shared parameters, in order")
    per_sample = property(lambda self: tuple(self._names[True]), doc="names of the parameters of each sample, in order")

    def add(self, gate, wires, angles=()):
        """Appends a gate: a name of `ebit.gates()`, or a unitary matrix [2, 2] or [4, 4].

        wires: controls first. angles: numbers in radians, names of shared parameters ("a"), or `Angle`. Returns the circuit.
        Raises Error for an unknown gate (nearest name suggested), wires that are not there, a wrong number of angles.
        """
        if not isinstance(gate, str):
            self._circuit.add_matrix(list(wires), complexes(gate, "the matrix", 2))
            return self
        self._circuit.add(gate, list(wires), [self._angle(a) for a in angles])
        return self

    def add_channel(self, channel, wires, parameters=None, **more):
        """Appends a channel of `ebit.channels()`, of one wire or, where it may, of two together. Returns the circuit.

        parameters: by name, as a dict or keywords: `{"lambda": 0.1}`, `error_probability=0.075`. A circuit with channels runs by
        `ebit.density_matrix` and `ebit.expectation`. Raises Error for an unknown channel (nearest name suggested), missing
        parameters and numbers out of range.
        """
        values = {**(parameters or {}), **more}
        _core.add_channel(self._circuit, channel, list(wires), json.dumps({k: float(v) for k, v in values.items()}))
        return self

    def with_noise(self, noise):
        """A copy with the channels of a noise model in their places: a NoiseModel, a name, a file or a dict."""
        from ._noise import model_of
        return model_of(noise).place(self)

    def _angle(self, a):
        if isinstance(a, str):
            a = Angle(a)
        if not isinstance(a, Angle):
            return 0, 0, 1.0, float(a)
        names = self._names[bool(a.per_sample)]
        if a.name not in names:
            names.append(a.name)
        return 2 if a.per_sample else 1, names.index(a.name), float(a.scale), float(a.value)

    def append(self, other):
        """Appends the gates of another circuit; parameters of one name are one parameter. Returns this circuit."""
        for op in other.items:
            if "channel" in op:
                self.add_channel(op["channel"], op["wires"], op["parameters"])
                continue
            if "matrix" in op:
                self.add(op["matrix"], op["wires"])
                continue
            angles = []
            for kind, index, scale, value in op["angles"]:
                angles.append(value if kind == 0 else Angle(other._names[kind == 2][index], scale, value, kind == 2))
            self.add(op["gate"], op["wires"], angles)
        return self

    def inverse(self):
        """The circuit that undoes this one for equal parameters."""
        return Circuit._of(self._circuit.inverse(), {k: list(v) for k, v in self._names.items()})

    def draw(self, *, ascii=False, width=0, wire_names=()):
        """The circuit as text; `width`: columns after which it is wrapped, 0: never."""
        return self._circuit.draw(ascii, width, self._names[False], self._names[True], list(wire_names))

    def unitary(self, shared=None):
        """The matrix [2^n, 2^n] of a circuit without per-sample parameters."""
        if self.per_sample:
            raise Error("the circuit has parameters of each sample, so that it has no one matrix")
        return np.ascontiguousarray(run(self, shared, initial=np.eye(2**self.wires)).T)

    def __repr__(self):
        return f"<ebit.Circuit of {self.wires} wires, {self._counts()}{len(self.shared)} shared angles>"

    def _counts(self):
        noisy = sum("channel" in item for item in self.items)
        return f"{len(self.items) - noisy} gates, " + (f"{noisy} channels, " if noisy else "")

    def __str__(self):
        return self.draw().rstrip("\n")

    def _repr_html_(self):
        import html
        return f"<pre style='line-height:1.1'>{html.escape(self.draw(width=110))}</pre>"

    def __reduce__(self):
        return _rebuild, (self.wires, self.items, {k: list(v) for k, v in self._names.items()})


def _rebuild(wires, operations, names):
    circuit = _core.Circuit(wires)
    for op in operations:
        if "channel" in op:
            _core.add_channel(circuit, op["channel"], op["wires"], json.dumps(op["parameters"]))
        elif "matrix" in op:
            circuit.add_matrix(op["wires"], op["matrix"])
        else:
            circuit.add(op["gate"], op["wires"], op["angles"])
    return Circuit._of(circuit, names)


def _values(names, given, what):
    if isinstance(given, dict):
        unknown = [n for n in given if n not in names]
        missing = [n for n in names if n not in given]
        if unknown or missing:
            raise Error(f"{what} parameters are {', '.join(names) or 'none'}"
                        + (f"; {', '.join(unknown)} is unknown" if unknown else "")
                        + (f"; {', '.join(missing)} is missing" if missing else ""))
        given = np.stack([np.asarray(given[n], "float64") for n in names], -1) if names else None
    if given is None:
        given = np.zeros((0,))
        if names:
            raise Error(f"the circuit has {what} parameters ({', '.join(names)}): give their values in radians")
    return np.asarray(given)


def angles_of(circuit, shared, per_sample, batch=1):
    """(shared [P], per_sample [B, Q]) as float64 arrays; both may be dicts by name."""
    p = np.ascontiguousarray(_values(circuit.shared, shared, "shared"), "float64").reshape(-1)
    if not circuit.per_sample:
        if per_sample is not None and np.size(per_sample):
            raise Error("the circuit has no per-sample parameters")
        return p, np.zeros((batch, 0))
    q = np.ascontiguousarray(_values(circuit.per_sample, per_sample, "per-sample"), "float64")
    return p, np.atleast_2d(q)


def run(circuit, shared=None, per_sample=None, initial=None):
    """The states behind a circuit, complex [B, 2^n].

    shared: [P] radians in the order of `circuit.shared`, or a dict by name. per_sample: [B, Q] or a dict of [B].
    initial: [B, 2^n] states to start from; None: |0...0>.
    """
    if initial is not None:
        initial = complexes(initial, "initial", 2)
    p, q = angles_of(circuit, shared, per_sample, 1 if initial is None else len(initial))
    return circuit._circuit.run(p, q, initial)


def run_backward(circuit, shared, per_sample, psi, cotangent):
    """Gradients (shared [P], per_sample [B, Q], initial [B, 2^n]) of `run` for the cotangent dL/d(re) + i dL/d(im) of its
    states `psi`, by un-computation (Jones and Gacon 2020, arXiv:2009.02823)."""
    psi = complexes(psi, "psi", 2)
    p, q = angles_of(circuit, shared, per_sample, len(psi))
    return circuit._circuit.run_backward(p, q, psi, complexes(cotangent, "cotangent", 2))


class Expectations:
    """Expectation values of Pauli strings behind a circuit, as a function of its angles, compiled once.

    >>> import ebit
    >>> from ebit._circuit import Expectations
    >>> f = Expectations(ebit.Circuit(1).add("RY", [0], ["a"]), ["Z0"])
    >>> f(shared=[0.0])
    array([[1.]])
    """

    def __init__(self, circuit, observables):
        self.circuit, self.observables = circuit, tuple(observables)
        self._core = _core.Expectation(circuit._circuit, list(observables))

    def __call__(self, shared=None, per_sample=None):
        """[B, K]."""
        return self._core.forward(*angles_of(self.circuit, shared, per_sample))

    def backward(self, shared, per_sample, d_values):
        """Gradients (shared [P], per_sample [B, Q]) for cotangents [B, K]."""
        return self._core.backward(*angles_of(self.circuit, shared, per_sample), floats(d_values, "d_values", 2))


def expectation(circuit, observables, shared=None, per_sample=None, *, gradient=False, noise=None, trajectories=0, shots=0,
                seed=0):
    """Expectation values [B, K] of `observables` ("Z0", "X0*Y2", "P(1)") behind a circuit.

    gradient: also give d(sum over samples and observables)/d(shared) [P] and .../d(per_sample) [B, Q].
    noise: a `NoiseModel` or what makes one: values are those of the exact density matrix (up to 8 wires), misread where the model
    misreads, and so are gradients. So it is with circuits that hold channels.
    trajectories: N of them instead, of any number of wires: gives (values, standard errors), both [B, K].
    shots: every value is the mean of so many outcomes; a gradient stays that of the mean. seed: names what is drawn.

    >>> import ebit, math
    >>> c = ebit.Circuit(1).add("RY", [0], ["a"])
    >>> y, (d_shared, _) = ebit.expectation(c, ["Z0"], {"a": math.pi / 2}, gradient=True)
    >>> d_shared.round(12)
    array([-1.])
    >>> ebit.expectation(c, ["Z0"], {"a": 0}, noise={"after_1q": [{"channel": "bit_flip", "probability": 0.1}]}).round(12)
    array([[0.8]])
    """
    if isinstance(observables, str):
        observables = [observables]
    if noise is not None or trajectories or shots or any("channel" in item for item in circuit.items):
        from ._noise import noisy_expectation
        return noisy_expectation(circuit, observables, shared, per_sample, gradient, noise, trajectories, shots, seed)
    f = Expectations(circuit, observables)
    y = f(shared, per_sample)
    return (y, f.backward(shared, per_sample, np.ones_like(y))) if gradient else y
