"""Cells in pure torch: slow, and independent of the core."""
import copy
import json
import math

import torch
import torch.nn.functional as F

from .. import _core
from .._core import Error
from .._settings import cell_of
from ._gates import Pair, Readout, entropy, product, run, times, transposed_unitary, zero_state
from ._modules import QuantumRNN, _autocast
from ._plain_gated import Gated
from ._plain_numbers import FastWeights, Kernel
from ._plain_reservoir import Reservoir


def plain(module):
    """A module that computes the same as `module` in operations of torch alone, from the matrices of the gates.

    module: an `ebit.torch.QuantumRNN`; or a module with some inside, such as `ebit.torch.Recurrent`, which is copied with its
    cells replaced. Parameters are shared with `module`, under the same names. The result runs on GPUs, has second derivatives,
    forward-mode derivatives and vmap, and can be exported; its time and memory suit small circuits only, and it is the
    independent reference of the tests.

    Inputs are not checked: what the cell refuses (numbers outside an encoder's domain, a zero vector) gives what the formula
    gives, which may be NaN. Dropout draws from torch's generator. Second derivatives of a von Neumann entropy are finite where
    the Schmidt values are different. Raises Error for cells that draw outcomes, and for modules without a cell.

    >>> import torch, ebit.torch
    >>> rnn = ebit.torch.RegisterRNN(1, batch_first=True, dtype=torch.float64)
    >>> x = torch.rand(2, 3, 1, dtype=torch.float64)
    >>> torch.allclose(ebit.torch.plain(rnn)(x)[0], rnn(x)[0])
    True
    """
    if isinstance(module, QuantumRNN):
        return PlainRNN._of(module)
    if not any(isinstance(part, QuantumRNN) for part in module.modules()):
        raise Error(f"there is no cell of ebit in this {type(module).__name__}")
    copied = copy.deepcopy(module, {id(p): p for p in (*module.parameters(), *module.buffers())})
    for parent in list(copied.modules()):
        for name, child in list(parent._modules.items()):
            if isinstance(child, QuantumRNN):
                parent._modules[name] = PlainRNN._of(child)
    return copied


class PlainRNN(QuantumRNN):
    """What `plain` makes of a QuantumRNN: the same interface, other arithmetic."""

    @classmethod
    def _of(cls, module):
        if isinstance(module, cls):
            return module
        spec, parts = json.loads(module.spec), cell_of(module.spec, "float64").parts()
        parts = {name: part.operations if isinstance(part, _core.Circuit) else part for name, part in parts.items()}
        parts.update(entropy=spec["entropy"], stage=spec["entropy_stage"])
        if parts.get("family") not in _STEPS:
            raise Error(f"plain() does not know cells such as {module.model_name}")
        _refuse_draws(parts)
        made = cls.__new__(cls)
        torch.nn.Module.__init__(made)
        made.__dict__.update({k: v for k, v in module.__dict__.items() if k not in made.__dict__})
        made._parameters.update(module._parameters)
        made._modules.update(module._modules)
        made.training, made._parts, made.last_entropy = module.training, parts, None
        return made

    def _steps(self, like):
        weights = dict(zip((name for name, _, _, _ in self._segments), self._weights()))
        return _STEPS[self._parts["family"]](self._parts, weights, like, self.training)

    def initial_state(self, batch, *, dtype=None):
        """The state [1, B, S] that sequences start from where no `hx` is given."""
        like = self._weights()[0].detach()
        with torch.no_grad():
            return self._steps(like if dtype is None else like.to(dtype)).start().expand(batch, -1)[None].contiguous()

    def forward(self, input, hx=None, lengths=None):
        """As that of QuantumRNN. The lengths may be given by place, as exporters do."""
        return super().forward(input, hx, lengths=lengths)

    def _run(self, x, hx, lengths):
        w = self._weights()[0]
        if x.device.type != "meta" and _autocast(x):
            with torch.autocast(x.device.type, enabled=False):
                return self._sequence(x.to(w.dtype), None if hx is None else hx.to(w.dtype), lengths)
        if x.dtype != w.dtype:
            raise Error(f"input is {x.dtype} and the module {w.dtype}: convert one, for example module.to(input.dtype)")
        return self._sequence(x, hx, lengths)

    def _sequence(self, x, hx, lengths):
        if x.shape[-1] != self.input_size:
            raise Error(f"input has {x.shape[-1]} features, and the module takes {self.input_size}")
        if hx is not None and (hx.dim() != 3 or tuple(hx.shape) != (1, x.shape[0], self.state_size)):
            raise Error(f"hx must be [1, {x.shape[0]}, {self.state_size}], not {tuple(hx.shape)}: is it of another cell?")
        if x.shape[1] == 0:
            raise Error(f"input is empty: its shape is {tuple(x.shape)}")
        steps = self._steps(x)
        h = steps.start().expand(x.shape[0], -1) if hx is None else hx[0]
        ys, entropies, last = [], [], None
        for t in range(x.shape[1]):
            given = x[:, t]
            if lengths is None:
                last, h, s = steps.step(t, given, h)
                y = last
            else:
                runs = lengths.to(x.device)[:, None] > t
                # What lies past the end is not looked at: any number that every encoder takes stands there.
                y, new, s = steps.step(t, torch.where(runs, given, torch.full_like(given, 0.5)), h)
                h = torch.where(runs, new, h)
                last = torch.where(runs, y, torch.zeros_like(y) if last is None else last)
                y = torch.where(runs, y, torch.zeros_like(y))
                s = None if s is None else torch.where(runs[:, 0], s, torch.zeros_like(s))
            ys.append(y), entropies.append(s)
        if self.entropy:
            self.last_entropy = torch.stack(entropies, 1)
        return (torch.stack(ys, 1) if self.every_step else last), h[None]


