"""The notebooks run from the first cell to the last, each in a fresh process."""
import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT

FOLDER = ROOT / "examples" / "notebooks"
NEEDS = {"forecast": ["pandas", "matplotlib", "narwhals"], "torch_loop": ["pandas", "torch"], "entanglement": ["matplotlib"]}
FIGURES = {"forecast": 2, "torch_loop": 0, "entanglement": 6}
NAMES = sorted(p.stem for p in FOLDER.glob("*.ipynb"))

# A cell as a notebook runs it: the value of a last expression is shown.
RUN = """
import ast, json, sys
space = {"__name__": "__main__"}
for number, cell in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))["cells"]):
    if cell["cell_type"] != "code":
        continue
    tree = ast.parse("".join(cell["source"]))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), space)
    if last is not None:
        print(eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), space))
if "matplotlib" in sys.modules:
    import matplotlib.pyplot as plt
    for k in plt.get_fignums():
        plt.figure(k).canvas.draw()
    print("figures:", len(plt.get_fignums()))
"""


def test_every_notebook_is_known():
    assert NAMES == sorted(NEEDS)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs(name):
    for package in NEEDS[name]:
        pytest.importorskip(package)
    done = subprocess.run([sys.executable, "-c", RUN, str(FOLDER / f"{name}.ipynb")], cwd=FOLDER, capture_output=True, text=True,
                          env={**os.environ, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Warning" not in done.stderr, done.stderr[-3000:]
    assert not FIGURES[name] or f"figures: {FIGURES[name]}" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_small_and_without_outputs(name):
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    assert len(text) < 30_000
    assert all(not c["outputs"] and c["execution_count"] is None for c in cells if c["cell_type"] == "code")
    for cell in cells:
        for line in "".join(cell["source"]).splitlines():
            assert len(line) <= (110 if cell["cell_type"] == "code" else 150), line  # longer code is cut off on a page
