"""A model for neuralforecast whose encoder is a quantum recurrent cell."""
try:
    from neuralforecast.core import MODEL_FILENAME_DICT
    from neuralforecast.models import LSTM
except ImportError as error:
    raise ImportError(f"ebit.neuralforecast needs neuralforecast: pip install neuralforecast ({error})") from None

from .torch import Recurrent

__all__ = ["QuantumLSTM"]


class QuantumLSTM(LSTM):
    """neuralforecast's LSTM with `ebit.torch.Recurrent` in the place of its encoder.

    Losses, exogenous columns and all else are its own.

    cell: a row of `ebit.models()` with `cell` true. cell_options: of the cell, a dict. All other arguments are those of
    `neuralforecast.models.LSTM`, with smaller layers unless they are given, and on the CPU, where ebit computes.
    `NeuralForecast.load` finds the class once this module is imported.

    >>> import pandas as pd
    >>> from neuralforecast import NeuralForecast
    >>> from ebit.neuralforecast import QuantumLSTM
    >>> df = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2015-01-01", periods=60, freq="MS"),
    ...                    "y": [k % 12 for k in range(60)]})
    >>> nf = NeuralForecast([QuantumLSTM(h=12, input_size=24, max_steps=2, enable_progress_bar=False)], freq="MS")
    >>> nf.fit(df)
    >>> list(nf.predict().columns)
    ['unique_id', 'ds', 'QuantumLSTM']
    """

    def __init__(self, h, input_size=-1, cell="daskin-probabilities", cell_options=None, encoder_n_layers=1,
                 encoder_hidden_size=16, decoder_hidden_size=32, accelerator="cpu", **kwargs):
        super().__init__(h=h, input_size=input_size, encoder_n_layers=encoder_n_layers, encoder_hidden_size=encoder_hidden_size,
                         decoder_hidden_size=decoder_hidden_size, accelerator=accelerator, **kwargs)
        was = self.hist_encoder
        self.cell, self.cell_options = cell, cell_options
        self.hist_encoder = Recurrent(cell, was.input_size, was.hidden_size, num_layers=was.num_layers, bias=was.bias,
                                      batch_first=True, dropout=was.dropout, proj_size=was.proj_size, **(cell_options or {}))


MODEL_FILENAME_DICT["quantumlstm"] = QuantumLSTM  # where NeuralForecast.load() finds classes by name