def _refuse_draws(parts):
    for what, name in (("hidden update", parts.get("hidden")), ("measurement", parts.get("measurement"))):
        if name in ("sample", "shots", "sampled"):
            raise Error(f"plain() has no {what} '{name}': its outcomes are drawn in the core, and cannot be drawn again here")


# ---- the register cell: psi_out = U_dis U_en (encoder(x) (x) h)

class _Register:
    """The steps of one call; h is [B, S] as in the cell."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like
        self.wires = parts["system"] + parts["ancilla"]
        self.systems, self.ancillas = 2 ** parts["system"], 2 ** parts["ancilla"]
        self.en, self.dis = (transposed_unitary(parts[f"u_{name}"], self.wires, _angles(weights, f"theta_{name}"), like)
                             for name in ("en", "dis"))
        self.readout = Readout(parts["readout"], self.wires, like)

    def start(self):
        """[1, S]."""
        return torch.as_tensor(self.parts["initial"], dtype=self.like.dtype, device=self.like.device)[None]

    def step(self, t, x, h):
        """(readouts [B, K], the next h, entropies [B] or None)."""
        if self.parts["hidden"] == "density":
            return self._mixed_step(t, x, h)
        entangled = product(self._enter(t, x, h), self.en)
        psi = product(entangled, self.dis)
        kind = self.parts["entropy"]
        s = entropy(kind, entangled if self.parts["stage"] == "entangled" else psi, self.systems) if kind else None
        return self.readout.pure(psi), _UPDATES[self.parts["hidden"]](self, psi), s

    def _enter(self, t, x, h):
        if self.parts["hidden"] == "coherent":
            return run(self.parts["encoder_circuit"], self.wires, _halves(h), per_sample=self._encoder_angles(x))
        return _kron(self._encode(t, x), _ENTERS[self.parts["hidden"]](h))

    def _encode(self, t, x):
        """The state of the system register, [B, 2^n_s]."""
        if self.parts["encoder"] != "linear-amplitude":
            zero = zero_state(self.parts["system"], self.like)
            return run(self.parts["encoder_circuit"], self.parts["system"], zero, per_sample=self._encoder_angles(x))
        a = F.linear(x, self.weights["encoder_weight"], self.weights["encoder_bias"])
        # r / |r| is taken of the whole where r is what is kept, so that epsilon counts at the first step alone.
        epsilon = 0.0 if self.parts["hidden"] == "probabilities" and t > 0 else self.parts["epsilon"]
        a = a / _norm(a + epsilon)
        return Pair(a, torch.zeros_like(a))

    def _encoder_angles(self, x):
        rules = _ENCODERS.get(self.parts["encoder"])
        if rules is None:
            raise Error(f"plain() does not know the encoder {self.parts['encoder']}")
        return torch.stack([rules[k % len(rules)](x[:, f]) for k, f in enumerate(self.parts["encoder_features"])], 1)

    def _mixed_step(self, t, x, h):
        """rho' = Tr_sys U (|x><x| (x) rho) U^+."""
        n, d = self.ancillas, self.systems * self.ancillas
        rho = Pair(*(p.reshape(-1, n, n) for p in _halves(h)))
        a = self._encode(t, x)
        projector = times(Pair(a.re[:, :, None], a.im[:, :, None]), Pair(a.re[:, None], -a.im[:, None]))
        whole = times(Pair(*(p[:, :, None, :, None] for p in projector)), Pair(*(p[:, None, :, None, :] for p in rho)))
        u = product(self.en, self.dis)  # transposed
        whole = product(product(Pair(u.re.T, u.im.T), Pair(*(p.reshape(-1, d, d) for p in whole))), Pair(u.re, -u.im))
        blocks = Pair(*(p.reshape(-1, self.systems, n, self.systems, n) for p in whole))
        traced = Pair(*(sum(p[:, i, :, i, :] for i in range(self.systems)) for p in blocks))
        return self.readout.mixed(whole), torch.cat([p.reshape(-1, n * n) for p in traced], 1), None

    # The hidden updates, from psi_out [B, D]. M_ij has the outcome i of the system and the basis state j of the ancilla.

    def _blocks(self, psi):
        return Pair(*(p.reshape(-1, self.systems, self.ancillas) for p in psi))

    def collapse(self, psi):
        """phi / |phi + epsilon| of the most probable outcome's phi; which one it is, is a constant."""
        m = self._blocks(psi)
        best = (m.re**2 + m.im**2).sum(-1).detach().argmax(1)
        index = best[:, None, None].expand(-1, 1, self.ancillas)
        phi = torch.cat([p.gather(1, index)[:, 0] for p in m], 1)
        shift = phi.new_tensor([self.parts["epsilon"]] * self.ancillas + [0.0] * self.ancillas)
        return phi / _norm(phi + shift)

    def probabilities(self, psi):
        """r_j = sum_i |M_ij|^2."""
        m = self._blocks(psi)
        return (m.re**2 + m.im**2).sum(1)

    def sqrt_probabilities(self, psi):
        """sqrt(r)."""
        return _root(self.probabilities(psi))

    def marginals(self, psi):
        """sqrt(p0), sqrt(p1) of every ancilla qubit, [B, n_a * 2]."""
        r, n = self.probabilities(psi), self.parts["ancilla"]
        r = (r / r.sum(1, keepdim=True)).reshape((-1,) + (2,) * n)
        single = [r.sum([1 + k for k in range(n) if k != q]) if n > 1 else r for q in range(n)]
        return _root(torch.cat(single, 1))

    def coherent(self, psi):
        """The whole state."""
        return torch.cat(psi, 1)


