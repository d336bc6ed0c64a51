"""Models on the Hugging Face Hub, or in a folder: `save_pretrained`, `from_pretrained`, `push_to_hub`.

A saved model is two files: `config.json` holds the arguments of the class, `model.safetensors` the weights under the names that
the command line's runs use. Needs torch, huggingface_hub and safetensors: pip install ebit[torch,hub].

>>> import tempfile, torch, ebit.hub
>>> model = ebit.hub.HubModel("daskin-collapse", inputs=2, outputs=1)
>>> with tempfile.TemporaryDirectory() as folder:
...     model.save_pretrained(folder)
...     again = ebit.hub.HubModel.from_pretrained(folder)
Loading weights from local directory
>>> x = torch.zeros(3, 5, 2)
>>> torch.equal(model.eval()(x), again(x))
True
"""
import json

from ._core import Error
from ._needs import missing

try:
    import torch
except ImportError:
    raise missing("ebit.hub", "torch", "torch,hub") from None
try:
    from huggingface_hub import PyTorchModelHubMixin
    import safetensors.torch  # noqa: F401  what the mixin writes with
except ImportError as error:
    raise missing("ebit.hub", error.name, "hub") from None

from .torch import QuantumRNN, SequenceModel
from .torch._model import _CLASSICAL, _Classical, model_of

__all__ = ["HubModel", "HubRNN"]

_DTYPES = {"float32": torch.float32, "float64": torch.float64}
_ABOUT = {"library_name": "ebit", "tags": ["ebit", "quantum", "recurrent"]}


def _dtype(name):
    if name not in _DTYPES:
        raise Error(f"dtype must be 'float32' or 'float64', not {name}")
    return _DTYPES[name]


def _check(arguments):
    """What JSON cannot hold would be missing in config.json, and another model would be read back."""
    for name, value in {**arguments, **arguments.get("options", {})}.items():
        try:
            if name not in ("self", "__class__", "options"):
                json.dumps(value)
        except TypeError:
            kind = type(value).__name__
            raise Error(f"{name} must be a number, a text or a list that config.json can hold, not {kind}") from None


class HubModel(SequenceModel, PyTorchModelHubMixin, **_ABOUT):
    """A whole model: an input layer, a quantum cell (or "lstm", "gru", "rnn"), a head; see `ebit.torch.SequenceModel`.

    model: a row of `ebit.models()` with `cell` true, or a classical core with `hidden_size` (0: 8) and `num_layers`. inputs: F.
    outputs: of the linear head; 0: the readouts answer. pool: "last", "mean" or None (every step is answered). vocabulary, width:
    of an embedding for tokens. map_size, squash: a trained map in front of the core. dtype: "float32" or "float64". options: the
    cell's, see `ebit.options(model)`.

    forward(x [B, T, F], lengths=None) -> [B, O], or [B, T, O] without a pool. Raises ebit.Error for options that the
    cell has not, and for values that JSON cannot hold.
    """

    def __init__(self, model="register", *, inputs=1, outputs=1, pool="last", vocabulary=0, width=1, map_size=0, squash=False,
                 dropout=0.0, hidden_size=0, num_layers=1, dtype="float32", **options):
        kind = _dtype(dtype)
        _check(locals() | {"kind": None})
        width = width if vocabulary else inputs
        if model in _CLASSICAL:
            if options:
                raise Error(f"{', '.join(options)} has no effect on {model}")
            core, features = _Classical(model, map_size or width, hidden_size or 8, num_layers, kind), hidden_size or 8
        else:
            if hidden_size or num_layers > 1:
                raise Error(f"hidden_size and num_layers are of {', '.join(_CLASSICAL)}; see ebit.options('{model}')")
            core = QuantumRNN(model, map_size or width, batch_first=True, dtype=kind, **options)
            features = core.output_size
        super().__init__(core, features, outputs=outputs, vocabulary=vocabulary, width=width, map_size=map_size, squash=squash,
                         dropout=dropout, pool=pool, dtype=kind)

    @classmethod
    def of_run(cls, run):
        """The trained model of an `ebit.Run` (see `ebit.load_run`) as a HubModel.

        Raises ebit.Error for cores that torch has not.
        """
        plain, spec = model_of(run), run.spec
        core = plain.core
        more = dict(hidden_size=spec["hidden"], num_layers=spec["layers"]) if run.name in _CLASSICAL else core.options
        inp, head = spec["input"], spec["head"]
        self = cls(run.name, inputs=inp["width"], outputs=head["outputs"] if head["linear"] else 0, pool=plain.pool,
                   vocabulary=inp["vocabulary"], width=inp["width"], map_size=inp["map"], squash=inp["squash"],
                   dropout=inp["dropout"], dtype=spec["dtype"], **more)
        self.load_state_dict(plain.state_dict())
        return self.eval()


class HubRNN(QuantumRNN, PyTorchModelHubMixin, **_ABOUT):
    """An `ebit.torch.QuantumRNN` that can be saved: the layer alone, without a head. dtype: "float32" or "float64".

    >>> import ebit.hub
    >>> ebit.hub.HubRNN("daskin-collapse", 1, batch_first=True).output_size
    1
    """

    def __init__(self, model, input_size, *, batch_first=False, every_step=True, entropy=None, entropy_stage="disentangled",
                 seed=0, dtype="float32", **options):
        _check(locals())
        super().__init__(model, input_size, batch_first=batch_first, every_step=every_step, entropy=entropy,
                         entropy_stage=entropy_stage, seed=seed, dtype=_dtype(dtype), **options)
