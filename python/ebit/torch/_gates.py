"""Circuits, readouts and entropies in pure torch, written from their definitions and not taken from the core.

Complex numbers are pairs of real tensors, which every device, derivative and exporter of torch knows. A batch of states of n
wires is a pair of [B, 2^n]; wire 0 is the most significant bit of a basis state.
"""
import functools
import math
import re
from typing import NamedTuple

import numpy as np
import torch

from .._core import Error

_I, _X, _Y, _Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
_PAULIS = {"X": _X, "Y": _Y, "Z": _Z}
_SWAP = np.eye(4)[[0, 2, 1, 3]]

#: gates without angles
FIXED = {"I": _I, "X": _X, "Y": _Y, "Z": _Z, "H": (_X + _Z) / math.sqrt(2), "S": np.diag([1, 1j]), "Sdg": np.diag([1, -1j]),
         "T": np.diag([1, np.exp(0.25j * np.pi)]), "Tdg": np.diag([1, np.exp(-0.25j * np.pi)]),
         "SX": ((1 + 1j) * _I + (1 - 1j) * _X) / 2, "SXdg": ((1 - 1j) * _I + (1 + 1j) * _X) / 2,
         "SWAP": _SWAP, "iSWAP": _SWAP * np.diag([1, 1j, 1j, 1]).sum(0), "iSWAPdg": _SWAP * np.diag([1, -1j, -1j, 1]).sum(0)}
#: exp(-i a G / 2) of a G whose square is 1
ROTATIONS = {"RX": _X, "RY": _Y, "RZ": _Z, "RXX": np.kron(_X, _X), "RYY": np.kron(_Y, _Y), "RZZ": np.kron(_Z, _Z)}
#: number of controls, which come first, and the gate that they control
CONTROLLED = {"CNOT": (1, "X"), "CY": (1, "Y"), "CZ": (1, "Z"), "CRX": (1, "RX"), "CRY": (1, "RY"), "CRZ": (1, "RZ"),
              "Toffoli": (2, "X")}


class Pair(NamedTuple):
    """Complex numbers as their real and imaginary parts."""

    re: torch.Tensor
    im: torch.Tensor


def constant(values, like):
    """Complex numbers of numpy as a Pair of the dtype and device of a tensor."""
    values = np.asarray(values)
    return Pair(*(torch.tensor(v, dtype=like.dtype, device=like.device) for v in (values.real, values.imag)))


def product(a, b):
    """The matrix product of two Pairs."""
    return Pair(a.re @ b.re - a.im @ b.im, a.re @ b.im + a.im @ b.re)


def times(a, b):
    """The product of two Pairs entry by entry."""
    return Pair(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)


# ---- gates

def matrix(gate, angles, like):
    """The matrix [.., 2^w, 2^w] of a gate for angles [..] in radians; `like` says dtype and device."""
    if gate in FIXED:
        return constant(FIXED[gate], like)
    if gate in CONTROLLED:
        return _controlled(matrix(CONTROLLED[gate][1], angles, like), CONTROLLED[gate][0])
    a = [angle[..., None, None] for angle in angles]
    if gate in ROTATIONS:  # cos(a/2) - i sin(a/2) G
        g = constant(ROTATIONS[gate], like)
        one = torch.eye(g.re.shape[-1], dtype=like.dtype, device=like.device)
        c, s = torch.cos(a[0] / 2), torch.sin(a[0] / 2)
        return Pair(c * one + s * g.im, -s * g.re)
    if gate == "P":  # diag(1, exp(i a))
        zero, one = constant(np.diag([1, 0]), like).re, constant(np.diag([0, 1]), like).re
        return Pair(zero + torch.cos(a[0]) * one, torch.sin(a[0]) * one)
    if gate == "Rot":
        return _chain(("RZ", "RY", "RZ"), angles, like)
    if gate == "U3":
        theta, phi, lam = angles
        return _chain(("P", "RY", "P"), (lam, theta, phi), like)
    raise Error(f"plain() does not know the gate {gate}")


def _chain(gates, angles, like):
    first, second, third = (matrix(g, (a,), like) for g, a in zip(gates, angles))
    return product(third, product(second, first))


def _controlled(m, controls):
    size = m.re.shape[-1]
    before = size * (2**controls - 1)
    pad = (before, 0, before, 0)
    one = torch.diag(torch.cat([torch.ones(before), torch.zeros(size)])).to(m.re)
    return Pair(torch.nn.functional.pad(m.re, pad) + one, torch.nn.functional.pad(m.im, pad))


