"""Whole models in torch: those of the command line's runs, with the names of their weights."""
import torch

from .._core import Error
from .._settings import own_options
from ._modules import QuantumRNN

_CLASSICAL = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


class _Classical(torch.nn.Module):
    """A classical core under the names of the command line's weights: `core.recurrent.*`."""

    def __init__(self, name, width, hidden, layers, dtype):
        super().__init__()
        self.recurrent = _CLASSICAL[name](width, hidden, layers, batch_first=True, dtype=dtype)

    def forward(self, x):
        return self.recurrent(x)


class SequenceModel(torch.nn.Module):
    """An input layer, a core and a head: input [B, T, F] floats, or [B, T] tokens; output [B, O], or [B, T, O] of every step.

    core: a module of (x, lengths) -> features [B, T, K]. vocabulary: above 0 a trained embedding of `width` numbers.
    map_size: above 0 a linear map in front of the core, with 0.99 tanh behind it where `squash`.
    pool: "last" or "mean"; None: every step is answered. outputs: of the linear head; 0: the features answer.
    """

    def __init__(self, core, features, *, outputs=1, vocabulary=0, width=1, map_size=0, squash=False, dropout=0.0, pool="last", dtype=None):
        super().__init__()
        if vocabulary or map_size:
            self.input = torch.nn.Module()
        if vocabulary:
            self.input.embedding = torch.nn.Embedding(vocabulary, width, dtype=dtype)
        if map_size:
            self.input.map = torch.nn.Linear(width, map_size, dtype=dtype)
        self.core = core
        self.vocabulary, self.map_size, self.squash, self.pool = vocabulary, map_size, squash, pool
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(features, outputs, dtype=dtype) if outputs else None

    def forward(self, x, lengths=None):
        """Answers; see the class. lengths: int64 [B], from 1 to T."""
        if self.vocabulary:
            x = self.dropout(self.input.embedding(x))
        if self.map_size:
            x = self.input.map(x)
            x = 0.99 * torch.tanh(x) if self.squash else x
        y = self.core(x, lengths=lengths)[0] if isinstance(self.core, QuantumRNN) else self.core(x)[0]
        if self.pool == "last":
            y = y[:, -1] if lengths is None else y[torch.arange(len(y)), lengths - 1]
        elif self.pool == "mean":
            n = x.shape[1] if lengths is None else lengths[:, None].to(y.dtype)
            inside = 1 if lengths is None else (torch.arange(x.shape[1])[None] < lengths[:, None])[..., None]
            y = (y * inside).sum(1) / n
        return y if self.head is None else self.head(self.dropout(y))


def model_of(run):
    """The model of an `ebit.Run` as a SequenceModel with its weights; their names are those of the run's files.

    Raises Error for models that have no counterpart here: translators, orthogonal, mlp and linear cores.
    """
    spec, options = run.spec, run.config["model"]
    row, inp, head = run.name, spec["input"], spec["head"]
    dtype = torch.float32 if spec["dtype"] == "float32" else torch.float64
    width = inp["map"] or inp["width"]
    if head["answer"] == "translation":
        raise Error("a translator is computed by the command line alone: ebit evaluate")
    if row in _CLASSICAL:
        core = _Classical(row, width, spec["hidden"], spec["layers"], dtype)
        features = spec["hidden"]
    elif row in ("orthogonal", "mlp", "linear"):
        raise Error(f"the core {row} is computed by the command line alone: ebit evaluate, ebit forecast")
    else:
        core = QuantumRNN(row, width, batch_first=True, dtype=dtype, **own_options(row, options))
        features = core.output_size
    pool = None if head["answer"] == "classes" else head["pool"]
    model = SequenceModel(core, features, outputs=head["outputs"] if head["linear"] else 0, vocabulary=inp["vocabulary"], width=inp["width"],
                          map_size=inp["map"], squash=inp["squash"], dropout=inp["dropout"], pool=pool, dtype=dtype)
    own = model.state_dict()
    if sorted(own) != sorted(run.weights):
        raise Error(f"the weights of '{run.path}' are named otherwise here: wanted {sorted(own)}, given {sorted(run.weights)}")
    model.load_state_dict({k: torch.as_tensor(v, dtype=dtype) for k, v in run.weights.items()})
    return model.eval()
