"""A window that `ebit export` wrote, on Qiskit Aer with a device's noise, beside what ebit says of the same noise.

    python examples/aer_device.py WINDOW.qasm DEVICE.json [SHOTS]

WINDOW.qasm: of `ebit export RUN --no-barriers -o WINDOW.qasm`, whose system register is wires 0 and 1. DEVICE.json: a device's table as
`--noise` takes it. Needs qiskit, qiskit-qasm3-import, qiskit-aer.
"""
import json
import math
import sys

import numpy as np
from qiskit import qasm3
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error, thermal_relaxation_error

import ebit
import ebit.interop


def relaxation(wire, time):
    return thermal_relaxation_error(wire["t1"], min(wire["t2"], 2 * wire["t1"]), time)


def gate_error(wires, error, time):
    """Depolarizing of what the reported error has beyond relaxation, then relaxation of each wire."""
    d = 2 ** len(wires)
    kept = [(1 + math.exp(-time / w["t1"]) + 2 * math.exp(-time / min(w["t2"], 2 * w["t1"]))) / 4 for w in wires]
    fidelity = (d * math.prod(kept) + 1) / (d + 1)
    weight = max(0.0, d * (fidelity - (1 - error)) / (d * fidelity - 1))
    each = [relaxation(w, time) for w in wires]
    return depolarizing_error(weight, len(wires)).compose(each[0] if len(each) == 1 else each[1].tensor(each[0]))


def noise_of(device):
    """An RY is two sx, a CX one two-qubit gate of the device; pairs that it lacks take the mean of its pairs."""
    model, wires = NoiseModel(), device["wires"]
    errors = {frozenset(p["qubits"]): (p["error"], p["time"]) for p in device["pairs"]}
    mean = tuple(np.mean(list(errors.values()), axis=0))
    for q, wire in enumerate(wires):
        model.add_quantum_error(gate_error([wire], 2 * wire["sx_error"], 2 * wire["sx_time"]), ["ry"], [q])
        up, down = wire["readout"]["p1_given_0"], wire["readout"]["p0_given_1"]
        model.add_readout_error(ReadoutError([[1 - up, up], [down, 1 - down]]), [q])
        for other in range(len(wires)):
            if other != q:
                both = gate_error([wire, wires[other]], *errors.get(frozenset((q, other)), mean))
                model.add_quantum_error(both, ["cx"], [q, other])
    return model


def with_rests(circuit, wires):
    """While the system is measured and reset, the ancilla relaxes."""
    out = circuit.copy_empty_like()
    for item, behind in zip(circuit.data, [*circuit.data[1:], None]):
        out.append(item)
        if item.operation.name == "reset" and (behind is None or behind.operation.name != "reset"):
            for q in range(2, circuit.num_qubits):
                time = max(w["measure_time"] + w["reset_time"] for w in wires[:2])
                out.append(relaxation(wires[q], time).to_instruction(), [q])
    return out


def main(window, table, shots=10**6):
    text, device = open(window).read(), json.load(open(table))
    circuit = with_rests(qasm3.loads(text), device["wires"])
    simulator = AerSimulator(method="density_matrix", noise_model=noise_of(device), seed_simulator=1)
    counts = simulator.run(circuit, shots=shots).result().get_counts()
    by_shots = 1 - 2 * counts.get("1", 0) / shots
    circuit.remove_final_measurements()
    circuit.save_density_matrix()
    p = simulator.run(circuit).result().data()["density_matrix"].probabilities_dict([1])
    own = ebit.interop.from_qasm3(text[:text.index("out[0] = measure")], reader="ebit")
    z = [(-1) ** (i >> 2 & 1) for i in range(16)]
    rho = ebit.density_matrix(own, noise=table)[0]
    print("ebit, no noise                    ", ebit.expectation(own, "Z1")[0, 0])
    print("ebit, the device's noise          ", float(np.dot(z, np.diag(rho).real)))
    print("Aer, the device's noise           ", p.get("0", 0) - p.get("1", 0))
    print("ebit, and its readout error       ", ebit.expectation(own, "Z1", noise=table)[0, 0])
    print(f"Aer, and its readout error, {shots} shots", by_shots, "+-", math.sqrt((1 - by_shots**2) / shots))


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
