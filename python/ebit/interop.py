"""Circuits to and from OpenQASM 3, Qiskit and PennyLane; cells as the circuits of a window.

Wire i is qubit i everywhere: `q[i]` of the text, qubit i of Qiskit, wire i of PennyLane. ebit and PennyLane count wire 0 as
the most significant bit of a basis state, Qiskit as the least, so that `Operator(to_qiskit(c).reverse_bits())` is
`c.unitary()`.

>>> import ebit, ebit.interop
>>> print(ebit.interop.to_qasm3(ebit.Circuit(2).add("RY", [0], ["a"]).add("CNOT", [0, 1])))
OPENQASM 3.0;
include "stdgates.inc";
input float[64] a;
qubit[2] q;
ry(a) q[0];
cx q[0], q[1];
<BLANKLINE>
"""
import importlib
from collections import namedtuple

from . import _core
from ._arrays import floats, np
from ._circuit import Angle, Circuit, angles_of
from ._core import Error
from ._needs import missing
from ._qasm import _spelled, names_of, operations_of, table, to_qasm3

__all__ = ["Exported", "export", "from_qasm3", "from_qiskit", "to_pennylane", "to_qasm3", "to_qiskit", "to_text"]

def _module(name, who, package=None):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise missing(f"ebit.interop.{who}", package or name, "interop") from None


_QISKIT = table("""I:IGate X:XGate Y:YGate Z:ZGate H:HGate S:SGate Sdg:SdgGate T:TGate Tdg:TdgGate SX:SXGate SXdg:SXdgGate
                   RX:RXGate RY:RYGate RZ:RZGate P:PhaseGate U3:UGate CNOT:CXGate CY:CYGate CZ:CZGate CRX:CRXGate
                   CRY:CRYGate CRZ:CRZGate Toffoli:CCXGate SWAP:SwapGate iSWAP:iSwapGate RXX:RXXGate RYY:RYYGate RZZ:RZZGate""")


def to_qiskit(circuit):
    """The circuit as a `qiskit.QuantumCircuit`; free angles become `Parameter`s of the same names.

    Wire i is qubit i, and Qiskit counts qubit 0 as the least significant bit. Needs qiskit.

    >>> import ebit, ebit.interop
    >>> bell = ebit.interop.to_qiskit(ebit.Circuit(2).add("H", [0]).add("CNOT", [0, 1]))
    >>> bell.num_qubits, bell.depth()
    (2, 2)
    """
    qiskit = _module("qiskit", "to_qiskit")
    gates = importlib.import_module("qiskit.circuit.library")
    out = qiskit.QuantumCircuit(circuit.wires)
    parameters = {n: qiskit.circuit.Parameter(n) for n in names_of(circuit).values()}
    for gate, wires, angles, matrix in operations_of(circuit):
        if matrix is not None:
            out.append(gates.UnitaryGate(matrix), wires[::-1])
            continue
        values = [value if n is None else factor * parameters[n] + value for factor, n, value in angles]
        if gate == "Rot":
            for kind, value in zip(("RZGate", "RYGate", "RZGate"), values):
                out.append(getattr(gates, kind)(value), wires)
        elif gate == "iSWAPdg":
            out.append(gates.iSwapGate().inverse(), wires)
        else:
            out.append(getattr(gates, _QISKIT[gate])(*values), wires)
    return out


_FROM_QISKIT = table("""id:I x:X y:Y z:Z h:H s:S sdg:Sdg t:T tdg:Tdg sx:SX sxdg:SXdg rx:RX ry:RY rz:RZ p:P u1:P u:U3 u3:U3
                        cx:CNOT cy:CY cz:CZ crx:CRX cry:CRY crz:CRZ ccx:Toffoli swap:SWAP iswap:iSWAP iswap_dg:iSWAPdg
                        rxx:RXX ryy:RYY rzz:RZZ""")


def _angle(value, where):
    """A number, or an Angle for value + factor * parameter of Qiskit."""
    free = list(getattr(value, "parameters", ()))
    if not free:
        return float(value)
    if len(free) == 1:
        p = free[0]
        zero, one, two = (float(value.bind({p: x})) for x in (0.0, 1.0, -2.0))
        slope = value.gradient(p)
        if not getattr(slope, "parameters", ()) and abs(two - (zero - 2 * (one - zero))) < 1e-9:
            return Angle(p.name, float(slope), zero)
    raise Error(f"the angle {value} of {where} is not value + factor * parameter, which ebit needs")


