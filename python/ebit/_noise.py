"""Circuits with noise: channels, noise models, exact density matrices, trajectories and shots."""
import json
import os
import warnings

from . import _core
from ._arrays import floats, np
from ._core import Error
from ._tables import Row, Table


def channels():
    """The channels: name, help, most wires, parameters (a second name is another measure of the first), Kraus operators.

    >>> import ebit
    >>> ebit.channels().names()[:3]
    ['depolarizing', 'amplitude_damping', 'phase_damping']
    """
    return Table(Row(row) for row in _core.channels())


def noise_models():
    """Noise models that are built in: name and help. Files and dicts are others, see `NoiseModel`."""
    return Table(Row(row) for row in _core.noise_models())


class NoiseModel:
    """Which channels stand behind the gates of a circuit, on wires that rest, and how bits are misread.

    source: a name of `noise_models()`; a file, a rule in TOML or JSON or a device's table ("device.json:0,1,2" with the table's
    qubits that are wires 0, 1, ...), with "*2" behind it twice as strong; or a rule as a dict with the keys after_1q, after_2q,
    after_3q, idle, while_reset (lists of {"channel": name, its parameters, "each": bool}), readout and feedforward.

    Warns of what a table had to be corrected in. Raises Error as the command line's --noise.

    >>> import ebit
    >>> model = ebit.NoiseModel({"after_1q": [{"channel": "depolarizing", "lambda": 0.1}]})
    >>> print(model.place(ebit.Circuit(1).add("H", [0])))
       ┌───┐ ┌─────────┐
    0 ─┤ H ├─┤ dep 0.1 ├─
       └───┘ └─────────┘
    """

    def __init__(self, source):
        if isinstance(source, dict):
            self._model = _core.noise_rule(json.dumps(source))
        else:
            self._model = _core.find_noise_model(os.fspath(source))
        self.source = source
        for line in self._model.warnings:
            warnings.warn(line, stacklevel=2)

    name = property(lambda self: self._model.name, doc="as it was given")

    def __repr__(self):
        return f"NoiseModel({self.source!r})"

    def __reduce__(self):
        return NoiseModel, (self.source,)

    def place(self, circuit):
        """The circuit with the channels in their places. Warns of gates of a size that the rule says nothing of."""
        from ._circuit import Circuit
        for line in self._model.gaps(circuit._circuit):
            warnings.warn(line, stacklevel=2)
        return Circuit._of(self._model.place(circuit._circuit), {k: list(v) for k, v in circuit._names.items()})


def model_of(noise):
    """A NoiseModel of what users give: one, or what makes one; None is no noise besides a circuit's own channels."""
    return noise if isinstance(noise, NoiseModel) else NoiseModel("none" if noise is None else noise)


def _noisy(circuit, observables, noise):
    model = model_of(noise)
    if noise is not None:
        for line in model._model.gaps(circuit._circuit):
            warnings.warn(line, stacklevel=3)
    return _core.NoisyCircuit(circuit._circuit, list(observables), model._model)


def density_matrix(circuit, shared=None, per_sample=None, *, noise=None):
    """The density matrices behind a circuit that starts in |0...0>, complex [B, 2^n, 2^n], n up to 8.

    shared, per_sample: angles as in `ebit.run`. noise: a NoiseModel or what makes one; None: the circuit's own channels alone.

    >>> import ebit
    >>> c = ebit.Circuit(1).add("X", [0]).add_channel("amplitude_damping", [0], gamma=0.25)
    >>> ebit.density_matrix(c)[0].real
    array([[0.25, 0.  ],
           [0.  , 0.75]])
    """
    from ._circuit import angles_of
    return _noisy(circuit, [], noise).density_matrix(*angles_of(circuit, shared, per_sample))


def noisy_expectation(circuit, observables, shared, per_sample, gradient, noise, trajectories, shots, seed):
    """`ebit.expectation` of circuits with noise."""
    from ._circuit import angles_of
    if trajectories and (shots or gradient):
        raise Error("trajectories have no gradient and are shots already: leave " + ("shots" if shots else "gradient") + " out")
    f, angles = _noisy(circuit, observables, noise), angles_of(circuit, shared, per_sample)
    if trajectories:
        return f.trajectories(*angles, int(trajectories), int(seed))
    y = f.density(*angles, int(shots), int(seed))
    return (y, f.backward(*angles, floats(np.ones_like(y), "d_values", 2))) if gradient else y
