#!/usr/bin/env python3
"""Workload C in PennyLane (default.qubit by backpropagation, lightning.qubit by its adjoint method), and workload A: the
paper's LSTM loop written as a PennyLane user writes it, an epoch estimated from a few steps."""

import math
import random

import peers_common as common

STEPS = 10  # time steps of a window, workload A
WINDOWS, BATCH = 70, 5


def gate_layers(qml, numpy, device, method, wires):
    """The gradient of one sample, and its angles. The readouts' weighted sum is one observable, so that an adjoint method
    sweeps back once for all of them."""
    weights = [0.1 * (k % 7) - 0.3 for k in range(3 * wires)]
    readout = qml.Hamiltonian(weights, [pauli(q) for q in range(wires) for pauli in (qml.PauliX, qml.PauliY, qml.PauliZ)])

    @qml.qnode(device, diff_method=method)
    def circuit(theta):
        for layer in range(common.LAYERS):
            for q in range(wires):
                qml.RX(theta[layer][q][0], q), qml.RY(theta[layer][q][1], q), qml.RZ(theta[layer][q][2], q)
            for control, target in common.ring(wires):
                qml.CNOT([control, target])
        return qml.expval(readout)

    return qml.grad(circuit), numpy.array(common.angles(wires)[0], requires_grad=True)


def workload_c(qml, numpy, args):
    for name, dtype, peer, method in (("default.qubit", None, "pennylane-default", "backprop"),
                                      ("lightning.qubit", "float64", "pennylane-lightning", "adjoint"),
                                      ("lightning.qubit", "float32", "pennylane-lightning", "adjoint")):
        def run():
            precision = {"c_dtype": getattr(numpy, "complex64" if dtype == "float32" else "complex128")} if dtype else {}
            for wires in args.sizes:
                gradient, theta = gate_layers(qml, numpy, qml.device(name, wires=wires, **precision), method, wires)
                common.emit({"workload": "C", "peer": peer, "size": f"n={wires}", "dtype": dtype or "float64", "unit": "sample",
                             "versions": common.versions("pennylane", "pennylane-lightning", "numpy"),
                             "seconds": common.seconds_of(lambda: gradient(theta), args.repeat, args.min_seconds),
                             "note": f"{name}, {method}, X Y Z of all, a sample at a time, Python included"})
        common.guarded(peer, run)


def workload_a(qml, numpy, args):
    """2+2 qubits, 2+2 layers, collapse: the state travels between QNodes as a numpy array; one circuit a time step."""
    device = qml.device("default.qubit", wires=4)

    def layers(theta):
        for layer in theta:
            for q in range(4):
                qml.RY(layer[q], q)
            for control, target in common.ring(4):
                qml.CNOT([control, target])

    @qml.qnode(device, diff_method="backprop")
    def step(state, theta_en, theta_dis):
        qml.StatePrep(state, wires=range(4))
        layers(theta_en)
        layers(theta_dis[::-1])
        return qml.state()

    signs = numpy.array([1 - 2 * (i >> 2 & 1) for i in range(16)], requires_grad=False)

    def predict(window, theta_en, theta_dis, weight, bias):
        hidden = numpy.array([1.0, 0, 0, 0])
        for t in range(STEPS):
            a = weight * window[t] + bias
            system = a / numpy.sqrt(numpy.sum(a * a))
            psi = numpy.real(step(numpy.kron(system, hidden), theta_en, theta_dis))
            branches = numpy.reshape(psi, (4, 4))
            weights = numpy.sum(branches * branches, axis=1)
            best = int(numpy.argmax(numpy.array([float(getattr(w, "_value", w)) for w in weights])))
            kept = branches[best]
            hidden = kept / numpy.sqrt(numpy.sum(kept * kept))
        return numpy.sum(psi * psi * signs)

    def loss(theta_en, theta_dis, weight, bias, windows, targets):
        errors = [(predict(w, theta_en, theta_dis, weight, bias) - y) ** 2 for w, y in zip(windows, targets.tolist())]
        return sum(errors) / len(errors)

    source = random.Random(1)

    def numbers(low, *shape, trained=False):
        flat = [source.uniform(low, 1) for _ in range(math.prod(shape))]
        return numpy.array(numpy.reshape(flat, shape), requires_grad=trained)

    parameters = [numbers(0, *shape, trained=True) for shape in ((2, 4), (2, 4), (4,), (4,))]
    windows, targets = numbers(-1, BATCH, STEPS), numbers(-1, BATCH)
    optimizer = qml.AdamOptimizer(0.01)

    def train():
        nonlocal parameters
        parameters = list(optimizer.step(loss, *parameters, windows, targets))[:4]

    seconds = common.seconds_of(train, 2 if args.quick else 3, 0.0)
    common.emit({"workload": "A", "peer": "pennylane-default", "size": "2+2 qubits, 70 windows", "dtype": "float64",
                 "unit": "epoch", "versions": common.versions("pennylane", "numpy"),
                 "seconds": [s * WINDOWS / BATCH for s in seconds],
                 "note": "default.qubit, backprop, a window at a time; an epoch estimated from single batches of 5"})


def main():
    args = common.options(__doc__)
    loaded = common.load("pennylane", "pennylane", "pennylane.numpy")
    if loaded is None:
        return
    workload_c(*loaded, args)
    common.guarded("pennylane-default", lambda: workload_a(*loaded, args))


if __name__ == "__main__":
    main()
