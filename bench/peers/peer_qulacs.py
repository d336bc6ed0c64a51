#!/usr/bin/env python3
"""Workload C in Qulacs: a parametric circuit and its backprop, a sample at a time."""

import peers_common as common


def measure(qulacs, args):
    for wires in args.sizes:
        circuit = qulacs.ParametricQuantumCircuit(wires)
        for layer in common.angles(wires)[0]:
            for q, (x, y, z) in enumerate(layer):
                circuit.add_parametric_RX_gate(q, x)
                circuit.add_parametric_RY_gate(q, y)
                circuit.add_parametric_RZ_gate(q, z)
            for control, target in common.ring(wires):
                circuit.add_CNOT_gate(control, target)
        # The vector-Jacobian product as one observable: the sum of all readouts with their cotangents as weights.
        observable = qulacs.Observable(wires)
        for q in range(wires):
            for pauli in "XYZ":
                observable.add_operator(0.1 * (q % 7) - 0.3, f"{pauli} {q}")
        state = qulacs.QuantumState(wires)

        def work():
            state.set_zero_state()
            circuit.update_quantum_state(state)
            observable.get_expectation_value(state)
            circuit.backprop(observable)

        common.emit({"workload": "C", "peer": "qulacs", "size": f"n={wires}", "dtype": "float64", "unit": "sample",
                     "versions": common.versions("qulacs"),
                     "seconds": common.seconds_of(work, args.repeat, args.min_seconds),
                     "note": "ParametricQuantumCircuit.backprop, X Y Z of all, a sample at a time"})


def main():
    args = common.options(__doc__)
    loaded = common.load("qulacs", "qulacs")
    if loaded is not None:
        common.guarded("qulacs", lambda: measure(loaded[0], args))


if __name__ == "__main__":
    main()
