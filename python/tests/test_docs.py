"""Examples: of the docstrings, and the blocks of Python on the pages."""
import doctest
import importlib
import importlib.util
import os
import pkgutil
import re
import shutil

import pytest

import ebit
from conftest import ROOT

PAGES = ["README.md", "docs/python.md"]
BLOCK = re.compile(r"^<!-- python(?:: needs (\S+))? -->\n```python\n(.*?)^```$", re.M | re.S)


#: what the modules of ebit need to be loaded, and their examples to run
NEEDS = {"torch": ["torch"], "_plain": ["torch"], "jax": ["jax", "ebit._jax"], "hub": ["torch", "huggingface_hub", "safetensors"],
         "neuralforecast": ["torch", "neuralforecast"], "sktime": ["sktime"], "sklearn": ["sklearn"],
         "forecast": ["narwhals", "pandas", "polars"], "_panel": ["narwhals"], "_windows": ["narwhals"], "plot": ["matplotlib", "pandas"],
         "_circuit_plot": ["matplotlib"], "sweep": ["optuna", "pandas"], "interop": ["qiskit", "qiskit_qasm3_import", "pennylane"]}


def modules():
    for info in pkgutil.walk_packages(ebit.__path__, "ebit."):
        if not info.name.endswith(("__main__", "._core", "._jax")):
            yield info.name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all docstrings: those of a package use what others of it made."""
    return tmp_path_factory.mktemp("docstrings")


@pytest.mark.parametrize("name", ["ebit", *modules()])
def test_docstrings(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for package in NEEDS.get(name.split(".")[1] if "." in name else "", ()):
        pytest.importorskip(package, reason=f"the examples of {name} are not run: {package} is not installed")
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("page", PAGES)
def test_pages(page, tmp_path, monkeypatch, request):
    pytest.importorskip("torch", reason=f"the Python of {page} is not run: torch is not installed")
    pytest.importorskip("pandas", reason=f"the Python of {page} is not run: pandas is not installed")
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("<!-- python"), "a mark without a block"
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        if block[1]:
            program = request.getfixturevalue("program")
            program("train", "--generator", "noisy-sine", "--preset", "daskin-collapse", "--epochs", 2, "--baselines", "none", "--no-plots",
                    "-q", "-o", block[1], cwd=tmp_path)
        line = text[:block.start()].count("\n") + 3
        exec(compile("\n" * (line - 1) + block[2], str(ROOT / page), "exec"), names)
    assert len(blocks) > 1


def test_every_public_name_says_what_it_is():
    missing = []
    for name in ["ebit", *modules()]:
        if any(importlib.util.find_spec(p) is None for p in NEEDS.get(name.split(".")[1] if "." in name else "", ())):
            continue
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", []):
            thing = getattr(module, public)
            if callable(thing) and not getattr(thing, "__doc__", None):
                missing.append(f"{name}.{public}")
            if isinstance(thing, type) and thing.__module__.startswith("ebit"):
                missing += [f"{name}.{public}.{m}" for m, f in vars(thing).items()
                            if not m.startswith("_") and m != "extra_repr" and callable(f) and not getattr(f, "__doc__", None) and not isinstance(f, type)]
    assert not missing, missing