_UPDATES = {"collapse": _Register.collapse, "probabilities": _Register.probabilities, "marginals": _Register.marginals,
            "sqrt-probabilities": _Register.sqrt_probabilities, "coherent": _Register.coherent}


def _halves(h):
    return Pair(*h.chunk(2, 1))


def _real(a):
    return Pair(a, torch.zeros_like(a))


def _product_state(h):
    state = h[:, :2]
    for q in range(1, h.shape[1] // 2):
        state = (state[:, :, None] * h[:, None, 2 * q:2 * q + 2]).flatten(1)
    return state


#: the ancilla's state that h stands for
_ENTERS = {"collapse": _halves, "probabilities": lambda h: _real(h / _norm(h)), "sqrt-probabilities": _real,
           "marginals": lambda h: _real(_product_state(h))}


def _norm(a):
    return (a**2).sum(1, keepdim=True).sqrt()


def _root(p):
    """sqrt with a slope of 0 at 0."""
    positive = p > 0
    return torch.where(positive, torch.where(positive, p, torch.ones_like(p)).sqrt(), torch.zeros_like(p))


def _kron(a, b):
    return Pair(*(p.flatten(1) for p in times(Pair(*(p[:, :, None] for p in a)), Pair(*(p[:, None] for p in b)))))


def _angles(weights, name):
    return weights[name].reshape(-1) if name in weights else None


def _sech(x):
    x = x.clamp(-40, 40)  # below 1e-17 beyond
    return 2 / (torch.exp(x) + torch.exp(-x))


def _arccos(x):
    """acos; where the slope would exceed that of distance 5e-16 from -1 and 1, it is that."""
    inside = 1 - x * x > 1e-15
    at = torch.where(inside, x, torch.zeros_like(x))
    edge = torch.acos(x.detach()) - (x - x.detach()) / math.sqrt(1e-15)
    return torch.where(inside, torch.acos(at), edge)


#: angles of an encoder's gates as functions of a feature, in turn
_ENCODERS = {
    "cubic-angle": (lambda x: math.pi * torch.tanh(x), lambda x: math.pi * torch.tanh(x)**3, lambda x: math.pi * _sech(x)),
    "arctan-angle": (torch.atan, lambda x: torch.atan(x * x)),
    "arccos-angle": (_arccos,),
    "arccos-angle-ry-last": (_arccos,),
    "basis": (lambda x: math.pi * x,),
}


# ---- the controlled cell: psi_t = PQC(angle_scale FFN([x_t; z_{t-1}])) psi_{t-1}

class _Controlled:
    """The steps of one call; h is [psi re, psi im, z]."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like, self.training = parts, weights, like, training
        self.readout = Readout(parts["readout"], parts["qubits"], like)

    def start(self):
        """[1, S]."""
        psi = zero_state(self.parts["qubits"], self.like)
        if "initial" in self.weights:
            psi = run(self.parts["preparation"], self.parts["qubits"], psi, self.weights["initial"])
        return torch.cat([*psi, self.readout.pure(psi)], 1)

    def step(self, t, x, h):
        """(readouts [B, K], the next h, None)."""
        d = 2 ** self.parts["qubits"]
        psi, z = Pair(h[:, :d], h[:, d:2 * d]), h[:, 2 * d:]
        angles = self.parts["angle_scale"] * self._network(torch.cat([x, z], 1))
        psi = run(self.parts["circuit"], self.parts["qubits"], psi, per_sample=angles)
        z = self.readout.pure(psi)
        return z, torch.cat([*psi, z], 1), None

    def _network(self, v):
        layers = len(self.parts["ffn_hidden"])
        for k in range(layers):
            out = _ACTIVATIONS[self.parts["activation"]](self._linear(k, v))
            out = F.dropout(out, self.parts["dropout"], self.training)
            if self.parts["residual"]:
                shortcut = self.weights.get(f"shortcut.{k}.weight")
                out = out + (v if shortcut is None else F.linear(v, shortcut))
            v = out
        return self._linear(layers, v)

    def _linear(self, k, v):
        return F.linear(v, self.weights[f"ffn.{k}.weight"], self.weights[f"ffn.{k}.bias"])


# ---- the window cell: <Z> of a circuit of the last steps; h is the steps before

class _Window:
    """The steps of one call; h is [x_{t-W+1}, ..., x_{t-1}]."""

    def __init__(self, parts, weights, like, training):
        self.parts, self.weights, self.like = parts, weights, like
        self.readout = Readout([f"Z{q}" for q in range(parts["qubits"])], parts["qubits"], like)

    def start(self):
        """[1, S]."""
        return self.like.new_zeros(1, self.parts["state_numbers"])

    def step(self, t, x, h):
        """(readouts [B, K], the next h, None)."""
        v = window = torch.cat([h, x], 1)
        if "linear_in.weight" in self.weights:
            v = F.linear(window, self.weights["linear_in.weight"], self.weights["linear_in.bias"])
        psi = run(self.parts["circuit"], self.parts["qubits"], zero_state(self.parts["qubits"], self.like),
                  self.weights["circuit.angles"].reshape(-1), v)
        return self.readout.pure(psi), window[:, x.shape[1]:], None


def _gated(v):
    value, gate = v.chunk(2, 1)
    return value * torch.sigmoid(gate)


_ACTIVATIONS = {"linear": lambda v: v, "relu": F.relu, "gelu": F.gelu, "glu": _gated}
_STEPS = {"register": _Register, "qrnn": _Controlled, "gated": Gated, "kernel": Kernel, "fast-weights": FastWeights, "esn": Reservoir,
          "window": _Window}
