#!/usr/bin/env python3
"""Speed of ebit in Python, as ratios in one run, one thread.

usage: PYTHONPATH=build/release/python python bench/python/rnn.py [--quick]
Each row is the least of several repetitions of a forward and backward pass, microseconds, and its ratio to the row that is named.
"""
import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import torch

torch.set_num_threads(1)
import ebit
import ebit.torch as et
from ebit._settings import cell_of

QUICK = "--quick" in sys.argv


def least(call, seconds=0.1, repeat=3 if QUICK else 15):
    """Microseconds a call: the least mean of several repetitions."""
    call(), call()
    t = time.perf_counter()
    call()
    count = max(1, int(seconds / max(time.perf_counter() - t, 1e-7)))
    best = float("inf")
    for _ in range(repeat):
        t = time.perf_counter()
        for _ in range(count):
            call()
        best = min(best, (time.perf_counter() - t) / count)
    return best * 1e6


def both_ways(module, x):
    def call():
        y = module(x)[0]
        y.backward(torch.ones_like(y))
    return call


def of_the_core(module, x):
    """The same two calls of the compiled core, on addresses, without torch's graph."""
    name = "float32" if x.dtype == torch.float32 else "float64"
    cell = cell_of(module.spec, name)
    theta = torch.cat([p.detach().ravel() for p in module.parameters()])
    b, t = x.shape[:2]
    y, last = torch.empty(b, t, cell.outputs, dtype=x.dtype), torch.empty(b, cell.state_numbers, dtype=x.dtype)
    tape, d_y, d_theta = torch.empty(cell.tape_bytes(b, t), dtype=torch.uint8), torch.ones_like(y), torch.empty_like(theta)
    tensors = theta, x, y, last, tape, d_y, d_theta

    def call(keep=tensors, p=[v.data_ptr() for v in tensors]):
        cell.forward(b, t, p[0], p[1], 0, 0, p[2], p[3], 0, p[4], False, 0, 0)
        cell.backward(b, t, p[0], p[1], 0, 0, p[4], p[5], 0, 0, p[6], 0, 0, False, 0, 0)
    return call


class Empty(torch.autograd.Function):
    """What torch's own machinery costs for as many parameters."""

    @staticmethod
    def forward(ctx, y, *parameters):
        ctx.save_for_backward(*parameters)
        return y.clone()

    @staticmethod
    def backward(ctx, d):
        return None, *(torch.empty_like(p) for p in ctx.saved_tensors)


def pennylane_loop(x, layers=2, n=2):
    """The register cell of PennyLane users: a TorchLayer called step by step, default.qubit with backprop."""
    import pennylane as qml
    device = qml.device("default.qubit", wires=2 * n)

    @qml.qnode(device, interface="torch", diff_method="backprop")
    def circuit(inputs, en, dis):
        for w in range(n):
            qml.RY(inputs[..., w], wires=w)
        for layer in range(layers):
            for w in range(2 * n):
                qml.RY(en[layer, w], wires=w)
            for w in range(2 * n):
                qml.CNOT(wires=[w, (w + 1) % (2 * n)])
        for layer in reversed(range(layers)):
            for w in range(2 * n):
                qml.CNOT(wires=[w, (w + 1) % (2 * n)])
            for w in range(2 * n):
                qml.RY(dis[layer, w], wires=w)
        return [qml.expval(qml.PauliZ(w)) for w in range(2 * n)]

    layer = qml.qnn.TorchLayer(circuit, {"en": (layers, 2 * n), "dis": (layers, 2 * n)})

    def call():
        h = torch.zeros(x.shape[0], 1)
        out = []
        for t in range(x.shape[1]):
            z = layer(torch.cat([x[:, t], h], 1))
            h = z[:, -1:]
            out.append(z[:, :1])
        torch.stack(out, 1).sum().backward()
    return call


def seconds_of(code):
    """Milliseconds that the import takes in a new process, the least of several."""
    return min(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(5))


def main():
    print(f"ebit {ebit.__version__} ({ebit.simd()}), torch {torch.__version__}, Python {sys.version.split()[0]}, one thread\n")
    rows = []

    def row(name, value, over=None):
        rows.append(value)
        ratio = "" if over is None else f"{value / rows[over]:10.3f} of row {over + 1}"
        print(f"{len(rows):2d}  {name:<74}{value:12.1f} us {ratio}")

    x = torch.rand(16, 10, 1) - 0.5
    lstm = torch.nn.LSTM(1, 8, batch_first=True)
    register = et.RegisterRNN(1, batch_first=True, preset="daskin-collapse")
    row("torch.nn.LSTM(1, 8), batch 16, 10 steps, float32, forward and backward", least(both_ways(lstm, x)))
    row("RegisterRNN 2+2, 2+2 layers, collapse, the same", least(both_ways(register, x)), 0)
    row("  its two calls of the core alone", least(of_the_core(register, x)), 0)
    parameters, y = list(register.parameters()), torch.zeros(16, 10, 1)
    row("  an empty autograd.Function of as many parameters", least(lambda: Empty.apply(y, *parameters).backward(y)), 0)
    print(f"    over the core: {rows[1] - rows[2]:.1f} us, over both: {rows[1] - rows[2] - rows[3]:.1f} us")
    xq = torch.rand(16, 28, 28)
    qrnn = et.ControlledRNN(28, qubits=8, batch_first=True)
    row("ControlledRNN of 8 qubits, batch 16, 28 steps of 28, float32", least(both_ways(qrnn, xq)))
    row("  its two calls of the core alone", least(of_the_core(qrnn, xq)), 4)
    try:
        call = pennylane_loop(x)
    except ImportError:
        print("    pennylane is not installed: its row is left out")
    else:
        row("PennyLane TorchLayer looped over a 2+2 cell, 2+2 layers, batch 16, 10 steps", least(call, 0.01, 3), 1)
    t = "import time; t = time.perf_counter(); import {}; print(1e3 * (time.perf_counter() - t))"
    print(f"\nimport ebit: {seconds_of(t.format('ebit')):.1f} ms; import torch: {seconds_of(t.format('torch')):.0f} ms")


if __name__ == "__main__":
    main()
