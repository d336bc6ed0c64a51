"""Circuits that `ebit export` writes, run by other tools to the same numbers; skips loudly where those are not installed."""
import json
import re

import numpy as np
import pytest

PRESETS = ["li-pqrnn", "fellner-qrnn-reset", "coherent-qrnn", "fellner-qrnn"]


def exported(program, tmp_path, preset, *options, name="circuit.qasm"):
    """Texts of a preset's circuits, one a basis, and the readouts that they say: [(text, {bits of out: value})]."""
    path = tmp_path / name
    program("export", "--preset", preset, "--steps", 3, *options, "-o", path)
    texts = [path.read_text()] if path.exists() else [p.read_text() for p in sorted(tmp_path.glob(f"{path.stem}-*{path.suffix}"))]
    found = []
    for text in texts:
        readouts = re.findall(r"[/#]+ \S+ is the mean of \(-1\)\^\((.*?)\): (\S+) without noise", text)
        if "out: wires" in text:  # a round whose ancilla is measured
            continue
        found.append((text, {tuple(int(i) for i in re.findall(r"out\[(\d+)\]", bits)): float(value) for bits, value in readouts}))
        assert readouts
    return found


def signed_mean(probabilities, bits):
    """Mean of (-1)^(sum of bits) over {bit string, last bit first: probability}."""
    return sum(p * (-1) ** sum(int(text[-1 - b]) for b in bits) for text, p in probabilities.items())


def aer_probabilities(text):
    """Probabilities of the register `out`, exactly: the last measurements are replaced by what a density matrix says."""
    qasm3 = pytest.importorskip("qiskit.qasm3", reason="qiskit is not installed: exports are not run by it")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed: exports are not read by Qiskit")
    aer = pytest.importorskip("qiskit_aer", reason="qiskit-aer is not installed: exports are not run by Aer")
    from qiskit import transpile

    measured = [int(q) for q in re.findall(r"out\[\d+\] = measure q\[(\d+)\]", text)]
    circuit = qasm3.loads(re.sub(r"out\[\d+\] = measure.*\n", "", text))
    circuit.save_density_matrix()
    simulator = aer.AerSimulator(method="density_matrix")
    rho = simulator.run(transpile(circuit, simulator, optimization_level=0)).result().data()["density_matrix"]
    return rho.probabilities_dict(measured)


@pytest.mark.parametrize("preset", PRESETS)
def test_aer_runs_the_exported_circuit_to_the_same_readout(program, tmp_path, preset):
    for text, readouts in exported(program, tmp_path, preset):
        probabilities = aer_probabilities(text)
        for bits, value in readouts.items():
            assert abs(signed_mean(probabilities, bits) - value) < 1e-10


def test_aer_runs_the_last_round_of_a_memory_of_probabilities(program, tmp_path):
    text, readouts = exported(program, tmp_path, "daskin-probabilities")[-1]
    probabilities = aer_probabilities(text)
    for bits, value in readouts.items():
        assert abs(signed_mean(probabilities, bits) - value) < 1e-10


def test_aer_runs_resets_by_feedforward_within_its_shots(program, tmp_path):
    qasm3 = pytest.importorskip("qiskit.qasm3", reason="qiskit is not installed: exports are not run by it")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed: exports are not read by Qiskit")
    aer = pytest.importorskip("qiskit_aer", reason="qiskit-aer is not installed: exports are not run by Aer")
    shots = 20000
    (text, readouts), = exported(program, tmp_path, "li-pqrnn", "--feedforward")
    counts = aer.AerSimulator(seed_simulator=5).run(qasm3.loads(text), shots=shots).result().get_counts()
    out = {}
    for key, count in counts.items():  # the register `out` was declared last, and stands first
        out[key.split()[0]] = out.get(key.split()[0], 0) + count / shots
    for bits, value in readouts.items():
        assert abs(signed_mean(out, bits) - value) < 4.5 * np.sqrt((1 - value**2) / shots)


