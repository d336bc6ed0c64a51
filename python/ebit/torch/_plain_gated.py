"""The gated cell in operations of torch, from its definition alone: what `plain` runs of one."""
import math

import torch
import torch.nn.functional as F

from ._gates import Readout, run, zero_state


def _clamped(f):
    """f of numbers clamped to [-1, 1], with a slope of 0 at the ends and outside."""
    def of(y):
        inside = y.abs() < 1
        return torch.where(inside, f(torch.where(inside, y, torch.zeros_like(y))), f(y.detach().clamp(-1, 1)))
    return of


def _arctan_square(y):
    return torch.atan(y * y)


def _cos_square(y):
    return torch.cos(y * y)


def _same(y):
    return y


def _rows(*rules):
    """Angles of gates wire by wire, the rules in turn: of y [B, n], [B, n * rules]."""
    return lambda y: torch.stack([rule(y) for rule in rules], 2).flatten(1)


def _pairs(reach):
    """Angles of the pairs of wires i < j <= i + reach."""
    def of(y):
        pairs = [(i, j) for i in range(y.shape[1]) for j in range(i + 1, min(y.shape[1], i + 1 + reach))]
        return torch.stack([2 * (math.pi - y[:, i]) * (math.pi - y[:, j]) for i, j in pairs], 1) if pairs else y[:, :0]
    return of


#: angles of an encoder's gates as functions of the wires' numbers, part by part
_ENCODERS = {
    "arctan-angle": [_rows(torch.atan, _arctan_square)],
    "arctan-angle-no-h": [_rows(torch.atan, _arctan_square)],
    "h-rx-arctan": [_rows(torch.atan)],
    "h-rx-rz-arctan": [_rows(torch.atan, _arctan_square)],
    "arcsin-arccos": [_rows(_clamped(torch.asin), _clamped(torch.acos))],
    "h-ry": [_rows(_same)],
    "rx": [_rows(_same)],
    **{name: [_rows(_same)] for name in ("ry", "rz", "h-rx", "h-rz")},
    "zz": [_rows(lambda y: 2 * y), _pairs(1 << 30)],
    "zz-chain": [_rows(lambda y: 2 * y), _pairs(1)],
    "rz-ry-chain": [_rows(_cos_square, _cos_square), _rows(_cos_square)],
    "rz-ry-chain-raw": [_rows(_same, _same), _rows(_same)],
    "rz-ry-chain-undone": [_rows(_cos_square, _cos_square), _rows(_cos_square, lambda y: -_cos_square(y)),
                           _rows(lambda y: -_cos_square(y), lambda y: -_cos_square(y))],
    "rz-ry-chain-inverse-raw": [_rows(_cos_square, _cos_square), _rows(_cos_square, lambda y: -y), _rows(lambda y: -y, lambda y: -y)],
}


def encoded(encoder, y):
    """The per-sample angles [B, Q] of an encoder of numbers y [B, n]."""
    return torch.cat([part(y) for part in _ENCODERS[encoder]], 1)


def linear(weights, name, v):
    return F.linear(v, weights[f"{name}.weight"], weights[f"{name}.bias"])


def lstm(f, i, g, o, c):
    """(u, the next c) of gates behind their activations."""
    c = f * c + i * g
    return o * torch.tanh(c), c


class Gated:
    """The steps of one call; h is [c, h] of an LSTM, h of a GRU."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like
        self.readout = Readout([f"Z{q}" for q in range(parts["qubits"])], parts["qubits"], like)

    def start(self):
        """[1, S]."""
        return self.like.new_zeros(1, self.parts["state_numbers"])

    def step(self, t, x, h):
        """(readouts [B, K], the next h, None)."""
        return self._gru(x, h) if self.parts["architecture"] == "gru" else self._lstm(x, h)

    def _lstm(self, x, state):
        c, h = state[:, :-self.parts["hidden_size"]], state[:, -self.parts["hidden_size"]:]
        v = self._join(x, h)
        f = self._sigmoid("forget", v, c)
        i = 1 - f if self.parts["coupled"] else self._sigmoid("input", v, c)
        c = f * c + i * torch.tanh(self._gate("cell", v))
        u = self._sigmoid("output", v, c) * torch.tanh(c)
        if self.parts["architecture"] == "lstm-4":
            return u, torch.cat([c, u], 1), None
        h = self._gate("hidden", u, self.parts["hidden_size"])
        return self._gate("prediction", u, self.parts["qubits"]), torch.cat([c, h], 1), None

    def _sigmoid(self, name, v, c):
        """sigma of the gate's numbers, and of c by its peephole."""
        return torch.sigmoid(self._gate(name, v) + (self.weights[f"peepholes.{name}"] * c if self.parts["peepholes"] else 0))

    def _gru(self, x, h):
        v = self._join(x, h)
        r, z = (torch.sigmoid(self._gate(name, v)) for name in ("reset", "update"))
        candidate = torch.tanh(self._gate("candidate", self._join(x, r * h)))
        keep = z if self.parts["update"] == "z-keeps" else 1 - z
        h = keep * h + (1 - keep) * candidate
        return h, h, None

    def _join(self, x, h):
        return torch.cat([x, h] if self.parts["order"] == "x-first" else [h, x], 1)

    def _gate(self, name, v, measured=None):
        y = self._linear("linear_in", name, v)
        angles = encoded(self.parts["encoder"], y)
        shared = self.weights.get(f"circuits.{name}.angles", y.new_zeros(0)).reshape(-1)  # none: the encoder alone
        z = sum(w * self._read(circuit, own, angles) for w, circuit, own in self._mixed(name, shared))
        return self._linear("linear_out", name, z[:, :self.parts["measured"] if measured is None else measured])

    def _read(self, circuit, shared, angles):
        psi = run(circuit, self.parts["qubits"], zero_state(self.parts["qubits"], self.like), shared, angles)
        return self.readout.pure(psi)

    def _mixed(self, name, shared):
        """(weight, circuit, angles) of each circuit of a gate's mixture, or of its one circuit."""
        if not self.parts["mixed"]:
            return [(1, self.parts["circuit"], shared)]
        own = f"mixture.{name}.weights"
        w = self.weights[own if own in self.weights else "mixture.weights"]
        w = torch.softmax(w, 0) if self.parts["mixture_norm"] == "softmax" else w
        split = torch.split(shared, [angles for _, angles in self.parts["mixed"]])
        return [(w[j], circuit.operations, split[j]) for j, (circuit, _) in enumerate(self.parts["mixed"])]

    def _linear(self, which, name, v):
        """The map that all gates share, or the gate's own, or none."""
        for prefix in (which, f"{which}.{name}"):
            if f"{prefix}.weight" in self.weights:
                return linear(self.weights, prefix, v)
        return v
