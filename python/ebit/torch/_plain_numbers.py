"""Kernel and fast-weights cells in operations of torch, from their definitions alone: what `plain` runs of them."""
import torch

from ._gates import Readout, run, zero_state
from ._plain_gated import encoded, linear, lstm

_GATES = ("forget", "input", "cell", "output")


class Kernel:
    """The steps of one call; h is [c, h]."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like
        self.references = {}
        for gate in _GATES:
            r = weights["references"] if "references" in weights else weights[f"references.{gate}"]
            self.references[gate] = r if parts["trained"] else r.detach()

    def start(self):
        return self.like.new_zeros(1, self.parts["state_numbers"])

    def step(self, t, x, state):
        c, h = state.chunk(2, 1)
        v = torch.cat([x, h] if self.parts["order"] == "x-first" else [h, x], 1)
        y = linear(self.weights, "linear_in", v) if "linear_in.weight" in self.weights else v
        gates = []
        for name in _GATES:
            z = self._kernel(y, self.references[name]) @ self.weights[f"gates.{name}.alpha"]
            z = z + self.weights.get(f"gates.{name}.bias", 0)
            gates.append(torch.tanh(z) if name == "cell" else torch.sigmoid(z))
        u, c = lstm(*gates, c)
        return u, torch.cat([c, u], 1), None

    def _kernel(self, y, r):
        """[B, M]."""
        apart = y[:, None] - r[None]
        if self.parts["kernel"] == "cosine":
            return torch.cos(apart / 2).square().prod(2)
        if self.parts["kernel"] == "rbf":
            width = self.weights["kernel.log_width"].exp() if "kernel.log_width" in self.weights else self.parts["width"]
            return torch.exp(-apart.square().sum(2) / (2 * width * width))
        (re, im), (r_re, r_im) = self._states(y), self._states(r)
        return (re @ r_re.T + im @ r_im.T).square() + (im @ r_re.T - re @ r_im.T).square()

    def _states(self, y):
        zero = zero_state(self.parts["qubits"], self.like)
        psi = run(self.parts["circuit"], self.parts["qubits"], zero, y.new_zeros(0), encoded(self.parts["encoder"], y))
        return psi.re, psi.im


class FastWeights:
    """The steps of one call; h is theta, flat."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like
        self.readout = Readout([f"Z{q}" for q in range(parts["measured"])], parts["qubits"], like)

    def start(self):
        return self.like.new_zeros(1, self.parts["state_numbers"])

    def step(self, t, x, theta):
        e = linear(self.weights, "encoder", x)
        new = (linear(self.weights, "layer", e)[:, :, None] * linear(self.weights, "qubit", e)[:, None]).flatten(1)
        if self.parts["gate"]:
            g = torch.sigmoid(linear(self.weights, "gate", e))
            theta = (1 - g) * new + g * theta
        else:
            theta = theta + new
        angles = torch.cat([encoded(self.parts["encoder"], x), theta], 1)
        psi = run(self.parts["circuit"], self.parts["qubits"], zero_state(self.parts["qubits"], self.like), x.new_zeros(0), angles)
        return self.readout.pure(psi), theta, None
