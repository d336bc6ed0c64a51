"""The reference problem of four steps, exported and run by Aer, cirq, PennyLane and Braket; costs against Qiskit's router.

Skips loudly where those are not installed.
"""
import json
import re
from pathlib import Path

import numpy as np
import pytest

import ebit
import ebit.interop

FILE = json.loads((Path(__file__).parents[2] / "tests" / "golden" / "noise" / "export" / "problem_2p2_T4.json").read_text())
EXACT = FILE["density"]["y"][-1]
PARAMETERS = np.concatenate([np.ravel(FILE["cell"][n]) for n in ("theta_en", "theta_dis", "encoder_weight", "encoder_bias")])
X = np.reshape(FILE["cell"]["x"], (-1, 1))


def exported(hidden="density", **options):
    return ebit.interop.export(ebit.RegisterCell(hidden=hidden), X, PARAMETERS, **options)


def parts(text):
    """The text without its last measurement, and the wire that it reads."""
    wire, = re.findall(r"out(?:\[0\]|0) = measure q\[?(\d+)\]?;", text)
    return re.sub(r"out(?:\[0\]|0) = measure.*\n", "", text), int(wire)


def qiskit_and_aer():
    qasm3 = pytest.importorskip("qiskit.qasm3", reason="qiskit is not installed: the reference problem is not run by it")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed: exports are not read by Qiskit")
    return qasm3, pytest.importorskip("qiskit_aer", reason="qiskit-aer is not installed: the reference problem is not run by Aer")


def test_the_exact_readouts_are_those_of_the_file():
    window = exported()
    assert abs(window.y[0] - EXACT) < 1e-12 and window.measured == [[1]]
    collapse = exported("collapse")
    assert collapse.outcomes == [2, 0, 1] and abs(collapse.probability - 0.04885006) < 1e-8
    assert abs(collapse.y[0] + 0.083883) < 1e-6
    assert len(exported("probabilities").texts) == 4


def test_ebit_reads_its_own_text_back_and_runs_it():
    for dialect in ("qiskit", "cirq", "pennylane"):
        text, wire = parts(exported(dialect=dialect, barriers=False).texts[0])
        circuit = ebit.interop.from_qasm3(text, reader="ebit")
        assert abs(ebit.expectation(circuit, f"Z{wire}")[0, 0] - EXACT) < 1e-12
    circuit = ebit.interop.from_qasm3(parts(exported("sample", feedforward=True).texts[0])[0], reader="ebit")
    value, error = ebit.expectation(circuit, "Z1", trajectories=20000)
    assert abs(value[0, 0] - EXACT) < 4.5 * error[0, 0]


@pytest.mark.parametrize("hidden", ["density", "sample"])
def test_aer_by_its_density_matrix_and_by_a_million_shots(hidden):
    qasm3, aer = qiskit_and_aer()
    from qiskit import transpile

    text, wire = parts(exported(hidden).texts[0])
    circuit = qasm3.loads(text)
    circuit.save_density_matrix()
    simulator = aer.AerSimulator(method="density_matrix", seed_simulator=11)
    data = simulator.run(transpile(circuit, simulator, optimization_level=0)).result().data()["density_matrix"]
    if hidden == "density":  # behind measurements it is that of one outcome
        p = data.probabilities_dict([wire])
        assert abs(p.get("0", 0) - p.get("1", 0) - EXACT) < 1e-10
    shots = 10**6 if hidden == "density" else 20000  # each shot with measurements on the way runs by itself
    counts = simulator.run(qasm3.loads(exported(hidden).texts[0]), shots=shots).result().get_counts()
    ones = sum(count for key, count in counts.items() if key.split()[0] == "1")
    assert abs(1 - 2 * ones / shots - EXACT) < 4 * np.sqrt((1 - EXACT**2) / shots)


def test_cirq_exactly_and_by_shots():
    cirq = pytest.importorskip("cirq", reason="cirq is not installed: the reference problem is not run by it")
    from cirq.contrib.qasm_import import circuit_from_qasm

    text, wire = parts(exported(dialect="cirq", barriers=False).texts[0])
    wires = [cirq.NamedQubit(f"q_{k}") for k in range(4)]
    circuit = circuit_from_qasm(text)
    rho = cirq.DensityMatrixSimulator(dtype=np.complex128).simulate(circuit, qubit_order=wires).final_density_matrix
    z = [(-1) ** (i >> (3 - wire) & 1) for i in range(16)]
    assert abs(np.dot(z, np.diag(rho).real) - EXACT) < 1e-10
    shots = 10**6
    bits = cirq.sample_density_matrix(rho, [wire], repetitions=shots, seed=5)
    assert abs(1 - 2 * np.mean(bits) - EXACT) < 4 * np.sqrt((1 - EXACT**2) / shots)


def test_pennylane_exactly():
    qml = pytest.importorskip("pennylane", reason="pennylane is not installed: the reference problem is not run by it")
    names = {}
    exec(exported(format="pennylane").texts[0], names)  # what ebit wrote a moment ago
    value, = qml.QNode(names["circuit"], qml.device("default.qubit"))()
    assert abs(float(value) - EXACT) < 1e-10