def from_qiskit(qc):
    """A `qiskit.QuantumCircuit` as an `ebit.Circuit`; Parameters become shared parameters of the same names.

    Qubit i is wire i. Gates that ebit has not go as matrices (to two qubits) or as Qiskit defines them; barriers are left out; a
    global phase is kept. Raises Error for measurements, resets, conditions, loops, and angles that are not
    value + factor * parameter.

    >>> import qiskit, ebit.interop
    >>> qc = qiskit.QuantumCircuit(2)
    >>> _ = qc.h(0), qc.cx(0, 1)
    >>> ebit.interop.from_qiskit(qc)
    <ebit.Circuit of 2 wires, 2 gates, 0 shared angles>
    """
    out = Circuit(qc.num_qubits)
    phase = _append(out, qc, list(range(qc.num_qubits)))
    if phase:
        out.add(np.exp(1j * phase) * np.eye(2), [0])
    return out


def _append(out, qc, wires):
    """Adds the gates of a Qiskit circuit on `wires` and gives its global phase."""
    phase = _number(qc.global_phase)
    for item in qc.data:
        op, at = item.operation, [wires[qc.find_bit(b).index] for b in item.qubits]
        if op.name == "barrier":
            continue
        if op.name in ("measure", "reset", "initialize", "delay") or item.clbits or not hasattr(op, "to_matrix"):
            raise Error(f"{op.name} on qubit {', '.join(map(str, at))} is no gate: ebit's circuits hold gates alone")
        if op.name == "global_phase":
            phase += _number(op.params[0])
            continue
        if op.name in _FROM_QISKIT and getattr(op, "ctrl_state", None) in (None, 2**getattr(op, "num_ctrl_qubits", 0) - 1):
            out.add(_FROM_QISKIT[op.name], at, [_angle(p, op.name) for p in op.params])
            continue
        matrix = _matrix(op) if len(at) <= 2 else None
        if matrix is not None:
            out.add(matrix, at[::-1])
        elif op.definition is not None:
            phase += _append(out, op.definition, at)
        else:
            raise Error(f"the gate {op.name} on {len(at)} qubits has no definition that ebit could take over")
    return phase


def _number(value):
    if getattr(value, "parameters", ()):
        raise Error("the circuit's global phase has parameters, which ebit cannot keep: assign them first")
    return float(value)


def _matrix(op):
    """The gate's matrix, None where it has free parameters or says none."""
    try:
        return np.asarray(op.to_matrix())
    except Exception:  # composite gates say in many ways that they have no matrix
        return None


def from_qasm3(text, *, reader="qiskit"):
    """OpenQASM 3 text as an `ebit.Circuit`; `input` angles become shared parameters.

    reader: "qiskit", which needs qiskit and qiskit-qasm3-import, and whose measurements and resets `from_qiskit` refuses; or
    "ebit", which needs nothing, reads what `ebit import` reads, and makes measurements and resets channels of the circuit.
    Raises Error for what the reader cannot read.

    >>> import ebit.interop
    >>> ebit.interop.from_qasm3('OPENQASM 3.0; include "stdgates.inc"; input float a; qubit[1] q; rx(2*a) q[0];').shared
    ('a',)
    >>> ebit.interop.from_qasm3("OPENQASM 3.0; qubit[1] q; reset q[0];", reader="ebit").items[0]["channel"]
    'reset'
    """
    if reader == "ebit":
        core, inputs = _core.read_qasm(text, "OpenQASM")
        return Circuit._of(core, {False: list(inputs), True: []})
    if reader != "qiskit":
        raise Error(f"reader must be qiskit or ebit, not {reader!r}")
    qasm3 = _module("qiskit.qasm3", "from_qasm3", "qiskit")
    _module("qiskit_qasm3_import", "from_qasm3", "qiskit-qasm3-import")
    try:
        qc = qasm3.loads(text)
    except Exception as error:
        raise Error(f"Qiskit cannot read this text: {' '.join(str(error).split())}") from None
    return from_qiskit(qc)


