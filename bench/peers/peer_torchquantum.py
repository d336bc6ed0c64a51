#!/usr/bin/env python3
"""Workload C in TorchQuantum: a batched QuantumDevice and torch's autograd, complex64 as the library has it."""

import peers_common as common


def measure(tq, torch, args):
    torch.set_num_threads(args.threads)
    for wires in args.sizes:
        theta = torch.tensor(common.angles(wires, common.BATCH), requires_grad=True)
        cotangent = torch.full((common.BATCH, 3 * wires), 0.3)

        def work():
            theta.grad = None
            device = tq.QuantumDevice(n_wires=wires, bsz=common.BATCH, device="cpu")
            for layer in range(common.LAYERS):
                for q in range(wires):
                    for k, gate in enumerate((device.rx, device.ry, device.rz)):
                        gate(wires=q, params=theta[:, layer, q, k:k + 1])
                for control, target in common.ring(wires):
                    device.cnot(wires=[control, target])
            states = device.get_states_1d()
            values = []
            for q in range(wires):
                a, b = states.reshape(common.BATCH, 2 ** q, 2, -1).unbind(2)
                cross = (a.conj() * b).sum((1, 2))
                values += [2 * cross.real, 2 * cross.imag, (a.abs() ** 2).sum((1, 2)) - (b.abs() ** 2).sum((1, 2))]
            torch.stack(values, 1).backward(cotangent)

        seconds = common.seconds_of(work, args.repeat, args.min_seconds)
        common.emit({"workload": "C", "peer": "torchquantum", "size": f"n={wires}", "dtype": "float32", "unit": "sample",
                     "versions": common.versions("torchquantum", "torch"), "seconds": [s / common.BATCH for s in seconds],
                     "note": "a batch of 32 through autograd, X Y Z of all"})


def main():
    args = common.options(__doc__)
    loaded = common.load("torchquantum", "torchquantum", "torch")
    if loaded is not None:
        common.guarded("torchquantum", lambda: measure(*loaded, args))


if __name__ == "__main__":
    main()
