"""Entanglement of states and of gates, on numpy arrays.

Systems are lists of dimensions `dims`; `part` lists the subsystems of part A; the first subsystem is the most significant.
States are [B, d] or [d], density matrices [B, d, d] or [d, d].
"""
import dataclasses
from typing import Any

from . import _core
from ._arrays import complexes, np
from ._core import Error

__all__ = ["Power", "average_power", "canonical_gate", "entropy", "is_perfect_entangler", "mutual_information", "negativity",
           "operator_schmidt_entropy", "operator_schmidt_values", "power", "schmidt_values", "unitary", "weyl_coordinates"]


def _dims(dims, size):
    dims = [2] * (size.bit_length() - 1) if dims is None else [int(d) for d in np.atleast_1d(dims)]
    if int(np.prod(dims)) != size:
        raise Error(f"dims {dims} multiply to {int(np.prod(dims))}, but the state has {size} numbers")
    return dims


def _batch(array, ndim):
    a = np.asarray(array)
    single = a.ndim == ndim
    if not single and a.ndim != ndim + 1:
        raise Error(f"a state has {ndim} dimension{'s' if ndim > 1 else ''}, with a batch one more, not the shape {a.shape}")
    return complexes(a[None] if single else a, "the state", ndim + 1), single


def entropy(state, dims=None, part=(0,), *, kind="von-neumann"):
    """The entropy of part A of pure states [B, d], or of density matrices [B, d, d] as a whole (then `part` is not used).

    kind: a row of `ebit.entropies()`; "von-neumann" is in bits. Returns [B], or a number for one state.

    >>> import numpy as np, ebit.info
    >>> float(ebit.info.entropy(np.array([1, 0, 0, 1]) / np.sqrt(2)).round(12))
    1.0
    """
    a = np.asarray(state)
    if a.ndim >= 2 and a.shape[-1] == a.shape[-2] and dims is None and (a.ndim == 3 or abs(np.trace(a) - 1) < 1e-3):
        rho, single = _batch(a, 2)
        out = _core.density_entropy(kind, rho.shape[1], np.ascontiguousarray(rho.reshape(len(rho), -1)))
    else:
        psi, single = _batch(a, 1)
        out = _core.pure_entropy(kind, _dims(dims, psi.shape[1]), list(part), psi)
    return out[0] if single else out


def _correlation(function, rho, dims, part):
    rho, single = _batch(rho, 2)
    if rho.shape[1] != rho.shape[2]:
        raise Error(f"a density matrix is square, not {rho.shape[1:]}")
    out = function(_dims(dims, rho.shape[1]), list(part), np.ascontiguousarray(rho.reshape(len(rho), -1)))
    return out[0] if single else out


def negativity(rho, dims=None, part=(0,)):
    """The negativity (Vidal and Werner 2002, quant-ph/0102117) of density matrices [B, d, d]: 0 for separable states."""
    return _correlation(_core.negativity, rho, dims, part)


def mutual_information(rho, dims=None, part=(0,)):
    """I(A:B) = S(A) + S(B) - S(AB) of density matrices [B, d, d], in bits."""
    return _correlation(_core.mutual_information, rho, dims, part)


def schmidt_values(psi, dims=None, part=(0,)):
    """Schmidt coefficients of one pure state [d], largest first."""
    psi, single = _batch(psi, 1)
    if not single:
        raise Error("schmidt_values takes one state [d]")
    return _core.schmidt_values(_dims(dims, psi.shape[1]), list(part), psi)


def unitary(text):
    """The matrix of a gate or a known unitary by name: "cnot", "rzz(0.7)", "canonical(pi/2, 0, 0)"."""
    return _core.named_unitary(text)[0]


def _unitary(u, dims):
    if isinstance(u, str):
        matrix, d_a, d_b = _core.named_unitary(u)
        return matrix, *((d_a, d_b) if dims is None and d_a else dims or (2, 2))
    u = u.unitary() if hasattr(u, "unitary") else u
    u = complexes(u, "the unitary", 2)
    if dims is None:
        side = int(round(u.shape[0]**0.5))
        if side * side != u.shape[0]:
            raise Error(f"say dims=(d_a, d_b) of a unitary of {u.shape[0]} rows")
        dims = (side, side)
    return u, int(dims[0]), int(dims[1])


@dataclasses.dataclass
class Power:
    """An entangling or disentangling power, as far as it was found."""

    value: float  #: ebits made (or destroyed) on `state`: a lower bound
    upper_bound: float  #: no state with these ancillas does better
    state: Any  #: [d_a, ancilla_a, d_b, ancilla_b], normalised, before U acts
    entropy_before: float  #: of the state, in ebits
    entropy_after: float  #: behind U
    starts: int  #: searches made
    agreed: int  #: of them, those that came to the same value
    product_value: float  #: the best of product states


def power(u, dims=None, *, down=False, ancillas=(1, 1), starts=32, most_starts=0, seed=1):
    """The entangling power of a unitary, or with `down` its disentangling power (Linden, Smolin, Winter, quant-ph/0511217).

    u: a matrix, an `ebit.Circuit` or a name. dims: (d_a, d_b); None: halves. ancillas: dimensions of A' and B', 1: none.

    >>> import ebit.info
    >>> round(ebit.info.power("cnot", ancillas=(2, 2)).value, 6)
    1.0
    """
    matrix, a, b = _unitary(u, dims)
    r = _core.power(matrix, a, b, bool(down), int(ancillas[0]), int(ancillas[1]), int(starts), int(most_starts), int(seed))
    r["state"] = r["state"].reshape(a, ancillas[0], b, ancillas[1])
    return Power(**r)


def average_power(u, dims=None):
    """Zanardi's entangling power: the mean linear entropy that U makes of product states (quant-ph/0005031)."""
    return _core.average_power(*_unitary(u, dims))


def operator_schmidt_values(u, dims=None):
    """The operator-Schmidt values of a unitary, largest first; their squares sum to d_a d_b."""
    return np.array(_core.operator_schmidt_values(*_unitary(u, dims)))


def operator_schmidt_entropy(u, dims=None):
    """The entropy of the squared operator-Schmidt values over d_a d_b, in bits."""
    return _core.operator_schmidt_entropy(*_unitary(u, dims))


def weyl_coordinates(u):
    """(c1, c2, c3) of a two-qubit gate in the Weyl chamber, radians: CNOT is (pi/2, 0, 0)."""
    return np.array(_core.weyl_coordinates(_unitary(u, (2, 2))[0]))


def is_perfect_entangler(u):
    """Whether a two-qubit gate makes a maximally entangled state of some product state."""
    return _core.is_perfect_entangler(_unitary(u, (2, 2))[0])


def canonical_gate(c1, c2, c3):
    """exp(i/2 (c1 XX + c2 YY + c3 ZZ)), [4, 4]."""
    return _core.canonical_gate(c1, c2, c3)