_PENNYLANE = table("""I:Identity X:PauliX Y:PauliY Z:PauliZ H:Hadamard S:S T:T SX:SX RX:RX RY:RY RZ:RZ P:PhaseShift Rot:Rot
                      U3:U3 CNOT:CNOT CY:CY CZ:CZ CRX:CRX CRY:CRY CRZ:CRZ Toffoli:Toffoli SWAP:SWAP iSWAP:ISWAP RXX:IsingXX
                      RYY:IsingYY RZZ:IsingZZ""")


def to_pennylane(circuit):
    """The circuit as a function that queues PennyLane's gates: call it inside of a QNode.

    gates(shared=None, per_sample=None, wires=None): angles in radians, as in `ebit.run`: shared [P], per_sample [Q] or [B, Q]
    (PennyLane broadcasts over B), or dicts by name; arrays of autograd, torch and jax keep their gradients. wires: labels, else
    0, 1, ... Wire 0 is the most significant bit, as in ebit. Needs pennylane.

    >>> import pennylane as qml, ebit, ebit.interop
    >>> gates = ebit.interop.to_pennylane(ebit.Circuit(1).add("RY", [0], ["a"]))
    >>> @qml.qnode(qml.device("default.qubit", wires=1))
    ... def z(a):
    ...     gates([a])
    ...     return qml.expval(qml.PauliZ(0))
    >>> round(float(z(0.5)), 6)
    0.877583
    """
    qml = _module("pennylane", "to_pennylane")
    operations = list(operations_of(circuit))

    def gates(shared=None, per_sample=None, wires=None):
        labels = list(range(circuit.wires)) if wires is None else list(wires)
        if len(labels) != circuit.wires:
            raise Error(f"the circuit has {circuit.wires} wires, and {len(labels)} labels are given")
        values = {**_by_name(circuit.shared, shared, "shared"), **_by_name(circuit.per_sample, per_sample, "per-sample")}
        for gate, at, angles, matrix in operations:
            where = [labels[w] for w in at]
            if matrix is not None:
                qml.QubitUnitary(matrix, wires=where)
                continue
            numbers = [value if n is None else factor * values[n] + value for factor, n, value in angles]
            if gate in _PENNYLANE:
                getattr(qml, _PENNYLANE[gate])(*numbers, wires=where)
            else:
                qml.adjoint(getattr(qml, _PENNYLANE[gate[:-2]]))(wires=where)  # Sdg, Tdg, SXdg, iSWAPdg

    gates.__doc__ = f"Queues a circuit of {circuit.wires} wires; angles {circuit.shared}, per sample {circuit.per_sample}."
    return gates


def _by_name(names, given, what):
    if isinstance(given, dict):
        if sorted(given) != sorted(names):
            raise Error(f"{what} parameters are {', '.join(names) or 'none'}, and {', '.join(given) or 'none'} are given")
        return given
    if given is None:
        if names:
            raise Error(f"the circuit has {what} parameters ({', '.join(names)}): give their values in radians")
        return {}
    given = given if hasattr(given, "shape") else _stack(given)
    if given.shape[-1:] != (len(names),) and not (not names and 0 in given.shape):
        raise Error(f"{what} angles are {len(names)} numbers ({', '.join(names)}), not the shape {tuple(given.shape)}")
    return {n: given[..., i] for i, n in enumerate(names)}


def _stack(numbers):
    if any(hasattr(n, "shape") and not n.shape for n in numbers):  # single numbers that may have gradients
        return importlib.import_module("pennylane").math.stack(list(numbers), -1)
    return np.asarray(numbers, "float64")


class Exported(namedtuple("Exported", "texts measured y outcomes probability")):
    """The circuits of one window of a cell.

    texts: one; one for each basis that readouts are measured in; of memories that are prepared from what was measured, T.
    measured: of each the wires that are measured at its end, in order. y: the exact readouts [K] of the last step without noise.
    outcomes: of `collapse` the outcomes of the system behind each step but the last; shots with others do not count.
    probability: that a shot has them.
    """

    __slots__ = ()


