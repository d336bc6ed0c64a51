"""Recurrent sequence models whose memory is a quantum state.

Arrays in, arrays out, no torch: cells, circuits, a graph-free trainer, runs of the command line. The modules
``ebit.torch``, ``ebit.jax``, ``ebit.sklearn``, ``ebit.forecast``, ``ebit.sweep``, ``ebit.info``, ``ebit.interop``,
``ebit.plot`` and ``ebit.hub`` are loaded when they are named.

>>> import ebit
>>> cell = ebit.RegisterCell(n_system=2, n_ancilla=2, hidden="collapse")
>>> cell
RegisterCell(inputs=1, outputs=1, state=8, parameters=24 (16 quantum, 8 classical), float64)
"""
import importlib

from ._cells import Cell, Output, Gradient, cell_classes
from ._circuit import Angle, Circuit, expectation, run
from ._core import Error, __version__, get_num_threads, set_num_threads, simd
from ._model import FitResult, Model, fit
from ._noise import NoiseModel, channels, density_matrix, noise_models
from ._run import Run, load_run
from ._tables import (ansaetze, encoders, entropies, gates, hidden_updates, models, options, presets, scalers,
                      train_options)

globals().update(cell_classes)  # RegisterCell, ControlledCell, ...: one for every family of cells

_MODULES = ("forecast", "hub", "info", "interop", "jax", "neuralforecast", "plot", "sklearn", "sktime", "sweep", "torch")

__all__ = [
    "Angle", "Cell", "Circuit", "Error", "FitResult", "Gradient", "Model", "NoiseModel", "Output", "Run", "ansaetze",
    "channels", "density_matrix", "encoders",
    "entropies", "expectation", "fit", "gates", "get_num_threads", "hidden_updates", "load_run", "models", "noise_models", "options",
    "presets", "run", "scalers", "set_num_threads", "simd", "train_options", *cell_classes,
]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'ebit' has no attribute '{name}'")


def __dir__():
    return sorted([*globals(), *_MODULES])