@pytest.mark.parametrize("preset", PRESETS)
def test_cirq_runs_the_exported_circuit(program, tmp_path, preset):
    cirq = pytest.importorskip("cirq", reason="cirq is not installed: exports are not run by it")
    from cirq.contrib.qasm_import import circuit_from_qasm

    for text, readouts in exported(program, tmp_path, preset, "--dialect", "cirq"):
        measured = [int(q) for q in re.findall(r"out\[\d+\] = measure q\[(\d+)\]", text)]
        circuit = circuit_from_qasm(re.sub(r"out\[\d+\] = measure.*\n", "", text))
        wires = [cirq.NamedQubit(f"q_{k}") for k in range(4)]
        rho = cirq.DensityMatrixSimulator(dtype=np.complex128).simulate(circuit, qubit_order=wires).final_density_matrix
        diagonal = np.diag(rho).real
        for bits, value in readouts.items():
            signs = [(-1) ** sum(i >> (3 - measured[b]) & 1 for b in bits) for i in range(16)]
            assert abs(np.dot(signs, diagonal) - value) < 1e-10


@pytest.mark.parametrize("preset", PRESETS)
def test_pennylane_runs_the_exported_function(program, tmp_path, preset):
    qml = pytest.importorskip("pennylane", reason="pennylane is not installed: exports are not run by it")
    for text, readouts in exported(program, tmp_path, preset, "--format", "pennylane", name="circuit.py"):
        names = {}
        exec(text, names)  # what ebit wrote a moment ago
        values = qml.QNode(names["circuit"], qml.device("default.qubit"))()
        for bits, value in readouts.items():
            if len(bits) == 1:
                assert abs(float(values[bits[0]]) - value) < 1e-10


def test_qiskit_python_and_qasm_are_one_circuit(program, tmp_path):
    qiskit = pytest.importorskip("qiskit", reason="qiskit is not installed: exports are not built by it")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed")
    from qiskit import qasm3

    (text, _), = exported(program, tmp_path, "li-pqrnn")
    (python, _), = exported(program, tmp_path, "li-pqrnn", "--format", "qiskit", name="circuit.py")
    names = {}
    exec(python, names)  # what ebit wrote a moment ago
    assert names["circuit"].count_ops() == qasm3.loads(text).count_ops()
    assert isinstance(names["circuit"], qiskit.QuantumCircuit)


def test_qiskits_own_output_is_imported(program, tmp_path):
    qiskit = pytest.importorskip("qiskit", reason="qiskit is not installed: its output is not read")
    from qiskit import qasm3

    circuit = qiskit.QuantumCircuit(3)
    circuit.h(0)
    circuit.rzz(0.3, 0, 1)
    circuit.iswap(1, 2)
    circuit.sxdg(2)
    circuit.cp(0.8, 0, 2)  # Qiskit writes what is near pi/4 as pi/4
    circuit.u(0.1, 0.2, 0.3, 1)
    (tmp_path / "q.qasm").write_text(qasm3.dumps(circuit))
    program("import", tmp_path / "q.qasm", "-o", tmp_path / "q.toml")
    program("export", "--ansatz", tmp_path / "q.toml", "--wires", 3, "-o", tmp_path / "back.qasm")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed")
    from qiskit.quantum_info import Operator

    back = Operator(qasm3.loads((tmp_path / "back.qasm").read_text())).data
    own = Operator(circuit).data
    phase = np.trace(own.conj().T @ back)
    assert np.abs(back - own * phase / abs(phase)).max() < 1e-12


def test_probe_of_an_exported_json(program, tmp_path):
    program("export", "--preset", "li-pqrnn", "--format", "json", "-o", tmp_path / "c.json")
    probe = json.loads(program("probe", tmp_path / "c.json"))
    text = program("export", "--preset", "li-pqrnn")
    value = float(re.search(r"Z0 is the mean of \(-1\)\^\(out\[0\]\): (\S+) without noise", text).group(1))
    assert abs(probe["expectations"]["Z0"] - value) < 1e-12
