"""Cells as torch modules."""
import warnings

import torch
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence, pack_padded_sequence

from .. import _core
from .._cells import class_name, model_of_family
from .._core import Error
from .._settings import cell_of, cell_spec
from ._ops import run_cell

_warned = False


class _Names(torch.nn.Module):
    """Holds parameters whose names have dots: "ffn.0.weight"."""


def _holder(module, name):
    *path, last = name.split(".")
    for part in path:
        if part not in module._modules:
            module.add_module(part, _Names())
        module = module._modules[part]
    return module, last


class QuantumRNN(torch.nn.Module):
    """A quantum recurrent cell over sequences, with the conventions of torch.nn.LSTM.

    model: a row of `ebit.models()` with `cell` true. input_size: F. batch_first: input is [B, T, F], else [T, B, F]; [T, F] and
    a PackedSequence are taken too. entropy: a row of `ebit.entropies()`: `module.last_entropy` is then [B, T] with a graph.
    seed: of cells that draw; each forward pass draws its own. options: see `ebit.options(model)`.

    forward(input, hx=None) -> (output, state): output [B, T, K] (K: `module.output_size`), state [1, B, S] (S: `state_size`).
    Parameters have the names of the cell's segments, so that weights go to the command line and back; frozen ones (`freeze=`) require
    no gradient. counts: trained `quantum` and `classical` numbers, `frozen` ones.
    Raises ebit.Error (a ValueError) for wrong shapes, dtypes, options, and inputs that the cell does not take.

    >>> import torch, ebit.torch
    >>> rnn = ebit.torch.QuantumRNN("daskin-collapse", 1, batch_first=True)
    >>> sorted(rnn.state_dict())
    ['encoder_bias', 'encoder_weight', 'theta_dis', 'theta_en']
    """

    model = None  # of a subclass

    def __init__(self, model, input_size, *, batch_first=False, every_step=True, entropy=None, entropy_stage="disentangled",
                 seed=0, device=None, dtype=None, **options):
        super().__init__()
        self.model_name, self.input_size, self.batch_first, self.options = model, int(input_size), bool(batch_first), dict(options)
        self.entropy, self.seed = entropy, int(seed)
        self.spec = cell_spec(model, options, input_size, every_step, entropy, entropy_stage)
        cell = cell_of(self.spec, "float64")
        self.output_size, self.state_size, self.every_step = cell.outputs, cell.state_numbers, cell.every_step
        self._segments = [(s["name"], tuple(s["shape"]), s["low"], s["high"]) for s in cell.segments]
        self.counts = cell.counts
        self._draws, self._trains = cell.capabilities["draws"], cell.capabilities["training"]
        # [seed, number of the next pass]: a tensor, so that torch.compile does not take the number for a constant.
        self.register_buffer("_draw", torch.tensor([self.seed, 0]), persistent=False)
        self.last_entropy = None
        for segment in cell.segments:
            holder, last = _holder(self, segment["name"])
            numbers = torch.empty(tuple(segment["shape"]), device=device, dtype=dtype)
            holder.register_parameter(last, torch.nn.Parameter(numbers, requires_grad=not segment["frozen"]))
        self.reset_parameters()

    def reset_parameters(self):
        """Draws all parameters anew from torch's generator, uniform in the ranges of the cell's segments."""
        for (_, _, low, high), p in zip(self._segments, self._list()):
            torch.nn.init.uniform_(p, low, high)

    def _list(self):
        out = []
        for name, _, _, _ in self._segments:
            holder, last = _holder(self, name)
            out.append(holder._parameters[last])
        return out

    def _weights(self):
        out = []
        for name, _, _, _ in self._segments:
            own = self._parameters.get(name)
            if own is None:  # a name with dots, or a parameter that torch.nn.utils.parametrize stands in front of
                own = self
                for part in name.split("."):
                    own = getattr(own, part)
            out.append(own)
        return out

    def extra_repr(self):
        more = "".join(f", {k}={v!r}" for k, v in self.options.items())
        return (f"{self.model_name!r}, {self.input_size}, output_size={self.output_size}, state_size={self.state_size}"
                f"{', batch_first=True' if self.batch_first else ''}{more}")

    def __getstate__(self):
        return {**self.__dict__, "last_entropy": None}

    def initial_state(self, batch, *, dtype=None):
        """The state [1, B, S] that sequences start from where no `hx` is given; found by a sequence of length 0."""
        p = self._weights()
        x = torch.zeros(batch, 1, self.input_size, dtype=dtype or p[0].dtype)
        with torch.no_grad():
            return run_cell(self.spec, [q.detach().cpu() for q in p], x, lengths=torch.zeros(batch, dtype=torch.int64))[1]

    def forward(self, input, hx=None, *, lengths=None):
        """(output, state); see the class. lengths: int64 [B], where the input is padded and not packed."""
        if not isinstance(input, torch.Tensor):
            if isinstance(input, PackedSequence):
                return self._packed(input, hx)
            raise Error(f"input must be a tensor or a PackedSequence, not {type(input).__name__}")
        if input.dim() == 3 and self.batch_first:
            return self._run(input, hx, lengths)
        if input.dim() not in (2, 3):
            raise Error(f"input must be [batch, steps, features] or [steps, features], not {tuple(input.shape)}")
        single = input.dim() == 2
        x = input[None] if single else input.transpose(0, 1)
        if single and hx is not None and hx.dim() == 2:
            hx = hx[:, None]
        y, state = self._run(x, hx, lengths)
        if single:
            return y[0], state[:, 0]
        return (y.transpose(0, 1) if self.every_step else y), state

    def _packed(self, packed, hx):
        x, lengths = pad_packed_sequence(packed, batch_first=True)
        y, state = self._run(x, hx, lengths)
        if not self.every_step:
            return y, state
        order = packed.sorted_indices
        y, lengths = (y, lengths) if order is None else (y[order], lengths[order])
        again = pack_padded_sequence(y, lengths, batch_first=True)
        return PackedSequence(again.data, again.batch_sizes, order, packed.unsorted_indices), state

    def _run(self, x, hx, lengths):
        weights = self._weights()
        w = weights[0]
        if x.shape[-1] != self.input_size:
            raise Error(f"input has {x.shape[-1]} features, and the module takes {self.input_size}")
        if hx is not None and (hx.dim() != 3 or tuple(hx.shape) != (1, x.shape[0], self.state_size)):
            raise Error(f"hx must be [1, {x.shape[0]}, {self.state_size}], not {tuple(hx.shape)}: is it of another cell?")
        h = None if hx is None else hx[0]
        if x.dtype != w.dtype:
            if not _autocast(x):
                raise Error(f"input is {x.dtype} and the module {w.dtype}: convert one, for example module.to(input.dtype)")
            x = x.to(w.dtype)
            h = None if h is None else h.to(w.dtype)
        device, foreign = x.device, False  # foreign: copied to the host and back
        if device != w.device:
            raise Error(f"input is on {device} and the module on {w.device}: move one of them")
        if not x.is_cpu and device.type != "meta":
            _warn(device)
            foreign, x, weights, h = True, x.cpu(), [p.cpu() for p in weights], None if h is None else h.cpu()
            lengths = None if lengths is None else lengths.cpu()
        draw = None
        if self._draws or (self._trains and self.training):
            draw = self._draw.clone().cpu()
            self._draw[1] += 1
        y, state, s = run_cell(self.spec, weights, x, h, lengths=lengths, draw=draw, training=self._trains and self.training,
                               entropy=bool(self.entropy))
        if self.entropy:
            self.last_entropy = s.to(device)
        if foreign:
            y, state = y.to(device), state.to(device)
        return y, state


def _autocast(x):
    try:
        return torch.is_autocast_enabled(x.device.type)
    except TypeError:  # before torch 2.4
        return torch.is_autocast_cpu_enabled() if x.device.type == "cpu" else torch.is_autocast_enabled()


def _warn(device):
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(f"tensors on {device} are copied to the host and back: ebit computes on the CPU. For small circuits "
                      "ebit.torch.plain(module) runs there", stacklevel=4)


def _rnn_class(row):
    family = row["name"]

    def __init__(self, input_size, *, preset=None, **rest):
        QuantumRNN.__init__(self, preset or model_of_family(family), input_size, **rest)
        found = cell_of(self.spec, "float64").family
        if found != family:
            raise Error(f"{preset} is of the family {found}: take ebit.torch.QuantumRNN({preset!r}, ...)")

    doc = (f"{row['help'][0].upper()}{row['help'][1:]} ({row['source']}).\n\n    preset: a published model of this family. All else as "
           "`QuantumRNN`.\n    ")
    name = f"{class_name(family)}RNN"
    return name, type(name, (QuantumRNN,), {"__doc__": doc, "__init__": __init__, "__module__": "ebit.torch", "model": family})


rnn_classes = dict(_rnn_class(row) for row in _core.cell_families())