def _apply(m, on, wires, psi):
    """A matrix [2^w, 2^w] or [B, 2^w, 2^w] on the wires `on` of states [B, 2^wires]."""
    order = [0, *(1 + q for q in on), *(1 + q for q in range(wires) if q not in on)]
    back = [order.index(i) for i in range(wires + 1)]
    shape, rows = (-1,) + (2,) * wires, 2 ** len(on)
    front = Pair(*(p.reshape(shape).permute(order).reshape(-1, rows, 2**wires // rows) for p in psi))
    return Pair(*(p.reshape(shape).permute(back).reshape(-1, 2**wires) for p in product(m, front)))


def run(operations, wires, psi, shared=None, per_sample=None):
    """States [B, 2^wires] behind the gates of `Circuit.operations`; shared [P], per_sample [B, Q] are its angles in radians."""
    for op in operations:
        angles = []
        for kind, index, scale, value in op["angles"]:
            given = psi.re.new_tensor(1.0) if kind == 0 else shared[index] if kind == 1 else per_sample[:, index]
            angles.append(given * value if kind == 0 else value + scale * given)
        m = constant(op["matrix"], psi.re) if "matrix" in op else matrix(op["gate"], angles, psi.re)
        psi = _apply(m, op["wires"], wires, psi)
    return psi


def zero_state(wires, like):
    """|0...0> as states [1, 2^wires]."""
    return constant(np.eye(1, 2**wires), like)


def transposed_unitary(operations, wires, shared, like):
    """The transpose of a circuit's matrix U, so that states [B, 2^wires] times it are those behind the circuit."""
    return run(operations, wires, constant(np.eye(2**wires), like), shared)


# ---- readouts

@functools.lru_cache(maxsize=256)
def _observable(text, wires):
    """(index [D], coefficient [D]) with (O psi)_k = coefficient_k psi_(index_k)."""
    k, bit = np.arange(2**wires), lambda q: np.arange(2**wires) >> (wires - 1 - q) & 1
    if text.startswith("P"):  # the probability (1 - Z) / 2 of 1
        return k, bit(int(text[2:-1])) + 0j
    index, coefficient = k, np.ones(len(k), complex)
    for letter, wire in re.findall(r"([XYZ])(\d+)", text):
        row, flips = bit(int(wire)), letter in "XY"
        coefficient = coefficient * _PAULIS[letter][row, 1 - row if flips else row]
        index = index ^ (flips << (wires - 1 - int(wire)))
    return index, coefficient


class Readout:
    """Expectation values of Pauli strings ("Z1", "X0*Y2", "P(3)", "I")."""

    def __init__(self, texts, wires, like):
        index, coefficient = zip(*(_observable(text, wires) for text in texts))
        self.index = torch.as_tensor(np.stack(index), device=like.device)
        self.coefficient = constant(np.stack(coefficient), like)

    def pure(self, psi):
        """<psi|O|psi>, [B, K], of states [B, D], which need not be normalised."""
        o = times(self.coefficient, Pair(psi.re[:, self.index], psi.im[:, self.index]))
        return (psi.re[:, None] * o.re + psi.im[:, None] * o.im).sum(-1)

    def mixed(self, rho):
        """Re Tr(O rho), [B, K], of matrices [B, D, D]."""
        column = torch.arange(rho.re.shape[-1], device=rho.re.device)
        return times(self.coefficient, Pair(rho.re[:, self.index, column], rho.im[:, self.index, column])).re.sum(-1)


# ---- entropies

_LEAST = 1e-16  # below this eigenvalue the slope of p log2 p is what it is there, so that it stays finite


def entropy(kind, psi, rows):
    """The entropy [B] of either part of pure states [B, rows * columns]: a row of `ebit.entropies()`."""
    m = Pair(*(p.reshape(-1, rows, psi.re.shape[-1] // rows) for p in psi))
    if kind == "von-neumann":
        p = torch.linalg.svdvals(torch.complex(m.re, m.im)) ** 2
        inside = p > _LEAST
        tangent = -p * math.log2(_LEAST) - (p - _LEAST) / math.log(2)
        return torch.where(inside, -p * torch.log2(torch.where(inside, p, torch.ones_like(p))), tangent).sum(-1)
    conjugate = Pair(m.re.transpose(1, 2), -m.im.transpose(1, 2))
    rho = product(m, conjugate) if rows <= m.re.shape[-1] else product(conjugate, m)
    purity = (rho.re**2 + rho.im**2).sum((-1, -2))
    if kind == "renyi-2":
        return -torch.log2(purity)
    if kind == "linear":
        return 1 - purity
    raise Error(f"plain() does not know the entropy {kind}")