def export(cell, x, parameters=None, *, format="qasm3", dialect="qiskit", barriers=True, inputs=False, feedforward=False):
    """One window x [T, F] of a register cell as circuits for other tools, as `ebit export` writes a run; gives an `Exported`.

    cell: an `ebit.Cell` with `parameters` [P], a recurrent module of `ebit.torch` with its own, or an `ebit.Run`, whose x are
    scaled as the model sees them. format: "qasm3", "qiskit", "pennylane", "json". dialect: of OpenQASM 3 "qiskit", "cirq", "braket",
    "pennylane". barriers: between encoder, circuits and steps. inputs: the angles are inputs of the program. feedforward: a reset is a
    measurement, and X where 1 was read. Noise, shots and trajectories of the cell are left out: a device has its own.

    Raises Error, with the reason, for cells that are no circuit of a window, and as the command line does.

    >>> import ebit, ebit.interop, numpy as np
    >>> cell = ebit.RegisterCell(hidden="density")
    >>> window = ebit.interop.export(cell, np.zeros((3, 1)), cell.initialise(seed=1))
    >>> window.texts[0].count("reset q"), len(window.y)
    (4, 1)
    """
    core, own = _cell_with_parameters(cell, parameters)
    x = floats(x, "x", 2)
    if x.shape[1] != core.inputs:
        raise Error(f"x must be [steps, {core.inputs}], not {x.shape}")
    own = floats(own, "parameters", 1)
    if own.size != core.parameters:
        raise Error(f"the cell has {core.parameters} parameters, and {own.size} are given")
    return Exported(**_core.export_cell(core, own, x.reshape(-1), format, dialect, barriers, inputs, feedforward))


def _cell_with_parameters(cell, parameters):
    """The core's float64 cell and its parameters [P]."""
    from ._cells import Cell
    from ._run import Run
    from ._settings import cell_of, own_options
    if isinstance(cell, Run):
        if parameters is not None:
            raise Error("a run has its own parameters: leave parameters out")
        spec, options = cell.spec, cell.config["model"]
        if spec["input"]["map"] or spec["input"]["vocabulary"]:
            raise Error("the run has an input layer in front of its cell: take `ebit export RUN`, which runs it")
        if spec["stateful"]:
            raise Error("the run carries its quantum state from window to window, and a state cannot be exported")
        plain = Cell(cell.name, inputs=spec["input"]["width"],
                     **own_options(cell.name, {k: v for k, v in options.items() if k != "name"}))
        weights = [np.ravel(cell.weights[f"core.{s['name']}"]) for s in plain.segments]
        return cell_of(plain._spec, "float64"), np.concatenate(weights)
    if isinstance(cell, Cell):
        if parameters is None:
            raise Error("a cell holds no numbers: give parameters [P], such as cell.initialise(seed=1)")
        return cell_of(cell._spec, "float64"), parameters
    if not hasattr(cell, "spec") or not hasattr(cell, "_list"):
        raise Error(f"export takes an ebit.Cell, a recurrent module of ebit.torch or an ebit.Run, not {type(cell).__name__}")
    if parameters is not None:
        raise Error("a module has its own parameters: leave parameters out")
    return cell_of(cell.spec, "float64"), np.concatenate([np.ravel(p.detach().cpu().double().numpy()) for p in cell._list()])


def to_text(circuit, shared=None, *, format="qasm3", dialect="qiskit", barriers=True):
    """The circuit with its channels as text in the formats of `ebit export`: qasm3 in a dialect, qiskit, pennylane, json.

    shared: [P] radians or a dict by name, which are written; None: inputs of the same names. Measurements, resets and feed-forward are statements; noise is a comment that
    names it, and a channel of json, which `ebit probe` runs. Raises Error for per-sample parameters, and for formats and dialects
    that lack what the circuit needs.

    >>> import ebit, ebit.interop
    >>> print(ebit.interop.to_text(ebit.Circuit(1).add("H", [0]).add_channel("reset", [0]), dialect="braket"))
    OPENQASM 3.0;
    qubit[1] q;
    bit[1] c;
    h q[0];
    c[0] = measure q[0];
    reset q[0];
    <BLANKLINE>
    """
    if circuit.per_sample:
        raise Error("a text is of one circuit, and this one has parameters of each sample")
    numbers = [0.0] * len(circuit.shared) if shared is None else [float(a) for a in angles_of(circuit, shared, None)[0]]
    names = list(_spelled(circuit.shared).values()) if shared is None else []
    return _core.circuit_text(circuit._circuit, numbers, names, format, dialect, barriers)