def test_braket_by_shots_on_its_local_simulator():
    default = pytest.importorskip("braket.default_simulator", reason="Braket's simulator is not installed: its dialect is not run")
    program = pytest.importorskip("braket.ir.openqasm", reason="Braket's schemas are not installed: its dialect is not run").Program
    text = exported(dialect="braket").texts[0]
    assert "#pragma" not in text and text.count("\nreset q[") == 6
    shots = 4000
    result = default.StateVectorSimulator().run(program(source=text), shots=shots)
    measured = np.array(result.measurements, int)  # [shots, bits of c], or of the measured qubits
    assert len(measured) == shots
    ones = measured[:, -1].sum()
    assert abs(1 - 2 * ones / shots - EXACT) < 4.5 * np.sqrt((1 - EXACT**2) / shots)


def test_modules_of_torch_export_too():
    torch = pytest.importorskip("torch", reason="torch is not installed: modules are not exported")
    import ebit.torch

    rnn = ebit.torch.QuantumRNN("register", 1, hidden="density", batch_first=True, dtype=torch.float64)
    for p, block in zip(rnn._list(), np.split(PARAMETERS, [8, 16, 20])):
        p.data = torch.tensor(block, dtype=torch.float64).reshape(p.shape)
    assert ebit.interop.export(rnn, X).texts == exported().texts


def test_a_run_is_exported_as_by_the_command_line(program, tmp_path):
    run = tmp_path / "run"
    program("train", "--generator", "henon", "--set", "points=40", "--model", "daskin-collapse", "--hidden", "density", "--noise",
            "depolarizing", "--epochs", 1, "--window", 3, "--baselines", "none", "--no-plots", "-q", "-o", run)
    text = program("export", run)
    x = [float(number) for number in re.findall(r"// step \d+, x = (\S+)", text)]
    own = ebit.interop.export(ebit.load_run(run), np.reshape(x, (-1, 1)))
    lines = lambda t: [line for line in t.splitlines() if not line.startswith("//")]
    assert len(x) == 3 and lines(own.texts[0]) == lines(text)
    program("train", "--generator", "henon", "--set", "points=40", "--model", "daskin-collapse", "--stateful", "--epochs", 1, "--window", 3,
            "--baselines", "none", "--no-plots", "-q", "-o", tmp_path / "carried")
    with pytest.raises(ebit.Error, match="carries its quantum state"):
        ebit.interop.export(ebit.load_run(tmp_path / "carried"), np.reshape(x, (-1, 1)))


@pytest.mark.parametrize("work, part", [
    (lambda: ebit.interop.export(ebit.Cell("qlstm-v0"), X, np.zeros(120)), "no circuit of a window"),
    (lambda: ebit.interop.export(ebit.RegisterCell(hidden="density"), X), "parameters"),
    (lambda: ebit.interop.export(ebit.RegisterCell(hidden="density"), X, PARAMETERS[:5]), "5 are given"),
    (lambda: exported(format="qasm2"), "qasm3"),
    (lambda: exported(dialect="cirq", inputs=True), "no inputs"),
    (lambda: ebit.interop.export(7, X), "int"),
])
def test_refusals_are_one_line(work, part):
    with pytest.raises(ebit.Error, match=part) as error:
        work()
    assert "\n" not in str(error.value)


def test_the_router_is_as_good_as_qiskits(program, tmp_path):
    """Two-qubit gates on every map: over all presets at most 10% more than Qiskit's transpiler at its highest level."""
    qiskit = pytest.importorskip("qiskit", reason="qiskit is not installed: costs are not compared with its router")
    pytest.importorskip("qiskit_qasm3_import", reason="qiskit-qasm3-import is not installed: costs are not compared")
    from qiskit import qasm3, transpile
    from qiskit.transpiler import CouplingMap

    ours, theirs = {}, {}
    for preset in ("daskin-collapse", "fellner-qrnn-reset", "li-pqrnn"):
        rows = json.loads(program("export", "--preset", preset, "--steps", 4, "--costs", "--json", "--map", "line,ring,heavy-hex"))
        text = program("export", "--preset", preset, "--steps", 4, "--no-barriers")
        circuit = qasm3.loads(text)
        for row in rows:
            coupling = CouplingMap([tuple(e) for e in row["edges"]] + [tuple(e[::-1]) for e in row["edges"]])
            best = min(transpile(circuit, coupling_map=coupling, basis_gates=["rz", "ry", "rx", "h", "x", "cx"], optimization_level=3,
                                 seed_transpiler=seed).count_ops().get("cx", 0) for seed in range(3))
            ours[row["map"]] = ours.get(row["map"], 0) + row["two_qubit_gates"]
            theirs[row["map"]] = theirs.get(row["map"], 0) + best
    print({name: (ours[name], theirs[name]) for name in ours})
    for name in ours:
        assert ours[name] <= 1.1 * theirs[name], (name, ours, theirs)


def test_the_example_of_a_devices_noise_has_aers_numbers(tmp_path):
    qiskit_and_aer()
    import subprocess
    import sys

    root = Path(__file__).parents[2]
    (tmp_path / "w.qasm").write_text(exported(barriers=False).texts[0])
    table = root / "tests" / "golden" / "noise" / "device_sherbrooke_line4.json"
    done = subprocess.run([sys.executable, root / "examples" / "aer_device.py", tmp_path / "w.qasm", table, "200000"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pure, ours, theirs, read, shots = [line.split() for line in done.stdout.strip().splitlines()]
    assert abs(float(pure[-1]) - EXACT) < 1e-12
    assert abs(float(ours[-1]) - float(theirs[-1])) < 1e-10 and abs(float(ours[-1]) - EXACT) > 1e-3
    assert abs(float(shots[-3]) - float(read[-1])) < 4.5 * float(shots[-1])
