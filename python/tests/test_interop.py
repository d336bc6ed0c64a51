"""Circuits in OpenQASM 3, Qiskit, PennyLane, Cirq and Braket: the same unitaries."""
import re
import subprocess
import sys

import numpy as np
import pytest

import ebit
import ebit._qasm
import ebit.info
import ebit.interop
from ebit._decompose import LOWER, matrix_gates
from ebit.interop import from_qasm3, from_qiskit, to_pennylane, to_qasm3, to_qiskit

GATES = list(ebit.gates())
SPELLED = {"θ0": "theta0", "a b": "a_b", "rx": "rx_", "q": "q_"}  # names in ebit and in the text


def unitary_matrix(rng, size):
    return np.linalg.qr(rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))[0]


def random_circuit(rng, wires=3, free=False, matrices=True, per_sample=False):
    """Every gate once, in random order on random wires, and matrices."""
    circuit, order = ebit.Circuit(wires), rng.permutation(len(GATES))
    for g in (GATES[i] for i in order):
        at = list(map(int, rng.permutation(wires)[:g.wires]))
        angles = [float(a) for a in rng.uniform(-7, 7, g.angles)]
        if free and rng.random() < 0.6:
            names = ["θ0", "a b", "rx", "q"] if not per_sample else ["θ0", "a b"]
            angles = [ebit.Angle(names[rng.integers(len(names))], float(rng.normal()), float(rng.normal())) for _ in angles]
            if per_sample and angles and rng.random() < 0.5:
                angles[0] = ebit.Angle("x", 0.7, 0.1, True)
        circuit.add(g.name, at, angles)
    if matrices:
        circuit.add(unitary_matrix(rng, 2), [1])
        circuit.add(unitary_matrix(rng, 4), list(map(int, rng.permutation(wires)[:2])))
    return circuit


def same(a, b, upto_phase=False):
    if upto_phase:
        b = b * np.exp(1j * np.angle(np.vdot(b, a)))
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def angles_for(circuit, rng):
    return {n: float(v) for n, v in zip(circuit.shared, rng.uniform(-3, 3, len(circuit.shared)))}


def of_qiskit(qc):
    from qiskit.quantum_info import Operator
    return Operator(qc.reverse_bits()).data


def test_every_gate_is_written():
    known = {*ebit.gates().names()}
    assert known == {*ebit._qasm._PLAIN, *LOWER} & known, "a new gate needs a name in _qasm.py or a row in LOWER"


