"""The graph-free trainer and the runs of the command line."""
import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import ebit


def sine(n=80, window=6):
    s = 0.8 * np.sin(np.arange(n) / 3)
    x = np.lib.stride_tricks.sliding_window_view(s[:-1], window)[:, :, None]
    return np.ascontiguousarray(x), s[window:, None].copy()


def test_a_training_learns_and_keeps_the_best_epoch():
    x, y = sine()
    model = ebit.Model("daskin-collapse", head="linear")
    before = model.predict(x)
    seen = []
    result = model.fit(x[:50], y[:50], validation=(x[50:], y[50:]), epochs=30, batch=5, lr=0.02, callback=seen.append)
    assert len(seen) == 30 and result.end == "finished"
    assert np.mean((model.predict(x[50:]) - y[50:])**2) < 0.3 * np.mean((before[50:] - y[50:])**2)
    best = result.history[result.best_epoch - 1]["validation"]
    assert best == min(r["validation"] for r in result.history)
    assert np.mean((model.predict(x[50:]) - y[50:])**2) == pytest.approx(best, rel=1e-9)


def test_numbers_repeat_and_threads_do_not_count():
    x, y = sine()
    def train():
        model = ebit.Model("qrnn", qubits=3)
        return [r["train"] for r in model.fit(x, y, epochs=3, seed=5).history], model.predict(x)
    one = train()
    ebit.set_num_threads(2)
    try:
        two = train()
    finally:
        ebit.set_num_threads(1)
    assert one[0] == two[0]
    np.testing.assert_array_equal(one[1], two[1])


def test_every_weight_moves():
    x, y = sine()
    for row in [m for m in ebit.models() if m.cell and m.family not in ("rvqe", "measured")]:  # these answer with words
        head = {"head": "linear"} if any(o.name == "head" for o in ebit.options(row.name)) else {}
        solved = ebit.Model(row.name, **head).solved
        for freeze in ("none",) if solved else ("none", "circuit", "cell"):
            options = {**head, **({} if solved else {"freeze": freeze})}
            written = row.family in ("qrnn", "kernel", "fast-weights") or row.name == "qk-lstm-released"
            if freeze == "circuit" and written:  # no circuit has angles of its own
                with pytest.raises(ebit.Error, match="its network writes them|nothing to freeze"):
                    ebit.Model(row.name, **options)
                continue
            model = ebit.Model(row.name, **options)
            before = model.state_dict()
            kept = {name for name in before if solved and name.startswith("core.")}
            kept |= {f"core.{s['name']}" for s in ebit.Cell(row.name, freeze=freeze).segments if s["frozen"]} if not solved else set()
            # Decay would move what has no gradient.
            model.fit(x, y, **({} if solved else {"epochs": 2, "batch": 8, "weight_decay": 0.1}))
            for name, now in model.state_dict().items():
                assert np.array_equal(now, before[name]) == (name in kept), f"{row.name} {freeze}: {name}"
            assert model.counts["frozen"] == sum(before[name].size for name in kept)
            assert model.counts["quantum"] + model.counts["classical"] == sum(
                w.size for name, w in before.items() if name not in kept and name != "head.ridge")


def test_classes_of_a_sequence_and_of_every_step(rng):
    x = rng.uniform(-0.9, 0.9, (60, 5, 1))
    label = (x.sum((1, 2)) > 0).astype(int)
    model = ebit.Model("qrnn", qubits=3, angle_scale=1.0, answer="class", outputs=2)
    result = model.fit(x, label, epochs=40, lr=0.05)
    assert result.history[-1]["train"] < result.history[0]["train"]
    assert np.mean(model.predict(x).argmax(1) == label) > 0.75
    steps = ebit.Model("qrnn", qubits=2, answer="classes", outputs=2)
    assert steps.fit(x, (x[..., 0] > 0).astype(int), lengths=rng.integers(1, 6, 60), epochs=2).end == "finished"
    assert steps.predict(x).shape == (60, 5, 2)


