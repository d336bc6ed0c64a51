"""torch.nn.LSTM's interface around any cell: change one line of a script."""
import torch
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence, pack_padded_sequence

from .._core import Error
from .._settings import cell_of, cell_spec
from ._modules import QuantumRNN


class _Direction(torch.nn.Module):
    """A layer in one direction: a map to what the cell takes, the cell, a map to the hidden size."""

    def __init__(self, cell, width, hidden, proj, bias, device, dtype, options):
        super().__init__()
        takes, bounded = _width(cell, width, options)
        kinds = {"device": device, "dtype": dtype}
        self.map = None if takes == width and not bounded else torch.nn.Linear(width, takes, bias=bias, **kinds)
        self.bounded = bounded
        self.cell = QuantumRNN(cell, takes, batch_first=True, **kinds, **options)
        self.head = torch.nn.Linear(self.cell.output_size, hidden, bias=bias, **kinds)
        self.proj = torch.nn.Linear(hidden, proj, bias=False, **kinds) if proj else None

    def reset_parameters(self):
        for part in (self.map, self.cell, self.head, self.proj):
            if part is not None:
                part.reset_parameters()

    def forward(self, x, state, lengths):
        if self.map is not None:
            x = self.map(x)
            x = 0.99 * torch.tanh(x) if self.bounded else x
        y, state = self.cell(x, state, lengths=lengths)
        y = self.head(y)
        return (y if self.proj is None else self.proj(y)), state


def _width(cell, width, options):
    """(numbers a step that the cell takes: `width` or the most it can, whether they must lie in [-1, 1])."""
    last = None
    for takes in range(width, 0, -1):
        try:
            made = cell_of(cell_spec(cell, options, takes, True, None, "disentangled"), "float64")
        except Error as error:
            last = error
            continue
        return takes, made.family == "register" and made.parts()["encoder"] in ("linear-amplitude", "arccos-angle", "basis")
    raise last


