"""The gated cell in operations of torch, from its definition alone: what `plain` runs of one."""
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


#: angles of an encoder's gates on a wire as functions of the wire's number, in turn
_ENCODERS = {
    "arctan-angle": (torch.atan, _arctan_square),
    "arctan-angle-no-h": (torch.atan, _arctan_square),
    "h-rx-arctan": (torch.atan,),
    "h-rx-rz-arctan": (torch.atan, _arctan_square),
    "arcsin-arccos": (_clamped(torch.asin), _clamped(torch.acos)),
    "h-ry": (lambda y: y,),
    "rx": (lambda y: y,),
}


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
        angles = torch.stack([rule(y) for rule in _ENCODERS[self.parts["encoder"]]], 2).flatten(1)
        shared = self.weights[f"circuits.{name}.angles"].reshape(-1)
        shared = shared if self.parts["trained"] else shared.detach()
        psi = run(self.parts["circuit"], self.parts["qubits"], zero_state(self.parts["qubits"], self.like), shared, angles)
        z = self.readout.pure(psi)[:, :self.parts["measured"] if measured is None else measured]
        return self._linear("linear_out", name, z)

    def _linear(self, which, name, v):
        """The map that all gates share, or the gate's own, or none."""
        for prefix in (which, f"{which}.{name}"):
            if f"{prefix}.weight" in self.weights:
                return F.linear(v, self.weights[f"{prefix}.weight"], self.weights[f"{prefix}.bias"])
        return v