@pytest.mark.parametrize("size", [2, 4])
def test_matrices_become_gates(size, rng):
    special = [np.eye(size), np.diag([1, 1j] * (size // 2)), 1j * np.fliplr(np.eye(size))]
    for u in [unitary_matrix(rng, size) for _ in range(20)] + special:
        gates, phase = matrix_gates(u, [0, 1][:size // 2])
        circuit = ebit.Circuit(size // 2)
        for gate, wires, angles in gates:
            circuit.add(gate, wires, angles)
        same(u, np.exp(1j * phase) * circuit.unitary())


@pytest.mark.parametrize("name", ["cnot", "cz", "swap", "iswap", "rzz(0.7)", "rxx(1e-9)", "canonical(pi/2, pi/4, 0)",
                                  "canonical(0.3, 0.3, 0.3)"])
def test_special_matrices_become_gates(name):
    u = ebit.info.unitary(name)
    gates, phase = matrix_gates(u, [0, 1])
    circuit = ebit.Circuit(2)
    for gate, wires, angles in gates:
        circuit.add(gate, wires, angles)
    same(u, np.exp(1j * phase) * circuit.unitary())


@pytest.mark.parametrize("seed", range(3))
def test_qiskit_has_the_same_unitary_and_comes_back(seed):
    pytest.importorskip("qiskit")
    rng = np.random.default_rng(seed)
    circuit = random_circuit(rng, free=True)
    values = angles_for(circuit, rng)
    qc = to_qiskit(circuit)
    assert sorted(p.name for p in qc.parameters) == sorted(circuit.shared)
    same(circuit.unitary(values), of_qiskit(qc.assign_parameters(values)))
    back = from_qiskit(qc)
    same(circuit.unitary(values), back.unitary({n: values[n] for n in back.shared}))


@pytest.mark.parametrize("seed", range(3))
def test_qasm_for_qiskit(seed):
    pytest.importorskip("qiskit_qasm3_import")
    import qiskit.qasm3
    rng = np.random.default_rng(seed)
    circuit = random_circuit(rng, free=True)
    values = angles_for(circuit, rng)
    same(circuit.unitary(values), of_qiskit(qiskit.qasm3.loads(to_qasm3(circuit, bind=values))))
    text = to_qasm3(circuit)
    assert "gate rzz(a) q0, q1" in text
    spelled = {n: s for n, s in SPELLED.items() if n in circuit.shared}
    assert all(f"input float[64] {s};" in text for s in spelled.values())
    qc = qiskit.qasm3.loads(text)
    assert sorted(p.name for p in qc.parameters) == sorted(spelled[n] for n in circuit.shared)
    same(circuit.unitary(values), of_qiskit(qc.assign_parameters({spelled[n]: v for n, v in values.items()})))
    back = from_qasm3(text)
    same(circuit.unitary(values), back.unitary({spelled[n]: values[n] for n in values}))


def test_qasm_for_cirq(rng):
    pytest.importorskip("cirq")
    pytest.importorskip("ply")
    from cirq.contrib.qasm_import import circuit_from_qasm
    import cirq
    for matrices in (False, True):
        circuit = random_circuit(rng, free=True, matrices=matrices)
        values = angles_for(circuit, rng)
        made = circuit_from_qasm(to_qasm3(circuit, dialect="cirq", bind=values))
        same(circuit.unitary(values), made.unitary(qubit_order=[cirq.NamedQubit(f"q_{i}") for i in range(3)]), upto_phase=True)
    circuit = ebit.Circuit(1)
    for name in ("θ0", "a b", "rx", "q"):
        circuit.add("RX", [0], [ebit.Angle(name, -0.5, 1e-5)])
    assert cirq.parameter_names(circuit_from_qasm(to_qasm3(circuit, dialect="cirq"))) == {"theta0", "a_b", "rx_", "q_"}


def test_qasm_for_braket(rng):
    pytest.importorskip("braket.default_simulator")
    from braket.default_simulator.openqasm.interpreter import Interpreter
    from braket.default_simulator import StateVectorSimulation
    circuit = random_circuit(rng, free=True)
    values = angles_for(circuit, rng)
    for bind in (values, None):
        text = to_qasm3(circuit, dialect="braket", bind=bind)
        inputs = None if bind else {SPELLED[n]: v for n, v in values.items()}
        made = Interpreter().build_circuit(source=text, inputs=inputs)
        simulation = StateVectorSimulation(3, 1, 1)
        simulation.evolve(made.instructions)
        same(ebit.run(circuit, values)[0], simulation.state_vector, upto_phase=True)


def test_qasm_for_pennylane(rng):
    qml = pytest.importorskip("pennylane")
    pytest.importorskip("openqasm3")
    for matrices in (False, True):
        circuit = random_circuit(rng, free=True, matrices=matrices)
        values = angles_for(circuit, rng)
        text = to_qasm3(circuit, dialect="pennylane", bind=values)
        made = qml.matrix(qml.from_qasm3(text, {f"q{i}": i for i in range(3)}), wire_order=[0, 1, 2])()
        same(circuit.unitary(values), made, upto_phase=matrices)


@pytest.mark.parametrize("seed", range(3))
def test_pennylane_has_the_same_states(seed):
    qml = pytest.importorskip("pennylane")
    rng = np.random.default_rng(seed)
    circuit = random_circuit(rng, free=True, per_sample=True)
    gates = to_pennylane(circuit)
    shared, per_sample = rng.uniform(-3, 3, len(circuit.shared)), rng.uniform(-3, 3, (5, len(circuit.per_sample)))

    @qml.qnode(qml.device("default.qubit", wires=["c", "b", "a"]))
    def state(p, q):
        gates(p, q, wires="cba")
        return qml.state()

    same(ebit.run(circuit, shared, per_sample), state(shared, per_sample))
    names = dict(zip(circuit.shared, shared)), {n: per_sample[:, i] for i, n in enumerate(circuit.per_sample)}
    same(ebit.run(circuit, *names), state(*names))


def test_pennylane_gives_gradients():
    qml = pytest.importorskip("pennylane")
    circuit = ebit.Circuit(2).add("RY", [0], ["a"]).add("RXX", [0, 1], [ebit.Angle("b", 2.0, 0.3)])
    gates = to_pennylane(circuit)

    @qml.qnode(qml.device("default.qubit", wires=2))
    def z(p):
        gates(p)
        return qml.expval(qml.PauliZ(0))

    at = qml.numpy.array([0.4, -0.2], requires_grad=True)
    _, (gradient, _) = ebit.expectation(circuit, ["Z0"], np.array(at), gradient=True)
    np.testing.assert_allclose(qml.grad(z)(at), gradient, atol=1e-12)


def test_what_qiskit_has_and_ebit_has_not():
    qiskit = pytest.importorskip("qiskit")
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import QFTGate
    a = Parameter("a")
    qc = qiskit.QuantumCircuit(3, global_phase=0.4)
    qc.append(QFTGate(3), [0, 1, 2])
    qc.cswap(0, 2, 1), qc.cp(0.3, 2, 0), qc.ecr(1, 2), qc.cx(0, 1, ctrl_state=0), qc.rzx(0.2, 0, 2), qc.ccx(0, 2, 1, ctrl_state=1)
    qc.barrier()
    qc.cp(2 * a + 1, 0, 1), qc.rzx(a, 1, 2), qc.cu(0.1, 0.2, 0.3, 0.4, 2, 1)
    back = from_qiskit(qc)
    same(of_qiskit(qc.assign_parameters({"a": 0.7})), back.unitary({"a": 0.7}))
    for act, word in ((lambda c: c.measure_all(), "measure"), (lambda c: c.reset(0), "reset"),
                      (lambda c: c.rx(a * a, 0), "value [+] factor")):
        bad = qiskit.QuantumCircuit(1)
        act(bad)
        with pytest.raises(ebit.Error, match=word):
            from_qiskit(bad)


def test_numbers_read_back_bit_for_bit(rng):
    values = [*rng.normal(size=20), np.pi / 4 + 1e-9, 1e-17, -12.5e-9, 3.0, 1 / 3]
    circuit = ebit.Circuit(1)
    for v in values:
        circuit.add("RX", [0], [float(v)])
    assert [float(n) for n in re.findall(r"rx\((.*?)\)", to_qasm3(circuit))] == [float(v) for v in values]


def test_what_is_refused():
    circuit = ebit.Circuit(1).add("RX", [0], ["a"])
    with pytest.raises(ebit.Error, match="qiskit, cirq, braket, pennylane"):
        to_qasm3(circuit, dialect="q#")
    with pytest.raises(ebit.Error, match="no parameter b: its parameters are a"):
        to_qasm3(circuit, bind={"b": 1.0})
    with pytest.raises(ebit.Error, match="finite"):
        to_qasm3(circuit, bind={"a": float("nan")})
    with pytest.raises(ebit.Error, match="two different names"):
        to_qasm3(circuit.add("RX", [0], [ebit.Angle("a", per_sample=True)]))


def test_missing_packages_are_named():
    code = """
import sys
for name in ("qiskit", "qiskit_qasm3_import", "pennylane"):
    sys.modules[name] = None
import ebit, ebit.interop
for call, word in ((ebit.interop.to_qiskit, "qiskit"), (ebit.interop.to_pennylane, "pennylane")):
    try:
        call(ebit.Circuit(1))
    except ImportError as error:
        print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == ["ebit.interop.to_qiskit needs qiskit: pip install ebit[interop]",
                    "ebit.interop.to_pennylane needs pennylane: pip install ebit[interop]"]