class Recurrent(torch.nn.Module):
    """A quantum cell behind the signature of torch.nn.LSTM.

    cell: a row of `ebit.models()` with `cell` true; options: its own, see `ebit.options(cell)`. All else is as in torch.nn.LSTM:
    forward(input, hx=None) -> (output, (h_n, c_n)) with output [.., directions * H], h_n [layers * directions, B, H] the last
    outputs, c_n [layers * directions, B, S] the quantum memories (`state_size` S). H is proj_size where that is above 0.
    hx: (h_0, c_0); all that a cell remembers is in c_0, so h_0 is not looked at; a c_0 of zeros, of whatever width, is
    the cell's own start, as scripts for torch.nn.LSTM give it.

    In each layer a trained map brings the input to as many numbers as the encoder takes where it does not take them as they
    are (0.99 tanh behind it for encoders of [-1, 1]), and another one the readouts to hidden_size. `bias` is theirs.

    >>> import torch, ebit.torch
    >>> rnn = ebit.torch.Recurrent("daskin-collapse", 3, 5, num_layers=2, bidirectional=True)   # was torch.nn.LSTM(3, 5, ...)
    >>> output, (h_n, c_n) = rnn(torch.zeros(7, 2, 3))
    >>> output.shape, h_n.shape
    (torch.Size([7, 2, 10]), torch.Size([4, 2, 5]))
    """

    def __init__(self, cell, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
                 proj_size=0, device=None, dtype=None, **options):
        super().__init__()
        if num_layers < 1 or hidden_size < 1 or input_size < 1:
            raise Error(f"input_size, hidden_size and num_layers must be at least 1, not {input_size}, {hidden_size}, {num_layers}")
        if not 0 <= dropout <= 1:
            raise Error(f"dropout must be from 0 to 1, not {dropout}")
        if proj_size and not 0 < proj_size < hidden_size:
            raise Error(f"proj_size must be below hidden_size {hidden_size}, not {proj_size}")
        self.mode, self.input_size, self.hidden_size, self.num_layers = cell, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, float(dropout), bidirectional
        self.proj_size, self.options = proj_size, dict(options)
        directions = 2 if bidirectional else 1
        size = proj_size or hidden_size
        self.cells = torch.nn.ModuleList(
            _Direction(cell, input_size if layer == 0 else size * directions, hidden_size, proj_size, bias, device, dtype, options)
            for layer in range(num_layers) for _ in range(directions))
        self.state_size = self.cells[0].cell.state_size

    def reset_parameters(self):
        """Draws all parameters anew."""
        for part in self.cells:
            part.reset_parameters()

    def flatten_parameters(self):
        """Does nothing: there is nothing to flatten. Scripts for torch.nn.LSTM call it."""

    def extra_repr(self):
        more = "".join(f", {n}={v!r}" for n, v, d in (("num_layers", self.num_layers, 1), ("bias", self.bias, True),
                       ("batch_first", self.batch_first, False), ("dropout", self.dropout, 0.0),
                       ("bidirectional", self.bidirectional, False), ("proj_size", self.proj_size, 0)) if v != d)
        return f"{self.mode!r}, {self.input_size}, {self.hidden_size}{more}"

    def forward(self, input, hx=None):
        """(output, (h_n, c_n)) as torch.nn.LSTM; input [T, B, F], [B, T, F], [T, F] or a PackedSequence."""
        packed = input if isinstance(input, PackedSequence) else None
        lengths, single = None, False
        if packed is not None:
            x, lengths = pad_packed_sequence(packed, batch_first=True)
        else:
            if input.dim() not in (2, 3):
                raise Error(f"input must be [batch, steps, features] or [steps, features], not {tuple(input.shape)}")
            single = input.dim() == 2
            x = input[None] if single else input if self.batch_first else input.transpose(0, 1)
        states = self._states(hx, x.shape[0], single)
        h_n, c_n, directions = [], [], 2 if self.bidirectional else 1
        for layer in range(self.num_layers):
            out = []
            for d in range(directions):
                k = layer * directions + d
                given = x if d == 0 else _reversed(x, lengths)
                y, state = self.cells[k](given, None if states is None else states[k:k + 1], lengths)
                h_n.append(_last(y, lengths)), c_n.append(state[0])
                out.append(y if d == 0 else _reversed(y, lengths))
            x = torch.cat(out, -1) if directions == 2 else out[0]
            if self.dropout and layer + 1 < self.num_layers:
                x = torch.nn.functional.dropout(x, self.dropout, self.training)
        h, c = torch.stack(h_n), torch.stack(c_n)
        if packed is not None:
            order = packed.sorted_indices
            x, n = (x, lengths) if order is None else (x[order], lengths[order])
            again = pack_padded_sequence(x, n, batch_first=True)
            return PackedSequence(again.data, again.batch_sizes, order, packed.unsorted_indices), (h, c)
        if single:
            return x[0], (h[:, 0], c[:, 0])
        return (x if self.batch_first else x.transpose(0, 1)), (h, c)

    def _states(self, hx, batch, single):
        if hx is None:
            return None
        c = hx[1] if isinstance(hx, (tuple, list)) else hx
        c = c[:, None] if single and c.dim() == 2 else c
        if c.dim() != 3 or tuple(c.shape[:2]) != (len(self.cells), batch):
            raise Error(f"c_0 must be [{len(self.cells)}, {batch}, {self.state_size}], not {tuple(c.shape)}")
        if not c.requires_grad and not bool(c.any()):
            return None
        if c.shape[2] != self.state_size:
            raise Error(f"c_0 must be [{len(self.cells)}, {batch}, {self.state_size}] (or zeros: the cell's own start), not "
                        f"{tuple(c.shape)}: is it of another cell?")
        return c


def _reversed(x, lengths):
    """Sequences from their last step to their first; what is past their end stays there."""
    if lengths is None:
        return x.flip(1)
    steps = torch.arange(x.shape[1], device=x.device)[None]
    n = lengths.to(x.device)[:, None]
    index = torch.where(steps < n, n - 1 - steps, steps)
    return x.gather(1, index[..., None].expand_as(x))


def _last(y, lengths):
    if lengths is None:
        return y[:, -1]
    return y[torch.arange(y.shape[0], device=y.device), (lengths - 1).to(y.device)]
