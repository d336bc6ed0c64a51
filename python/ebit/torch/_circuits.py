"""Circuits and entropies as differentiable functions of tensors."""
import numpy as np
import torch

from .. import _core
from .._circuit import Circuit, Expectations
from .._core import Error

_SECOND = "ebit has no second derivatives of circuits and entropies: call backward() with create_graph=False"


def _numpy(t, dtype):
    return np.ascontiguousarray(t.detach().cpu().numpy(), dtype)


class _Once(torch.autograd.Function):
    """(value of numpy arrays, vector-Jacobian product) as a node that refuses to be differentiated twice."""

    @staticmethod
    def forward(ctx, value, product, *inputs):
        ctx.save_for_backward(*inputs)
        ctx.product = product
        return value(*inputs)

    @staticmethod
    def backward(ctx, d):
        if torch.is_grad_enabled() and d.requires_grad:
            raise NotImplementedError(_SECOND)
        return None, None, *(g.to(t) for g, t in zip(ctx.product(d.detach(), *ctx.saved_tensors), ctx.saved_tensors))


def expectation(circuit, observables, shared=None, per_sample=None):
    """Expectation values [B, K] behind an `ebit.Circuit`, with gradients for its angles.

    shared: [P] in the order of `circuit.shared`. per_sample: [B, Q] in the order of `circuit.per_sample`; None: B is 1.

    >>> import torch, ebit, ebit.torch
    >>> a = torch.tensor([0.5], requires_grad=True)
    >>> ebit.torch.expectation(ebit.Circuit(1).add("RY", [0], ["a"]), ["Z0"], a).sum().backward()
    >>> round(a.grad.item(), 4)     # -sin(0.5)
    -0.4794
    """
    f = circuit if isinstance(circuit, Expectations) else Expectations(circuit, [observables] if isinstance(observables, str) else observables)
    like = shared if shared is not None else per_sample
    dtype = torch.get_default_dtype() if like is None else like.dtype
    shared = torch.zeros(0, dtype=dtype) if shared is None else shared
    per_sample = torch.zeros(1, 0, dtype=dtype) if per_sample is None else per_sample
    if per_sample.dim() != 2:
        raise Error(f"per_sample must be [batch, {len(f.circuit.per_sample)}], not {tuple(per_sample.shape)}")

    def value(p, q):
        return torch.from_numpy(f._core.forward(_numpy(p, "float64").reshape(-1), _numpy(q, "float64"))).to(p)

    def product(d, p, q):
        gp, gq = f._core.backward(_numpy(p, "float64").reshape(-1), _numpy(q, "float64"), _numpy(d, "float64"))
        return torch.from_numpy(gp).reshape(p.shape), torch.from_numpy(gq)

    return _Once.apply(value, product, shared, per_sample)


class CircuitLayer(torch.nn.Module):
    """A circuit as a layer: inputs [.., Q] are its per-sample angles, its shared angles are trained, outputs [.., K].

    >>> import torch, ebit, ebit.torch
    >>> c = ebit.Circuit(1).add("RX", [0], [ebit.Angle("x", per_sample=True)]).add("RY", [0], ["a"])
    >>> ebit.torch.CircuitLayer(c, ["Z0"])(torch.zeros(4, 1)).shape
    torch.Size([4, 1])
    """

    def __init__(self, circuit, observables, *, low=0.0, high=1.0, device=None, dtype=None):
        super().__init__()
        self.circuit, self.observables, self.low, self.high = circuit, tuple(observables), low, high
        self.angles = torch.nn.Parameter(torch.empty(len(circuit.shared), device=device, dtype=dtype))
        self._made = None
        self.reset_parameters()

    def reset_parameters(self):
        """Draws the angles anew, uniform in [low, high), radians."""
        torch.nn.init.uniform_(self.angles, self.low, self.high)

    def __getstate__(self):
        return {**self.__dict__, "_made": None}

    def forward(self, input):
        """Expectation values [.., K] for per-sample angles [.., Q]."""
        if self._made is None:
            self._made = Expectations(self.circuit, self.observables)
        flat = input.reshape(-1, input.shape[-1])
        return expectation(self._made, self.observables, self.angles, flat).reshape(*input.shape[:-1], len(self.observables))

    def extra_repr(self):
        return f"{self.circuit.wires} wires, {len(self.circuit.operations)} gates, read {', '.join(self.observables)}"


def entropy(psi, dims=None, part=(0,), *, kind="von-neumann"):
    """The entropy [B] of part A of pure states [B, d] (complex), with a gradient; see `ebit.info.entropy`."""
    if psi.dim() != 2 or not psi.is_complex():
        raise Error(f"psi must be complex [batch, d], not {psi.dtype} {tuple(psi.shape)}")
    from ..info import _dims
    dims, part = _dims(dims, psi.shape[1]), list(part)
    real = torch.float32 if psi.dtype == torch.complex64 else torch.float64

    def value(p):
        return torch.from_numpy(_core.pure_entropy(kind, dims, part, _numpy(p, "complex128"))).to(real)

    def product(d, p):
        return (torch.from_numpy(_core.pure_entropy_backward(kind, dims, part, _numpy(p, "complex128"), _numpy(d, "float64"))),)

    return _Once.apply(value, product, psi)


class EntropyPenalty(torch.nn.Module):
    """What is added to a loss for the memory's entropy S of a module made with `entropy=...`: the mean of W (S - target)^2, or
    without a target of -W S, so that W > 0 rewards entanglement and W < 0 punishes it.

    >>> import torch, ebit.torch
    >>> rnn = ebit.torch.RegisterRNN(1, batch_first=True, entropy="von-neumann")
    >>> loss = rnn(torch.zeros(2, 3, 1))[0].square().mean() + ebit.torch.EntropyPenalty(0.1, target=0.5)(rnn)
    """

    def __init__(self, weight, target=None):
        super().__init__()
        if target is not None and weight <= 0:
            raise Error(f"with a target the weight must be above 0, not {weight}")
        self.weight, self.target = float(weight), target

    def forward(self, module):
        """The penalty of the module's last forward pass."""
        s = module.last_entropy
        if s is None:
            raise Error("the module gave no entropy: make it with entropy='von-neumann' and call it first")
        return -self.weight * s.mean() if self.target is None else self.weight * (s - self.target).square().mean()
