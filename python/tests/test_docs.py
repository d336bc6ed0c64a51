"""Examples: of the docstrings, and the blocks of Python on the pages."""
import doctest
import importlib
import os
import pkgutil
import re
import shutil

import pytest

import ebit
from conftest import ROOT

PAGES = ["README.md", "docs/python.md"]
BLOCK = re.compile(r"^<!-- python(?:: needs (\S+))? -->\n```python\n(.*?)^```$", re.M | re.S)


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
    if name == "ebit.interop":
        pytest.importorskip("qiskit_qasm3_import"), pytest.importorskip("pennylane")
    try:
        module = importlib.import_module(name)
    except (ImportError, ebit.Error) as error:
        if name.rpartition(".")[2] in ("jax", "hub", "neuralforecast", "sktime", "sklearn", "forecast", "plot", "torch") or ".torch." in name \
                or ".sweep" in name:
            pytest.skip(f"{name} cannot be loaded here: {error}")
        raise
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
        try:
            module = importlib.import_module(name)
        except (ImportError, ebit.Error):
            continue
        for public in getattr(module, "__all__", []):
            thing = getattr(module, public)
            if callable(thing) and not getattr(thing, "__doc__", None):
                missing.append(f"{name}.{public}")
            if isinstance(thing, type) and thing.__module__.startswith("ebit"):
                missing += [f"{name}.{public}.{m}" for m, f in vars(thing).items()
                            if not m.startswith("_") and m != "extra_repr" and callable(f) and not getattr(f, "__doc__", None) and not isinstance(f, type)]
    assert not missing, missing
