"""What the pictures show: lines, bands, marks and labels."""
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

import ebit
import ebit.plot


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def labels(ax):
    return [t.get_text() for t in ax.get_legend().get_texts()]


def drawn(ax):
    ax.figure.canvas.draw()
    return ax


@pytest.fixture(scope="module")
def data():
    x = np.random.default_rng(1).uniform(-0.8, 0.8, (40, 5, 1))
    return x, 0.5 * x[:, -1]


def fit(data, seed=1, validation=True):
    x, y = data
    return ebit.Model("daskin-collapse", head="linear", seed=seed).fit(
        x[:30], y[:30], validation=(x[30:], y[30:]) if validation else None, epochs=4)


def test_losses_of_a_training(data):
    result = fit(data)
    ax = drawn(ebit.plot.losses(result))
    assert labels(ax)[:2] == ["training", "validation"] and labels(ax)[2] == f"best: epoch {result.best_epoch}"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [r["train"] for r in result.history])
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [1, 2, 3, 4])
    assert ax.get_xlabel() == "epoch" and ax.get_ylabel() == "loss"
    assert labels(ebit.plot.losses(fit(data, validation=False))) == ["training"]


def test_losses_of_several_trainings(data):
    results = [fit(data, seed) for seed in (1, 2, 3)]
    ax = drawn(ebit.plot.losses({"three": results, "one": results[0]}))
    assert labels(ax) == ["three (mean, range of 3 seeds)", "one"] and ax.get_ylabel() == "validation loss"
    every = np.array([[r["validation"] for r in result.history] for result in results])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), every.mean(0))
    band = ax.collections[0].get_paths()[0].vertices
    assert np.isclose(band[:, 1].min(), every.min()) and np.isclose(band[:, 1].max(), every.max())


def test_losses_of_a_run(tmp_path):
    (tmp_path / "losses.csv").write_text("epoch,train,validation,lr\n1,1.0,,0.1\n2,0.01,,0.1\n")
    ax = ebit.plot.losses(tmp_path)
    assert labels(ax) == ["training"] and ax.get_yscale() == "log"
    with pytest.raises(ebit.Error, match="no losses"):
        ebit.plot.losses(tmp_path / "elsewhere")
    with pytest.raises(ebit.Error, match="nothing to draw"):
        ebit.plot.losses([])


def table(library, columns):
    if library == "dict":
        return columns
    module = pytest.importorskip(library)
    return {"pandas": lambda: module.DataFrame(columns), "polars": lambda: module.DataFrame(columns),
            "pyarrow": lambda: module.table(columns)}[library]()


@pytest.mark.parametrize("library", ["dict", "pandas", "polars", "pyarrow"])
def test_a_forecast(library):
    days = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]").astype("datetime64[us]")
    history = {"unique_id": ["a"] * 60 + ["b"] * 60, "ds": np.concatenate([days, days]), "y": np.arange(120.0)}
    ahead = days[-1] + np.arange(1, 4) * np.timedelta64(1, "D")
    f = {"unique_id": ["a"] * 3 + ["b"] * 3, "ds": np.concatenate([ahead, ahead]), "ebit": np.arange(6.0)}
    for level, w in ((80, 1.0), (95, 2.0)):
        f |= {f"ebit-lo-{level}": f["ebit"] - w, f"ebit-hi-{level}": f["ebit"] + w}
    ax = drawn(ebit.plot.forecast(table(library, f), table(library, history), unique_id="b", unit="mm", last=20))
    assert labels(ax) == ["y", "95 % interval", "80 % interval", "ebit"]
    assert ax.get_title(loc="left") == "b" and ax.get_ylabel() == "y (mm)" and ax.get_xlabel() == "time"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), np.arange(100.0, 120.0))
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [3.0, 4.0, 5.0])
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == 1.0 and band.max() == 7.0


def test_windows_of_a_cross_validation():
    f = {"ds": [3, 4, 5, 6], "cutoff": [2, 2, 4, 4], "y": [1.0, 2.0, 3.0, 4.0], "m": [1.5, 2.5, 3.5, 4.5]}
    ax = ebit.plot.forecast(f)
    assert labels(ax) == ["m", "truth"] and sum(len(line.get_xdata()) == 2 for line in ax.lines) == 6  # 2 x (m, truth, cutoff)
    with pytest.raises(ebit.Error, match="no forecast other; it has m"):
        ebit.plot.forecast(f, model="other")
    with pytest.raises(ebit.Error, match="column ds and one of a model"):
        ebit.plot.forecast({"ds": [1]})
    with pytest.raises(ebit.Error, match="m-hi-95 is missing"):
        ebit.plot.forecast({"ds": [1, 2], "m": [1.0, 2.0], "m-lo-95": [0.0, 1.0]})
    with pytest.raises(ebit.Error, match="no series 'x'"):
        ebit.plot.forecast({"unique_id": ["a"], "ds": [1], "m": [1.0]}, unique_id="x")