def test_stopping(rng):
    x, y = sine()
    model = ebit.Model("daskin-collapse")
    result = model.fit(x, y, epochs=50, callback=lambda record: record["epoch"] < 3)
    assert result.end == "interrupted" and len(result.history) == 3
    stopped = ebit.Model("daskin-collapse").fit(x[:40], y[:40], validation=(x[40:], rng.normal(size=(34, 1))), epochs=200, patience=2)
    assert stopped.end == "early-stop"


def test_control_c_stops_a_training():
    code = """
import numpy as np, ebit
x = np.zeros((2000, 20, 1)); y = np.zeros((2000, 1))
print("ready", flush=True)
try: ebit.Model("qrnn", qubits=6).fit(x, y, epochs=100000)
except KeyboardInterrupt: print("stopped", flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30)[0] == "stopped\n"


def test_an_error_in_a_callback_comes_out():
    x, y = sine()
    def callback(record):
        raise RuntimeError("mine")
    with pytest.raises(RuntimeError, match="mine"):
        ebit.Model().fit(x, y, epochs=5, callback=callback)


BAD = [
    (lambda m, x, y: m.fit(x, y[:-1]), "y must be"),
    (lambda m, x, y: m.fit(np.where(np.arange(len(x))[:, None, None] == 17, np.nan, x), y), "sample 17, step 0"),
    (lambda m, x, y: m.fit(x, np.where(np.arange(len(y))[:, None] == 17, np.inf, y)), "y is not finite at sample 17"),
    (lambda m, x, y: m.fit(x, y, epoks=3), "did you mean"),
    (lambda m, x, y: m.fit(x, y, epochs=0), "epochs must be at least 1"),
    (lambda m, x, y: m.fit(x, y, lr=-1.0), "lr must be above 0"),
    (lambda m, x, y: m.fit(x, y, optimizer="adm"), "did you mean 'adam'"),
    (lambda m, x, y: m.fit(x, y, patience=3), "validation"),
    (lambda m, x, y: m.fit(x, y, lengths=np.full(len(x), 9)), "length 9 of sequence 0"),
    (lambda m, x, y: m.fit(np.repeat(x, 2, 2), y), "takes 1 numbers a step"),
    (lambda m, x, y: m.predict(3 * x / abs(x).max()), "-?[0-9.]+"),
    (lambda m, x, y: m.load_state_dict({}), "state_dict"),
    (lambda m, x, y: ebit.Model("lstm"), "no quantum cell"),
    (lambda m, x, y: ebit.Model(answer="clas"), "numbers, class or classes"),
]


@pytest.mark.parametrize("call,message", BAD, ids=range(len(BAD)))
def test_bad_input_is_one_clear_line(call, message):
    x, y = sine()
    model = ebit.Model("daskin-collapse", encoder="arccos-angle")
    with pytest.raises(ebit.Error, match=message) as error:
        call(model, x, y)
    assert "\n" not in str(error.value)


def test_models_in_files(tmp_path):
    x, y = sine()
    model = ebit.Model("qrnn", qubits=2, dtype="float32")
    model.fit(x, y, epochs=1)
    model.save(tmp_path / "m.safetensors", note="mine")
    again = ebit.Model.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(x), model.predict(x))
    whole = (tmp_path / "m.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:-7])
    with pytest.raises(ebit.Error, match="cut.safetensors"):
        ebit.Model.load(tmp_path / "cut.safetensors")
    with pytest.raises(ebit.Error, match="none.safetensors"):
        ebit.Model.load(tmp_path / "none.safetensors")


# ---- with the command line

@pytest.fixture(scope="module")
def runs(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    program("train", "--generator", "noisy-sine", "--preset", "daskin-collapse", "--epochs", 4, "--baselines", "none", "--no-plots", "-q",
            "--validation", "0.2", "--seeds", 2, "-o", "sine", cwd=folder)
    program("task", "digits", "--model", "qrnn", "--qubits", 2, "--limit", 40, "--test-limit", 10, "--epochs", 1, "--no-plots", "-q",
            "--baselines", "none", "-o", "digits", cwd=folder)
    return folder


def windows(folder, part):
    """Windows, targets and predictions of a part, from predictions.csv, where all rows of a window are known."""
    run = ebit.load_run(folder)
    rows = list(csv.DictReader(open(folder / "predictions.csv")))
    truth = {int(r["row"]): float(r["value truth"]) for r in rows}
    w = run.fitted["window"]
    known = [r for r in rows if r["part"] == part and all(int(r["row"]) - w + i in truth for i in range(w))]
    x = np.array([[truth[int(r["row"]) - w + i] for i in range(w)] for r in known])[:, :, None]
    return run, x, np.array([float(r["value prediction"]) for r in known]), np.array([float(r["value truth"]) for r in known])


def test_a_run_is_loaded_with_its_scalers(runs):
    run, x, said, _ = windows(runs / "sine", "train")
    assert len(said) > 20
    np.testing.assert_array_equal(run.predict(x)[:, 0], said)
    assert run.forecast(x[0], 3).shape == (3, 1)
    assert ebit.load_run(runs / "sine", seed=2).spec["seed"] == 2
    with pytest.raises(ebit.Error, match="no training of seed 9"):
        ebit.load_run(runs / "sine", seed=9)
    with pytest.raises(ebit.Error, match="no baseline lstm"):
        ebit.load_run(runs / "sine", model="lstm")
    with pytest.raises(ebit.Error, match="no run folder"):
        ebit.load_run(runs)


def test_losses_are_those_of_the_command_line(program, tmp_path):
    """The same windows, order, draws and steps: every loss and weight is equal bit for bit."""
    values = 0.7 * np.sin(np.arange(60) / 3)
    (tmp_path / "s.csv").write_text("v\n" + "\n".join(f"{v!r}" for v in values.tolist()) + "\n")
    program("train", "s.csv", "--preset", "daskin-collapse", "--epochs", 5, "--batch", 5, "--baselines", "none", "--no-plots", "-q",
            "--train", "0.7", "--validation", "0.2", "--window", 4, "--target", "v", "-o", "run", cwd=tmp_path)
    losses = list(csv.DictReader(open(tmp_path / "run/losses.csv")))
    run = ebit.load_run(tmp_path / "run")
    s = run.fitted["scalers"][0][0]
    scaled = (values - s["offset"]) * s["scale"]

    def part(a, b):
        x = np.lib.stride_tricks.sliding_window_view(scaled[a:b - 1], 4)[:, :, None]
        return np.ascontiguousarray(x), scaled[a + 4:b, None].copy()

    keep = {k: v for k, v in run.config["model"].items() if k in ("epsilon",)}
    model = ebit.Model("daskin-collapse", seed=1, **keep)
    train = {k: run.config["train"][k] for k in ("optimizer", "lr", "seed")}
    result = model.fit(*part(0, 42), validation=part(42, 54), epochs=5, batch=5, **train)
    for mine, theirs in zip(result.history, losses):
        assert mine["train"] == float(theirs["train"]) and mine["validation"] == float(theirs["validation"])
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, run.weights[name])
    program("forecast", "run", "--steps", 5, cwd=tmp_path)
    said = [float(row["v"]) for row in csv.DictReader(open(tmp_path / "run/forecast.csv"))]
    np.testing.assert_allclose(run.forecast(values[:, None], 5)[:, 0], said, rtol=1e-12)


@pytest.mark.parametrize("options, steps", [(("--horizon", "1..4"), 4), (("--horizon", "2..4", "--loss", "quantile"), 3),
                                            (("--loss", "quantile", "--quantiles", "0.1,0.5,0.6,0.9"), 1)])
def test_several_steps_and_quantiles_are_those_of_the_command_line(program, tmp_path, options, steps):
    values = 0.7 * np.sin(np.arange(80) / 3)
    (tmp_path / "s.csv").write_text("v\n" + "\n".join(f"{v!r}" for v in values.tolist()) + "\n")
    program("train", "s.csv", "--preset", "daskin-collapse", "--epochs", 2, "--baselines", "none", "--no-plots", "-q", "--window", 4,
            "--scaler", "minmax-half", *options, "-o", "run", cwd=tmp_path)
    run = ebit.load_run(tmp_path / "run")
    program("forecast", "run", "--steps", 9, "--interval", 0, cwd=tmp_path)
    rows = list(csv.DictReader(open(tmp_path / "run/forecast.csv")))
    np.testing.assert_allclose(run.forecast(values[:, None], 9)[:, 0], [float(row["v"]) for row in rows], rtol=1e-12)
    windows = np.lib.stride_tricks.sliding_window_view(values, 4)[:, :, None]
    assert run.predict(windows).shape == ((len(windows), steps, 1) if steps > 1 else (len(windows), 1))
    quantiles = run.predict_quantiles(windows)
    assert quantiles.shape[:3] == (len(windows), steps, 1) and (np.diff(quantiles, axis=-1) >= 0).all()
    if steps == 1:  # the last window's outer quantiles are the ends of the first interval
        np.testing.assert_allclose(quantiles[-1, 0, 0, [0, -1]], [float(rows[0][f"v {end}"]) for end in ("lower", "upper")])


def test_weights_changed_in_python_are_read_by_the_command_line(runs, program):
    run = ebit.load_run(runs / "sine")
    before = json.loads(program("evaluate", "sine", "--json", cwd=runs))
    weights = {n: 0.5 * w for n, w in run.weights.items()}
    old = run.weights
    run.load_state_dict(weights)
    run.save()
    after = json.loads(program("evaluate", "sine", "--json", cwd=runs))
    assert before != after
    _, x, said, _ = windows(runs / "sine", "train")
    np.testing.assert_array_equal(run.predict(x)[:, 0], said)
    run.load_state_dict(old)
    run.save()
    assert json.loads(program("evaluate", "sine", "--json", cwd=runs))["models"] == before["models"]


def test_a_task_is_loaded(runs, rng):
    run = ebit.load_run(runs / "digits")
    assert run.model.predict(rng.uniform(0, 1, (3, 8, 8))).shape == (3, 10)
    with pytest.raises(ebit.Error, match="no series"):
        run.predict(np.zeros((1, 8, 8)))


@pytest.mark.parametrize("name", ["collapsed_2p2_L2", "density_2p2_L2", "extended_2p2_L4"])
def test_values_are_those_of_probe(program, name):
    from conftest import ROOT
    path = ROOT / f"tests/golden/{name}.json"
    given, said = json.loads(path.read_text()), json.loads(program("probe", path))
    layers = given["num_layers"]
    preset = {"collapsed": "daskin-collapse", "density": "daskin-probabilities", "extended": "daskin-extended"}[given["variant"]]
    cell = ebit.Cell(preset, layers_en=layers, layers_dis=layers, readout=[f"Z{given['measured_wire']}"])
    source = {"theta_en": "U_params", "theta_dis": "Udagger_params", "encoder_weight": "input_proj.weight",
              "encoder_bias": "input_proj.bias"}
    p = np.concatenate([np.ravel(given["inputs"]["params"][source[s["name"]]]) for s in cell.segments])
    out = cell.forward(p, np.array(given["inputs"]["x_sequences"])[:1, :, None])
    np.testing.assert_allclose(out.y[0, :, 0], said["z_per_step"], atol=1e-14)


@pytest.mark.parametrize("name", [m.name for m in ebit.models() if m.solved])
def test_models_in_closed_form_have_one_epoch(name):
    s = np.sin(np.arange(120) / 3)
    x, y = np.lib.stride_tricks.sliding_window_view(s[:-1], 6)[..., None].copy(), s[6:]
    result = ebit.fit(name, x[:80], y[:80], validation=(x[80:], y[80:]))
    assert (len(result.history), result.end) == (1, "finished")
    assert np.isnan(result.history[0]["lr"])
    said = result.model.predict(x[80:])[:, 0]
    np.testing.assert_allclose(said, y[80:], atol=1e-6)  # a recursion of two terms
    if name == "linear":
        a = np.column_stack([x[:80, :, 0], np.ones(80)])
        np.testing.assert_allclose(said, np.column_stack([x[80:, :, 0], np.ones(len(x) - 80)]) @ np.linalg.lstsq(a, y[:80], rcond=None)[0],
                                   atol=1e-9)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(result.model)).predict(x), result.model.predict(x))
    with pytest.raises(ebit.Error, match=f"epochs has no effect on {name}, which is solved at once"):
        result.model.fit(x, y, epochs=5)
