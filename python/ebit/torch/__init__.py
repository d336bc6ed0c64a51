"""Quantum recurrent layers for torch, with the conventions of torch.nn.LSTM. Works with any torch from 1.13.

>>> import torch, ebit.torch
>>> rnn = ebit.torch.RegisterRNN(1, batch_first=True)
>>> output, state = rnn(torch.zeros(3, 5, 1))
>>> output.shape, state.shape
(torch.Size([3, 5, 1]), torch.Size([1, 3, 8]))
"""
from ._circuits import CircuitLayer, EntropyPenalty, entropy, expectation
from ._model import SequenceModel, model_of
from ._modules import QuantumRNN, rnn_classes
from ._ops import hvp, run_cell
from ._plain import plain
from ._recurrent import Recurrent

globals().update(rnn_classes)  # RegisterRNN, ControlledRNN, ...: one for every family of cells

__all__ = ["CircuitLayer", "EntropyPenalty", "QuantumRNN", "Recurrent", "SequenceModel", "entropy", "expectation", "hvp",
           "model_of", "plain", "run_cell", *rnn_classes]