def test_every_gate_is_drawn():
    circuit = ebit.Circuit(4)
    for g in ebit.gates():
        circuit.add(g.name, [0, 2, 3][:g.wires], [0.5, "θ0", ebit.Angle("x", 2.0, -0.25, True)][:g.angles])
    circuit.add(np.eye(2), [1]).add(np.eye(4), [1, 3])
    ax = drawn(ebit.plot.circuit(circuit, columns=12))
    said = [t.get_text() for t in ax.texts]
    assert said.count("U") == 3 and "0.5, θ0, 2 x−0.25" in said and said.count("RX") == 2  # RX and CRX
    assert said.count("RXX") == 2 and said.count("iSWAP") == 2  # wires apart: a box each
    circles = [p for p in ax.patches if type(p).__name__ == "Circle"]
    assert len(circles) == 2  # CNOT and Toffoli
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == sum(g.controls for g in ebit.gates()) + 1  # and the target of CZ
    low, high = ax.get_xlim()
    assert all(low <= t.get_position()[0] <= high for t in ax.texts)


def test_boxes_do_not_overlap():
    circuit = ebit.Circuit(3).add("RXX", [0, 1], ["a long name"]).add("Rot", [2], ["θ0", "θ1", "θ2"])
    circuit.add("CNOT", [0, 2]).add("H", [1])
    ax = drawn(ebit.plot.circuit(circuit, wire_names=["s0", "s1", "a0"]))
    boxes = [p.get_window_extent() for p in ax.patches]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1:]:
            assert not a.overlaps(b)
    renderer = ax.figure.canvas.get_renderer()
    for text in ax.texts:
        if text.get_text() in ("a long name", "θ0, θ1, θ2"):
            extent = text.get_window_extent(renderer)
            assert any(b.x0 < extent.x0 and extent.x1 < b.x1 and b.y0 < extent.y0 and extent.y1 < b.y1 for b in boxes)
    with pytest.raises(ebit.Error, match="3 wires, and 1 names"):
        ebit.plot.circuit(circuit, wire_names=["a"])


def test_entropy_over_the_steps(data):
    x, _ = data
    cell = ebit.Cell("daskin-collapse")
    p = cell.initialise(2)
    ax = ebit.plot.entropy(cell, x, parameters=p, label="start")
    ebit.plot.entropy(ebit.Model("daskin-collapse", head="linear", seed=2), x, label="model", ax=ax)
    want = ebit.Cell("daskin-collapse", entropy="von-neumann").forward(p, x, keep=False).entropy
    for line in ax.lines:  # a model's starting values are those of its cell
        np.testing.assert_allclose(line.get_ydata(), want.mean(0), atol=1e-12)
    assert len({line.get_color() for line in ax.lines}) == 2 and ax.get_ylim()[0] == 0
    assert labels(ax) == ["start: mean, 10% to 90% of 40 sequences", "model: mean, 10% to 90% of 40 sequences"]
    assert ax.get_ylabel() == "entropy of the memory (bits)" and ax.get_xlabel() == "step"
    assert ebit.plot.entropy(cell, x, parameters=p, kind="linear").get_ylabel() == "linear entropy of the memory"
    lengths = np.full(40, 3)
    short = ebit.plot.entropy(cell, x, parameters=p, lengths=np.append(lengths[1:], 5))
    np.testing.assert_allclose(short.lines[0].get_ydata()[3:], want[-1, 3:], atol=1e-12)


def test_memories_without_entropy_are_refused(data):
    with pytest.raises(ebit.Error, match="no parameters of its own"):
        ebit.plot.entropy(ebit.Cell("daskin-collapse"), data[0])
    with pytest.raises(ebit.Error, match="qrnn gives no entropy"):
        ebit.plot.entropy(ebit.Cell("qrnn"), data[0], parameters=ebit.Cell("qrnn").initialise())
    with pytest.raises(ebit.Error, match="no one memory"):
        ebit.plot.entropy("a text", data[0])


def test_entropy_of_a_torch_module(data):
    torch = pytest.importorskip("torch")
    import ebit.torch
    rnn = ebit.torch.QuantumRNN("daskin-collapse", 1, batch_first=True, dtype=torch.float64, entropy="von-neumann")
    x = torch.as_tensor(data[0])
    rnn(x)
    want = rnn.last_entropy.mean(0).detach().numpy()
    np.testing.assert_allclose(ebit.plot.entropy(rnn, x).lines[0].get_ydata(), want, atol=1e-12)


def test_gates_in_the_weyl_chamber():
    circuit = ebit.Circuit(2).add("RZZ", [0, 1], [0.4])
    ax = drawn(ebit.plot.weyl(["cnot", circuit, np.eye(4)], labels=["cnot"]))
    points = np.array(ax.collections[0]._offsets3d).T
    np.testing.assert_allclose(points, [[0.5, 0, 0], [0.4 / np.pi, 0, 0], [0, 0, 0]], atol=1e-7)
    assert "  cnot" in [t.get_text() for t in ax.texts] and "  CNOT" not in [t.get_text() for t in ax.texts]


def test_ax_is_used():
    _, axes = plt.subplots(1, 2)
    assert ebit.plot.losses([{"epoch": 1, "train": 1.0}], ax=axes[0]) is axes[0]
    assert ebit.plot.circuit(ebit.Circuit(1).add("H", [0]), ax=axes[1]) is axes[1]
    assert len(plt.get_fignums()) == 1


def test_without_matplotlib():
    code = "import sys\nsys.modules['matplotlib'] = None\nimport ebit\ntry:\n    ebit.plot\nexcept ImportError as e:\n    print(e)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "ebit.plot needs matplotlib: pip install ebit[plot]\n"
