"""Workload H by Qiskit Aer: a noisy trajectory of four steps of a 2+2 register cell."""

import random

import peers_common as common

PEER = "aer"


def window(qiskit):
    """Four steps: the encoder's state preparation of two qubits, 2+2 layers of RY and a CNOT ring, resets."""
    source = random.Random(1)
    circuit = qiskit.QuantumCircuit(4, 1)
    for step in range(4):
        circuit.ry(source.uniform(-3, 3), 0)
        circuit.cx(0, 1)
        circuit.ry(source.uniform(-3, 3), 0)
        circuit.ry(source.uniform(-3, 3), 1)
        for _ in range(4):
            for q in range(4):
                circuit.ry(source.uniform(-3, 3), q)
            for q in range(4):
                circuit.cx(q, (q + 1) % 4)
        if step < 3:
            circuit.reset([0, 1])
    circuit.measure(1, 0)
    return circuit


def main():
    options = common.options(__doc__)
    loaded = common.load(PEER, "qiskit", "qiskit_aer", "qiskit_aer.noise")
    if not loaded:
        return
    qiskit, aer, noise = loaded
    model = noise.NoiseModel()
    model.add_all_qubit_quantum_error(noise.depolarizing_error(1e-3, 1), ["ry"])
    model.add_all_qubit_quantum_error(noise.depolarizing_error(1e-2, 2), ["cx"])
    shots = 200 if options.quick else 2000
    simulator = aer.AerSimulator(method="statevector", noise_model=model, max_parallel_threads=options.threads)
    circuit = qiskit.transpile(window(qiskit), simulator, optimization_level=0)
    seconds = common.seconds_of(lambda: simulator.run(circuit, shots=shots).result(), options.repeat, options.min_seconds)
    common.emit({"workload": "H", "peer": PEER, "versions": common.versions("qiskit", "qiskit-aer"), "size": "2+2 qubits, T=4",
                 "dtype": "float64", "unit": "trajectory", "seconds": [s / shots for s in seconds],
                 "note": f"statevector, {shots} shots a call"})


if __name__ == "__main__":
    common.guarded(PEER, main)
